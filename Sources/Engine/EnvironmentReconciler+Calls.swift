internal import Declarations
internal import Diffing
internal import Digests
internal import EventLog
internal import Logging
internal import Model
internal import Planning
internal import YAML

/// How many calls of one sync are under way at a time.
private let parallelCalls = 8

extension EnvironmentReconciler {
    /// What one call came to: the outcome for the run, and what is recorded of it.
    struct Called: Sendable {
        var step: PlanStep
        var outcome: SyncRun.Outcome
        var events: [Event]
        var object: Node?
        var blob: Blob?
        /// Whether nobody knows if it was carried out: it is looked up before anything is recorded of it.
        var isUncertain = false
        /// Whether it is known not to have been carried out, and is worth another call of the same sync.
        var isDueAgain = false
    }

    struct Performed: Sendable {
        var outcomes: [Int: SyncRun.Outcome]
        var dueAgain: [Int]
    }

    /// Makes the announced calls in parallel and records their outcomes.
    ///
    /// - Throws: `SyncError.uncertain` when what became of a call cannot be found out now: its intent stays open.
    func perform(
        _ steps: [PlanStep], _ name: String, _ application: String, _ decided: DecidedPlan
    ) async throws -> Performed {
        var called = await callAll(steps, application, decided)
        // When the engine stops, whether the unanswered ones were carried out is looked up at the next start.
        let isCutOff = Task.isCancelled
        let open = called.filter { $0.isUncertain || (isCutOff && $0.outcome != .carriedOut) }
        called.removeAll { call in open.contains { $0.step.number == call.step.number } }
        try await recorder.record(
            called.flatMap { call in
                call.events.map { inSync($0, name, application, call.step.key) }
            },
            blobs: called.compactMap(\.blob), isOutcome: true)
        if isCutOff { throw CancellationError() }
        for call in open { called.append(try await lookUp(call, name, application)) }
        await settleDefinitions(called.filter { $0.step.key.isCustomResourceDefinition })
        return Performed(
            outcomes: Dictionary(
                uniqueKeysWithValues: called.filter { !$0.isDueAgain }.map {
                    ($0.step.number, $0.outcome)
                }), dueAgain: called.filter(\.isDueAgain).map(\.step.number))
    }

    private func callAll(_ steps: [PlanStep], _ application: String, _ decided: DecidedPlan) async
        -> [Called]
    {
        var called: [Called] = []
        cache.expectAnswers(about: steps.map(\.key))
        await withTaskGroup(of: Called.self) { group in
            var waiting = steps[...]
            func start(_ step: PlanStep) {
                group.addTask { await self.call(step, application, decided.bodies[step.number]) }
            }
            for _ in 0..<min(parallelCalls, waiting.count) { start(waiting.removeFirst()) }
            while let done = await group.next() {
                called.append(done)
                if let step = waiting.popFirst() { start(step) }
            }
        }
        return called.sorted { $0.step.number < $1.step.number }
    }

    /// Makes one call; its answer is in the cache when this returns.
    private func call(_ step: PlanStep, _ application: String, _ body: Node?) async -> Called {
        let propagation = entries[application]?.target.removal?.propagation ?? .foreground
        let called = await call(step, body, propagation)
        if cache.settle(step.key, answer: called.object, wantedKeys) != nil {
            entries[application]?.isDirty = true
        }
        return called
    }

    private func call(_ step: PlanStep, _ body: Node?, _ propagation: Propagation) async -> Called {
        let resource: APIResource
        do { resource = try await self.resource(of: step) } catch {
            return failed(step, body, error)
        }
        do {
            switch step.action {
            case .apply, .createNamespace: return try await apply(step, resource, body)
            case .createHook: return try await createHook(step, resource, body)
            case .moveOwnership: return try await moveOwnership(step, resource)
            case .prune, .deleteHook: return try await delete(step, resource, propagation)
            }
        } catch {
            var called = failed(step, body, error)
            called.isUncertain = error.leavesOutcomeOpen
            return called
        }
    }

    private func failed(_ step: PlanStep, _ body: Node?, _ error: ClusterError) -> Called {
        let message = scrubbed(error.summary, body.map { [step.number: $0] } ?? [:])
        let failed = ObjectFailed {
            $0.step = step.number
            $0.message = message
        }
        return Called(step: step, outcome: .failed(message), events: [.objectFailed(failed)])
    }

    private func resource(of step: PlanStep) async throws(ClusterError) -> APIResource {
        let version = GroupVersion(step.apiVersion).version
        if let known = discovery?.resource(step.key.groupKind, version: version) { return known }
        try await rediscover()
        guard let found = discovery?.resource(step.key.groupKind, version: version) else {
            throw ClusterError.unknownKind(step.key.groupKind)
        }
        return found
    }

    private func apply(_ step: PlanStep, _ resource: APIResource, _ body: Node?)
        async throws(ClusterError) -> Called
    {
        let body =
            step.action == .createNamespace ? namespaceManifest(step.key.name) : try known(body)
        let before = cache.objects[step.key]?.resourceVersion
        let answer = try await client.apply(body, resource, isDryRun: false)
        return applied(step, answer, wasChanged: version(of: answer.object) != before)
    }

    /// A body with tokens in the place of values is never sent.
    private func known(_ body: Node?) throws(ClusterError) -> Node {
        guard let body else {
            throw ClusterError.refused(
                code: 422, reason: "Invalid", message: "the values to send are not known")
        }
        return body
    }

    private func createHook(_ step: PlanStep, _ resource: APIResource, _ body: Node?)
        async throws(ClusterError) -> Called
    {
        var body = try known(body)
        body["metadata"]?["generateName"] = nil
        body["metadata"]?["name"] = .string(step.key.name)
        let answer = try await client.create(body, resource, isDryRun: false)
        var called = applied(step, answer, wasChanged: true)
        let started = HookStarted {
            $0.phase = step.phase.rawValue
            $0.step = step.number
            $0.uid = answer.object["metadata"]?["uid"]?.stringValue ?? ""
        }
        called.events.append(.hookStarted(started))
        return called
    }

    private func applied(_ step: PlanStep, _ answer: ClusterAnswer, wasChanged: Bool) -> Called {
        let blob = Blob(canonicalJSON(recordable(tokenised(answer.object, with: tokenKey))))
        let applied = ObjectApplied {
            $0.live = blob.digest
            $0.resourceVersion = version(of: answer.object) ?? ""
            $0.step = step.number
            $0.uid = answer.object["metadata"]?["uid"]?.stringValue ?? ""
            $0.warnings = answer.warnings.map { scrubbed($0) }
            $0.wasChanged = wasChanged
        }
        return Called(
            step: step, outcome: .carriedOut, events: [.objectApplied(applied)],
            object: answer.object, blob: blob)
    }

    private func moveOwnership(_ step: PlanStep, _ resource: APIResource)
        async throws(ClusterError) -> Called
    {
        let live = try await client.get(
            resource, namespace: step.key.namespace, name: step.key.name)
        guard let move = ownershipMove(live: live, to: fieldManager) else {
            return applied(step, ClusterAnswer(object: live), wasChanged: false)
        }
        let answer = try await client.setManagedFields(
            move.managedFields, resource, namespace: step.key.namespace, name: step.key.name,
            resourceVersion: version(of: live) ?? "")
        var called = applied(step, answer, wasChanged: true)
        let moved = OwnershipMoved {
            $0.from = move.moved.map { part in
                OwnershipMoved.Part {
                    $0.manager = part.manager
                    $0.paths = part.paths.map(\.description)
                }
            }
        }
        called.events.append(.ownershipMoved(moved))
        return called
    }

    private func delete(_ step: PlanStep, _ resource: APIResource, _ propagation: Propagation)
        async throws(ClusterError) -> Called
    {
        do {
            try await client.delete(
                resource, namespace: step.key.namespace, name: step.key.name, uid: step.uid,
                propagation: propagation)
        } catch let error {
            // Gone already, or replaced by another object of the same name: what was meant is not there.
            guard error.isNotFound || error.isPreconditionFailure else { throw error }
        }
        let pruned = ObjectPruned {
            $0.step = step.number
            $0.uid = step.uid ?? ""
        }
        return Called(step: step, outcome: .carriedOut, events: [.objectPruned(pruned)])
    }

    /// Waits until new kinds are served, and learns of them.
    private func settleDefinitions(_ called: [Called]) async {
        for call in called where call.outcome == .carriedOut && call.step.action == .apply {
            for _ in 0..<50 {
                guard
                    let resource = discovery?.resource(call.step.key.groupKind),
                    let node = try? await client.get(
                        resource, namespace: "", name: call.step.key.name)
                else { break }
                if isEstablished(node) { break }
                do { try await recorder.clock.sleep(.milliseconds(200)) } catch { return }
            }
        }
        guard !called.isEmpty else { return }
        do { try await rediscover() } catch {
            log.warning("cannot ask \(name) for its new kinds: \(error.summary)")
        }
    }

    private func isEstablished(_ definition: Node) -> Bool {
        definition["status"]?["conditions"]?.arrayValue?.contains {
            $0["type"]?.stringValue == "Established" && $0["status"]?.stringValue == "True"
        } ?? false
    }

    private func version(of object: Node) -> String? {
        object["metadata"]?["resourceVersion"]?.stringValue
    }

    /// A message of the cluster without the secret values that it may repeat.
    ///
    /// - Parameter bodies: What was sent, which Git may no longer want.
    func scrubbed(_ message: String, _ bodies: [Int: Node] = [:]) -> String {
        let secrets = entries.values.flatMap { $0.desired?.objects.map(\.node) ?? [] }
        return SecretScrubber(objects: secrets + bodies.values).scrub(message)
    }
}

func namespaceManifest(_ name: String) -> Node {
    ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(name)]]
}

extension ClusterError {
    /// Whether a write that ended so may have been carried out all the same: no answer came, none that can be
    /// read, or one of a proxy or a server that gave up waiting.
    fileprivate var leavesOutcomeOpen: Bool {
        switch self {
        case .unreachable, .malformedAnswer: true
        case .refused(let code, _, _): code >= 500
        case .expired, .unknownKind: false
        }
    }

    /// Whether a precondition on uid or resourceVersion did not hold.
    var isPreconditionFailure: Bool {
        if case .refused(409, _, _) = self { true } else { false }
    }
}

internal import Declarations
internal import Diffing
internal import Digests
internal import EventLog
internal import Model
internal import Planning
internal import Projections
internal import YAML

extension EnvironmentReconciler {
    /// Makes the plan of a request: what `plan` shows and `sync` runs, by the same way.
    func decidePlan(_ application: String, _ request: SyncRequested) async throws -> DecidedPlan {
        let (target, desired) = try await comparable(application, request)
        let position = try await recorder.store.state { $0.position }
        var input = planningInput(application, target, request, desired)
        input.namespaceToCreate = try await missingNamespace(target.application, desired)
        return try await examined(plan(input), input, target, desired, position)
    }

    /// Looks at everything again that a saved plan was decided from; the plan itself stays as it is.
    func reexamine(_ plan: SyncPlan, _ request: SyncRequested) async throws -> DecidedPlan {
        let (target, desired) = try await comparable(plan.application, request)
        let position = try await recorder.store.state { $0.position }
        let input = planningInput(plan.application, target, request, desired)
        return try await examined(plan, input, target, desired, position)
    }

    private func examined(
        _ plan: SyncPlan, _ input: PlanningInput, _ target: Target, _ desired: DesiredSet,
        _ position: Int64
    ) async throws -> DecidedPlan {
        let bodies = bodies(of: plan, desired)
        let (dryRun, failures) = await dryRun(plan, bodies)
        // Answers that were cut off because the engine stops are no refusals.
        try Task.checkCancellation()
        let inputs = PlanInputs {
            $0.application = target.application.digest
            $0.desired = input.desiredDigest
            $0.differences = input.differencesDigest
            $0.discovery = discoveryDigest
            $0.dryRun = dryRun
            $0.live = input.liveDigest
            $0.plannerVersion = SyncPlan.currentVersion
            $0.project = Digest(of: target.application.project)
            $0.time = input.time
            $0.windows = Digest(of: "")
        }
        var decided = DecidedPlan(
            plan: plan, inputs: inputs, decidedAt: position, failures: failures, bodies: bodies,
            input: input)
        decided.sources = desired.sources
        return decided
    }

    /// The target and the desired set of a request, once both sides of the comparison are known.
    private func comparable(_ application: String, _ request: SyncRequested) async throws -> (
        Target, DesiredSet
    ) {
        try await awaitSight(of: application)
        guard let target = entries[application]?.target else {
            throw SyncError.unknownApplication(application)
        }
        switch sight(of: application) {
        case .complete: break
        // A roll-back takes its bodies from the ledger: Git need not be readable.
        case .blocked(let obstacle)
        where obstacle.reason == .renderFailed && request.rollbackTo != nil:
            break
        case .blocked(let obstacle):
            throw SyncError.cannotCompare(application: application, reason: obstacle.message)
        case .incomplete(let reason):
            throw SyncError.cannotCompare(application: application, reason: reason)
        }
        let desired = try await desiredSet(for: request, application)
        try await awaitListing(
            of: Set(desired.objects.map(\.planning.key.groupKind)), application)
        return (target, desired)
    }

    /// Waits until enough is known of an application; a cluster that does not answer ends the wait.
    func awaitSight(of application: String) async throws {
        for _ in 0..<Self.looks {
            guard case .incomplete = sight(of: application), entries[application] != nil else {
                return
            }
            try await recorder.clock.sleep(Self.lookInterval)
        }
    }

    /// Follows kinds on behalf of an application and waits until their objects are known.
    func awaitListing(of kinds: Set<GroupKind>, _ application: String) async throws {
        deployedKinds[application, default: []].formUnion(kinds)
        followDesiredKinds()
        for _ in 0..<Self.looks {
            let unlisted = kinds.subtracting(cache.known).filter { kind in
                discovery?.resource(kind)?.verbs.contains("watch") ?? false
            }
            guard !unlisted.isEmpty else { return }
            guard isConnected != false else {
                throw SyncError.cannotCompare(
                    application: application, reason: disconnection ?? "the cluster is gone")
            }
            try await recorder.clock.sleep(Self.lookInterval)
        }
    }

    /// Ten minutes in all: the client's own deadline for a list is far shorter, and tells of it.
    private static let looks = 12_000
    private static let lookInterval = Duration.milliseconds(50)

    private func desiredSet(for request: SyncRequested, _ application: String) async throws
        -> DesiredSet
    {
        if let sync = request.rollbackTo {
            return try await recordedSet(of: sync, application)
        }
        guard let desired = entries[application]?.desired else {
            throw SyncError.cannotCompare(
                application: application, reason: "the manifests have not been rendered yet")
        }
        return desired
    }

    private func planningInput(
        _ application: String, _ target: Target, _ request: SyncRequested, _ desired: DesiredSet
    ) -> PlanningInput {
        let options = target.application.syncPolicy.options
        var input = PlanningInput(
            application: application, environment: name, commit: desired.commit,
            // Hooks of a deletion run together with the pruning.
            desired: target.removal != nil && !request.isPruning
                ? [] : desired.objects.map(\.planning),
            compared: compared(application, desired),
            time: recorder.clock.now())
        input.isPruning = request.isPruning && options.prunes
        input.isPrunedLast = options.prunesLast
        input.onlyOutOfSync = options.appliesOutOfSyncOnly
        input.onlyObjects = Set(request.onlyObjects)
        for object in desired.objects where object.planning.directives.isHook {
            input.liveHooks[object.planning.key] = cache.objects[object.planning.key]?.uid
        }
        return input
    }

    /// The namespace to create first: asked for, not among the desired objects, and not there.
    private func missingNamespace(_ application: Application, _ desired: DesiredSet) async throws
        -> String?
    {
        let namespace = application.destination.namespace
        let key = ObjectKey(group: "", kind: "Namespace", namespace: "", name: namespace)
        guard application.syncPolicy.options.createsNamespace, !namespace.isEmpty,
            desired.byKey[key] == nil, let resource = discovery?.resource(key.groupKind)
        else { return nil }
        do {
            _ = try await client.get(resource, namespace: "", name: namespace)
            return nil
        } catch let error {
            guard error.isNotFound else { throw error }
            return namespace
        }
    }

    private func compared(_ application: String, _ desired: DesiredSet) -> [ObjectKey:
        ComparedObject]
    {
        var compared: [ObjectKey: ComparedObject] = [:]
        for object in desired.resources {
            compared[object.planning.key] = comparedObject(object)
        }
        for extra in extras(of: application, desired) {
            compared[extra.key] = ComparedObject(
                verdict: .extra, uid: extra.live.uid, resourceVersion: extra.live.resourceVersion,
                liveWave: extra.directives.wave, isPruneForbidden: !extra.isRemovable,
                isPrunedLast: extra.directives.prunesLast,
                liveAPIVersion: extra.live.node["apiVersion"]?.stringValue ?? "")
        }
        return compared
    }

    private func comparedObject(_ object: DesiredSet.Object) -> ComparedObject {
        guard let live = cache.objects[object.planning.key] else {
            return ComparedObject(verdict: .missing)
        }
        let result = comparisons.compare(object, live)
        return ComparedObject(
            verdict: result.verdict, uid: live.uid, resourceVersion: live.resourceVersion,
            fields: result.changes.map { change in
                PlannedField {
                    $0.path = change.path.description
                    $0.desired = change.desired.map(jsonText)
                    $0.live = change.live.map(jsonText)
                }
            },
            // What is left alone is not even made Tidemark's.
            needsOwnershipMove: result.needsOwnershipMove && !object.isLeftAlone)
    }

    /// The body that each step sends.
    func bodies(of plan: SyncPlan, _ desired: DesiredSet) -> [Int: Node] {
        let byBody = Dictionary(
            desired.objects.filter { !$0.isLeftAlone }.map { ($0.planning.body, $0.node) },
            uniquingKeysWith: { first, _ in first })
        var bodies: [Int: Node] = [:]
        for step in plan.steps {
            guard let digest = step.body, let node = byBody[digest] else { continue }
            bodies[step.number] = node
        }
        return bodies
    }
}

// MARK: - Dry run

extension EnvironmentReconciler {
    /// Asks the cluster what it would answer to every step, before any is taken.
    ///
    /// Left out is what cannot be asked yet: objects whose namespace or kind the plan itself brings.
    private func dryRun(_ plan: SyncPlan, _ bodies: [Int: Node]) async -> (
        Digest, [ObjectKey: String]
    ) {
        let brought = Set(
            plan.steps.filter { $0.change == .create && $0.key.isNamespace }.map(\.key.name))
        let asked = plan.steps.filter { step in
            (step.action == .apply || step.action == .createHook) && step.needsCall
                && !brought.contains(step.key.namespace)
                && discovery?.resource(
                    step.key.groupKind, version: GroupVersion(step.apiVersion).version) != nil
        }
        let answers = await answers(to: asked, bodies)
        var failures: [ObjectKey: String] = [:]
        var builder = DigestBuilder()
        for step in asked {
            switch answers[step.number] {
            case .failure(let error):
                failures[step.key] = scrubbed(error.summary, bodies)
                builder.update(field: "\(step.number) \(scrubbed(error.summary, bodies))")
            case .success(let answer):
                let object = step.uid == nil ? withoutGeneratedValues(answer.object) : answer.object
                let body = canonicalJSON(recordable(tokenised(object, with: tokenKey)))
                builder.update(field: "\(step.number) \(Digest(of: body))")
            case nil: break
            }
        }
        let served = discovery
        for step in plan.steps where step.needsCall && step.action != .createNamespace {
            let isServed = served?.resource(step.key.groupKind) != nil
            let isBrought = plan.steps.contains {
                $0.key.isCustomResourceDefinition && $0.needsCall
            }
            guard !isServed, !isBrought else { continue }
            failures[step.key] = ClusterError.unknownKind(step.key.groupKind).summary
        }
        return (builder.finish(), failures)
    }

    private func answers(to steps: [PlanStep], _ bodies: [Int: Node]) async
        -> [Int: Result<ClusterAnswer, ClusterError>]
    {
        let client = client
        let discovery = discovery
        return await withTaskGroup(of: (Int, Result<ClusterAnswer, ClusterError>?).self) { group in
            var answers: [Int: Result<ClusterAnswer, ClusterError>] = [:]
            var waiting = steps[...]
            func ask(_ step: PlanStep) {
                let body = bodies[step.number]
                let resource = discovery?.resource(
                    step.key.groupKind, version: GroupVersion(step.apiVersion).version)
                group.addTask {
                    guard let resource, let body else { return (step.number, nil) }
                    return (step.number, await tryOut(step, body, resource, client))
                }
            }
            for _ in 0..<min(8, waiting.count) { ask(waiting.removeFirst()) }
            while let (number, answer) = await group.next() {
                answers[number] = answer
                if let step = waiting.popFirst() { ask(step) }
            }
            return answers
        }
    }
}

private func tryOut(
    _ step: PlanStep, _ body: Node, _ resource: APIResource, _ client: any ClusterClient
) async -> Result<ClusterAnswer, ClusterError>? {
    do {
        guard step.action == .createHook else {
            return .success(try await client.apply(body, resource, isDryRun: true))
        }
        var body = body
        body["metadata"]?["generateName"] = nil
        body["metadata"]?["name"] = .string(step.key.name)
        return .success(try await client.create(body, resource, isDryRun: true))
    } catch let error {
        // A hook that is deleted before it is made anew still stands in its own way.
        if step.action == .createHook, error.isPreconditionFailure { return nil }
        return .failure(error)
    }
}

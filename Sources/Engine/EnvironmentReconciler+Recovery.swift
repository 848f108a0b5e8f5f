internal import Declarations
internal import Diffing
internal import Digests
internal import EventLog
internal import Logging
internal import Model
internal import Planning
internal import Projections
internal import YAML

/// A sync that an interruption left unfinished, ready to go on.
struct Resumption: Sendable {
    var decided: DecidedPlan
    var run: SyncRun
}

/// Where a sync begins.
enum SyncBeginning: Sendable {
    /// With a saved plan, or with one that is made now.
    case starting(DecidedPlan?)
    case resuming(Resumption)
}

extension EnvironmentReconciler {
    /// Closes what an interruption left open, and goes on with it: once after a start, and again when
    /// outcomes could not be recorded.
    func recoverIfDue() async {
        guard !hasRecovered, isConnected == true, hasTargets,
            recoverAt.map({ $0 <= recorder.clock.now() }) ?? true
        else { return }
        do {
            var isComplete = true
            for sync in try await unfinishedSyncs() {
                // Not yet rendered or listed: the pass that follows goes on here.
                guard isReady(sync.row) else {
                    isComplete = false
                    continue
                }
                try await recover(sync)
            }
            hasRecovered = isComplete
        } catch {
            log.error("cannot recover the unfinished syncs of \(name): \(describe(error))")
            recoverLater()
        }
    }

    func recoverLater() {
        hasRecovered = false
        recoverAt = recorder.clock.now() + .seconds(5)
        wakeAfter(.seconds(5))
    }

    /// Waits until what an earlier process left open has been closed, so that nothing new is taken for it.
    func awaitRecovery(_ application: String) async throws {
        for _ in 0..<1500 where !hasRecovered {
            if isConnected == false {
                throw SyncError.cannotCompare(
                    application: application, reason: disconnection ?? "its cluster does not answer"
                )
            }
            wake()
            try await recorder.clock.sleep(.milliseconds(20))
        }
        guard !hasRecovered else { return }
        throw SyncError.cannotCompare(
            application: application, reason: "its cluster has not answered yet")
    }

    private struct Unfinished: Sendable {
        var name: String
        var row: SyncRow
        var steps: [StepRow]
        /// The saved plan that was asked for.
        var saved: String?
    }

    private func unfinishedSyncs() async throws -> [Unfinished] {
        let environment = name
        // Without a run before and after reading: one that ends meanwhile is not unfinished.
        let busy = Set(entries.keys.filter { entries[$0]?.run != nil })
        let all = try await recorder.store.state { state in
            state.applications.all.values.compactMap { application -> Unfinished? in
                guard application.environment == environment, let name = application.runningSync,
                    let row = state.syncs[name]
                else { return nil }
                let plan = state.plans.all.first { $0.value.usedBy == name }?.key
                return Unfinished(name: name, row: row, steps: state.steps(of: name), saved: plan)
            }
        }
        return all.filter {
            !busy.contains($0.row.application) && entries[$0.row.application]?.run == nil
        }.sorted { $0.row.requestedPosition < $1.row.requestedPosition }
    }

    private func isReady(_ row: SyncRow) -> Bool {
        guard entries[row.application] != nil else { return true }
        if case .incomplete = sight(of: row.application) { return false }
        return true
    }

    private func recover(_ sync: Unfinished) async throws {
        let outcomes = try await lookUp(sync)
        guard let entry = entries[sync.row.application], entry.run == nil else {
            return try await end(sync, "its application is no longer declared")
        }
        if outcomes.values.contains(.unknown) {
            let held = AutoSyncHeld {
                $0.reason =
                    "the outcome of a hook of \(sync.name) is unknown; sync by hand to go on"
            }
            try await recorder.record([event(.autoSyncHeld(held), sync.row.application)])
            return try await end(sync, "the outcome of a hook is unknown after an interruption")
        }
        let beginning: SyncBeginning
        switch try await resumption(of: sync, outcomes) {
        case .possible(let found): beginning = found
        case .impossible(let reason): return try await end(sync, reason)
        }
        let (stream, wake) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        entries[sync.row.application]?.run = RunningSync(name: sync.name, wake: wake)
        let request = request(of: sync.row)
        let (name, application) = (sync.name, sync.row.application)
        jobs.yield { [weak self] in
            await self?.carryOutSync(name, application, request, stream, beginning)
        }
    }

    private func end(_ sync: Unfinished, _ reason: String) async throws {
        let terminated = SyncTerminated { $0.reason = reason }
        try await recorder.record(
            [inSync(.syncTerminated(terminated), sync.name, sync.row.application)], isOutcome: true)
    }

    private func request(of row: SyncRow) -> SyncRequested {
        SyncRequested {
            $0.attempt = row.attempt
            $0.isPruning = row.isPruning
            $0.onlyObjects = row.onlyObjects
            $0.rollbackTo = row.rollbackTo
            $0.trigger = row.trigger
        }
    }

    private enum Possibility: Sendable {
        case possible(SyncBeginning)
        case impossible(String)
    }

    /// How a sync goes on; one that had not come to its plan yet is planned anew.
    private func resumption(of sync: Unfinished, _ outcomes: [Int: ApplyRecovered.Outcome])
        async throws -> Possibility
    {
        guard let planned = sync.row.plan, let bytes = try await recorder.store.blob(planned.plan)
        else {
            guard let saved = sync.saved else { return .possible(.starting(nil)) }
            return .impossible("interrupted before \(saved) was begun; run it again")
        }
        let plan = try RecordDecoder.decode(SyncPlan.self, from: bytes)
        let desired: DesiredSet
        if let past = sync.row.rollbackTo {
            do { desired = try await recordedSet(of: past, sync.row.application) } catch {
                return .impossible(describe(error))
            }
        } else if let current = entries[sync.row.application]?.desired {
            desired = current
        } else {
            return .impossible("the manifests can no longer be rendered")
        }
        var known: [Int: SyncRun.Outcome] = [:]
        var hooks: [Int: Bool] = [:]
        for step in sync.steps {
            let number = step.intent.step
            switch step.outcome {
            case .applied, .pruned: known[number] = .carriedOut
            case .failed: known[number] = .failed(step.message ?? "failed")
            case .open where outcomes[number] == .applied: known[number] = .carriedOut
            case .open, .notApplied, .unknown: break
            }
            if let outcome = step.hookOutcome { hooks[number] = outcome == .succeeded }
        }
        let bodies = bodies(of: plan, desired)
        let isComplete = plan.steps.allSatisfy { step in
            known[step.number] != nil || step.body == nil || !step.needsCall
                || bodies[step.number] != nil
        }
        guard isComplete else { return .impossible("Git has moved on since the interruption") }
        let decided = DecidedPlan(
            plan: plan, inputs: planned.inputs, decidedAt: planned.decidedAt, failures: [:],
            bodies: bodies, input: nil)
        let run = SyncRun(plan: plan, outcomes: known, finishedHooks: hooks)
        return .possible(.resuming(Resumption(decided: decided, run: run)))
    }
}

// MARK: - Looking up outcomes

extension EnvironmentReconciler {
    /// Asks the cluster what became of every intent without an outcome, and records it.
    private func lookUp(_ sync: Unfinished) async throws -> [Int: ApplyRecovered.Outcome] {
        var outcomes: [Int: ApplyRecovered.Outcome] = [:]
        var events: [NewEvent] = []
        for step in sync.steps where step.outcome == .open {
            let (outcome, live) = try await outcome(of: step, in: sync.name)
            outcomes[step.intent.step] = outcome
            let recovered = ApplyRecovered {
                $0.outcome = outcome
                $0.step = step.intent.step
                $0.resourceVersion = live?["metadata"]?["resourceVersion"]?.stringValue
                $0.uid = live?["metadata"]?["uid"]?.stringValue
            }
            events.append(
                inSync(.applyRecovered(recovered), sync.name, sync.row.application, step.object))
        }
        try await recorder.record(events, isOutcome: true)
        return outcomes
    }

    private func outcome(of step: StepRow, in sync: String) async throws -> (
        ApplyRecovered.Outcome, Node?
    ) {
        let live = try await liveObject(step.object)
        switch step.intent.action {
        case .apply:
            guard let live, let body = try await intendedBody(step) else {
                return (.notApplied, live)
            }
            let tokenised = tokenised(live, with: tokenKey)
            return (compare(desired: body, live: tokenised).isEmpty ? .applied : .notApplied, live)
        case .createNamespace: return (live == nil ? .notApplied : .applied, live)
        case .createHook:
            if let live {
                let isOld = try await isOlder(live, than: step, of: sync)
                return (isOld ? .notApplied : .applied, live)
            }
            // Gone, or never there: a hook that cleans up after itself may have run.
            let body = try await intendedBody(step)
            let cleansUp = body?["spec"]?["ttlSecondsAfterFinished"] != nil
            return (cleansUp ? .unknown : .notApplied, nil)
        case .prune, .deleteHook:
            guard let live,
                step.intent.uid == nil || live["metadata"]?["uid"]?.stringValue == step.intent.uid
            else { return (.applied, live) }
            let isGoing = live["metadata"]?["deletionTimestamp"] != nil
            return (isGoing ? .applied : .notApplied, live)
        case .moveOwnership:
            let isDone = live.map { ownershipMove(live: $0, to: fieldManager) == nil } ?? true
            return (isDone ? .applied : .notApplied, live)
        }
    }

    private func liveObject(_ key: ObjectKey) async throws -> Node? {
        if discovery?.resource(key.groupKind) == nil { try await rediscover() }
        guard let resource = discovery?.resource(key.groupKind) else { return nil }
        do {
            return try await client.get(resource, namespace: key.namespace, name: key.name)
        } catch let error {
            guard error.isNotFound else { throw error }
            return nil
        }
    }

    private func intendedBody(_ step: StepRow) async throws -> Node? {
        guard let digest = step.intent.body, let bytes = try await recorder.store.blob(digest)
        else {
            return nil
        }
        return try parseJSON(bytes)
    }

    /// Whether a live hook was there before its intent: an earlier sync made it, or somebody else.
    ///
    /// The ledger knows the uids of the hooks that syncs made. For others there is only the creation time, of
    /// a clock that is not ours: five minutes are beyond what clocks of one installation differ by.
    private func isOlder(_ live: Node, than step: StepRow, of sync: String) async throws -> Bool {
        let uid = live["metadata"]?["uid"]?.stringValue
        let prefix = sync + "/"
        let isKnown = try await recorder.store.state { state in
            state.steps.all.contains { key, row in
                row.uid == uid && row.intent.action == .createHook && !key.hasPrefix(prefix)
            }
        }
        if isKnown { return true }
        let created = live["metadata"]?["creationTimestamp"]?.stringValue.flatMap { Timestamp($0) }
        return created.map { step.intentAt - $0 > .seconds(300) } ?? false
    }
}

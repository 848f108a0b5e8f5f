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
        let requests = recoveryRequests
        do {
            var isComplete = true
            for sync in try await unfinishedSyncs() {
                // Not yet rendered or listed: the pass that follows goes on here.
                guard isReady(sync) else {
                    isComplete = false
                    continue
                }
                try await recover(sync)
            }
            // Another sync may have come to need it meanwhile.
            hasRecovered = isComplete && requests == recoveryRequests
        } catch {
            log.error("cannot recover the unfinished syncs of \(name): \(describe(error))")
            recoverLater()
        }
    }

    func recoverLater() {
        hasRecovered = false
        recoveryRequests += 1
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

    struct Unfinished: Sendable {
        var name: String
        var row: SyncRow
        var steps: [StepRow]
        /// The saved plan that was asked for.
        var saved: String?
        /// Whether Git declares its application, as far as the ledger knows.
        var isDeclared: Bool
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
                return Unfinished(
                    name: name, row: row, steps: state.steps(of: name), saved: plan,
                    isDeclared: !application.isRemoved)
            }
        }
        return all.filter {
            !busy.contains($0.row.application) && entries[$0.row.application]?.run == nil
        }.sorted { $0.row.requestedPosition < $1.row.requestedPosition }
    }

    private func isReady(_ sync: Unfinished) -> Bool {
        // Declared and without a target: its repository cannot be read yet.
        guard entries[sync.row.application] != nil else { return !sync.isDeclared }
        if case .incomplete = sight(of: sync.row.application) { return false }
        return true
    }

    private func recover(_ sync: Unfinished) async throws {
        let outcomes = try await lookUp(sync)
        guard let entry = entries[sync.row.application], entry.run == nil else {
            return try await end(sync, "its application is no longer declared")
        }
        if outcomes.values.contains(.unknown) {
            try await recorder.record([hold(sync.row.application, afterUnknownHookOf: sync.name)])
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
        markDirty(sync.row.application)
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

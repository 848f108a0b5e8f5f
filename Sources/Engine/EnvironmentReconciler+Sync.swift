internal import Declarations
internal import Diffing
internal import Digests
public import EventLog
internal import Logging
public import Model
public import Planning
internal import Projections
internal import YAML

/// Why a sync, a plan or a rollback cannot be made.
public enum SyncError: Error, Equatable, Sendable {
    case unknownApplication(String)
    case anotherSyncRuns(String)
    case cannotCompare(application: String, reason: String)
    case stalePlan(plan: String, moved: [String])
    case unknownPlan(String)
    case observeOnly(application: String)
    case cannotRollBack(to: String, reason: String, hint: String? = nil)
    case noSyncRuns(application: String)
    case noChart(application: String)
    case unknownEnvironment(application: String, destination: String)
    /// A call to the cluster had no answer; what became of it is looked up.
    case uncertain(object: String, reason: String)
}

extension SyncError: Diagnostic {
    public var summary: String {
        switch self {
        case .unknownApplication(let name): "there is no application \(name)"
        case .anotherSyncRuns(let sync): "\(sync) of the same application is still running"
        case .cannotCompare(let application, _): "cannot compare \(application) with its cluster"
        case .stalePlan(let plan, _): "\(plan) is stale"
        case .unknownPlan(let plan): "there is no plan \(plan)"
        case .observeOnly(let application): "\(application) is only observed"
        case .cannotRollBack(let sync, _, _): "cannot roll back to \(sync)"
        case .noSyncRuns(let application): "no sync of \(application) is running"
        case .noChart(let application): "\(application) has no chart"
        case .unknownEnvironment(let application, _): "\(application) has no environment"
        case .uncertain(let object, _): "it is not known whether \(object) was made"
        }
    }

    public var cause: String? {
        switch self {
        case .cannotCompare(_, let reason), .cannotRollBack(_, let reason, _),
            .uncertain(_, let reason):
            reason
        case .stalePlan(_, let moved): "changed since: \(moved.joined(separator: ", "))"
        case .unknownEnvironment(_, let destination): "no environment is \(destination)"
        case .noChart: "only charts draw random values and make keys"
        case .observeOnly: "mode: observe records and compares, and never writes"
        case .unknownApplication, .anotherSyncRuns, .unknownPlan, .noSyncRuns: nil
        }
    }

    public var hint: String? {
        switch self {
        case .unknownApplication: "tidemark status lists the applications"
        case .anotherSyncRuns(let sync): "wait for \(sync), or end it: tidemark terminate"
        case .stalePlan: "make a new plan: tidemark plan APP --save"
        case .unknownPlan: "tidemark log --type plan.saved lists the saved plans"
        case .observeOnly: "set mode: apply in tidemark.yaml"
        case .cannotRollBack(_, _, let hint): hint
        case .cannotCompare, .noSyncRuns, .noChart, .unknownEnvironment,
            .uncertain:
            nil
        }
    }
}

/// A plan with everything it was decided from.
public struct DecidedPlan: Sendable {
    public var plan: SyncPlan
    public var inputs: PlanInputs
    /// The ledger position it was decided at.
    public var decidedAt: Int64
    /// Objects the cluster refuses, found in the dry run.
    public var failures: [ObjectKey: String]
    /// The bodies to send, by step.
    var bodies: [Int: Node]
    /// What the planner was given; a saved plan that is run keeps the input it was made from.
    var planningInput: Digest?
    /// Of several sources what each was at.
    public var sources: [SourceRevision]?
    /// What is stored with the plan: its own bytes, and those of the input.
    let blobs: [Blob]

    init(
        plan: SyncPlan, inputs: PlanInputs, decidedAt: Int64, failures: [ObjectKey: String],
        bodies: [Int: Node], input: PlanningInput?
    ) {
        self.plan = plan
        self.inputs = inputs
        self.decidedAt = decidedAt
        self.failures = failures
        self.bodies = bodies
        let recorded = input.map { Blob(RecordedInput($0).bytes) }
        planningInput = recorded?.digest
        blobs = [Blob(plan.bytes)] + (recorded.map { [$0] } ?? [])
    }
}

extension EnvironmentReconciler {
    /// Records the request and hands the sync to a job of its own.
    ///
    /// - Parameters:
    ///   - id: Makes a repeated request harmless: the sync it made before is named again.
    ///   - preceding: Recorded with the request or not at all.
    ///   - plan: A saved plan to run; otherwise one is made.
    /// - Returns: Its name, such as `sync-42`.
    @discardableResult
    func startSync(
        _ application: String, _ request: SyncRequested, actor: Actor, id: EventID? = nil,
        after preceding: [Event] = [], running plan: DecidedPlan? = nil
    ) async throws -> String {
        guard let target = entries[application]?.target else {
            throw SyncError.unknownApplication(application)
        }
        let request = request.about(target)
        if let running = entries[application]?.run { throw SyncError.anotherSyncRuns(running.name) }
        let (stream, wake) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        // Taken before the first suspension, so that no second sync slips in.
        entries[application]?.run = RunningSync(name: "", wake: wake)
        do {
            let name = try await recordRequest(application, request, actor, id, preceding)
            entries[application]?.run?.name = name
            jobs.yield { [weak self] in
                await self?.carryOutSync(name, application, request, stream, .starting(plan))
            }
            return name
        } catch {
            entries[application]?.run = nil
            throw error
        }
    }

    private func recordRequest(
        _ application: String, _ request: SyncRequested, _ actor: Actor, _ id: EventID?,
        _ preceding: [Event]
    ) async throws -> String {
        while true {
            let (count, running) = try await recorder.store.state { state in
                (state.ledger["ledger"]?.syncs ?? 0, state.applications[application]?.runningSync)
            }
            if let running { throw SyncError.anotherSyncRuns(running) }
            let name = "sync-\(count + 1)"
            var event = event(.syncRequested(request), application, actor: actor, stream: name)
            event.correlation = name
            if let id { event.id = id }
            do {
                let before = preceding.map { self.event($0, application, actor: actor) }
                try await recorder.record(before + [event], expected: [name: .noStream])
                return name
            } catch LedgerError.wrongExpectedVersion {
                continue  // Another environment took this number.
            }
        }
    }

    /// Plans and runs one sync to its end, and records that end whatever happens.
    func carryOutSync(
        _ name: String, _ application: String, _ request: SyncRequested,
        _ changes: AsyncStream<Void>, _ beginning: SyncBeginning
    ) async {
        do {
            let decided: DecidedPlan
            var run: SyncRun
            switch beginning {
            case .resuming(let resumption):
                (decided, run) = (resumption.decided, resumption.run)
                entries[application]?.run?.commit = decided.plan.commit
                try await awaitListing(
                    of: Set(run.plan.steps.map(\.key.groupKind)), application)
            case .starting(let saved):
                if let saved {
                    decided = saved
                } else {
                    decided = try await decidePlan(application, request)
                }
                run = SyncRun(plan: decided.plan)
                entries[application]?.run?.commit = decided.plan.commit
                guard try await recordPlan(name, application, decided) else {
                    finishRun(application)
                    return
                }
            }
            entries[application]?.run?.keys = Set(run.plan.steps.map(\.key))
            try await drive(name, application, &run, decided, changes)
        } catch {
            // When the engine stops, the sync is taken up again at the next start.
            if !Task.isCancelled, !(error is CancellationError) {
                await recordFailure(name, application, describe(error))
            }
        }
        finishRun(application)
    }

    private func finishRun(_ application: String) {
        entries[application]?.run = nil
        entries[application]?.isDirty = true
        wake()
    }

    /// Records the plan; `false` when the dry run found objects that the cluster refuses.
    private func recordPlan(_ name: String, _ application: String, _ decided: DecidedPlan)
        async throws -> Bool
    {
        let plan = decided.plan
        let planned = SyncPlanned {
            $0.creates = plan.count(.create)
            $0.updates = plan.count(.update)
            $0.prunes = plan.count(.prune)
            $0.hooks = plan.count(.hook)
            $0.decidedAt = decided.decidedAt
            $0.inputs = decided.inputs
            $0.plan = decided.blobs[0].digest
            $0.planningInput = decided.planningInput
            $0.sources = decided.sources
        }
        var events = [inSync(.syncPlanned(planned), name, application)]
        guard !decided.failures.isEmpty else {
            events.append(inSync(.syncStarted(SyncStarted()), name, application))
            try await recorder.record(events, blobs: decided.blobs)
            return true
        }
        for (key, message) in decided.failures.sorted(by: { $0.key < $1.key }) {
            let failed = ObjectFailed { $0.message = message }
            events.append(inSync(.objectFailed(failed), name, application, key))
        }
        let failure = SyncFailed {
            $0.message = "one or more objects failed to apply (dry run)"
        }
        events.append(inSync(.syncFailed(failure), name, application))
        try await recorder.record(events, blobs: decided.blobs)
        return false
    }

    /// Ends a sync that cannot go on; one with calls whose outcome is not on record is looked up first, as
    /// after an interruption.
    private func recordFailure(_ name: String, _ application: String, _ message: String) async {
        log.error("\(name): \(message)")
        let failure = SyncFailed { $0.message = message }
        do {
            let steps = try await recorder.store.state { $0.steps(of: name) }
            guard !steps.contains(where: { $0.outcome == .open }) else {
                recoverLater()
                return
            }
            try await recorder.record(
                [inSync(.syncFailed(failure), name, application)], isOutcome: true)
        } catch {
            log.error("cannot record the end of \(name): \(describe(error))")
            recoverLater()
        }
    }

    /// An event of a sync, in the sync's own stream.
    func inSync(_ event: Event, _ sync: String, _ application: String, _ object: ObjectKey? = nil)
        -> NewEvent
    {
        var new = self.event(event, application, object, stream: sync)
        new.correlation = sync
        new.subjects.commit = entries[application]?.run?.commit ?? new.subjects.commit
        return new
    }
}

// MARK: - Running

extension EnvironmentReconciler {
    /// Runs a plan to its end: announces calls, makes them, records what came of them, waits for health.
    private func drive(
        _ name: String, _ application: String, _ run: inout SyncRun, _ decided: DecidedPlan,
        _ changes: AsyncStream<Void>
    ) async throws {
        var iterator = changes.makeAsyncIterator()
        while true {
            if let reason = entries[application]?.run?.terminationReason {
                run.terminate(because: reason)
            }
            let (effect, hooks) = run.next(live: liveObjects(of: run.plan))
            try await recordHooks(hooks, name, application, run.plan)
            entries[application]?.run?.onlyAwaitsHealth = run.onlyAwaitsHealth
            switch effect {
            case .perform(let numbers):
                let steps = numbers.map { identified(run.plan.steps[$0 - 1]) }
                try await announce(steps, name, application)
                run.announce(numbers)
                let performed = try await perform(steps, name, application, decided)
                run.record(performed.outcomes)
                run.takeBack(performed.dueAgain)
                if !performed.dueAgain.isEmpty { try await recorder.clock.sleep(.seconds(1)) }
            case .wait:
                guard await iterator.next() != nil, !Task.isCancelled else {
                    throw CancellationError()
                }
            case .finish(let result):
                try await recordEnd(result, name, application, run.plan)
                return
            }
        }
    }

    /// A deletion of a hook that this sync made names the very object, which no plan could know.
    private func identified(_ step: PlanStep) -> PlanStep {
        guard step.action == .deleteHook, step.uid == nil else { return step }
        var step = step
        step.uid = cache.objects[step.key]?.uid
        return step
    }

    private func liveObjects(of plan: SyncPlan) -> [ObjectKey: SyncRun.Live] {
        var live: [ObjectKey: SyncRun.Live] = [:]
        for step in plan.steps {
            guard let object = cache.objects[step.key] else { continue }
            live[step.key] = SyncRun.Live(uid: object.uid, health: object.health)
        }
        return live
    }

    private func announce(_ steps: [PlanStep], _ name: String, _ application: String) async throws {
        let events = steps.map { step in
            let intent = ApplyIntended {
                $0.action = step.action
                $0.body = step.body
                $0.phase = step.phase.rawValue
                $0.step = step.number
                $0.uid = step.uid
                $0.wave = step.wave
            }
            return inSync(.applyIntended(intent), name, application, step.key)
        }
        try await recorder.record(events)
    }

    private func recordHooks(
        _ hooks: [SyncRun.FinishedHook], _ name: String, _ application: String, _ plan: SyncPlan
    ) async throws {
        let events = hooks.map { hook in
            let step = plan.steps[hook.step - 1]
            let finished = HookFinished {
                $0.message = hook.message
                $0.outcome = hook.outcome
                $0.phase = step.phase.rawValue
                $0.step = step.number
            }
            return inSync(.hookFinished(finished), name, application, step.key)
        }
        try await recorder.record(events)
    }

    private func recordEnd(
        _ result: SyncRun.Result, _ name: String, _ application: String, _ plan: SyncPlan
    ) async throws {
        let steps = try await recorder.store.state { $0.steps(of: name) }
        let applied = steps.count { $0.outcome == .applied && $0.intent.action == .apply }
        let pruned = steps.count { $0.outcome == .pruned && $0.intent.action == .prune }
        let event: Event =
            switch result {
            case .succeeded:
                .syncSucceeded(
                    SyncSucceeded {
                        $0.applied = applied
                        $0.pruned = pruned
                        $0.pruneSkipped = plan.pruneSkipped.map(\.key)
                        $0.unchanged = plan.objects.count - applied
                    })
            case .failed(let message):
                .syncFailed(
                    SyncFailed {
                        $0.applied = applied
                        $0.message = message
                        $0.pruned = pruned
                    })
            case .terminated(let reason): .syncTerminated(SyncTerminated { $0.reason = reason })
            }
        try await recorder.record([inSync(event, name, application)], isOutcome: true)
    }
}

extension SyncRequested {
    /// With what each source of the target is at, unless an earlier state is asked for.
    fileprivate func about(_ target: EnvironmentReconciler.Target) -> Self {
        var request = self
        if rollbackTo == nil { request.sources = target.recordedSources }
        return request
    }
}

internal import Diffing
internal import Digests
internal import EventLog
internal import Model
internal import Planning
internal import Projections
internal import YAML

extension EnvironmentReconciler {
    /// Asks the cluster what became of every intent without an outcome, and records it.
    func lookUp(_ sync: Unfinished) async throws -> [Int: ApplyRecovered.Outcome] {
        var outcomes: [Int: ApplyRecovered.Outcome] = [:]
        var events: [NewEvent] = []
        for step in sync.steps where step.outcome == .open {
            let (outcome, live) = try await outcome(of: step, in: sync.name)
            outcomes[step.intent.step] = outcome
            events.append(recovered(step, outcome, live, sync.name, sync.row.application))
        }
        try await recorder.record(events, isOutcome: true)
        return outcomes
    }

    /// Asks the cluster what became of a call of the running sync that had no answer, and records it.
    ///
    /// - Throws: `SyncError.uncertain` when the cluster cannot tell now.
    func lookUp(_ call: Called, _ sync: String, _ application: String) async throws -> Called {
        let steps = try await recorder.store.state { $0.steps(of: sync) }
        guard let row = steps.first(where: { $0.intent.step == call.step.number }) else {
            return call
        }
        let (outcome, live): (ApplyRecovered.Outcome, Node?)
        cache.expectAnswers(about: [row.object])
        do { (outcome, live) = try await self.outcome(of: row, in: sync) } catch {
            _ = cache.settle(row.object, answer: nil, wantedKeys)
            guard let failure = error as? ClusterError else { throw error }
            throw SyncError.uncertain(object: call.step.key.shortText, reason: failure.summary)
        }
        if cache.settle(row.object, answer: live, wantedKeys) != nil {
            entries[application]?.isDirty = true
        }
        var events = [recovered(row, outcome, live, sync, application)]
        if outcome == .unknown { events.append(hold(application, afterUnknownHookOf: sync)) }
        try await recorder.record(events, isOutcome: true)
        var found = call
        if case .failed(let message) = call.outcome {
            switch outcome {
            case .applied: found.outcome = .carriedOut
            case .notApplied:
                found.outcome = .failed("\(message); it was not carried out")
                found.isDueAgain = isWorthAnother(application, step: call.step.number)
            case .unknown: found.outcome = .failed("\(message); whether it ran is not known")
            }
        }
        return found
    }

    /// A call that was not carried out is made again a few times; then the sync fails, and the application's
    /// own retries take over.
    private func isWorthAnother(_ application: String, step: Int) -> Bool {
        let count = (entries[application]?.run?.fruitless[step] ?? 0) + 1
        entries[application]?.run?.fruitless[step] = count
        return count < 3
    }

    private func recovered(
        _ step: StepRow, _ outcome: ApplyRecovered.Outcome, _ live: Node?, _ sync: String,
        _ application: String
    ) -> NewEvent {
        let recovered = ApplyRecovered {
            $0.outcome = outcome
            $0.step = step.intent.step
            $0.resourceVersion = live?["metadata"]?["resourceVersion"]?.stringValue
            $0.uid = live?["metadata"]?["uid"]?.stringValue
        }
        return inSync(.applyRecovered(recovered), sync, application, step.object)
    }

    /// An unknown hook is never run again without a person.
    func hold(_ application: String, afterUnknownHookOf sync: String) -> NewEvent {
        let held = AutoSyncHeld {
            $0.reason = "the outcome of a hook of \(sync) is unknown; sync by hand to go on"
        }
        return event(.autoSyncHeld(held), application)
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
            state.steps.contains { key, row in
                row.uid == uid && row.intent.action == .createHook && !key.hasPrefix(prefix)
            }
        }
        if isKnown { return true }
        let created = live["metadata"]?["creationTimestamp"]?.stringValue.flatMap { Timestamp($0) }
        return created.map { step.intentAt - $0 > .seconds(300) } ?? false
    }
}

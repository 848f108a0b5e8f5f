internal import Digests
internal import EventLog
internal import Model

extension LedgerState {
    mutating func foldSync(_ event: Event?, _ envelope: Envelope) {
        let name = envelope.stream
        switch event {
        case .syncRequested(let payload): foldRequest(payload, envelope)
        case .syncPlanned(let payload):
            syncs.update(name) {
                $0.phase = .planned
                $0.plan = payload
                $0.plannedPosition = envelope.position
                $0.commit = envelope.subjects.commit ?? $0.commit
            }
            notePlanned(name)
        case .planSaved(let payload):
            ledger.upsert("ledger") { $0.plans += 1 }
            plans[name] = PlanRow {
                $0.application = envelope.subjects.application ?? ""
                $0.commit = envelope.subjects.commit
                $0.environment = envelope.subjects.environment ?? ""
                $0.saved = payload
                $0.savedAt = envelope.occurredAt
                $0.savedBy = envelope.actor
                $0.savedPosition = envelope.position
            }
        case .syncStarted:
            syncs.update(name) {
                $0.phase = .running
                $0.startedAt = envelope.occurredAt
            }
        case .syncSucceeded: finish(name, .succeeded, nil, envelope)
        case .syncFailed(let payload): finish(name, .failed, payload.message, envelope)
        case .syncTerminated(let payload): finish(name, .terminated, payload.reason, envelope)
        default: break  // `fold` sends only the events above.
        }
    }

    private mutating func foldRequest(_ payload: SyncRequested, _ envelope: Envelope) {
        let name = envelope.stream
        let application = envelope.subjects.application ?? ""
        ledger.upsert("ledger") { $0.syncs += 1 }
        syncs[name] = SyncRow {
            $0.actor = envelope.actor
            $0.application = application
            $0.attempt = payload.attempt
            $0.commit = envelope.subjects.commit
            $0.environment = envelope.subjects.environment ?? ""
            $0.isPruning = payload.isPruning
            $0.onlyObjects = payload.onlyObjects
            $0.requestedAt = envelope.occurredAt
            $0.requestedPosition = envelope.position
            $0.rollbackTo = payload.rollbackTo
            $0.trigger = payload.trigger
        }
        if let plan = payload.plan { plans.update(plan) { $0.usedBy = name } }
        if payload.rollbackTo != nil, let undone = applications[application]?.lastSync {
            syncs.update(undone) { $0.rolledBackBy = name }
        }
        applications.update(application) {
            $0.lastSync = name
            $0.runningSync = name
            $0.refusal = nil
            $0.attempts.note(
                payload, envelope, $0.declaration.digest, $0.regenerations.last ?? 0)
        }
    }

    /// A newer commit may have come since the request: then it is that one which is attempted.
    private mutating func notePlanned(_ name: String) {
        guard let sync = syncs[name], sync.rollbackTo == nil, let commit = sync.commit else {
            return
        }
        applications.update(sync.application) {
            $0.attempts.note(planned: commit, sync.plan?.sources)
        }
    }

    private mutating func finish(
        _ name: String, _ phase: SyncPhase, _ message: String?, _ envelope: Envelope
    ) {
        syncs.update(name) {
            $0.phase = phase
            $0.message = message
            $0.finishedAt = envelope.occurredAt
            $0.finishedPosition = envelope.position
        }
        guard let sync = syncs[name] else { return }
        applications.update(sync.application) {
            if $0.runningSync == name { $0.runningSync = nil }
            $0.attempts.lastAt = envelope.occurredAt
            $0.attempts.lastFailed = phase != .succeeded
            if phase == .succeeded {
                $0.attempts.failures = 0
                $0.lastSynced = name
                $0.lastSyncedCommit = sync.commit
            } else {
                $0.attempts.failures += 1
            }
        }
    }

    mutating func foldStep(_ event: Event?, _ envelope: Envelope) {
        let sync = envelope.stream
        switch event {
        case .applyIntended(let payload): foldIntent(payload, envelope)
        case .objectApplied(let payload):
            let key = Self.stepKey(sync, payload.step)
            let step = close(key, .applied, envelope) {
                $0.live = payload.live
                $0.uid = payload.uid
                $0.wasChanged = payload.wasChanged
            }
            noteApplied(step, live: payload.live, uid: payload.uid, envelope)
        case .objectPruned(let payload):
            let key = Self.stepKey(sync, payload.step)
            let step = close(key, .pruned, envelope) { $0.uid = payload.uid }
            notePruned(step, envelope)
        case .objectFailed(let payload):
            guard let step = payload.step else { return }
            let key = Self.stepKey(sync, step)
            close(key, .failed, envelope) { $0.message = payload.message }
        case .applyRecovered(let payload):
            let outcome: StepRow.Outcome =
                switch payload.outcome {
                case .applied: .applied
                case .notApplied: .notApplied
                case .unknown: .unknown
                }
            let key = Self.stepKey(sync, payload.step)
            let step = close(key, outcome, envelope) {
                $0.uid = payload.uid ?? $0.uid
                $0.message = "recovered after an interruption"
            }
            if payload.outcome == .applied {
                noteApplied(step, live: nil, uid: payload.uid, envelope)
            }
        case .hookStarted(let payload):
            steps.update(Self.stepKey(sync, payload.step)) { $0.uid = payload.uid }
        case .hookFinished(let payload):
            steps.update(Self.stepKey(sync, payload.step)) {
                $0.hookOutcome = payload.outcome
                $0.message = payload.message ?? $0.message
            }
            if payload.outcome == .failed, let application = syncs[sync]?.application {
                applications.update(application) { $0.attempts.hookFailed = true }
            }
        default: break
        }
    }

    private mutating func foldIntent(_ payload: ApplyIntended, _ envelope: Envelope) {
        guard let object = envelope.subjects.object else { return }
        let key = Self.stepKey(envelope.stream, payload.step)
        var row = StepRow()
        row.intent = payload
        row.intentAt = envelope.occurredAt
        row.intentPosition = envelope.position
        row.object = object
        steps[key] = row
        noteStep(payload.step, of: envelope.stream)
    }

    /// What a step was to do to its object.
    private struct ClosedStep {
        var action: StepAction
        var body: Digest?
        var object: ObjectKey
    }

    /// - Returns: `nil` when no intent of the step is on record.
    @discardableResult
    private mutating func close(
        _ key: String, _ outcome: StepRow.Outcome, _ envelope: Envelope,
        _ change: (inout StepRow) -> Void
    ) -> ClosedStep? {
        var closed: ClosedStep?
        let time = envelope.occurredAt
        steps.update(key) {
            $0.outcome = outcome
            $0.outcomeAt = time
            change(&$0)
            closed = ClosedStep(action: $0.intent.action, body: $0.intent.body, object: $0.object)
        }
        return closed
    }

    private mutating func noteApplied(
        _ step: ClosedStep?, live: Digest?, uid: String?, _ envelope: Envelope
    ) {
        guard let step, step.action == .apply else { return }
        let environment = envelope.subjects.environment ?? ""
        let key = Self.objectKey(environment, step.object)
        let (position, sync, body) = (envelope.position, envelope.stream, step.body)
        updateObject(key, envelope) {
            $0.lastApplied = body
            $0.lastAppliedAt = position
            $0.lastAppliedBy = sync
            $0.isGone = false
            $0.live = live ?? $0.live
            $0.uid = uid ?? $0.uid
        }
    }

    private mutating func notePruned(_ step: ClosedStep?, _ envelope: Envelope) {
        guard let step, step.action == .prune else { return }
        let environment = envelope.subjects.environment ?? ""
        objects.update(Self.objectKey(environment, step.object)) {
            $0.drift = nil
            $0.isGone = true
            $0.live = nil
        }
    }
}

extension ApplicationRow.Attempts {
    /// Counts a request: an attempt at another commit, declaration or generation starts from zero.
    mutating func note(
        _ request: SyncRequested, _ envelope: Envelope, _ declaration: Digest, _ generation: Int64
    ) {
        let newCommit = envelope.subjects.commit ?? commit
        if newCommit != commit || declaration != self.declaration || generation != self.generation
            || request.rollbackTo == nil && request.sources != sources
        {
            self = Self()
            self.generation = generation
            commit = newCommit
            self.declaration = declaration
            sources = request.sources
        }
        hookFailed = false
        lastAt = envelope.occurredAt
        if request.trigger == .selfHeal { heals += 1 }
    }

    mutating func note(planned: String, _ sources: [SourceRevision]?) {
        guard planned != commit || sources != self.sources else { return }
        commit = planned
        self.sources = sources
        failures = 0
        heals = 0
    }
}

extension LedgerState {
    /// Adds to a sync what another one's request told of it.
    public mutating func noteRollback(of sync: String, by other: String) {
        syncs.update(sync) { $0.rolledBackBy = other }
    }
}

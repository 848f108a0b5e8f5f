internal import Model

/// Follows every machine of `Legality` through a ledger and tells what may not have happened.
public struct LegalityAudit: Sendable {
    private var isOpen = false
    private var syncs: [String: SyncMachine] = [:]
    private var steps: [String: StepMachine] = [:]
    private var remotes: [String: ReachabilityMachine] = [:]
    private var applications: [String: DeclarationMachine] = [:]
    private var drifts: [String: DriftMachine] = [:]
    private var plans: [String: PlanMachine] = [:]
    private var pushes: [String: PushMachine] = [:]
    private var gone = GoneEvents()

    public init() {}

    /// Takes in the next event.
    ///
    /// - Returns: What the event may not follow; empty when it is legal.
    public mutating func check(_ event: Event, _ envelope: Envelope) -> [Finding] {
        var audit = Step(envelope: envelope, gone: gone)
        if envelope.position == 1 {
            if case .ledgerOpened = event {
            } else {
                audit.refuse("the first event", "ledger.opened", envelope.type)
            }
        }
        checkGround(event, &audit)
        checkSync(event, &audit)
        gone = audit.gone
        return audit.findings
    }

    /// Takes in the next event, whose payload is gone: whatever it had moved may be in any state now.
    public mutating func skip(_ envelope: Envelope) {
        if envelope.type == EventCodec.name(of: .ledgerOpened(LedgerOpened())).type {
            isOpen = true
        }
        gone.note(envelope)
    }

    private mutating func checkReachability(
        _ event: Event, _ repository: String, _ audit: inout Step
    ) {
        if case .repositoryDropped = event {
            remotes[repository] = .reachable
            return
        }
        audit.move(&remotes[repository, default: .reachable], repository) { remote in
            if case .repositoryUnreachable = event {
                ReachabilityMachine.next(remote, .unreachable)
            } else {
                ReachabilityMachine.next(remote, .reachable)
            }
        }
    }

    private mutating func checkGround(_ event: Event, _ audit: inout Step) {
        let subjects = audit.envelope.subjects
        let repository = subjects.repository ?? ""
        let application = subjects.application ?? ""
        // Made only for the events that ask for it.
        var object: String { Self.place(of: subjects) }
        switch event {
        case .ledgerOpened:
            if isOpen { audit.refuse("ledger", "not opened before", "opened again") }
            isOpen = true
        case .repositoryUnreachable, .repositoryReachable, .repositoryDropped:
            checkReachability(event, repository, &audit)
        case .applicationDeclared:
            audit.move(&applications[application, default: .absent], application) {
                DeclarationMachine.next($0, .declared)
            }
        case .applicationChanged:
            audit.move(&applications[application, default: .absent], application) {
                DeclarationMachine.next($0, .changed)
            }
        case .applicationRemoved:
            audit.move(&applications[application, default: .absent], application) {
                DeclarationMachine.next($0, .removed)
            }
        case .driftDetected:
            audit.move(&drifts[object, default: .aligned], object) {
                DriftMachine.next($0, .detected)
            }
        case .driftResolved:
            audit.move(&drifts[object, default: .aligned], object) {
                DriftMachine.next($0, .resolved)
            }
        case .pushIntended(let payload):
            let key = "\(repository)|\(payload.commit)"
            audit.move(&pushes[key, default: .idle], key) { PushMachine.next($0, .intended) }
        case .pushFinished(let payload):
            let key = "\(repository)|\(payload.commit)"
            audit.move(&pushes[key, default: .idle], key) { PushMachine.next($0, .finished) }
        case .clockJumped, .projectionRebuilt, .verificationRun, .redactionKeyChanged,
            .configurationChanged, .repositoryRegistered, .refMoved, .commitObserved,
            .environmentDeclared, .clusterConnected, .clusterDisconnected, .declarationsRejected,
            .manifestsRendered, .renderFailed, .comparisonChanged, .objectObserved,
            .observationsSuppressed, .healthChanged, .rollbackRequested, .rollbackCommitted,
            .autoSyncHeld, .autoSyncReleased, .regenerationRequested, .checkpointSigned,
            .checkpointWitnessed,
            .signingKeyChanged, .payloadRedacted, .ledgerArchived, .evidenceAttested:
            break  // May happen at any time.
        case .syncRequested, .syncRefused, .syncPlanned, .planSaved, .planApproved, .planRejected,
            .syncStarted, .applyIntended, .objectApplied, .objectPruned, .objectFailed,
            .applyRecovered, .hookStarted,
            .hookFinished, .ownershipMoved, .syncSucceeded, .syncFailed, .syncTerminated:
            break  // Of `checkSync`.
        }
    }

    private static func place(of subjects: Subjects) -> String {
        "\(subjects.environment ?? "")|\(subjects.object?.description ?? "")"
    }

    private mutating func checkSync(_ event: Event, _ audit: inout Step) {
        let name = audit.envelope.stream
        switch event {
        case .syncRequested(let payload):
            move(name, .requested, &audit)
            if let plan = payload.plan {
                audit.move(&plans[plan, default: .none], plan) { PlanMachine.next($0, .used) }
            }
        case .syncPlanned: move(name, .planned, &audit)
        case .planSaved:
            audit.move(&plans[name, default: .none], name) { PlanMachine.next($0, .saved) }
        case .planApproved, .planRejected:
            audit.move(&plans[name, default: .none], name) { PlanMachine.next($0, .judged) }
        case .syncStarted: move(name, .started, &audit)
        case .applyIntended(let payload): move(name, payload.step, .intended, &audit)
        case .objectApplied(let payload): move(name, payload.step, .outcome, &audit)
        case .objectPruned(let payload): move(name, payload.step, .outcome, &audit)
        case .objectFailed(let payload):
            // Without a step the dry run found it, before the sync began to run.
            if let step = payload.step { move(name, step, .outcome, &audit) }
        case .applyRecovered(let payload):
            let isOutcome = payload.outcome != .notApplied
            move(name, payload.step, isOutcome ? .outcome : .notCarriedOut, &audit)
        case .ownershipMoved: move(name, .stepped, &audit)
        case .hookStarted(let payload): move(name, payload.step, .hookStarted, &audit)
        case .hookFinished(let payload): move(name, payload.step, .hookFinished, &audit)
        case .syncSucceeded:
            move(name, .succeeded, &audit)
            checkClosed(name, &audit)
        case .syncFailed, .syncTerminated:
            move(name, .failed, &audit)
            checkClosed(name, &audit)
        default: break  // Of `checkGround`, whose switch is complete.
        }
    }

    private mutating func move(
        _ sync: String, _ input: SyncMachine.Input, _ audit: inout Step
    ) {
        audit.move(&syncs[sync, default: .none], sync) { SyncMachine.next($0, input) }
    }

    private mutating func move(
        _ sync: String, _ step: Int, _ input: StepMachine.Input, _ audit: inout Step
    ) {
        if audit.gone.knowsNoSteps(of: sync) { return }
        move(sync, .stepped, &audit)
        let key = "\(sync)/\(step)"
        audit.move(&steps[key, default: .none], key) { StepMachine.next($0, input) }
        openSteps[sync, default: []].remove(step)
        if steps[key] == .intended { openSteps[sync, default: []].insert(step) }
    }

    /// The steps of each sync that are intended and have no outcome.
    private var openSteps: [String: Set<Int>] = [:]

    /// No sync ends while one of its intents has no outcome.
    private mutating func checkClosed(_ sync: String, _ audit: inout Step) {
        if audit.gone.knowsNoSteps(of: sync) { return }
        for step in (openSteps.removeValue(forKey: sync) ?? []).sorted() {
            audit.refuse("\(sync)/\(step)", "an outcome before the end", "none")
        }
    }
}

/// One event under the tables, and what it may not follow.
private struct Step {
    let envelope: Envelope
    var gone: GoneEvents
    var findings: [Finding] = []

    mutating func refuse(_ what: String, _ expected: String, _ found: String) {
        findings.append(
            Finding(position: envelope.position, what, expected: expected, found: found))
    }

    /// Follows a machine; one that may not move stays where it is.
    mutating func move<State: RawRepresentable<String> & CaseIterable>(
        _ state: inout State, _ name: String, _ next: (State) -> State?
    ) {
        let isUnknown = gone.isUnknown(name, of: envelope)
        if let following = next(state) {
            state = following
        } else if isUnknown, let following = State.allCases.lazy.compactMap(next).first {
            state = following
        } else {
            refuse(name, "an event that may follow \(state.rawValue)", envelope.type)
        }
    }
}

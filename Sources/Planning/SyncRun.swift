internal import Declarations
public import EventLog
public import Health
public import Model

/// One sync in progress, as a value: told what happened, it answers what to do next.
///
/// It owns no connection, no clock and no task, so every interleaving of answers, failures and
/// interruptions is an ordinary unit test. The engine performs the effects and reports back.
///
///     waiting ──perform──▶ called ──healthy──▶ done
///        │                   │ degraded, gone
///        └── not needed ──▶ skipped   └──────▶ failed ──▶ SyncFail hooks ──▶ finish(failed)
///
/// 1. One wave of one phase runs at a time; the next begins when every step of it is done.
/// 2. Within a wave: ownership moves, prunes, deletions of old hooks, then creations and updates, kind by
///    kind, those of one kind in parallel; last the deletions of hooks that are finished.
/// 3. A step whose call was announced is never performed again, unless it is known not to have been carried
///    out: after an interruption its outcome is given to `init`, and the run goes on from there.
/// 4. After `.finish` every further input is answered with `.wait`.
public struct SyncRun: Sendable {
    public let plan: SyncPlan
    private var states: [State]
    private var terminationReason: String?
    private var isFinished = false

    /// What became of a call to the cluster.
    public enum Outcome: Hashable, Sendable {
        /// The object stands as asked; or the deletion was accepted, or its object was gone already.
        case carriedOut
        case failed(String)
    }

    /// What the engine does next.
    public enum Effect: Hashable, Sendable {
        /// Announce these steps, call the cluster for all of them in parallel, report all outcomes.
        case perform([Int])
        /// These steps wait for their objects; report whenever one of them changes.
        case wait(for: [ObjectKey])
        case finish(Result)
    }

    public enum Result: Hashable, Sendable {
        case succeeded
        case failed(String)
        case terminated(String)
    }

    /// A live object, as far as a run needs to know it.
    public struct Live: Hashable, Sendable {
        public var uid: String
        public var health: HealthAssessment?
        public init(uid: String, health: HealthAssessment?) {
            self.uid = uid
            self.health = health
        }
    }

    /// A hook that came to its end since the last input.
    public struct FinishedHook: Hashable, Sendable {
        public var step: Int
        public var outcome: HookFinished.Outcome
        public var message: String?
    }

    private enum State: Hashable {
        case waiting
        case inFlight
        case called
        case done
        case skipped
        case failed(String)

        var isSettled: Bool {
            switch self {
            case .waiting, .inFlight, .called: false
            case .done, .skipped, .failed: true
            }
        }
    }

    /// - Parameter outcomes: Of steps that were performed before an interruption.
    public init(plan: SyncPlan, outcomes: [Int: Outcome] = [:], finishedHooks: [Int: Bool] = [:]) {
        self.plan = plan
        states = plan.steps.map { _ in .waiting }
        record(outcomes)
        for (step, hasSucceeded) in finishedHooks where states.indices.contains(step - 1) {
            states[step - 1] = hasSucceeded ? .done : .failed("the hook failed")
        }
    }

    /// Takes in the outcomes of calls that were asked for.
    public mutating func record(_ outcomes: [Int: Outcome]) {
        for (number, outcome) in outcomes where states.indices.contains(number - 1) {
            switch outcome {
            case .carriedOut: states[number - 1] = .called
            case .failed(let message): states[number - 1] = .failed(message)
            }
        }
    }

    /// Takes back steps that were announced and, as it turned out, not carried out: they are due again.
    public mutating func takeBack(_ steps: [Int]) {
        for number in steps where states.indices.contains(number - 1) {
            states[number - 1] = .waiting
        }
    }

    /// Asks the run to end as soon as no call is under way.
    public mutating func terminate(because reason: String) { terminationReason = reason }

    /// Whether everything was applied, no hook runs, and only the health of ordinary objects is awaited:
    /// a newer commit may then take over.
    public var onlyAwaitsHealth: Bool {
        !isFinished
            && zip(plan.steps, states).allSatisfy { step, state in
                switch state {
                case .waiting: step.phase > .sync || step.condition != nil || !step.needsCall
                case .inFlight: false
                case .called: !step.isHook
                case .done, .skipped, .failed: true
                }
            }
    }

    /// Says what to do next, given what the cluster holds now.
    ///
    /// - Parameter live: The objects of the plan that exist, each at least as new as the last reported call.
    /// - Returns: The effect, and the hooks that ended with this input.
    public mutating func next(live: [ObjectKey: Live]) -> (effect: Effect, hooks: [FinishedHook]) {
        guard !isFinished else { return (.wait(for: []), []) }
        let hooks = settle(live)
        let effect = effect()
        if case .finish = effect { isFinished = true }
        return (effect, hooks)
    }
}

extension SyncRun {
    /// Settles the steps whose objects have come to rest.
    private mutating func settle(_ live: [ObjectKey: Live]) -> [FinishedHook] {
        var finished: [FinishedHook] = []
        for (index, step) in plan.steps.enumerated() {
            let isCalled = states[index] == .called
            let waitsOnly = states[index] == .waiting && !step.needsCall && isCurrent(step)
            guard isCalled || waitsOnly else { continue }
            let state = rest(of: step, live[step.key])
            guard state != .called else { continue }
            states[index] = state
            guard step.isHook else { continue }
            if case .failed(let message) = state {
                finished.append(FinishedHook(step: step.number, outcome: .failed, message: message))
            } else {
                finished.append(FinishedHook(step: step.number, outcome: .succeeded, message: nil))
            }
        }
        return finished
    }

    /// Where a step that was carried out has come to: `.called` while it goes on.
    private func rest(of step: PlanStep, _ live: Live?) -> State {
        switch step.action {
        case .moveOwnership, .createNamespace: return .done
        case .prune, .deleteHook:
            // An object of the same name with another uid is a new one.
            return live == nil || (step.uid != nil && live?.uid != step.uid) ? .done : .called
        case .apply, .createHook:
            guard let live else { return .failed("vanished from the cluster") }
            guard let health = live.health, !step.isHealthIgnored else { return .done }
            switch health.status {
            case .healthy: return .done
            case .degraded: return .failed(health.message.isEmpty ? "degraded" : health.message)
            case .suspended, .progressing, .missing, .unknown: return .called
            }
        }
    }

    private func effect() -> Effect {
        if states.contains(.inFlight) { return .wait(for: []) }
        if let terminationReason { return .finish(.terminated(terminationReason)) }
        let failure = firstFailure
        guard let current = currentWave(afterFailure: failure != nil) else {
            return .finish(failure.map(Result.failed) ?? .succeeded)
        }
        let group = nextGroup(of: current)
        guard group.isEmpty else { return .perform(group) }
        return .wait(for: awaited(in: current))
    }

    /// Marks the steps of a `.perform` as under way; the engine calls this when it has announced them.
    public mutating func announce(_ steps: [Int]) {
        for number in steps where states.indices.contains(number - 1) {
            states[number - 1] = .inFlight
        }
    }

    private var firstFailure: String? {
        for (step, state) in zip(plan.steps, states) {
            if case .failed(let message) = state {
                return "\(step.key.shortText): \(message)"
            }
        }
        return nil
    }

    /// The steps of the first wave that is not settled; after a failure only its clean-up and the SyncFail
    /// phase are left.
    private func currentWave(afterFailure: Bool) -> [PlanStep]? {
        let open = plan.steps.filter { step in
            guard !states[step.number - 1].isSettled, !isMoot(step) else { return false }
            if afterFailure {
                return step.phase == .syncFail || step.condition != nil
                    || states[step.number - 1] == .inFlight
            }
            return step.phase != .syncFail
        }
        guard let first = open.first else { return nil }
        return open.filter { $0.phase == first.phase && $0.wave == first.wave }
    }

    /// Whether the condition of a hook's deletion has not come about.
    private func isMoot(_ step: PlanStep) -> Bool {
        guard let condition = step.condition, let hook = step.hookStep else { return false }
        switch (condition, states[hook - 1]) {
        case (.hookSucceeded, .done), (.hookFailed, .failed): return false
        case (_, .done), (_, .failed): return true
        // A hook that never ran leaves nothing to delete.
        case (_, .waiting), (_, .skipped): return firstFailure != nil
        default: return false
        }
    }

    private func isCurrent(_ step: PlanStep) -> Bool {
        guard let current = currentWave(afterFailure: firstFailure != nil)?.first else {
            return false
        }
        return step.phase == current.phase && step.wave == current.wave
    }

    /// The next steps that may run in parallel; empty when there are only waits.
    private func nextGroup(of wave: [PlanStep]) -> [Int] {
        var group: [PlanStep] = []
        for step in wave where step.needsCall {
            guard states[step.number - 1] == .waiting else {
                // Deletions and prunes must be over before anything is created; creations of one kind
                // need not be healthy before the next kind is applied.
                if step.stageIsBarrier { return group.map(\.number) }
                continue
            }
            if step.condition != nil, !isConditionMet(step) { continue }
            if let first = group.first, first.stageGroup != step.stageGroup { break }
            group.append(step)
        }
        return group.map(\.number)
    }

    private func isConditionMet(_ step: PlanStep) -> Bool {
        guard let condition = step.condition, let hook = step.hookStep else { return true }
        switch (condition, states[hook - 1]) {
        case (.hookSucceeded, .done), (.hookFailed, .failed): return true
        default: return false
        }
    }

    private func awaited(in wave: [PlanStep]) -> [ObjectKey] {
        wave.filter { states[$0.number - 1] == .called || !$0.needsCall }.map(\.key)
    }
}

extension PlanStep {
    /// Steps of one wave with the same group run in parallel.
    fileprivate var stageGroup: String {
        switch action {
        case .moveOwnership: "0"
        case .prune: "1"
        case .deleteHook: condition == nil ? "2" : "9"
        case .createNamespace: "3"
        case .apply, .createHook: "4 \(key.kind)"
        }
    }

    /// Whether the steps after it in the wave wait for its end.
    fileprivate var stageIsBarrier: Bool {
        switch action {
        case .moveOwnership, .prune, .createNamespace: true
        case .deleteHook: condition == nil
        case .apply, .createHook: false
        }
    }
}

/// What may follow what, in the life of each noun.
///
/// Every machine is one total table `next(state, event)`: the state after the event, or `nil` when the
/// event may not happen there. The same tables serve when deciding and when a ledger is verified.
/// Projections do not use them: what is in the ledger has happened, legal or not.
public enum Legality {}

/// A sync, from request to end.
///
///     none ─requested─▶ requested ─planned─▶ planned ─started─▶ running ─▶ succeeded | failed | terminated
///
/// It may fail or be terminated at any time before its end; a sync without changes succeeds as planned.
public enum SyncMachine: String, Sendable, CaseIterable {
    case none, requested, planned, running, ended

    public enum Input: Sendable, CaseIterable {
        case requested, planned, started, stepped, succeeded, failed
    }

    public static func next(_ state: Self, _ input: Input) -> Self? {
        switch (state, input) {
        case (.none, .requested): .requested
        case (.requested, .planned): .planned
        case (.planned, .started): .running
        case (.running, .stepped): .running
        case (.planned, .succeeded), (.running, .succeeded): .ended
        case (.requested, .failed), (.planned, .failed), (.running, .failed): .ended
        case (.none, _), (.requested, _), (.planned, _), (.running, _), (.ended, _): nil
        }
    }
}

/// One step of a sync: an intent, then exactly one outcome; a hook's end comes after its outcome.
///
///     none ─intended─▶ intended ─outcome─▶ done ─hookStarted─▶ hookRunning ─hookFinished─▶ hookEnded
///
/// An intent that turns out not to have been carried out leaves the step as it was: it may be intended
/// again by the same sync.
public enum StepMachine: String, Sendable, CaseIterable {
    case none, intended, done, hookRunning, hookEnded

    public enum Input: Sendable, CaseIterable {
        case intended, outcome, notCarriedOut, hookStarted, hookFinished
    }

    public static func next(_ state: Self, _ input: Input) -> Self? {
        switch (state, input) {
        case (.none, .intended): .intended
        case (.intended, .outcome): .done
        case (.intended, .notCarriedOut): Self.none
        // The creation of a hook may be told as an outcome, as the start of the hook, or as both.
        case (.intended, .hookStarted), (.done, .hookStarted): .hookRunning
        case (.hookRunning, .outcome): .hookRunning
        case (.intended, .hookFinished), (.done, .hookFinished), (.hookRunning, .hookFinished):
            .hookEnded
        case (.none, _), (.intended, _), (.done, _), (.hookRunning, _), (.hookEnded, _): nil
        }
    }
}

/// Whether a remote answers: each change is recorded once.
public enum ReachabilityMachine: String, Sendable, CaseIterable {
    case reachable, unreachable

    public enum Input: Sendable, CaseIterable { case unreachable, reachable }

    public static func next(_ state: Self, _ input: Input) -> Self? {
        switch (state, input) {
        case (.reachable, .unreachable): .unreachable
        case (.unreachable, .reachable): .reachable
        case (.reachable, .reachable), (.unreachable, .unreachable): nil
        }
    }
}

/// An application: declared, changed, removed, and perhaps declared again.
public enum DeclarationMachine: String, Sendable, CaseIterable {
    case absent, declared

    public enum Input: Sendable, CaseIterable { case declared, changed, removed }

    public static func next(_ state: Self, _ input: Input) -> Self? {
        switch (state, input) {
        case (.absent, .declared): .declared
        case (.declared, .changed): .declared
        case (.declared, .removed): .absent
        case (.absent, .changed), (.absent, .removed), (.declared, .declared): nil
        }
    }
}

/// The drift of one object: detected, perhaps detected again with other fields, resolved.
public enum DriftMachine: String, Sendable, CaseIterable {
    case aligned, drifted

    public enum Input: Sendable, CaseIterable { case detected, resolved }

    public static func next(_ state: Self, _ input: Input) -> Self? {
        switch (state, input) {
        case (.aligned, .detected), (.drifted, .detected): .drifted
        case (.drifted, .resolved): .aligned
        case (.aligned, .resolved): nil
        }
    }
}

/// A saved plan: saved once, before anybody approves or rejects it, and before a sync runs it.
///
/// It may be run again as long as it is not stale, which is decided from its inputs.
public enum PlanMachine: String, Sendable, CaseIterable {
    case none, saved, used

    public enum Input: Sendable, CaseIterable { case saved, judged, used }

    public static func next(_ state: Self, _ input: Input) -> Self? {
        switch (state, input) {
        case (.none, .saved): .saved
        case (.saved, .judged): .saved
        case (.saved, .used), (.used, .used), (.used, .judged): .used
        case (.none, .used), (.none, .judged), (.saved, .saved), (.used, .saved): nil
        }
    }
}

/// The push of one commit: intended, then finished; what was not pushed may be intended again.
public enum PushMachine: String, Sendable, CaseIterable {
    case idle, intended

    public enum Input: Sendable, CaseIterable { case intended, finished }

    public static func next(_ state: Self, _ input: Input) -> Self? {
        switch (state, input) {
        case (.idle, .intended): .intended
        case (.intended, .finished): .idle
        case (.idle, .finished), (.intended, .intended): nil
        }
    }
}

public import Digests
public import EventLog
public import Model

/// Where a sync stands; `Legality` names the ways between.
public enum SyncPhase: String, StoredEnum {
    case requested, planned, running, succeeded, failed, terminated

    public var isFinished: Bool {
        switch self {
        case .requested, .planned, .running: false
        case .succeeded, .failed, .terminated: true
        }
    }
}

/// A sync, by its name, such as `sync-42`.
public struct SyncRow: Row {
    public var actor = Actor()
    public var application = ""
    public var attempt = 0
    public var commit: String?
    public var environment = ""
    public var evidence: [Evidence] = []
    public var finishedAt: Timestamp?
    /// Positions of the events that request, plan and finish it.
    public var finishedPosition: Int64?
    public var isPruning = false
    public var message: String?
    public var onlyObjects: [ObjectKey] = []
    public var phase = SyncPhase.requested
    public var plan: SyncPlanned?
    public var plannedPosition: Int64?
    public var requestedAt = Timestamp(nanoseconds: 0)
    public var requestedPosition: Int64 = 0
    public var rollbackTo: String?
    public var rolledBackBy: String?
    public var startedAt: Timestamp?
    public var trigger = SyncTrigger.manual
    public init() {}

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("actor", &actor)
        try coder.field("application", &application)
        try coder.field("attempt", &attempt)
        try coder.field("commit", &commit)
        try coder.field("environment", &environment)
        try coder.field("evidence", &evidence)
        try coder.field("finishedAt", &finishedAt)
        try coder.field("finishedPosition", &finishedPosition)
        try coder.field("isPruning", &isPruning)
        try coder.field("message", &message)
        try coder.field("onlyObjects", &onlyObjects)
        try coder.field("phase", &phase)
        try coder.field("plan", &plan)
        try coder.field("plannedPosition", &plannedPosition)
        try coder.field("requestedAt", &requestedAt)
        try coder.field("requestedPosition", &requestedPosition)
        try coder.field("rollbackTo", &rollbackTo)
        try coder.field("rolledBackBy", &rolledBackBy)
        try coder.field("startedAt", &startedAt)
        try coder.field("trigger", &trigger)
    }
}

/// One step of a sync, by `sync-42/7`.
public struct StepRow: Row {
    public enum Outcome: String, StoredEnum {
        case open, applied, pruned, failed, notApplied, unknown
    }

    public var hookOutcome: HookFinished.Outcome?
    public var intent = ApplyIntended()
    public var intentAt = Timestamp(nanoseconds: 0)
    public var intentPosition: Int64 = 0
    public var live: Digest?
    public var message: String?
    public var object = ObjectKey(group: "", kind: "-", namespace: "", name: "-")
    public var outcome = Outcome.open
    public var outcomeAt: Timestamp?
    public var uid: String?
    public var wasChanged = true
    public init() {}

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("hookOutcome", &hookOutcome)
        try coder.field("intent", &intent)
        try coder.field("intentAt", &intentAt)
        try coder.field("intentPosition", &intentPosition)
        try coder.field("live", &live)
        try coder.field("message", &message)
        try coder.field("object", &object)
        try coder.field("outcome", &outcome)
        try coder.field("outcomeAt", &outcomeAt)
        try coder.field("uid", &uid)
        try coder.field("wasChanged", &wasChanged)
    }
}

/// A saved plan, by its name, such as `plan-17`.
public struct PlanRow: Row {
    public var application = ""
    public var commit: String?
    public var environment = ""
    /// In the order in which they were given.
    public var judgements: [Judgement] = []
    public var saved = PlanSaved()
    public var savedAt = Timestamp(nanoseconds: 0)
    public var savedBy = Actor()
    public var savedPosition: Int64 = 0
    public var usedBy: String?
    public init() {}

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("application", &application)
        try coder.field("commit", &commit)
        try coder.field("environment", &environment)
        try coder.field("judgements", &judgements)
        try coder.field("saved", &saved)
        try coder.field("savedAt", &savedAt)
        try coder.field("savedBy", &savedBy)
        try coder.field("savedPosition", &savedPosition)
        try coder.field("usedBy", &usedBy)
    }
}

/// A push whose outcome is not yet known, by `REPOSITORY|COMMIT`.
public struct PushRow: Row {
    public var branch = ""
    public var commit = ""
    public var expected: String?
    public var repository = ""
    public init() {}

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("branch", &branch)
        try coder.field("commit", &commit)
        try coder.field("expected", &expected)
        try coder.field("repository", &repository)
    }
}

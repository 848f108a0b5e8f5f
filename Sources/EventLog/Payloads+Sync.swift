public import Digests
public import Model

public enum SyncTrigger: String, StoredEnum { case automated, manual, selfHeal, rollback, removal }

/// Somebody or something wants an application brought to a commit, or back to what a sync had applied.
public struct SyncRequested: Coded {
    /// How many attempts at the same commit came before this one.
    public var attempt = 0
    public var isPruning = false
    /// Only these objects; empty means all.
    public var onlyObjects: [ObjectKey] = []
    /// The saved plan that is to be run.
    public var plan: String?
    /// The sync whose objects are applied again, such as `sync-39`.
    public var rollbackTo: String?
    /// What each source was at; `nil` when there is one of Git.
    public var sources: [SourceRevision]?
    public var trigger = SyncTrigger.manual
    public init() {}

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("attempt", &attempt)
        try coder.field("isPruning", &isPruning)
        try coder.field("onlyObjects", &onlyObjects)
        try coder.field("plan", &plan)
        try coder.field("rollbackTo", &rollbackTo)
        try coder.field("sources", &sources)
        try coder.field("trigger", &trigger)
    }
}

/// Why nothing happened; recorded once for each (application, commit, reason).
public struct SyncRefused: Coded {
    public enum Reason: String, StoredEnum {
        case alreadyAttempted, backoff, wouldPruneEverything, observeOnly, held, stalePlan
        case clusterUnreachable, renderFailed, secretUnavailable, anotherSyncRuns, ledgerFull
        case waitingForApproval, unsignedCommit, unknownDestination, unknownRepository
    }

    public var message = ""
    public var reason = Reason.alreadyAttempted
    public init() {}

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("message", &message)
        try coder.field("reason", &reason)
    }
}

/// The digests of everything a plan was decided from.
public struct PlanInputs: Coded, StoredValue, Hashable {
    /// Of the declaration of the application.
    public var application = Digest(of: "")
    /// Of the keys and bodies of the desired set.
    public var desired = Digest(of: "")
    /// Of how the live set differs from the desired one, whatever else changes of it; `nil` in older events.
    public var differences: Digest?
    public var discovery = Digest(of: "")
    /// Of the server's answers to the dry run of the whole plan.
    public var dryRun = Digest(of: "")
    /// Of the keys, uids, resource versions and bodies of the live set.
    public var live = Digest(of: "")
    public var plannerVersion = 1
    public var project = Digest(of: "")
    public var time = Timestamp(nanoseconds: 0)
    public var windows = Digest(of: "")
    public init() {}

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("application", &application)
        try coder.field("desired", &desired)
        try coder.field("differences", &differences)
        try coder.field("discovery", &discovery)
        try coder.field("dryRun", &dryRun)
        try coder.field("live", &live)
        try coder.field("plannerVersion", &plannerVersion)
        try coder.field("project", &project)
        try coder.field("time", &time)
        try coder.field("windows", &windows)
    }
}

public struct SyncPlanned: Coded, StoredValue {
    public var creates = 0
    /// The ledger position the plan was decided at.
    public var decidedAt: Int64 = 0
    public var hooks = 0
    public var inputs = PlanInputs()
    /// Of the plan in canonical JSON; the key of its blob.
    public var plan = Digest(of: "")
    /// Of everything the planner was given, in canonical JSON; the key of its blob, from which the plan can
    /// be made again.
    public var planningInput: Digest?
    public var prunes = 0
    /// What each source was at; `nil` when there is one of Git.
    public var sources: [SourceRevision]?
    public var updates = 0
    public init() {}

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("creates", &creates)
        try coder.field("decidedAt", &decidedAt)
        try coder.field("hooks", &hooks)
        try coder.field("inputs", &inputs)
        try coder.field("plan", &plan)
        try coder.field("planningInput", &planningInput)
        try coder.field("prunes", &prunes)
        try coder.field("sources", &sources)
        try coder.field("updates", &updates)
    }
}

/// A plan kept for later under the name `plan-N`: its stream.
public struct PlanSaved: Coded, StoredValue {
    /// The accounts of those who wrote what it brings, ascending; `nil` in older events.
    ///
    /// Names and addresses of the authors, and addresses of the committers, of the commits since the one that was
    /// synced last.
    public var authors: [String]?
    public var decidedAt: Int64 = 0
    public var inputs = PlanInputs()
    public var plan = Digest(of: "")
    /// As in `SyncPlanned`.
    public var planningInput: Digest?
    public init() {}

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("authors", &authors)
        try coder.field("decidedAt", &decidedAt)
        try coder.field("inputs", &inputs)
        try coder.field("plan", &plan)
        try coder.field("planningInput", &planningInput)
    }
}

public struct SyncStarted: Coded {
    public init() {}
    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {}
}

public enum StepAction: String, StoredEnum {
    case createNamespace, apply, createHook, deleteHook, prune, moveOwnership
}

/// A call to the cluster is about to be made; everything that decides its identity is fixed here.
public struct ApplyIntended: Coded, StoredValue {
    public var action = StepAction.apply
    /// Of the body that is sent, with tokens for secret values.
    public var body: Digest?
    public var phase = ""
    /// Number of the step within its plan.
    public var step = 0
    /// The live object this acts on; `nil` when there must be none.
    public var uid: String?
    public var wave = 0
    public init() {}

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("action", &action)
        try coder.field("body", &body)
        try coder.field("phase", &phase)
        try coder.field("step", &step)
        try coder.field("uid", &uid)
        try coder.field("wave", &wave)
    }
}

public struct ObjectApplied: Coded {
    /// Of the object as the server answered, with tokens for secret values.
    public var live: Digest?
    public var resourceVersion = ""
    public var step = 0
    public var uid = ""
    public var warnings: [String] = []
    /// Whether the call changed anything.
    public var wasChanged = true
    public init() {}

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("live", &live)
        try coder.field("resourceVersion", &resourceVersion)
        try coder.field("step", &step)
        try coder.field("uid", &uid)
        try coder.field("warnings", &warnings)
        try coder.field("wasChanged", &wasChanged)
    }
}

public struct ObjectPruned: Coded {
    public var step = 0
    public var uid = ""
    public init() {}

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("step", &step)
        try coder.field("uid", &uid)
    }
}

public struct ObjectFailed: Coded {
    public var message = ""
    /// `nil` when the failure was found before any call, in the dry run.
    public var step: Int?
    public init() {}

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("message", &message)
        try coder.field("step", &step)
    }
}

/// What the cluster says of an intent whose outcome was never recorded.
public struct ApplyRecovered: Coded {
    public enum Outcome: String, StoredEnum { case applied, notApplied, unknown }

    public var outcome = Outcome.unknown
    public var resourceVersion: String?
    public var step = 0
    public var uid: String?
    public init() {}

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("outcome", &outcome)
        try coder.field("resourceVersion", &resourceVersion)
        try coder.field("step", &step)
        try coder.field("uid", &uid)
    }
}

public struct HookStarted: Coded {
    public var phase = ""
    public var step = 0
    public var uid = ""
    public init() {}

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("phase", &phase)
        try coder.field("step", &step)
        try coder.field("uid", &uid)
    }
}

public struct HookFinished: Coded {
    public enum Outcome: String, StoredEnum { case succeeded, failed, unknown }

    public var message: String?
    public var outcome = Outcome.succeeded
    public var phase = ""
    public var step = 0
    public init() {}

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("message", &message)
        try coder.field("outcome", &outcome)
        try coder.field("phase", &phase)
        try coder.field("step", &step)
    }
}

public struct SyncSucceeded: Coded {
    public var applied = 0
    public var pruned = 0
    public var pruneSkipped: [ObjectKey] = []
    public var unchanged = 0
    public init() {}

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("applied", &applied)
        try coder.field("pruneSkipped", &pruneSkipped)
        try coder.field("pruned", &pruned)
        try coder.field("unchanged", &unchanged)
    }
}

public struct SyncFailed: Coded {
    public var applied = 0
    public var message = ""
    public var pruned = 0
    public init() {}

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("applied", &applied)
        try coder.field("message", &message)
        try coder.field("pruned", &pruned)
    }
}

public struct SyncTerminated: Coded {
    public var reason = ""
    public init() {}

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("reason", &reason)
    }
}

/// Somebody wants new random values, keys and certificates from an application's charts.
public struct RegenerationRequested: Coded {
    public var reason: String?
    public init() {}

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("reason", &reason)
    }
}

/// Back to what a sync had applied, from the ledger's bodies or by a commit that reverts.
public struct RollbackRequested: Coded {
    public enum Method: String, StoredEnum { case recordedBodies, revertCommit }

    public var method = Method.recordedBodies
    /// Such as `sync-39`; `nil` when the newest commit is reverted.
    public var to: String?
    public init() {}

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("method", &method)
        try coder.field("to", &to)
    }
}

public struct RollbackCommitted: Coded {
    /// The commit that reverts; its push is on record as `push.intended` and `push.finished`.
    public var commit = ""
    public var reverted: [String] = []
    public init() {}

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("commit", &commit)
        try coder.field("reverted", &reverted)
    }
}

/// Auto-sync and self-heal of an application stand still until somebody releases them.
public struct AutoSyncHeld: Coded {
    public var reason = ""
    public init() {}

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("reason", &reason)
    }
}

public struct AutoSyncReleased: Coded {
    public var reason = ""
    public init() {}

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("reason", &reason)
    }
}

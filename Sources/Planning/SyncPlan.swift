public import Declarations
public import Digests
public import EventLog
public import Model

/// Everything a sync will do, in order: one value that is shown, stored, approved and run.
public struct SyncPlan: Coded {
    public var application = ""
    public var commit: String?
    public var environment = ""
    /// Every desired object with its body, also those that are already as desired: what a later rollback
    /// to this sync brings back.
    public var objects: [PlannedObject] = []
    /// The shape and rules this plan was made by; replays name it.
    public var plannerVersion = SyncPlan.currentVersion
    /// Objects that left Git and stay, with the reason.
    public var pruneSkipped: [SkippedPrune] = []
    public var steps: [PlanStep] = []
    public init() {}

    public static let currentVersion = 1

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("application", &application)
        try coder.field("commit", &commit)
        try coder.field("environment", &environment)
        try coder.field("objects", &objects)
        try coder.field("plannerVersion", &plannerVersion)
        try coder.field("pruneSkipped", &pruneSkipped)
        try coder.field("steps", &steps)
    }
}

/// One object of the desired set.
public struct PlannedObject: Coded, StoredValue, Hashable {
    /// Of the body in canonical JSON, with tokens for secret values.
    public var body = Digest(of: "")
    public var isHealthIgnored = false
    public var key = ObjectKey(group: "", kind: "-", namespace: "", name: "-")
    public var phase = Phase.sync
    public var wave = 0
    public init() {}

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("body", &body)
        try coder.field("isHealthIgnored", &isHealthIgnored)
        try coder.field("key", &key)
        try coder.field("phase", &phase)
        try coder.field("wave", &wave)
    }
}

public struct SkippedPrune: Coded, StoredValue, Hashable {
    public var key = ObjectKey(group: "", kind: "-", namespace: "", name: "-")
    public var reason = ""
    public init() {}

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("key", &key)
        try coder.field("reason", &reason)
    }
}

/// One call to the cluster, or the wait for an object that needs none.
public struct PlanStep: Coded, StoredValue, Hashable {
    public enum Change: String, StoredEnum {
        case create, update, none, prune, hook, cleanup
    }

    /// When a hook's object is deleted; `nil` of steps that always run.
    public enum Condition: String, StoredEnum { case hookSucceeded, hookFailed }

    public var action = StepAction.apply
    /// The apiVersion the object is written in.
    public var apiVersion = ""
    public var body: Digest?
    public var change = Change.none
    public var condition: Condition?
    /// What changes, field by field, as text for people.
    public var fields: [PlannedField] = []
    /// Of a deleteHook step: the step that makes the hook.
    public var hookStep: Int?
    public var isHealthIgnored = false
    public var key = ObjectKey(group: "", kind: "-", namespace: "", name: "-")
    /// From 1, in the order of the plan.
    public var number = 0
    public var phase = Phase.sync
    /// The live object that the step is about; `nil` when there must be none.
    public var uid: String?
    public var wave = 0
    public init() {}

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("action", &action)
        try coder.field("apiVersion", &apiVersion)
        try coder.field("body", &body)
        try coder.field("change", &change)
        try coder.field("condition", &condition)
        try coder.field("fields", &fields)
        try coder.field("hookStep", &hookStep)
        try coder.field("isHealthIgnored", &isHealthIgnored)
        try coder.field("key", &key)
        try coder.field("number", &number)
        try coder.field("phase", &phase)
        try coder.field("uid", &uid)
        try coder.field("wave", &wave)
    }

    public var isHook: Bool { action == .createHook }

    /// Whether carrying it out calls the cluster.
    public var needsCall: Bool { change != .none }
}

/// A field that a step changes; values as JSON, with tokens for secret values.
public struct PlannedField: Coded, StoredValue, Hashable {
    public var desired: String?
    public var live: String?
    public var path = ""
    public init() {}

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("desired", &desired)
        try coder.field("live", &live)
        try coder.field("path", &path)
    }
}

extension SyncPlan {
    /// The canonical bytes: what the plan's digest and blob are made of.
    public var bytes: [UInt8] { RecordEncoder.encode(self) }

    public func count(_ change: PlanStep.Change) -> Int { steps.count { $0.change == change } }

    /// Whether running it would call the cluster for anything but hooks.
    public var changesAnything: Bool {
        steps.contains { $0.change == .create || $0.change == .update || $0.change == .prune }
    }
}

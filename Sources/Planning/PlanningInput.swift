public import Declarations
public import Digests
public import EventLog
public import Model

/// One object as Git wants it, with what its annotations say about syncing.
public struct DesiredObject: Sendable {
    public var key: ObjectKey
    public var apiVersion: String
    /// Of the body in canonical JSON, with tokens for secret values.
    public var body: Digest
    public var directives: ResourceDirectives
    /// The prefix of a hook that gets a new name each time.
    public var generateName: String?
    /// The kind it defines, when it is a CustomResourceDefinition.
    public var definedKind: GroupKind?

    public init(
        key: ObjectKey, apiVersion: String, body: Digest, directives: ResourceDirectives,
        generateName: String? = nil, definedKind: GroupKind? = nil
    ) {
        self.key = key
        self.apiVersion = apiVersion
        self.body = body
        self.directives = directives
        self.generateName = generateName
        self.definedKind = definedKind
    }
}

/// How one desired or tracked object compares with the cluster.
public struct ComparedObject: Sendable {
    public var verdict: ObjectVerdict
    /// The live object's uid; `nil` when there is none.
    public var uid: String?
    public var resourceVersion: String?
    public var fields: [PlannedField]
    /// Whether fields that other tools applied must first become Tidemark's.
    public var needsOwnershipMove: Bool
    /// Of an extra object: its wave, and whether its annotations forbid or delay its removal.
    public var liveWave: Int
    public var isPruneForbidden: Bool
    public var isPrunedLast: Bool
    public var liveAPIVersion: String

    public init(
        verdict: ObjectVerdict, uid: String? = nil, resourceVersion: String? = nil,
        fields: [PlannedField] = [], needsOwnershipMove: Bool = false, liveWave: Int = 0,
        isPruneForbidden: Bool = false, isPrunedLast: Bool = false, liveAPIVersion: String = ""
    ) {
        self.verdict = verdict
        self.uid = uid
        self.resourceVersion = resourceVersion
        self.fields = fields
        self.needsOwnershipMove = needsOwnershipMove
        self.liveWave = liveWave
        self.isPruneForbidden = isPruneForbidden
        self.isPrunedLast = isPrunedLast
        self.liveAPIVersion = liveAPIVersion
    }
}

/// All that a plan is decided from.
public struct PlanningInput: Sendable {
    public var application: String
    public var environment: String
    public var commit: String?
    public var desired: [DesiredObject]
    /// Every desired object and every live one that is tracked as the application's, by key.
    public var compared: [ObjectKey: ComparedObject]
    /// Live objects that stand where a hook is to be made.
    public var liveHooks: [ObjectKey: String]
    public var isPruning: Bool
    public var isPrunedLast: Bool
    /// Leave objects alone that are already as desired, and do not wait for them.
    public var onlyOutOfSync: Bool
    /// Only these objects, and no hooks; empty means all.
    public var onlyObjects: Set<ObjectKey>
    /// The namespace to create first, when the application asks for it and it is not there.
    public var namespaceToCreate: String?
    /// Goes into the names of hooks that get a new name each time.
    public var time: Timestamp

    public init(
        application: String, environment: String, commit: String?, desired: [DesiredObject],
        compared: [ObjectKey: ComparedObject], time: Timestamp
    ) {
        self.application = application
        self.environment = environment
        self.commit = commit
        self.desired = desired
        self.compared = compared
        self.time = time
        liveHooks = [:]
        isPruning = false
        isPrunedLast = false
        onlyOutOfSync = false
        onlyObjects = []
        namespaceToCreate = nil
    }
}

public import Declarations
public import Digests
public import EventLog
public import Model

/// A `PlanningInput` in its stored form: what `sync.planned` and `plan.saved` keep as a blob, so that a plan
/// can be made again from exactly what it was decided from.
public struct RecordedInput: Coded {
    public var application = ""
    public var commit: String?
    /// In ascending order of keys, as is `desired`.
    public var compared: [Compared] = []
    public var desired: [Desired] = []
    public var environment = ""
    public var isPrunedLast = false
    public var isPruning = false
    public var liveHooks: [LiveHook] = []
    public var namespaceToCreate: String?
    public var onlyObjects: [ObjectKey] = []
    public var onlyOutOfSync = false
    public var time = Timestamp(nanoseconds: 0)
    public init() {}

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("application", &application)
        try coder.field("commit", &commit)
        try coder.field("compared", &compared)
        try coder.field("desired", &desired)
        try coder.field("environment", &environment)
        try coder.field("isPrunedLast", &isPrunedLast)
        try coder.field("isPruning", &isPruning)
        try coder.field("liveHooks", &liveHooks)
        try coder.field("namespaceToCreate", &namespaceToCreate)
        try coder.field("onlyObjects", &onlyObjects)
        try coder.field("onlyOutOfSync", &onlyOutOfSync)
        try coder.field("time", &time)
    }

    /// A live object that stands where a hook is to be made.
    public struct LiveHook: Coded, StoredValue, Hashable {
        public var key = ObjectKey(group: "", kind: "-", namespace: "", name: "-")
        public var uid = ""
        public init() {}

        public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
            try coder.field("key", &key)
            try coder.field("uid", &uid)
        }
    }

    /// A `ComparedObject` with its key.
    public struct Compared: Coded, StoredValue, Hashable {
        public var fields: [PlannedField] = []
        public var isPruneForbidden = false
        public var isPrunedLast = false
        public var key = ObjectKey(group: "", kind: "-", namespace: "", name: "-")
        public var liveAPIVersion = ""
        public var liveWave = 0
        public var needsOwnershipMove = false
        public var resourceVersion: String?
        public var uid: String?
        public var verdict = ObjectVerdict.same
        public init() {}

        public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
            try coder.field("fields", &fields)
            try coder.field("isPruneForbidden", &isPruneForbidden)
            try coder.field("isPrunedLast", &isPrunedLast)
            try coder.field("key", &key)
            try coder.field("liveAPIVersion", &liveAPIVersion)
            try coder.field("liveWave", &liveWave)
            try coder.field("needsOwnershipMove", &needsOwnershipMove)
            try coder.field("resourceVersion", &resourceVersion)
            try coder.field("uid", &uid)
            try coder.field("verdict", &verdict)
        }
    }

    /// A `DesiredObject` with its directives.
    public struct Desired: Coded, StoredValue, Hashable {
        public enum Role: String, StoredEnum { case resource, hook, skipped }

        public var apiVersion = ""
        public var body = Digest(of: "")
        public var definedKind: DefinedKind?
        /// In ascending order of their names.
        public var deletePolicies: [ResourceDirectives.DeletePolicy] = []
        public var deletesWithApplication = true
        public var generateName: String?
        public var ignoresExtraneous = false
        public var ignoresHealth = false
        public var key = ObjectKey(group: "", kind: "-", namespace: "", name: "-")
        /// Of a hook.
        public var phases: [Phase] = []
        public var prunes = true
        public var prunesLast = false
        public var role = Role.resource
        public var wave = 0
        public init() {}

        public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
            try coder.field("apiVersion", &apiVersion)
            try coder.field("body", &body)
            try coder.field("definedKind", &definedKind)
            try coder.field("deletePolicies", &deletePolicies)
            try coder.field("deletesWithApplication", &deletesWithApplication)
            try coder.field("generateName", &generateName)
            try coder.field("ignoresExtraneous", &ignoresExtraneous)
            try coder.field("ignoresHealth", &ignoresHealth)
            try coder.field("key", &key)
            try coder.field("phases", &phases)
            try coder.field("prunes", &prunes)
            try coder.field("prunesLast", &prunesLast)
            try coder.field("role", &role)
            try coder.field("wave", &wave)
        }
    }

    /// The kind that a CustomResourceDefinition defines.
    public struct DefinedKind: Coded, StoredValue, Hashable {
        public var group = ""
        public var kind = ""
        public init() {}

        public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
            try coder.field("group", &group)
            try coder.field("kind", &kind)
        }
    }
}

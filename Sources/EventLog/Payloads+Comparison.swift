public import Digests
public import Model

/// The desired set of an application at a commit.
public struct ManifestsRendered: Coded {
    public struct Object: Coded, StoredValue, Hashable {
        /// Of the body in canonical JSON, with tokens for secret values; the key of its blob.
        public var digest = Digest(of: "")
        /// Where the manifest stands, from the root of the repository.
        public var file = ""
        public var key = ObjectKey(group: "", kind: "-", namespace: "", name: "-")
        public var line = 0
        public init() {}

        public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
            try coder.field("digest", &digest)
            try coder.field("file", &file)
            try coder.field("key", &key)
            try coder.field("line", &line)
        }
    }

    /// Something that the templates of a chart asked of the cluster, or of the machine.
    public struct Answer: Coded, StoredValue, Hashable {
        public var answer = ""
        /// Of what a lookup found, in canonical JSON, with tokens for secret values; the key of its blob.
        public var body: Digest?
        /// Such as `apiVersions has monitoring.coreos.com/v1`; of `zone Europe/Berlin` the answer is its file's digest.
        public var question = ""
        public init() {}

        public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
            try coder.field("answer", &answer)
            try coder.field("body", &body)
            try coder.field("question", &question)
        }
    }

    /// A certificate in the desired set.
    public struct Certificate: Coded, StoredValue, Hashable {
        public var endsAt = Timestamp(nanoseconds: 0)
        /// Where in the object it stands, such as `data.tls.crt`.
        public var field = ""
        /// Whether a function of the chart made it.
        public var isGenerated = false
        public var key = ObjectKey(group: "", kind: "-", namespace: "", name: "-")
        public init() {}

        public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
            try coder.field("endsAt", &endsAt)
            try coder.field("field", &field)
            try coder.field("isGenerated", &isGenerated)
            try coder.field("key", &key)
        }
    }

    /// What the templates of a chart asked of cluster and machine, in ascending order; `nil` when they asked nothing.
    public var asked: [Answer]?
    /// Certificates in the objects, in ascending order; `nil` when there are none.
    public var certificates: [Certificate]?
    /// Name and version of the Helm chart, such as `web 1.2.0`.
    public var chart: String?
    /// Hooks that run when the application is deleted together with its objects; `nil` when there are none.
    public var deletionHooks: [Object]?
    /// Of everything the rendering read: of a folder its files and the declaration; of a chart the files, the part of
    /// the declaration, and the answers of the cluster that it did read.
    public var inputs = Digest(of: "")
    /// What the time is for the templates of a chart: when these inputs were rendered first.
    public var now: Timestamp?
    public var objects: [Object] = []
    /// The program that rendered it, with its version, such as `helm v4.3.1`; `nil` when Tidemark did.
    public var program: String?
    public var renderer = "directory"
    public var rendererVersion = 1
    /// Archives of charts that were replaced under their versions, for as long as these versions stay; `nil` when none was.
    public var replaced: [ReplacedArchive]?
    /// Every source, in the order in which they are declared; `nil` when there is one of Git, whose commit is in the subjects.
    public var sources: [SourceRevision]?
    public var warnings: [String] = []
    public init() {}

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("asked", &asked)
        try coder.field("certificates", &certificates)
        try coder.field("chart", &chart)
        try coder.field("deletionHooks", &deletionHooks)
        try coder.field("inputs", &inputs)
        try coder.field("now", &now)
        try coder.field("objects", &objects)
        try coder.field("program", &program)
        try coder.field("renderer", &renderer)
        try coder.field("rendererVersion", &rendererVersion)
        try coder.field("replaced", &replaced)
        try coder.field("sources", &sources)
        try coder.field("warnings", &warnings)
    }
}

/// What one source of an application was at: a commit, or a version of a chart.
public struct SourceRevision: Coded, StoredValue, Hashable {
    /// The chart's name in its repository; `nil` of a folder of Git.
    public var chart: String?
    /// Of a folder of Git.
    public var commit: String?
    /// The SHA-256 of a chart's archive.
    public var digest: Digest?
    /// Folder in the repository; empty for its root.
    public var path = ""
    /// The name by which other sources read value files of this one.
    public var ref: String?
    /// Such as `platform`: the name in tidemark.yaml.
    public var repository = ""
    /// As declared: `main`, or a range of versions.
    public var targetRevision = ""
    /// The chart's version that the declared one meant.
    public var version: String?
    public init() {}

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("chart", &chart)
        try coder.field("commit", &commit)
        try coder.field("digest", &digest)
        try coder.field("path", &path)
        try coder.field("ref", &ref)
        try coder.field("repository", &repository)
        try coder.field("targetRevision", &targetRevision)
        try coder.field("version", &version)
    }
}

/// A version of a chart whose archive had other bytes when it was rendered before.
public struct ReplacedArchive: Coded, StoredValue, Hashable {
    public var chart = ""
    /// The SHA-256 of the archive before.
    public var from = Digest(of: "")
    /// Such as `charts`: the name in tidemark.yaml.
    public var repository = ""
    /// The SHA-256 of the archive now.
    public var to = Digest(of: "")
    public var version = ""
    public init() {}

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("chart", &chart)
        try coder.field("from", &from)
        try coder.field("repository", &repository)
        try coder.field("to", &to)
        try coder.field("version", &version)
    }
}

public struct RenderFailed: Coded {
    public var problems: [String] = []
    public init() {}

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("problems", &problems)
    }
}

public enum SyncStatus: String, StoredEnum {
    case synced = "Synced"
    case outOfSync = "OutOfSync"
    case unknown = "Unknown"
}

public enum ObjectVerdict: String, StoredEnum { case same, modified, missing, extra, unknown }

/// The sync status of an application changed, or which objects make it so.
public struct ComparisonChanged: Coded {
    public struct Object: Coded, StoredValue, Hashable {
        public var key = ObjectKey(group: "", kind: "-", namespace: "", name: "-")
        public var verdict = ObjectVerdict.modified
        public init() {}

        public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
            try coder.field("key", &key)
            try coder.field("verdict", &verdict)
        }
    }

    /// Those that are not in sync.
    public var objects: [Object] = []
    /// Why nothing can be said, with status `Unknown`.
    public var reason: String?
    public var status = SyncStatus.unknown
    public init() {}

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("objects", &objects)
        try coder.field("reason", &reason)
        try coder.field("status", &status)
    }
}

/// A live object moved away from what was last synced, without any change in Git.
public struct DriftDetected: Coded, StoredValue {
    public struct Field: Coded, StoredValue, Hashable {
        /// As JSON; `nil` when Git does not have the field.
        public var desired: String?
        /// As JSON; `nil` when the cluster does not have the field.
        public var live: String?
        /// Who wrote the live value last, as `managedFields` has it: a hint, not a proof.
        public var manager: String?
        public var managerTime: String?
        public var path = ""
        public init() {}

        public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
            try coder.field("desired", &desired)
            try coder.field("live", &live)
            try coder.field("manager", &manager)
            try coder.field("managerTime", &managerTime)
            try coder.field("path", &path)
        }
    }

    public var fields: [Field] = []
    public var verdict = ObjectVerdict.modified
    public init() {}

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("fields", &fields)
        try coder.field("verdict", &verdict)
    }
}

public struct DriftResolved: Coded {
    public enum How: String, StoredEnum { case healed, inGit, byHand }

    /// The position of the `drift.detected` that this ends.
    public var detectedAt: Int64 = 0
    public var how = How.healed
    public init() {}

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("detectedAt", &detectedAt)
        try coder.field("how", &how)
    }
}

/// A managed object as the cluster has it: seen first, changed or gone.
public struct ObjectObserved: Coded {
    public enum Change: String, StoredEnum { case appeared, changed, disappeared }

    public var change = Change.changed
    /// Of the body in canonical JSON, with tokens for secret values; `nil` when it is gone.
    public var digest: Digest?
    /// Who wrote last, as `managedFields` has it.
    public var manager: String?
    public var resourceVersion = ""
    public var uid = ""
    public init() {}

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("change", &change)
        try coder.field("digest", &digest)
        try coder.field("manager", &manager)
        try coder.field("resourceVersion", &resourceVersion)
        try coder.field("uid", &uid)
    }
}

/// An object changed too often to record each change.
public struct ObservationsSuppressed: Coded {
    public var count = 0
    public var first = Digest(of: "")
    public var last = Digest(of: "")
    public init() {}

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("count", &count)
        try coder.field("first", &first)
        try coder.field("last", &last)
    }
}

/// Fields that another tool had applied belong to Tidemark from now on.
public struct OwnershipMoved: Coded {
    public struct Part: Coded, StoredValue, Hashable {
        public var manager = ""
        public var paths: [String] = []
        public init() {}

        public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
            try coder.field("manager", &manager)
            try coder.field("paths", &paths)
        }
    }

    public var from: [Part] = []
    public init() {}

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("from", &from)
    }
}

public enum StoredHealth: String, StoredEnum {
    case healthy = "Healthy"
    case suspended = "Suspended"
    case progressing = "Progressing"
    case missing = "Missing"
    case degraded = "Degraded"
    case unknown = "Unknown"
}

/// Of one object, or of the whole application when the envelope names no object.
public struct HealthChanged: Coded {
    public var from: StoredHealth?
    public var message: String?
    public var to = StoredHealth.unknown
    public init() {}

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("from", &from)
        try coder.field("message", &message)
        try coder.field("to", &to)
    }
}

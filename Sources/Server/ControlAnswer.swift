public import Engine
public import EventLog
public import Model
internal import YAML

/// What came of a `ControlRequest`; only the parts that its action gives are set.
public struct ControlAnswer: Equatable, Sendable {
    /// The sync that was started or ended, such as `sync-42`.
    public var sync: String?
    /// The name of a saved plan, such as `plan-17`.
    public var savedPlan: String?
    /// The plan as `SyncPlan` stores it.
    public var plan: Node?
    /// Where the charts that a plan brings, and each of several sources, are.
    public var sources: [SourceRevision] = []
    /// Archives of these charts that are others than before under the same versions.
    public var replaced: [ReplacedArchive] = []
    /// The accounts of those who wrote what a saved plan brings.
    public var authors: [String]?
    /// Objects that the cluster refuses, with the reason, by their key's text.
    public var failures: Mapping = Mapping()
    /// The commit that reverts.
    public var commit: String?
    /// What is out of the ordinary about it.
    public var note: String?
    /// What such a commit would take back.
    public var revertPlan: RevertPlan?
    /// Where a plan stands that was approved or rejected, for people.
    public var standing: String?
    /// What evidence was put on record for: a sync, or the full id of a commit.
    public var subject: String?
    /// How many events were verified or folded.
    public var events: Int64?
    /// What verification found wrong; `nil` when nothing was verified.
    public var findings: [String]?
    /// How many payloads verification found redacted, and how many are in an archive.
    public var redacted: Int64?
    public var archived: Int64?
    /// How many rows a rebuild found that were not what the events give.
    public var differingRows: Int?
    /// The position of the event that records what was done.
    public var position: Int64?
    /// How many bodies went with a redacted payload, or into an archive.
    public var blobs: Int64?
    /// Whether no byte of what was redacted is left in the files.
    public var isErased: Bool?
    /// The last position whose payload was archived.
    public var through: Int64?

    /// The signed note of a checkpoint, with the cosignatures that came.
    public var checkpoint: String?
    /// What did not work, though what was asked for did.
    public var remarks: [String] = []

    public init() {}

    public init(_ fill: (inout Self) -> Void) {
        self.init()
        fill(&self)
    }

    public var body: Node {
        var fields = Mapping()
        fields["sync"] = sync.map(Node.string)
        fields["savedPlan"] = savedPlan.map(Node.string)
        fields["plan"] = plan
        fields.set("sources", sources)
        fields.set("replaced", replaced)
        fields["authors"] = authors.map { .array($0.map(Node.string)) }
        if !failures.isEmpty { fields["failures"] = .object(failures) }
        fields["commit"] = commit.map(Node.string)
        fields["note"] = note.map(Node.string)
        fields["revertPlan"] = revertPlan?.node
        fields["standing"] = standing.map(Node.string)
        fields["subject"] = subject.map(Node.string)
        fields["events"] = events.map(Node.int)
        fields["findings"] = findings.map { .array($0.map(Node.string)) }
        fields["redacted"] = redacted.map(Node.int)
        fields["archived"] = archived.map(Node.int)
        fields["differingRows"] = differingRows.map { .int(Int64($0)) }
        fields["position"] = position.map(Node.int)
        fields["blobs"] = blobs.map(Node.int)
        fields["isErased"] = isErased.map(Node.bool)
        fields["through"] = through.map(Node.int)
        fields["checkpoint"] = checkpoint.map(Node.string)
        if !remarks.isEmpty { fields["remarks"] = .array(remarks.map(Node.string)) }
        return .object(fields)
    }

    public init(body: Node) {
        sync = body["sync"]?.stringValue
        savedPlan = body["savedPlan"]?.stringValue
        plan = body["plan"]
        sources = Self.values(body["sources"])
        replaced = Self.values(body["replaced"])
        authors = body["authors"]?.arrayValue?.compactMap(\.stringValue)
        failures = body["failures"]?.objectValue ?? Mapping()
        commit = body["commit"]?.stringValue
        note = body["note"]?.stringValue
        revertPlan = body["revertPlan"].flatMap { RevertPlan(node: $0) }
        standing = body["standing"]?.stringValue
        subject = body["subject"]?.stringValue
        events = body["events"]?.intValue
        findings = body["findings"]?.arrayValue?.compactMap(\.stringValue)
        redacted = body["redacted"]?.intValue
        archived = body["archived"]?.intValue
        differingRows = body["differingRows"]?.intValue.map { Int($0) }
        position = body["position"]?.intValue
        blobs = body["blobs"]?.intValue
        isErased = body["isErased"]?.boolValue
        through = body["through"]?.intValue
        checkpoint = body["checkpoint"]?.stringValue
        remarks = body["remarks"]?.arrayValue?.compactMap(\.stringValue) ?? []
    }

    private static func values<Value: Coded>(_ node: Node?) -> [Value] {
        (node?.arrayValue ?? []).compactMap {
            try? RecordDecoder.decode(Value.self, from: canonicalJSON($0))
        }
    }
}

extension Mapping {
    /// Sets a list, unless it is empty.
    fileprivate mutating func set(_ key: String, _ values: [some Coded]) {
        let nodes = values.compactMap { try? parseJSON(RecordEncoder.encode($0)) }
        if !nodes.isEmpty { self[key] = .array(nodes) }
    }
}

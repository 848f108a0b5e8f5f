public import Model

/// What came of a `ControlRequest`; only the parts that its action gives are set.
public struct ControlAnswer: Equatable, Sendable {
    /// The sync that was started or ended, such as `sync-42`.
    public var sync: String?
    /// The name of a saved plan, such as `plan-17`.
    public var savedPlan: String?
    /// The plan as `SyncPlan` stores it.
    public var plan: Node?
    /// Objects that the cluster refuses, with the reason, by their key's text.
    public var failures: Mapping = Mapping()
    /// The commit that reverts.
    public var commit: String?
    /// How many events were verified or folded.
    public var events: Int64?
    /// What verification found wrong; `nil` when nothing was verified.
    public var findings: [String]?
    /// How many rows a rebuild found that were not what the events give.
    public var differingRows: Int?

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
        if !failures.isEmpty { fields["failures"] = .object(failures) }
        fields["commit"] = commit.map(Node.string)
        fields["events"] = events.map(Node.int)
        fields["findings"] = findings.map { .array($0.map(Node.string)) }
        fields["differingRows"] = differingRows.map { .int(Int64($0)) }
        fields["checkpoint"] = checkpoint.map(Node.string)
        if !remarks.isEmpty { fields["remarks"] = .array(remarks.map(Node.string)) }
        return .object(fields)
    }

    public init(body: Node) {
        sync = body["sync"]?.stringValue
        savedPlan = body["savedPlan"]?.stringValue
        plan = body["plan"]
        failures = body["failures"]?.objectValue ?? Mapping()
        commit = body["commit"]?.stringValue
        events = body["events"]?.intValue
        findings = body["findings"]?.arrayValue?.compactMap(\.stringValue)
        differingRows = body["differingRows"]?.intValue.map { Int($0) }
        checkpoint = body["checkpoint"]?.stringValue
        remarks = body["remarks"]?.arrayValue?.compactMap(\.stringValue) ?? []
    }
}

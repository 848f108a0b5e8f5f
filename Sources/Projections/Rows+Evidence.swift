public import Digests
public import EventLog
public import Model

/// What somebody said of a saved plan.
public struct Judgement: Coded, StoredValue, Hashable {
    public enum Verdict: String, StoredEnum { case approved, rejected }

    public var actor = Actor()
    public var at = Timestamp(nanoseconds: 0)
    /// The comment of an approval, or the reason of a rejection.
    public var comment: String?
    /// Of the plan that was judged.
    public var plan = Digest(of: "")
    public var position: Int64 = 0
    /// The fingerprint of the key that signed, when one did.
    public var signingKey: String?
    public var verdict = Verdict.approved
    public init() {}

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("actor", &actor)
        try coder.field("at", &at)
        try coder.field("comment", &comment)
        try coder.field("plan", &plan)
        try coder.field("position", &position)
        try coder.field("signingKey", &signingKey)
        try coder.field("verdict", &verdict)
    }
}

/// A document that was put beside a sync or a commit.
public struct Evidence: Coded, StoredValue, Hashable {
    public var actor = Actor()
    public var at = Timestamp(nanoseconds: 0)
    public var attested = EvidenceAttested()
    public var position: Int64 = 0
    public init() {}

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("actor", &actor)
        try coder.field("at", &at)
        try coder.field("attested", &attested)
        try coder.field("position", &position)
    }
}

extension LedgerState {
    mutating func foldEvidence(_ event: Event?, _ envelope: Envelope) {
        switch event {
        case .planApproved(let payload):
            judge(envelope) {
                $0.comment = payload.comment
                $0.plan = payload.plan
                $0.signingKey = payload.signature?.key
                $0.verdict = .approved
            }
        case .planRejected(let payload):
            judge(envelope) {
                $0.comment = payload.reason
                $0.plan = payload.plan
                $0.signingKey = payload.signature?.key
                $0.verdict = .rejected
            }
        case .evidenceAttested(let payload):
            let evidence = Evidence {
                $0.actor = envelope.actor
                $0.at = envelope.occurredAt
                $0.attested = payload
                $0.position = envelope.position
            }
            syncs.update(payload.subject) { $0.evidence.append(evidence) }
            commits.update(payload.subject) { $0.evidence.append(evidence) }
        default: break  // `fold` sends only the events above.
        }
    }

    private mutating func judge(_ envelope: Envelope, _ fill: (inout Judgement) -> Void) {
        plans.update(envelope.stream) { row in
            row.judgements.append(
                Judgement {
                    $0.actor = envelope.actor
                    $0.at = envelope.occurredAt
                    $0.position = envelope.position
                    fill(&$0)
                })
        }
    }
}

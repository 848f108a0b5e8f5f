public import Digests

/// A signature that was checked, and against what.
public struct SignatureEvidence: Coded, StoredValue, Hashable {
    public enum Format: String, StoredEnum { case ssh, openpgp }

    public var format = Format.ssh
    /// The fingerprint of the key that signed, such as `SHA256:…`.
    public var key = ""
    /// The armoured signature; `nil` where the signed object carries it, as a commit does.
    public var signature: String?
    /// Who the trust file says the key belongs to.
    public var signer = ""
    /// Of the file that named the trusted keys.
    public var trust = Digest(of: "")
    public init() {}

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("format", &format)
        try coder.field("key", &key)
        try coder.field("signature", &signature)
        try coder.field("signer", &signer)
        try coder.field("trust", &trust)
    }
}

/// Somebody agreed to a saved plan; who it was, and how that is known, is in the actor.
public struct PlanApproved: Coded {
    public var comment: String?
    /// Of the plan that was shown, so that no other can take its place.
    public var plan = Digest(of: "")
    public var signature: SignatureEvidence?
    public init() {}

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("comment", &comment)
        try coder.field("plan", &plan)
        try coder.field("signature", &signature)
    }
}

/// Somebody refused a saved plan.
public struct PlanRejected: Coded {
    public var plan = Digest(of: "")
    public var reason = ""
    public var signature: SignatureEvidence?
    public init() {}

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("plan", &plan)
        try coder.field("reason", &reason)
        try coder.field("signature", &signature)
    }
}

/// Somebody put a document beside a sync or a commit: a test result, a review, a ticket.
public struct EvidenceAttested: Coded, StoredValue, Hashable {
    public enum Kind: String, StoredEnum { case test, review, ticket }

    /// Of the document; the key of its blob.
    public var document = Digest(of: "")
    public var kind = Kind.test
    /// The file name of the document, without folders.
    public var name = ""
    public var signature: SignatureEvidence?
    public var size: Int64 = 0
    /// What it is evidence for: `sync-42`, or the full id of a commit.
    public var subject = ""
    public init() {}

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("document", &document)
        try coder.field("kind", &kind)
        try coder.field("name", &name)
        try coder.field("signature", &signature)
        try coder.field("size", &size)
        try coder.field("subject", &subject)
    }
}

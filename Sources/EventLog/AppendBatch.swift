public import Digests

/// Bytes kept once in the ledger, under their digest.
public struct Blob: Equatable, Sendable {
    public var digest: Digest
    public var bytes: [UInt8]

    public init(_ bytes: [UInt8]) { self.init(digest: Digest(of: bytes), bytes: bytes) }

    public init(digest: Digest, bytes: [UInt8]) {
        self.digest = digest
        self.bytes = bytes
    }
}

/// Events that are recorded together or not at all, with the bodies they name.
///
/// Appending is idempotent by event id: when every id is on record, in this order and with this content
/// (everything but `occurredAt`, which a second attempt may read anew), the answer is the events as they
/// were recorded, and `expected` is not looked at. Ids on record in part, or with another content, are a
/// `LedgerError.idempotencyConflict`.
public struct AppendBatch: Sendable {
    public var events: [NewEvent]
    /// What the caller decided from; a stream that is not named here is not checked.
    public var expected: [String: ExpectedVersion]
    public var blobs: [Blob]
    /// Whether these events tell the outcome of effects that are already on record as intents: they are
    /// recorded even on a full disk, from the reserve.
    public var isOutcome: Bool

    public init(
        events: [NewEvent], expected: [String: ExpectedVersion] = [:], blobs: [Blob] = [],
        isOutcome: Bool = false
    ) {
        self.events = events
        self.expected = expected
        self.blobs = blobs
        self.isOutcome = isOutcome
    }
}

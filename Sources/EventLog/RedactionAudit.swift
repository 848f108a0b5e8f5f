public import Digests

/// What the events of a ledger say is gone: the only excuse for a payload or body that is not there.
public struct RedactionAudit: Equatable, Sendable {
    /// The event that names each payload, by the position of the payload.
    public private(set) var payloads: [Int64: Int64] = [:]
    /// The event that names each body.
    public private(set) var blobs: [Digest: Int64] = [:]
    /// By the event that says so: up to where payloads were moved into an archive.
    public private(set) var archives: [Int64: Int64] = [:]

    public init() {}

    public var count: Int64 { Int64(payloads.count) }

    /// Takes in an event.
    public mutating func take(_ event: Event, at position: Int64) {
        if case .ledgerArchived(let archived) = event { archives[position] = archived.through }
        guard case .payloadRedacted(let redacted) = event else { return }
        payloads[redacted.position] = position
        for digest in redacted.blobs { blobs[digest] = blobs[digest] ?? position }
    }
}

/// Which payloads may be removed.
public enum Redactability {
    /// Why the payload of an event may not be removed; `nil` when it may.
    ///
    /// - Parameters:
    ///   - openSyncs: Syncs that have not ended: recovery reads what they announced.
    ///   - openPushes: As `REPOSITORY|COMMIT`.
    public static func objection(
        to recorded: RecordedEvent, openSyncs: Set<String>, openPushes: Set<String>
    ) -> String? {
        let envelope = recorded.envelope
        guard let event = recorded.event else { return "its payload is gone already" }
        if envelope.stream == "ledger" { return "it is part of what proves the ledger" }
        if openSyncs.contains(envelope.stream) { return "\(envelope.stream) has not ended" }
        if case .pushIntended(let push) = event,
            openPushes.contains("\(envelope.subjects.repository ?? "")|\(push.commit)")
        {
            return "the push has not ended"
        }
        return nil
    }
}

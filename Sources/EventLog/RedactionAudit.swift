public import Digests

/// What the events of a ledger say is gone: the only excuse for a payload or body that is not there.
public struct RedactionAudit: Equatable, Sendable {
    /// The event that names each payload, by the position of the payload.
    public private(set) var payloads: [Int64: Int64] = [:]
    /// The event that names each body.
    public private(set) var blobs: [Digest: Int64] = [:]
    /// By the event that says so: what was moved into an archive.
    public private(set) var archives: [Int64: Archived] = [:]

    public struct Archived: Equatable, Sendable {
        /// Up to where payloads were moved.
        public var through: Int64
        /// How many bodies went.
        public var blobs: Int64
    }

    public init() {}

    public var count: Int64 { Int64(payloads.count) }

    /// Takes in an event.
    public mutating func take(_ event: Event, at position: Int64) {
        if case .ledgerArchived(let archived) = event {
            archives[position] = Archived(through: archived.through, blobs: archived.blobs)
        }
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
    ///   - declaration: What is in force of the application that the event is about.
    public static func objection(
        to recorded: RecordedEvent, openSyncs: Set<String>, openPushes: Set<String>,
        declaration: ApplicationDeclaration?
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
        switch event {
        case .applicationDeclared(let declared), .applicationChanged(let declared):
            return declared == declaration
                ? "it is the declaration in force; change that in Git first" : nil
        case .syncRequested, .syncPlanned, .syncStarted, .syncSucceeded, .syncFailed,
            .syncTerminated,
            .planSaved, .planApproved, .planRejected, .autoSyncHeld, .autoSyncReleased,
            .regenerationRequested,
            .applicationRemoved, .environmentDeclared, .pushIntended, .pushFinished:
            return
                "decisions rest on it: without it a sync, a plan or a push would be told otherwise"
        default: return nil
        }
    }
}

internal import Digests
internal import EventLog
internal import Foundation
internal import GRDB
internal import Model
internal import Projections

/// What may be moved out of a ledger, and what the rest of it still needs.
struct ArchiveScan: Sendable {
    /// Payloads up to here are moved.
    let through: Int64
    /// The bodies that moved payloads name.
    private(set) var moved: Set<Digest> = []
    /// The bodies that others name.
    private(set) var needed: Set<Digest> = []
    /// The state after the last moved payload; set when the scan is past it.
    private(set) var base: LedgerState?
    /// Whether something that the scan took in has been redacted or archived since.
    private(set) var isOutdated = false
    private var state: LedgerState
    private var position: Int64
    private let start: Int64
    /// Payloads that were gone when the scan came to them.
    private var gone: Set<Int64> = []

    /// - Parameter start: What an earlier archive left.
    init(through: Int64, from start: LedgerState) {
        self.through = through
        state = start
        position = start.position
        self.start = start.position
        if start.position == through { base = start }
    }

    /// The events that stay as they are: those that prove what happened to the ledger.
    static func stays(_ envelope: Envelope) -> Bool {
        envelope.stream == LedgerState.Stream.ledger
    }

    mutating func follow(_ stored: StoredEvents) throws {
        while true {
            let page = try stored.events(after: position, limit: StoredEvents.pageSize)
            for event in page { take(event) }
            if page.count < StoredEvents.pageSize { return }
        }
    }

    private mutating func take(_ recorded: RecordedEvent) {
        position = recorded.position
        if recorded.event == nil { gone.insert(position) }
        note(recorded.event)
        let blobs = recorded.event?.blobs ?? []
        if recorded.position > through || Self.stays(recorded.envelope) {
            needed.formUnion(blobs)
        } else {
            moved.formUnion(blobs)
        }
        guard recorded.position <= through else { return }
        state.apply(recorded)
        _ = state.takeChanges()
        guard recorded.position == through else { return }
        base = state
        for row in state.storedRows() { needed.formUnion(digests(in: row.bytes ?? [])) }
    }

    /// Finds out what has gone since the scan came by it.
    private mutating func note(_ event: Event?) {
        switch event {
        case .payloadRedacted(let redacted)?:
            guard start < redacted.position, redacted.position <= through else { return }
            if !gone.contains(redacted.position) { isOutdated = true }
        case .ledgerArchived(let archived)?:
            if archived.through > start { isOutdated = true }
        default: return
        }
    }

    /// The bodies that may go, when the present has these rows.
    func removable(with present: LedgerState) -> Set<Digest> {
        var kept = needed
        for row in present.storedRows() { kept.formUnion(digests(in: row.bytes ?? [])) }
        return moved.subtracting(kept)
    }
}

/// Everything in the stored form of a row that may be a digest.
private func digests(in bytes: [UInt8]) -> Set<Digest> {
    var found: Set<Digest> = []
    var start = 0
    for index in 0...bytes.count {
        let isDigit =
            index < bytes.count
            && (0x30...0x39 ~= bytes[index] || 0x61...0x66 ~= bytes[index])
        if isDigit { continue }
        if index - start == 64 {
            let text = String(decoding: bytes[start..<index], as: UTF8.self)
            if let digest = Digest(hex: text) { found.insert(digest) }
        }
        start = index + 1
    }
    return found
}

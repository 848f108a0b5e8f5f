internal import Digests
internal import EventLog
internal import Logging
internal import Model
internal import Projections
internal import Synchronization

/// A ledger that says so once when its disk is full, and once when it can be written again.
///
/// While it is full nothing is applied: every decision is recorded before it is acted on.
final class AnnouncingStore: EventStore {
    private let store: any EventStore
    private let log: Logger
    private let isFull = Mutex(false)

    init(_ store: any EventStore, log: Logger) {
        self.store = store
        self.log = log
    }

    func append(_ batch: AppendBatch) async throws -> [RecordedEvent] {
        do {
            let recorded = try await store.append(batch)
            // Outcomes have a reserve: that one was recorded says nothing.
            if !batch.isOutcome { note(isFull: false) }
            return recorded
        } catch LedgerError.full {
            note(isFull: true)
            throw LedgerError.full
        }
    }

    private func note(isFull now: Bool) {
        let hasChanged = isFull.withLock { isFull in
            defer { isFull = now }
            return isFull != now
        }
        guard hasChanged else { return }
        if now {
            log.critical(
                """
                the ledger's disk is full: nothing is applied until there is space; the outcomes of calls under \
                way are recorded from the reserve
                """)
        } else {
            log.notice("the ledger can be written again: work goes on")
        }
    }

    func state<Result: Sendable>(
        _ read: @Sendable @escaping (LedgerState) throws -> Result
    ) async throws -> Result { try await store.state(read) }

    func blob(_ digest: Digest) async throws -> [UInt8]? { try await store.blob(digest) }

    func event(id: EventID) async throws -> RecordedEvent? { try await store.event(id: id) }

    func newest(_ types: Set<String>, of application: String, upTo position: Int64, limit: Int)
        async throws -> [RecordedEvent]
    {
        try await store.newest(types, of: application, upTo: position, limit: limit)
    }
}

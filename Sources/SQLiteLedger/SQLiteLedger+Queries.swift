public import Digests
public import EventLog
internal import GRDB
public import Model
public import Projections

extension SQLiteLedger {
    /// The events after `position` in ascending order, at most `limit`.
    public func events(after position: Int64, limit: Int) async throws(LedgerError)
        -> [RecordedEvent]
    {
        try await reading { db in
            try StoredEvents(db: db).events(after: position, limit: limit)
        }
    }

    /// The events that a filter asks for, found through the index.
    ///
    /// - Parameters:
    ///   - newestFirst: Whether positions descend.
    ///   - before: Where the next page begins: only events below this position when `newestFirst`, and
    ///     above it otherwise.
    public func events(
        matching filter: EventFilter, newestFirst: Bool, limit: Int, before position: Int64? = nil
    ) async throws(LedgerError) -> [RecordedEvent] {
        let query = EventQuery(
            filter: filter, newestFirst: newestFirst, limit: limit, before: position)
        return try await reading { db in try query.run(db) }
    }

    public func event(at position: Int64) async throws(LedgerError) -> RecordedEvent? {
        try await reading { db in try StoredEvents(db: db).event(at: position) }
    }

    public func event(id: EventID) async throws(LedgerError) -> RecordedEvent? {
        try await reading { db in try StoredEvents(db: db).event(id: id) }
    }

    /// The bytes kept under a digest, compared with it; `nil` when there are none.
    public func blob(_ digest: Digest) async throws(LedgerError) -> [UInt8]? {
        try await reading { db in try StoredEvents(db: db).blob(digest) }
    }

    /// The version of a stream: how many events it has.
    public func version(of stream: String) async throws(LedgerError) -> Int64 {
        try await reading { db in try StoredEvents(db: db).version(of: stream) }
    }

    /// The past as it was known right after the event at `position`, or now when that is beyond the end.
    ///
    /// - Complexity: O(*position*): every event up to there is folded, a page at a time.
    public func state(at position: Int64) async throws(LedgerError) -> LedgerState {
        var state = LedgerState()
        while state.position < position {
            let start = state
            let last = min(position, start.position + Int64(StoredEvents.pageSize))
            state = try await reading { db in
                var state = start
                try StoredEvents(db: db).fold(into: &state, upTo: last)
                return state
            }
            if state.position < last { break }
        }
        return state
    }

    /// The past as it was known at a time, by the ledger's clock.
    public func state(at time: Timestamp) async throws(LedgerError) -> LedgerState {
        let position = try await reading { db in try StoredEvents(db: db).position(at: time) }
        return try await state(at: position)
    }

    /// The position of the last event recorded at or before a time; 0 when there is none.
    public func position(at time: Timestamp) async throws(LedgerError) -> Int64 {
        try await reading { db in try StoredEvents(db: db).position(at: time) }
    }
}

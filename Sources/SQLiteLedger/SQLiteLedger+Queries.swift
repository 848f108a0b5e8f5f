public import Digests
internal import Dispatch
public import EventLog
internal import GRDB
public import Model
public import Projections
internal import Synchronization

extension SQLiteLedger {
    /// The events after `position` in ascending order, at most `limit`.
    public func events(after position: Int64, limit: Int) async throws(LedgerError)
        -> [RecordedEvent]
    {
        try await reading { db in
            try self.stored(db).events(after: position, limit: limit)
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
        return try await reading { db in try query.run(self.stored(db)) }
    }

    public func event(at position: Int64) async throws(LedgerError) -> RecordedEvent? {
        try await reading { db in try self.stored(db).event(at: position) }
    }

    public func event(id: EventID) async throws(LedgerError) -> RecordedEvent? {
        try await reading { db in try self.stored(db).event(id: id) }
    }

    /// The bytes kept under a digest, compared with it; `nil` when there are none.
    ///
    /// - Throws: `.archived` when they are in an archive that is not at hand.
    public func blob(_ digest: Digest) async throws(LedgerError) -> [UInt8]? {
        try await reading { db in
            let stored = self.stored(db)
            if let bytes = try stored.blob(digest) { return bytes }
            try stored.requireNotArchived(digest)
            return nil
        }
    }

    /// The version of a stream: how many events it has.
    public func version(of stream: String) async throws(LedgerError) -> Int64 {
        try await reading { db in try self.stored(db).version(of: stream) }
    }

    /// The past as it was known right after the event at `position`, or now when that is beyond the end.
    ///
    /// - Throws: `.archived` when that was before the end of an archive that is not at hand.
    /// - Complexity: O(*position*) the first time: every event up to there is folded, a page at a time. Later
    ///   the nearest saved state is taken, if one can be kept beside the ledger; see `SavedState`.
    public func state(at position: Int64) async throws(LedgerError) -> LedgerState {
        try await blocking { () throws(LedgerError) in
            try self.past(upTo: position)
        }
    }

    /// The same, folded from the first event on, with no saved state read or written.
    package func foldedState(at position: Int64) async throws(LedgerError) -> LedgerState {
        try await blocking { () throws(LedgerError) in
            let last = min(position, try self.read { try $0.head() })
            var state = try self.start(upTo: last)
            try self.fold(into: &state, upTo: last)
            return state
        }
    }

    /// The past as it was known at a time, by the ledger's clock.
    public func state(at time: Timestamp) async throws(LedgerError) -> LedgerState {
        let position = try await reading { db in try self.stored(db).position(at: time) }
        return try await state(at: position)
    }

    /// The position of the last event recorded at or before a time; 0 when there is none.
    public func position(at time: Timestamp) async throws(LedgerError) -> Int64 {
        try await reading { db in try self.stored(db).position(at: time) }
    }
}

extension SQLiteLedger {
    /// Removes the cache of past states beside a ledger; the next question about the past folds anew.
    public static func removeSavedStates(of path: String) { SavedStates(of: path).removeAll() }

    /// Folds up to a position, from the nearest saved state, and saves one on the way.
    private func past(upTo position: Int64) throws(LedgerError) -> LedgerState {
        let saved = SavedStates(of: path)
        let last = min(position, try read { try $0.head() })
        var state = try start(upTo: last)
        for known in saved.positions.reversed() where known <= last {
            guard let (key, recordedAt) = try savedStateKey(known),
                let loaded = saved.load(key, recordedAt: recordedAt)
            else { continue }
            state = loaded
            state.keepChanges(false)
            break
        }
        let place = last / SavedStates.interval * SavedStates.interval
        if place > state.position {
            try fold(into: &state, upTo: place)
            if let (key, _) = try savedStateKey(place), state.position == place {
                saved.save(SavedState(key: key, state: state))
                // Payloads that were removed meanwhile must not stay behind in it.
                if try savedStateKey(place)?.0 != key { saved.removeAll() }
            }
        }
        try fold(into: &state, upTo: last)
        return state
    }

    /// What a fold up to a position begins with: what the newest archive before it left, or nothing.
    private func start(upTo last: Int64) throws(LedgerError) -> LedgerState {
        var state = try read { stored in
            guard let base = try LedgerBase(stored), base.through <= last else {
                return LedgerState.past()
            }
            return try LedgerBase.start(stored)
        }
        state.keepChanges(false)
        return state
    }

    private func savedStateKey(_ position: Int64) throws(LedgerError)
        -> (SavedStateKey, recordedAt: Timestamp)?
    {
        let version = projectionVersion
        return try read { stored in
            guard let event = try stored.event(at: position) else { return nil }
            let key = SavedStateKey(
                position: position, projectionVersion: version,
                envelope: Digest(of: event.envelope.encoded()),
                redactions: try stored.missingPayloads(upTo: position))
            return (key, event.envelope.recordedAt)
        }
    }

    private func read<R>(_ body: (StoredEvents) throws -> R) throws(LedgerError) -> R {
        do {
            return try reader.read { db in try body(stored(db)) }
        } catch { throw LedgerError(error) }
    }

    /// Folds in the events after the state's position, up to `last`.
    func fold(into state: inout LedgerState, upTo last: Int64) throws(LedgerError) {
        let first = state.position
        try forEachPage(after: first, upTo: last) { page throws(LedgerError) in
            try state.fold(page)
        }
    }

    /// Hands over the events after a position, up to `last`; other threads read and decode pages while this
    /// one does `body`.
    func forEachPage(
        after first: Int64, upTo last: Int64,
        _ body: ([RecordedEvent]) throws(LedgerError) -> Void
    ) throws(LedgerError) {
        let records = RecordReaders(2)
        let position = Mutex(first)
        var pages = PageAhead(makers: 2) { () throws(LedgerError) -> EventPage? in
            let after = position.withLock { $0 }
            let limit = Int(min(Int64(StoredEvents.pageSize), last - after))
            guard limit > 0 else { return nil }
            do {
                let page = try self.reader.read { db in
                    try self.stored(db).wholePage(after: after, limit: limit)
                }
                guard let end = page.places.last?.position else { return nil }
                try LedgerVerification.requireProgress(from: after, to: end)
                position.withLock { $0 = end }
                return page
            } catch { throw LedgerError(error) }
        } page: { maker, page throws(LedgerError) in
            try records.with(maker) { reader throws(LedgerError) in try page.events(&reader) }
        }
        while let page = try pages.take() { try body(page) }
    }

    /// Runs what blocks on a thread that may be blocked.
    func blocking<R: Sendable>(_ body: @escaping @Sendable () throws(LedgerError) -> R)
        async throws(LedgerError) -> R
    {
        let result: Result<R, LedgerError> = await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                do throws(LedgerError) {
                    continuation.resume(returning: .success(try body()))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }
        return try result.get()
    }
}

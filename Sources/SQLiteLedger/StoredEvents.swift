internal import Digests
internal import EventLog
internal import Foundation
internal import GRDB
internal import Model
internal import Projections

/// Reading of ground state, within whatever transaction the caller holds.
struct StoredEvents {
    let db: Database

    static let columns = """
        event.position, event.envelope, payload.bytes, redaction.position \
        FROM event LEFT JOIN payload ON payload.position = event.position \
        LEFT JOIN redaction ON redaction.position = event.position
        """

    func head() throws -> Int64 {
        let statement = try db.cachedStatement(sql: "SELECT max(position) FROM event")
        return try Int64.fetchOne(statement) ?? 0
    }

    func event(at position: Int64) throws -> RecordedEvent? {
        let statement = try db.cachedStatement(
            sql: "SELECT \(Self.columns) WHERE event.position = ?")
        return try GRDB.Row.fetchOne(statement, arguments: [position]).map(Self.decode)
    }

    func event(id: EventID) throws -> RecordedEvent? {
        let statement = try db.cachedStatement(sql: "SELECT \(Self.columns) WHERE event.id = ?")
        return try GRDB.Row.fetchOne(statement, arguments: [id.text]).map(Self.decode)
    }

    func events(after position: Int64, limit: Int) throws -> [RecordedEvent] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT \(Self.columns) WHERE event.position > ? ORDER BY event.position LIMIT ?
                """)
        let rows = try GRDB.Row.fetchCursor(statement, arguments: [position, limit])
        var events: [RecordedEvent] = []
        while let row = try rows.next() { events.append(try Self.decode(row)) }
        return events
    }

    func version(of stream: String) throws -> Int64 {
        let statement = try db.cachedStatement(
            sql: "SELECT max(stream_version) FROM event WHERE stream = ?")
        return try Int64.fetchOne(statement, arguments: [stream]) ?? 0
    }

    /// The last event recorded at or before `time`; 0 when there is none.
    func position(at time: Timestamp) throws -> Int64 {
        let statement = try db.cachedStatement(
            sql: """
                SELECT position FROM event WHERE recorded_at <= ?
                ORDER BY recorded_at DESC, position DESC LIMIT 1
                """)
        return try Int64.fetchOne(statement, arguments: [time.nanoseconds]) ?? 0
    }

    func blob(_ digest: Digest) throws -> [UInt8]? {
        let statement = try db.cachedStatement(
            sql: "SELECT encoding, bytes FROM blob WHERE digest = ?")
        let row = try GRDB.Row.fetchOne(statement, arguments: [Data(digest.bytes)])
        guard let row else { return nil }
        let encoding: Int = row[0]
        guard encoding == 0 else {
            throw LedgerError.corrupt(
                position: nil, reason: "blob \(digest) has the unknown encoding \(encoding)")
        }
        let bytes = [UInt8](row[1] as Data)
        guard Digest(of: bytes) == digest else {
            throw LedgerError.corrupt(position: nil, reason: "blob \(digest) has another digest")
        }
        return bytes
    }

    static func decode(_ row: GRDB.Row) throws -> RecordedEvent {
        let position: Int64 = row[0]
        let payload: Data? = row[2]
        let redaction: Int64? = row[3]
        do {
            let envelope = try RecordDecoder.decode(
                Envelope.self, from: [UInt8](row[1] as Data))
            guard let payload else {
                guard redaction != nil else {
                    throw LedgerError.corrupt(position: position, reason: "it has no payload")
                }
                return RecordedEvent(envelope: envelope, event: nil)
            }
            let event = try EventCodec.decode(
                type: envelope.type, version: envelope.version, payload: [UInt8](payload))
            return RecordedEvent(envelope: envelope, event: event)
        } catch let error as CodecError {
            throw LedgerError.unreadable(position: position, error)
        }
    }
}

extension StoredEvents {
    /// The state that the stored rows give, brought up to the last event; from zero when the rows are of
    /// another version or ahead of the events.
    func state() throws -> (state: LedgerState, isRefolded: Bool) {
        let stored = try GRDB.Row.fetchOne(
            db, sql: "SELECT version, position FROM projection WHERE name = ?",
            arguments: [Self.projection])
        let head = try head()
        if let stored, (stored[0] as Int) == LedgerState.version, (stored[1] as Int64) <= head {
            let position: Int64 = stored[1]
            let recordedAt = try event(at: position)?.envelope.recordedAt
            if var state = try? LedgerState(
                rows: try rows(), position: position, recordedAt: recordedAt)
            {
                try fold(into: &state)
                return (state, position < head)
            }
        }
        var state = LedgerState()
        try fold(into: &state)
        return (state, true)
    }

    /// Folds in everything after the state's position, up to `last`.
    func fold(into state: inout LedgerState, upTo last: Int64 = .max) throws {
        while state.position < last {
            let limit = Int(min(Int64(Self.pageSize), last - state.position))
            let page = try events(after: state.position, limit: limit)
            for event in page {
                guard event.position == state.position + 1 else {
                    throw LedgerError.corrupt(
                        position: event.position,
                        reason: "event \(state.position + 1) is missing")
                }
                state.apply(event)
            }
            if page.count < limit { return }
        }
    }

    func rows() throws -> [RowChange] {
        let cursor = try GRDB.Row.fetchCursor(
            db,
            sql: "SELECT projection, key, value FROM projection_row ORDER BY projection, key")
        var rows: [RowChange] = []
        while let row = try cursor.next() {
            rows.append(
                RowChange(projection: row[0], key: row[1], bytes: [UInt8](row[2] as Data)))
        }
        return rows
    }

    /// The name of the projection that is folded in the append's transaction.
    static let projection = "present"
    /// How many events are read at once when folding.
    static let pageSize = 500
}

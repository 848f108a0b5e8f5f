internal import Digests
internal import EventLog
internal import GRDB
internal import Model
internal import Projections

/// Reading of ground state, within whatever transaction the caller holds.
struct StoredEvents {
    let db: Database
    /// Of the projections whose rows are read.
    var version = LedgerState.version
    /// What was moved out of the ledger and is at hand.
    var archives = Archives.none

    func head() throws -> Int64 {
        let statement = try db.cachedStatement(sql: "SELECT max(position) FROM event")
        return try Int64.fetchOne(statement) ?? 0
    }

    func version(of stream: String) throws -> Int64 {
        let statement = try RawStatement(
            cached: "SELECT max(stream_version) FROM event WHERE stream = ?", db)
        statement.bind(1, stream)
        return try statement.onlyInteger() ?? 0
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

    /// How many payloads up to a position are redacted or archived.
    func missingPayloads(upTo position: Int64) throws -> Int64 {
        let statement = try RawStatement(
            cached: "SELECT count(*) FROM redaction WHERE position <= ?", db)
        statement.bind(1, position)
        return try statement.onlyInteger() ?? 0
    }

    /// The first event recorded at or after `time`; beyond every position when there is none.
    func position(from time: Timestamp) throws -> Int64 {
        let statement = try db.cachedStatement(
            sql: """
                SELECT position FROM event WHERE recorded_at >= ?
                ORDER BY recorded_at, position LIMIT 1
                """)
        return try Int64.fetchOne(statement, arguments: [time.nanoseconds]) ?? .max
    }

    /// The bytes before encoding, compared with the digest.
    func blob(_ digest: Digest) throws -> [UInt8]? {
        if let bytes = try Self.blob(digest, in: db) { return bytes }
        guard !archives.isEmpty else { return nil }
        return try archives.blob(namedBy: try remover(of: digest)) { other in
            try Self.blob(digest, in: other)
        }
    }

    private static func blob(_ digest: Digest, in db: Database) throws -> [UInt8]? {
        let statement = try RawStatement(
            cached: "SELECT encoding, size, bytes FROM blob WHERE digest = ?", db)
        defer { statement.reset() }
        statement.bind(1, digest.bytes)
        guard try statement.step() else { return nil }
        do {
            let bytes = try BlobEncoding.decode(
                statement.bytes(2), encoding: statement.integer(0), size: statement.integer(1))
            guard Digest(of: bytes) == digest else {
                throw BlobFault(expected: "its digest", found: "another digest")
            }
            return bytes
        } catch let fault as BlobFault {
            throw LedgerError.corrupt(
                position: nil,
                reason: "blob \(digest): expected \(fault.expected), found \(fault.found)")
        }
    }
}

extension StoredEvents {
    /// How far the stored rows are folded; `nil` when there are none of this version.
    func foldedPosition() throws -> Int64? {
        try Int64.fetchOne(
            db, sql: "SELECT position FROM projection WHERE name = ? AND version = ?",
            arguments: [Self.projection, version])
    }

    /// The state that the stored rows give, at the position they were stored at; `nil` when there are none
    /// of this version, when they cannot be read, or when they are ahead of the events.
    func storedState() throws -> LedgerState? {
        guard let position = try foldedPosition(), position >= 0, position <= (try head()) else {
            return nil
        }
        let recordedAt = try event(at: position)?.envelope.recordedAt
        return try? LedgerState(rows: try rows(), position: position, recordedAt: recordedAt)
    }

    /// The state that the stored rows give, brought up to the last event; from the start without rows.
    func state() throws -> LedgerState {
        var state = try storedState() ?? LedgerBase.start(self)
        try fold(into: &state)
        return state
    }

    /// Folds in everything after the state's position, up to `last`.
    func fold(into state: inout LedgerState, upTo last: Int64 = .max) throws {
        var reader = RecordReader()
        while state.position < last {
            let limit = Int(min(Int64(Self.pageSize), last - state.position))
            let page = try wholePage(after: state.position, limit: limit)
            try state.fold(page.events(&reader))
            if page.places.count < limit { return }
        }
    }

    /// The name of the projection that is folded in the append's transaction.
    static let projection = "present"
    /// How many events are read at once when folding.
    static let pageSize = 1000
}

extension LedgerState {
    /// Folds in events that follow one another.
    ///
    /// - Throws: `LedgerError.corrupt` when one is missing before them or among them.
    mutating func fold(_ events: [RecordedEvent]) throws(LedgerError) {
        for event in events {
            guard event.position == position + 1 else {
                throw LedgerError.corrupt(
                    position: event.position, reason: "event \(position + 1) is missing")
            }
            apply(event)
        }
    }
}

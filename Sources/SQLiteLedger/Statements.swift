internal import Digests
internal import EventLog
internal import GRDB
internal import Model
internal import Projections

/// The statements that write, each prepared once for its connection.
///
/// They must be gone before the connection closes.
final class Statements {
    private let db: Database
    private let version: Int
    private let event: RawStatement
    private let subject: RawStatement
    private let payload: RawStatement
    private let treeNode: RawStatement
    private let blobLookup: RawStatement
    private let blob: RawStatement
    private let row: RawStatement
    private let noRow: RawStatement
    private let position: RawStatement
    private let idLookup: RawStatement
    private let anyIDLookup: RawStatement
    private let versionLookup: RawStatement

    /// - Parameter version: Of the projections whose rows are written.
    init(_ db: Database, version: Int) throws {
        self.db = db
        self.version = version
        event = try RawStatement(
            db,
            """
            INSERT INTO event
            (position, id, type, version, stream, stream_version, recorded_at, envelope)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """)
        subject = try RawStatement(
            db, "INSERT INTO subject (kind, value, position) VALUES (?, ?, ?)")
        payload = try RawStatement(
            db, "INSERT INTO payload (position, salt, bytes) VALUES (?, ?, ?)")
        treeNode = try RawStatement(db, TreeNodes.insertion)
        blobLookup = try RawStatement(db, "SELECT 1 FROM blob WHERE digest = ?")
        blob = try RawStatement(
            db, "INSERT INTO blob (digest, encoding, size, bytes) VALUES (?, ?, ?, ?)")
        row = try RawStatement(
            db,
            """
            INSERT INTO projection_row (projection, key, value, version) VALUES (?, ?, ?, ?)
            ON CONFLICT (version, projection, key) DO UPDATE SET value = excluded.value
            """)
        noRow = try RawStatement(
            db, "DELETE FROM projection_row WHERE projection = ? AND key = ? AND version = ?")
        position = try RawStatement(
            db,
            "UPDATE projection SET position = ? WHERE name = ? AND version = ? AND position = ?")
        idLookup = try RawStatement(db, "SELECT position FROM event WHERE id = ?")
        anyIDLookup = try RawStatement(db, "SELECT 1 FROM event WHERE id BETWEEN ? AND ? LIMIT 1")
        versionLookup = try RawStatement(
            db, "SELECT max(stream_version) FROM event WHERE stream = ?")
        row.bind(4, Int64(version))
        noRow.bind(3, Int64(version))
        position.bind(2, StoredEvents.projection)
        position.bind(3, Int64(version))
    }

    /// The event with this id; 0 when there is none.
    func position(of id: EventID) throws -> Int64 {
        idLookup.bind(1, id.text)
        return try idLookup.onlyInteger() ?? 0
    }

    /// Whether an event on record has an id in this range.
    func hasID(in range: ClosedRange<EventID>) throws -> Bool {
        anyIDLookup.bind(1, range.lowerBound.text)
        anyIDLookup.bind(2, range.upperBound.text)
        return try anyIDLookup.onlyInteger() != nil
    }

    /// How many events a stream has.
    func version(of stream: String) throws -> Int64 {
        versionLookup.bind(1, stream)
        return try versionLookup.onlyInteger() ?? 0
    }

    /// - Throws: `LedgerError.corrupt` when the rows were not at `before`.
    func storePosition(_ new: Int64, from before: Int64) throws {
        position.bind(1, new)
        position.bind(4, before)
        try position.run()
        guard db.changesCount == 1 else {
            throw LedgerError.corrupt(
                position: before, reason: "the projection is not at position \(before)")
        }
    }

    func insert(_ envelope: Envelope, bytes: [UInt8]) throws {
        event.bind(1, envelope.position)
        event.bind(2, envelope.id.text)
        event.bind(3, envelope.type)
        event.bind(4, Int64(envelope.version))
        event.bind(5, envelope.stream)
        event.bind(6, envelope.streamVersion)
        event.bind(7, envelope.recordedAt.nanoseconds)
        try event.run(8, bytes)
        try insertIndex(of: envelope)
    }

    func insertIndex(of envelope: Envelope) throws {
        for entry in envelope.indexEntries {
            subject.bind(1, entry.kind.rawValue)
            subject.bind(2, entry.value)
            subject.bind(3, envelope.position)
            try subject.run()
        }
    }

    func insertPayload(_ position: Int64, salt: [UInt8], bytes: [UInt8]) throws {
        payload.bind(1, position)
        payload.bind(2, salt)
        try payload.run(3, bytes)
    }

    func insert(_ node: TreeNode) throws { try treeNode.insert(node) }

    /// Keeps the bytes, unless they are there already.
    func insert(_ new: Blob) throws {
        let digest = new.digest.bytes
        blobLookup.bind(1, digest)
        guard try blobLookup.onlyInteger() == nil else { return }
        let encoded = EncodedBlob(new.bytes)
        blob.bind(1, digest)
        blob.bind(2, Int64(encoded.encoding.rawValue))
        blob.bind(3, Int64(new.bytes.count))
        try blob.run(4, encoded.bytes)
    }

    func store(_ change: RowChange) throws {
        let statement = change.bytes == nil ? noRow : row
        statement.bind(1, change.projection)
        statement.bind(2, change.key)
        if let bytes = change.bytes { try row.run(3, bytes) } else { try noRow.run() }
    }

    func replaceRows(with state: LedgerState) throws {
        try db.execute(
            sql: "DELETE FROM projection_row WHERE version = ?", arguments: [version])
        for row in state.storedRows() { try store(row) }
        try db.execute(
            sql: """
                INSERT INTO projection (name, version, position) VALUES (?, ?, ?)
                ON CONFLICT (name, version) DO UPDATE SET position = excluded.position
                """,
            arguments: [StoredEvents.projection, version, state.position])
    }
}

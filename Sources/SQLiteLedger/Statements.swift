internal import Digests
internal import EventLog
internal import Foundation
internal import GRDB
internal import Model
internal import Projections

/// The statements that write, each prepared once for its connection.
struct Statements {
    let db: Database

    func insert(_ envelope: Envelope, bytes: [UInt8]) throws {
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO event
                (position, id, type, version, stream, stream_version, recorded_at, envelope)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """)
        try statement.execute(arguments: [
            envelope.position, envelope.id.text, envelope.type, envelope.version, envelope.stream,
            envelope.streamVersion, envelope.recordedAt.nanoseconds, Data(bytes),
        ])
        try insertIndex(of: envelope)
    }

    func insertIndex(of envelope: Envelope) throws {
        let index = try db.cachedStatement(
            sql: "INSERT INTO subject (kind, value, position) VALUES (?, ?, ?)")
        for entry in envelope.indexEntries {
            try index.execute(arguments: [entry.kind.rawValue, entry.value, envelope.position])
        }
    }

    func insertPayload(_ position: Int64, salt: [UInt8], bytes: [UInt8]) throws {
        let statement = try db.cachedStatement(
            sql: "INSERT INTO payload (position, salt, bytes) VALUES (?, ?, ?)")
        try statement.execute(arguments: [position, Data(salt), Data(bytes)])
    }

    /// Keeps the bytes, unless they are there already.
    func insert(_ blob: Blob) throws {
        let lookup = try db.cachedStatement(sql: "SELECT 1 FROM blob WHERE digest = ?")
        let digest = Data(blob.digest.bytes)
        guard try Int.fetchOne(lookup, arguments: [digest]) == nil else { return }
        let statement = try db.cachedStatement(
            sql: "INSERT INTO blob (digest, encoding, size, bytes) VALUES (?, 0, ?, ?)")
        try statement.execute(arguments: [digest, blob.bytes.count, Data(blob.bytes)])
    }

    func store(_ change: RowChange) throws {
        if let bytes = change.bytes {
            let statement = try db.cachedStatement(
                sql: """
                    INSERT INTO projection_row (projection, key, value) VALUES (?, ?, ?)
                    ON CONFLICT (projection, key) DO UPDATE SET value = excluded.value
                    """)
            try statement.execute(arguments: [change.projection, change.key, Data(bytes)])
        } else {
            let statement = try db.cachedStatement(
                sql: "DELETE FROM projection_row WHERE projection = ? AND key = ?")
            try statement.execute(arguments: [change.projection, change.key])
        }
    }

    func replaceRows(with state: LedgerState) throws {
        try db.execute(sql: "DELETE FROM projection_row")
        for row in state.storedRows() { try store(row) }
        try db.execute(
            sql: """
                INSERT INTO projection (name, version, position) VALUES (?, ?, ?)
                ON CONFLICT (name) DO UPDATE
                SET version = excluded.version, position = excluded.position
                """,
            arguments: [StoredEvents.projection, LedgerState.version, state.position])
    }
}

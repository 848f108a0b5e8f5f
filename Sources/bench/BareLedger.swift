internal import EventLog
internal import GRDBSQLite
internal import Model
internal import Projections

/// The rows of one commit, all of them known before.
struct CommitRows {
    struct Event {
        var position: Int64
        var id: String
        var type: String
        var version: Int64
        var stream: String
        var streamVersion: Int64
        var recordedAt: Int64
        var envelope: [UInt8]
        var salt: [UInt8]
        var payload: [UInt8]
        var subjects: [(kind: String, value: String)]
        var nodes: [(level: Int64, number: Int64, hash: [UInt8])]
    }

    var events: [Event] = []
    var rows: [RowChange] = []
}

/// A ledger written through SQLite's C interface by somebody who knows all rows beforehand.
///
/// The same tables, indexes, triggers and pragmas, and nothing else: what is held against it is the price
/// of everything that is not SQLite.
final class BareLedger {
    private let connection: Connection
    private let insertEvent: Statement
    private let insertPayload: Statement
    private let insertSubject: Statement
    private let insertNode: Statement
    private let upsertRow: Statement
    private let deleteRow: Statement
    private let movePosition: Statement
    private let begin: Statement
    private let commit: Statement
    private var bytesSinceCheckpoint = 0

    /// - Parameter schema: The statements that make the tables.
    init(path: String, schema: [String]) throws {
        let connection = try Connection(
            path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX)
        self.connection = connection
        for pragma in [
            "journal_mode = WAL", "wal_autocheckpoint = 0", "synchronous = FULL",
            "recursive_triggers = ON",
        ] { try connection.execute("PRAGMA \(pragma)") }
        for sql in schema { try connection.execute(sql) }
        try connection.execute(
            "INSERT INTO projection (name, version, position) VALUES ('present', 1, 0)")
        func prepare(_ sql: String) throws -> Statement { try Statement(connection, sql) }
        insertEvent = try prepare(
            """
            INSERT INTO event
            (position, id, type, version, stream, stream_version, recorded_at, envelope)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """)
        insertPayload = try prepare("INSERT INTO payload (position, salt, bytes) VALUES (?, ?, ?)")
        insertSubject = try prepare("INSERT INTO subject (kind, value, position) VALUES (?, ?, ?)")
        insertNode = try prepare("INSERT INTO tree_node (level, number, hash) VALUES (?, ?, ?)")
        upsertRow = try prepare(
            """
            INSERT INTO projection_row (projection, key, value, version) VALUES (?, ?, ?, 1)
            ON CONFLICT (version, projection, key) DO UPDATE SET value = excluded.value
            """)
        deleteRow = try prepare(
            "DELETE FROM projection_row WHERE projection = ? AND key = ? AND version = 1")
        movePosition = try prepare(
            "UPDATE projection SET position = ? WHERE name = 'present' AND version = 1")
        begin = try prepare("BEGIN IMMEDIATE")
        commit = try prepare("COMMIT")
    }

    func write(_ rows: CommitRows) throws {
        try begin.run()
        for event in rows.events {
            try insertEvent.run {
                $0.bind(1, event.position)
                $0.bind(2, event.id)
                $0.bind(3, event.type)
                $0.bind(4, event.version)
                $0.bind(5, event.stream)
                $0.bind(6, event.streamVersion)
                $0.bind(7, event.recordedAt)
                $0.bind(8, event.envelope)
            }
            for subject in event.subjects {
                try insertSubject.run {
                    $0.bind(1, subject.kind)
                    $0.bind(2, subject.value)
                    $0.bind(3, event.position)
                }
            }
            try insertPayload.run {
                $0.bind(1, event.position)
                $0.bind(2, event.salt)
                $0.bind(3, event.payload)
            }
            for node in event.nodes {
                try insertNode.run {
                    $0.bind(1, node.level)
                    $0.bind(2, node.number)
                    $0.bind(3, node.hash)
                }
            }
            bytesSinceCheckpoint += 4 * (event.envelope.count + event.payload.count)
        }
        for row in rows.rows {
            try (row.bytes == nil ? deleteRow : upsertRow).run {
                $0.bind(1, row.projection)
                $0.bind(2, row.key)
                if let bytes = row.bytes { $0.bind(3, bytes) }
            }
        }
        try movePosition.run { $0.bind(1, rows.events.last?.position ?? 0) }
        try commit.run()
        // As often as the ledger does it.
        bytesSinceCheckpoint += 32 << 10
        if bytesSinceCheckpoint > 8 << 20 {
            bytesSinceCheckpoint = 0
            try connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
        }
    }
}

extension BareLedger {
    final class Connection {
        fileprivate let handle: OpaquePointer

        init(_ path: String, _ flags: Int32) throws {
            var opened: OpaquePointer?
            guard sqlite3_open_v2(path, &opened, flags, nil) == SQLITE_OK, let opened else {
                throw BenchFailure("cannot open \(path)")
            }
            handle = opened
        }

        deinit { sqlite3_close_v2(handle) }

        func execute(_ sql: String) throws {
            guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else {
                throw BenchFailure("\(sql): \(String(cString: sqlite3_errmsg(handle)))")
            }
        }
    }

    final class Statement {
        private let connection: Connection
        private let handle: OpaquePointer

        init(_ connection: Connection, _ sql: String) throws {
            self.connection = connection
            var prepared: OpaquePointer?
            guard sqlite3_prepare_v2(connection.handle, sql, -1, &prepared, nil) == SQLITE_OK,
                let prepared
            else {
                throw BenchFailure("\(sql): \(String(cString: sqlite3_errmsg(connection.handle)))")
            }
            handle = prepared
        }

        deinit { sqlite3_finalize(handle) }

        private static var transient: sqlite3_destructor_type {
            unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        }

        func bind(_ index: Int32, _ value: Int64) { sqlite3_bind_int64(handle, index, value) }

        func bind(_ index: Int32, _ text: String) {
            var text = text
            let count = Int32(text.utf8.count)
            text.withUTF8 { utf8 in
                _ = utf8.withMemoryRebound(to: CChar.self) {
                    sqlite3_bind_text(handle, index, $0.baseAddress, count, Self.transient)
                }
            }
        }

        func bind(_ index: Int32, _ bytes: [UInt8]) {
            _ = bytes.withUnsafeBytes {
                sqlite3_bind_blob(handle, index, $0.baseAddress, Int32($0.count), Self.transient)
            }
        }

        func run(_ bind: (Statement) -> Void = { _ in }) throws {
            bind(self)
            let code = sqlite3_step(handle)
            sqlite3_reset(handle)
            guard code == SQLITE_DONE || code == SQLITE_ROW else {
                throw BenchFailure(String(cString: sqlite3_errmsg(connection.handle)))
            }
        }

        func forEachRow(_ body: (Statement) -> Void) throws {
            defer { sqlite3_reset(handle) }
            while true {
                switch sqlite3_step(handle) {
                case SQLITE_ROW: body(self)
                case SQLITE_DONE: return
                default: throw BenchFailure(String(cString: sqlite3_errmsg(connection.handle)))
                }
            }
        }

        func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

        func text(_ column: Int32) -> String { String(decoding: bytes(column), as: UTF8.self) }

        func bytes(_ column: Int32) -> [UInt8] {
            let start = sqlite3_column_blob(handle, column)
            let count = Int(sqlite3_column_bytes(handle, column))
            return Array(UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count))
        }
    }
}

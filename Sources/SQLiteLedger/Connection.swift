internal import EventLog
internal import GRDB
internal import Glibc
internal import Projections

/// How connections to a ledger file are made.
///
/// The system's SQLite may be 3.40, whose WAL-reset race corrupts a database when two connections
/// checkpoint at once (fixed in 3.51.3). So there is one read-write connection, no connection
/// checkpoints by itself, and the writer does it between its transactions. A read-only connection cannot
/// checkpoint on closing: that takes an exclusive lock of a file it may not write.
/// Source: https://www.sqlite.org/wal.html#walresetbug
enum Connection {
    static func writing(_ path: String, isCreating: Bool = false) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.label = "tidemark.ledger.writer"
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA journal_mode = WAL")
            try db.execute(sql: "PRAGMA wal_autocheckpoint = 0")
            // An acknowledged event survives a power cut. While the file is made, EXTRA also makes the
            // removal of the rollback journal durable, without which it would be rolled back later.
            try db.execute(sql: "PRAGMA synchronous = \(isCreating ? "EXTRA" : "FULL")")
            try db.execute(sql: "PRAGMA recursive_triggers = ON")
        }
        return try DatabaseQueue(path: path, configuration: configuration)
    }

    /// - Parameter isStill: Whether nobody writes meanwhile and the WAL is empty: then SQLite needs no file beside it.
    static func reading(_ path: String, isStill: Bool = false) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.label = "tidemark.ledger.reader"
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA wal_autocheckpoint = 0")
            // In KiB, taken as it is needed: who looks up a body for each event meets the whole index of them.
            try db.execute(sql: "PRAGMA cache_size = -32768")
        }
        return try DatabaseQueue(
            path: isStill ? immutableName(path) : path, configuration: configuration)
    }

    /// A connection that also reads where there is no room for the index of the WAL beside the file, which SQLite
    /// makes before it reads.
    ///
    /// Then the file is read alone, when everything is in it; the lock keeps writers away as long as it is held.
    static func readingOnFullDisk(_ path: String) throws -> (DatabaseQueue, WriterLock?) {
        do {
            let usual = try reading(path)
            try usual.read { db in try checkFormat(db, path: path) }
            return (usual, nil)
        } catch let error as DatabaseError where LedgerError(error) == .full {
            guard let lock = try? WriterLock(path), hasEmptyWAL(path) else { throw error }
            let still = try reading(path, isStill: true)
            try still.read { db in try checkFormat(db, path: path) }
            return (still, lock)
        }
    }

    private static func hasEmptyWAL(_ path: String) -> Bool {
        var info = stat()
        return stat(path + "-wal", &info) == 0 ? info.st_size == 0 : errno == ENOENT
    }

    /// The name under which SQLite takes a file for one that nobody changes.
    ///
    /// Source: https://www.sqlite.org/uri.html#uriimmutable
    private static func immutableName(_ path: String) -> String {
        let escaped = path.replacing("%", with: "%25").replacing("?", with: "%3f")
            .replacing("#", with: "%23")
        return "file:\(escaped)?immutable=1"
    }

    /// Refuses a file that is no ledger, or one of a newer format.
    static func checkFormat(_ db: Database, path: String) throws {
        let application = try Int.fetchOne(db, sql: "PRAGMA application_id") ?? 0
        guard application == LedgerSchema.applicationID else {
            throw LedgerError.notALedger(path: path, reason: "its application id is \(application)")
        }
        let format = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        guard format <= LedgerSchema.format else {
            throw LedgerError.tooNew(path: path, format: format)
        }
    }
}

extension LedgerError {
    /// What an error of the layers below means to a caller.
    init(_ error: any Error) {
        if let error = error as? LedgerError {
            self = error
        } else if let error = error as? DatabaseError {
            let text = "\(error.message ?? "SQLite error") (\(error.extendedResultCode.rawValue))"
            switch error.resultCode {
            case .SQLITE_FULL: self = .full
            case .SQLITE_IOERR where error.extendedResultCode == .SQLITE_IOERR_SHMSIZE:
                self = .full
            case .SQLITE_CORRUPT, .SQLITE_CONSTRAINT: self = .corrupt(position: nil, reason: text)
            case .SQLITE_NOTADB: self = .notALedger(path: "the file", reason: text)
            default: self = .io(text)
            }
        } else if let error = error as? CodecError {
            self = .corrupt(position: nil, reason: error.summary)
        } else {
            self = .io("\(error)")
        }
    }
}

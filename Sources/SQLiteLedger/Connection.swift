internal import EventLog
internal import GRDB
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

    static func reading(_ path: String) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.label = "tidemark.ledger.reader"
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA wal_autocheckpoint = 0")
            // In KiB, taken as it is needed: who looks up a body for each event meets the whole index of them.
            try db.execute(sql: "PRAGMA cache_size = -32768")
        }
        return try DatabaseQueue(path: path, configuration: configuration)
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

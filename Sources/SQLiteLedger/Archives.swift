internal import Digests
internal import EventLog
internal import Foundation
internal import GRDB
internal import Synchronization

/// The archives that are read as part of a ledger, each on a connection of its own.
///
/// SQLite attaches ten files to one connection at most, and a ledger may have any number. Which of them holds a
/// payload is known from the ledger, so each is read only for what is in it; those read last stay open.
///
/// Nothing that is read is believed: whoever asks compares a payload with its envelope, a body with its digest.
final class Archives: Sendable {
    /// One of the files.
    struct File: Sendable {
        let path: String
        let recorded: RecordedArchive
    }

    /// What an archive has of an event.
    struct Payload {
        var salt: [UInt8]
        var bytes: [UInt8]
    }

    /// In the order in which they were recorded.
    let files: [File]
    private let connections = Mutex<[(event: Int64, database: DatabaseQueue)]>([])
    private static let mostOpen = 8

    static let none = Archives([])

    init(_ files: [File]) {
        self.files = files.sorted { $0.recorded.position < $1.recorded.position }
    }

    var isEmpty: Bool { files.isEmpty }

    /// Whether the file is at hand that an event put on record.
    func holds(_ event: Int64) -> Bool { files.contains { $0.recorded.position == event } }

    /// The file that an event put on record.
    func path(_ event: Int64) -> String {
        files.first { $0.recorded.position == event }?.path ?? ""
    }

    /// The payloads at some positions, from the archive that an event put on record; `nil` when it is not at hand.
    ///
    /// - Throws: `.damagedArchive` when one of them is not in it.
    func payloads(_ event: Int64, _ positions: [Int64]) throws -> [Int64: Payload]? {
        guard let file = files.first(where: { $0.recorded.position == event }) else { return nil }
        return try read(file) { db in
            let statement = try db.cachedStatement(
                sql: "SELECT salt, bytes FROM payload WHERE position = ?")
            var payloads: [Int64: Payload] = [:]
            for position in positions {
                guard let row = try GRDB.Row.fetchOne(statement, arguments: [position]) else {
                    throw LedgerError.damagedArchive(
                        path: file.path, reason: "it lacks the payload of event \(position)")
                }
                payloads[position] = Payload(salt: try row.bytes(0), bytes: try row.bytes(1))
            }
            return payloads
        }
    }

    /// A body, as `find` reads it from one of the files.
    ///
    /// - Parameter event: The one that named the body first: the file that it put on record is looked at first.
    func blob(namedBy event: Int64?, _ find: (Database) throws -> [UInt8]?) throws -> [UInt8]? {
        let first = files.filter { $0.recorded.position == event }
        // One that came back after it was removed was moved by a later event.
        for file in first + files.filter({ $0.recorded.position != event }) {
            if let bytes = try read(file, find) { return bytes }
        }
        return nil
    }

    private func read<R>(_ file: File, _ body: (Database) throws -> R) throws -> R {
        do {
            return try connection(file).read(body)
        } catch let error as DatabaseError
            where [.SQLITE_NOTADB, .SQLITE_CORRUPT].contains(error.resultCode)
        {
            throw LedgerError.damagedArchive(
                path: file.path, reason: error.message ?? "SQLite cannot read it")
        }
    }

    /// The connection to a file, which is open from now on; whoever reads from one that goes keeps it until then.
    private func connection(_ file: File) throws -> DatabaseQueue {
        let event = file.recorded.position
        return try connections.withLock { open in
            let database: DatabaseQueue
            if let index = open.firstIndex(where: { $0.event == event }) {
                database = open.remove(at: index).database
            } else {
                database = try ArchiveFile.open(file.path)
            }
            if open.count >= Self.mostOpen { open.removeFirst() }
            open.append((event, database))
            return database
        }
    }

    /// Holds each file as a whole against the digest on record.
    ///
    /// - Complexity: O(size of the files), once in a process.
    /// - Throws: `.wrongArchive`.
    func requireWhole() throws(LedgerError) {
        for file in files {
            let digest = try FileDigests.digest(of: file.path)
            guard digest != file.recorded.digest else { continue }
            throw LedgerError.wrongArchive(
                path: file.path, digest: digest.description,
                recorded: [file.recorded.digest.description])
        }
    }
}

extension ArchiveFile {
    /// Opens a file for reading.
    ///
    /// - Throws: `.notALedger` or `.tooNew` for a file that is no archive, SQLite's errors for one that is no
    ///   database or damaged.
    static func open(_ path: String) throws -> DatabaseQueue {
        guard fileExists(path) else { throw LedgerError.notFound(path: path) }
        var configuration = Configuration()
        configuration.label = "tidemark.ledger.archive"
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        let database = try DatabaseQueue(path: path, configuration: configuration)
        try database.read { db in
            let id = try Int.fetchOne(db, sql: "PRAGMA application_id")
            guard id == applicationID else {
                throw LedgerError.notALedger(path: path, reason: "it is no archive of a ledger")
            }
            let format = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
            guard format <= Self.format else {
                throw LedgerError.tooNew(path: path, format: format)
            }
        }
        return database
    }

    /// The lowest and the highest event whose payload is in the file; `nil` when it has none.
    func positions() throws -> ClosedRange<Int64>? {
        let row = try GRDB.Row.fetchOne(
            db, sql: "SELECT min(position), max(position) FROM payload")
        guard let row, let first = try row.optionalInteger(0), let last = try row.optionalInteger(1)
        else { return nil }
        return first...max(first, last)
    }

    /// What its checkpoint says of its tree.
    struct Head {
        /// The name of the log.
        let origin: String
        let size: Int64
        /// In Base64.
        let root: String
    }

    /// `nil` when its checkpoint cannot be read.
    func head() throws -> Head? {
        let lines = String(decoding: try resource("checkpoint") ?? [], as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count >= 3, let size = Int64(lines[1]), size > 0 else { return nil }
        return Head(origin: String(lines[0]), size: size, root: String(lines[2]))
    }
}

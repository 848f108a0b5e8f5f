public import EventLog
internal import GRDB
internal import Glibc

/// A copy of a ledger, as it was at one moment.
public struct LedgerBackup: Equatable, Sendable {
    public var path: String
    /// How many events it holds.
    public var events: Int64
    /// The size of the file.
    public var bytes: Int64
}

extension SQLiteLedger {
    /// Copies the ledger as it is now into another file, while it may be written to.
    ///
    /// The copy is one file without a write-ahead log. It holds no free pages, so nothing that was deleted. It
    /// appears under its name when it is whole, verified and durable; before that it has a name that nobody else
    /// has, `FILE.` and six characters. It is for those who may read the ledger. While it is made, one read
    /// transaction is open: the write-ahead log of the ledger grows meanwhile.
    /// Source: https://www.sqlite.org/lang_vacuum.html#vacuuminto
    ///
    /// - Parameter replacing: Whether a file of that name may be replaced.
    /// - Throws: `.exists` when there is such a file, `.inUse` when it is a ledger that is in use, `.corrupt`
    ///   when the copy is not intact, which says that this ledger is not.
    public func backup(to file: String, replacing: Bool = false) async throws(LedgerError)
        -> LedgerBackup
    {
        try requireFile(file)
        guard replacing || !fileExists(file) else { throw LedgerError.exists(path: file) }
        guard !isSameFile(file, path), !fileExists(file + "-wal") else {
            throw LedgerError.inUse(path: file)
        }
        let draft = try makeDraft(of: file, like: path)
        do {
            try await onOwnConnection { db in
                try db.execute(sql: "VACUUM INTO ?", arguments: [draft])
            }
            let events = try await Self.checkCopy(draft)
            let bytes = try syncFile(draft)
            try moveFile(draft, to: file, replacing: replacing)
            try syncFolder(of: file)
            return LedgerBackup(path: file, events: events, bytes: bytes)
        } catch {
            for suffix in ["", "-journal"] { removeFile(draft + suffix) }
            throw error.ofCopy(file)
        }
    }

    /// Runs `body` on a new reading connection, without a transaction, beside all other work.
    func onOwnConnection<R: Sendable>(_ body: @escaping @Sendable (Database) throws -> R)
        async throws(LedgerError) -> R
    {
        let source: DatabaseQueue
        do { source = try anotherReader() } catch { throw LedgerError(error) }
        let result: Result<R, LedgerError> = await withCheckedContinuation { continuation in
            source.asyncWriteWithoutTransaction { db in
                continuation.resume(
                    returning: Result { try body(db) }.mapError { LedgerError($0) })
            }
        }
        return try result.get()
    }

    private static func checkCopy(_ draft: String) async throws(LedgerError) -> Int64 {
        let report = try await openForReading(path: draft).verify(full: true)
        if let finding = report.findings.first {
            throw LedgerError.corrupt(position: finding.position, reason: finding.description)
        }
        return report.events
    }
}

extension LedgerError {
    /// The ledger is only read while a copy is written: it is the disk of the copy that is full.
    func ofCopy(_ file: String) -> LedgerError {
        switch self {
        case .full, .noSpace: .noSpace(path: file, reason: nil)
        default: self
        }
    }
}

/// Refuses what is there and no file: it is neither replaced nor written into.
func requireFile(_ path: String) throws(LedgerError) {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG else { return }
    let kind =
        switch status.st_mode & S_IFMT {
        case S_IFDIR: "a folder"
        case S_IFCHR, S_IFBLK: "a device"
        default: "a pipe or socket"
        }
    throw LedgerError.notAFile(path: path, kind: kind)
}

/// Makes an empty file beside `file` under a name that was free, with the mode of `source`.
///
/// SQLite vacuums into a file that is empty.
func makeDraft(of file: String, like source: String) throws(LedgerError) -> String {
    var name = Array((file + ".XXXXXX").utf8CString)
    let descriptor = mkstemp(&name)
    guard descriptor >= 0 else {
        throw LedgerError.ofSystem(file)
    }
    defer { close(descriptor) }
    let draft = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    var status = stat()
    guard stat(source, &status) == 0, fchmod(descriptor, status.st_mode & 0o777) == 0 else {
        let failure = LedgerError.ofSystem(draft)
        removeFile(draft)
        throw failure
    }
    return draft
}

/// - Throws: `.exists` when there is a file of that name by now, and it may not be replaced.
func moveFile(_ from: String, to: String, replacing: Bool) throws(LedgerError) {
    if replacing { return try renameFile(from, to: to) }
    // Unlike a renaming, a link never takes the place of a file.
    if link(from, to) == 0 { return removeFile(from) }
    guard errno != EEXIST, !fileExists(to) else { throw LedgerError.exists(path: to) }
    // A file system without links.
    try renameFile(from, to: to)
}

private func isSameFile(_ first: String, _ second: String) -> Bool {
    var one = stat()
    var other = stat()
    return stat(first, &one) == 0 && stat(second, &other) == 0
        && one.st_dev == other.st_dev && one.st_ino == other.st_ino
}

/// Makes the content of a file durable.
///
/// - Returns: Its size.
func syncFile(_ path: String) throws(LedgerError) -> Int64 {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
        throw LedgerError.ofSystem(path)
    }
    defer { close(descriptor) }
    var status = stat()
    guard fsync(descriptor) == 0, fstat(descriptor, &status) == 0 else {
        throw LedgerError.ofSystem(path)
    }
    return Int64(status.st_size)
}

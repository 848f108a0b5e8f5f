internal import EventLog
internal import GRDB
internal import Glibc

/// Leaving no byte behind of what was deleted.
///
/// 1. `PATH.erase` is durable before the first deletion, and goes when the files are clean: whoever opens
///    the ledger for writing and finds it finishes the work.
/// 2. The file is written anew as a whole. To overwrite what is deleted (`secure_delete`) is not enough:
///    SQLite leaves copies of rows in the gaps of pages that it once split or merged, and of older values in
///    pages that were freed before. Source: https://www.sqlite.org/lang_vacuum.html
/// 3. The write-ahead log, which holds the pages as they were, is then moved into the file and emptied.
extension Writer {
    private var erasureMarker: String { path + ".erase" }

    var isErasurePending: Bool { fileExists(erasureMarker) }

    func announceErasure() throws(LedgerError) {
        let descriptor = Glibc.open(erasureMarker, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw LedgerError.ofSystem(erasureMarker)
        }
        Glibc.close(descriptor)
        try syncFolder(of: path)
    }

    /// Erases where that is due.
    ///
    /// - Returns: Whether nothing is left to be done. A reader in the way or a full disk leave it for later.
    mutating func erasedWherePending() -> Bool {
        guard isErasurePending else { return true }
        return (try? erase()) != nil
    }

    /// Writes the file anew and empties the write-ahead log.
    mutating func erase() throws(LedgerError) {
        do {
            try connection().writeWithoutTransaction { db in
                try db.execute(sql: "VACUUM")
                _ = try db.checkpoint(.truncate)
            }
        } catch {
            noteFailure(error)
            throw LedgerError(error)
        }
        // SQLite does not sync what it cuts off: nothing of it is needed, but all of it must be gone.
        _ = try syncFile(path + "-wal")
        removeFile(erasureMarker)
        try syncFolder(of: path)
    }
}

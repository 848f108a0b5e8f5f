internal import EventLog
internal import GRDB
internal import Glibc
internal import Synchronization

/// What an attempt to archive may leave behind, noted beside the ledger for as long as that is so.
///
/// 1. The note, `PATH.archiving-` and six characters, is durable before the draft gets its first byte. It names the
///    draft and the file that the draft becomes, each followed by a zero byte.
/// 2. It goes when the archive is on record, or neither file is there any more.
/// 3. A note that nobody in the process with the lock works on is of an attempt that was killed, or failed at its end.
///    Whoever opens the ledger for writing, and whoever redacts, removes what it names.
struct ArchiveAttempt: Sendable {
    let note: String
    let draft: String
    let file: String

    private static let infix = ".archiving-"

    /// Notes an attempt, durably.
    init(of ledger: String, draft: String, file: String) throws(LedgerError) {
        var name = Array((ledger + Self.infix + "XXXXXX").utf8CString)
        let descriptor = mkstemp(&name)
        guard descriptor >= 0 else { throw Self.failure(ledger + Self.infix + "XXXXXX") }
        defer { close(descriptor) }
        note = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        self.draft = draft
        self.file = file
        let bytes = Array(draft.utf8) + [0] + Array(file.utf8) + [0]
        guard write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0 else {
            let failure = Self.failure(note)
            removeFile(note)
            throw failure
        }
        try syncFolder(of: ledger)
    }

    /// `nil` of a note that was cut off: then the draft has no byte yet.
    private init?(note: String) {
        guard let stream = fopen(note, "rb") else { return nil }
        defer { fclose(stream) }
        var bytes = [UInt8](repeating: 0, count: 1 << 14)
        let count = fread(&bytes, 1, bytes.count, stream)
        let parts = bytes[..<count].split(separator: 0, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[2].isEmpty else { return nil }
        self.note = note
        draft = String(decoding: parts[0], as: UTF8.self)
        file = String(decoding: parts[1], as: UTF8.self)
    }

    /// The attempts that are noted beside a ledger.
    static func all(of ledger: String) -> [ArchiveAttempt] {
        let slash = ledger.lastIndex(of: "/")
        let folder = slash.map { String(ledger[...$0]) } ?? "./"
        let prefix =
            String(ledger[(slash.map(ledger.index(after:)) ?? ledger.startIndex)...]) + infix
        guard let entries = opendir(folder) else { return [] }
        defer { closedir(entries) }
        var attempts: [ArchiveAttempt] = []
        while let entry = readdir(entries) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard name.hasPrefix(prefix) else { continue }
            if let attempt = ArchiveAttempt(note: folder + name) {
                attempts.append(attempt)
            } else {
                removeFile(folder + name)
            }
        }
        return attempts.sorted { $0.note < $1.note }
    }

    /// Takes the note back.
    func end() throws(LedgerError) {
        removeFile(note)
        try syncFolder(of: note)
    }

    /// Removes what the attempt left, and the note.
    ///
    /// - Parameter isLeftover: Whether a file is an archive into which nothing was moved. Another one stays.
    /// - Throws: `.leftover` when something cannot be removed, or it cannot be seen whether it is there.
    func cleanUp(_ isLeftover: (String) throws -> Bool) throws {
        for file in [draft, draft + "-journal"] { try remove(file) }
        if fileExists(file), try isLeftover(file) { try remove(file) }
        try syncFolder(of: draft)
        try end()
    }

    private func remove(_ file: String) throws(LedgerError) {
        let folder = file.lastIndex(of: "/").map { String(file[...$0]) } ?? "."
        guard fileExists(folder) else {
            throw LedgerError.leftover(path: file, note: note, reason: "its folder is not there")
        }
        guard unlink(file) != 0, errno != ENOENT else { return }
        throw LedgerError.leftover(
            path: file, note: note, reason: String(cString: strerror(errno)).lowercased())
    }

    private static func failure(_ note: String) -> LedgerError {
        let failure = LedgerError.ofSystem(note)
        guard case .noSpace = failure else { return failure }
        return .noSpace(
            path: note,
            reason: "archiving first notes there, beside the ledger, which file it writes")
    }
}

extension SQLiteLedger {
    /// Removes what attempts to archive left behind that nobody works on any more.
    ///
    /// - Throws: `.leftover`, which names the file that cannot be removed.
    func removeLeftovers() throws(LedgerError) {
        do {
            for attempt in ArchiveAttempt.all(of: path) {
                // Begun in this process and not yet ended: it sees to itself.
                if attempts.withLock({ $0.contains(attempt.note) }) { continue }
                try attempt.cleanUp { file in
                    try reader.read { db in try StoredEvents(db: db).isLeftover(file) }
                }
            }
        } catch { throw LedgerError(error) }
    }

    /// Notes an attempt of this process.
    func begin(_ draft: String, _ file: String) throws(LedgerError) -> ArchiveAttempt {
        let attempt = try ArchiveAttempt(of: path, draft: draft, file: file)
        attempts.withLock { _ = $0.insert(attempt.note) }
        return attempt
    }

    /// Forgets an attempt: one whose note is still there is cleaned up after.
    func leave(_ attempt: ArchiveAttempt) { attempts.withLock { _ = $0.remove(attempt.note) } }
}

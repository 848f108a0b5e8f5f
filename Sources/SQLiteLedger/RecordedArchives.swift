internal import Digests
internal import EventLog
internal import Foundation
internal import GRDB
internal import Glibc
internal import Projections
internal import Synchronization

/// Which files payloads were moved into, as far as the ledger's events say.
extension StoredEvents {
    /// The digests of all archives, the oldest first.
    func recordedArchives() throws -> [Digest] {
        // Not through the index of subjects, which is derived.
        let positions = try Int64.fetchAll(
            db,
            sql: """
                SELECT position FROM event WHERE stream = ? AND type = ? ORDER BY stream_version
                """, arguments: [LedgerState.Stream.ledger, LedgerBase.type])
        return try positions.compactMap { position in
            guard case .ledgerArchived(let archived)? = try event(at: position)?.event else {
                return nil
            }
            return archived.archive
        }
    }

    /// Refuses files other than those that the ledger recorded, byte for byte, when it was archived.
    ///
    /// The files are attached to the connection, in this order.
    func requireRecorded(_ paths: [String]) throws {
        guard !paths.isEmpty else { return }
        let recorded = try recordedArchives()
        for (path, archive) in zip(paths, try archives()) {
            let digest = try FileDigests.digest(of: path)
            if recorded.contains(digest) { continue }
            do {
                if try isLeftover(archive) { throw LedgerError.unrecordedArchive(path: path) }
            } catch let error as DatabaseError
                where [.SQLITE_NOTADB, .SQLITE_CORRUPT].contains(error.resultCode)
            {
                throw try wrongArchive(path)
            }
            throw try wrongArchive(path)
        }
    }

    /// The refusal of a file that is none of the recorded ones.
    func wrongArchive(_ path: String) throws -> LedgerError {
        .wrongArchive(
            path: path, digest: try FileDigests.digest(of: path).description,
            recorded: try recordedArchives().map(\.description))
    }

    private func holdsMore(
        _ archive: String, than table: String, named key: String, removed: String
    ) throws -> Bool {
        try Bool.fetchOne(
            db,
            sql: """
                SELECT EXISTS (SELECT 1 FROM \(archive).\(table) AS moved
                WHERE NOT EXISTS (SELECT 1 FROM main.\(table) WHERE \(key) = moved.\(key))
                AND NOT EXISTS (
                    SELECT 1 FROM main.\(removed) JOIN main.event ON event.position = named_by
                    WHERE \(removed).\(key) = moved.\(key) AND type <> ?))
                """, arguments: [LedgerBase.type]) ?? true
    }

    /// Whether an attached file holds nothing that was moved out of the ledger: its tree is the ledger's, and
    /// all that is in it is still here, or was redacted.
    ///
    /// An attempt that ended between naming its file and recording it leaves such a one.
    fileprivate func isLeftover(_ archive: String) throws -> Bool {
        let note = try Data.fetchOne(
            db, sql: "SELECT bytes FROM \(archive).resource WHERE path = 'checkpoint'")
        let lines = String(decoding: note ?? Data(), as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false)
        let nodes = TreeNodes(db: db)
        guard lines.count >= 3, let size = Int64(lines[1]), size > 0,
            size <= (try nodes.leafCount()),
            lines[2] == Base64.encode(try nodes.tree(of: size).root().bytes)
        else { return false }
        return try !holdsMore(archive, than: "payload", named: "position", removed: "redaction")
            && !holdsMore(archive, than: "blob", named: "digest", removed: "blob_redaction")
    }
}

extension SQLiteLedger {
    /// Whether there is a file that an archiving left behind which never came to move anything.
    func isLeftover(_ file: String) async throws(LedgerError) -> Bool {
        guard fileExists(file) else { return false }
        do {
            return try await onOwnConnection(archives: [file]) { db in
                let stored = StoredEvents(db: db)
                do {
                    try stored.requireRecorded([file])
                } catch LedgerError.unrecordedArchive { return true }
                return false
            }
        } catch {
            switch error {
            case .notALedger, .tooNew, .wrongArchive, .corrupt: return false
            default: throw error
            }
        }
    }
}

/// The digests of files that this process has read as a whole, for as long as they do not change.
enum FileDigests {
    private struct Identity: Hashable {
        var device: UInt
        var inode: UInt
        var size: Int
        var modified: [Int]
        /// What nobody can set back.
        var changed: [Int]

        init(_ status: stat) {
            device = UInt(status.st_dev)
            inode = UInt(status.st_ino)
            size = Int(status.st_size)
            modified = [status.st_mtim.tv_sec, status.st_mtim.tv_nsec]
            changed = [status.st_ctim.tv_sec, status.st_ctim.tv_nsec]
        }
    }

    private static let known = Mutex<[Identity: Digest]>([:])

    /// SHA-256 of a file, read a part at a time.
    static func digest(of path: String) throws(LedgerError) -> Digest {
        func failure() -> LedgerError { .io("\(path): \(String(cString: strerror(errno)))") }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure() }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure() }
        let identity = Identity(status)
        if let digest = known.withLock({ $0[identity] }) { return digest }
        var builder = DigestBuilder()
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            guard count >= 0 else { throw failure() }
            if count == 0 { break }
            builder.update(count == buffer.count ? buffer : Array(buffer[..<count]))
        }
        let digest = builder.finish()
        // One that was written to meanwhile is read again.
        guard fstat(descriptor, &status) == 0, Identity(status) == identity else { return digest }
        known.withLock { $0[identity] = digest }
        return digest
    }
}

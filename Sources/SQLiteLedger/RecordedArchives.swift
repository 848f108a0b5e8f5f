internal import Digests
public import EventLog
internal import GRDB
internal import Projections

/// Which files payloads were moved into, as far as the ledger's events say.
extension StoredEvents {
    /// All archives, the oldest first.
    func recordedArchives() throws -> [RecordedArchive] {
        // Not through the index of subjects, which is derived.
        let positions = try Int64.fetchAll(
            db,
            sql: """
                SELECT position FROM event WHERE stream = ? AND type = ? ORDER BY stream_version
                """, arguments: [LedgerState.Stream.ledger, LedgerBase.type])
        var before: Int64 = 0
        return try positions.compactMap { position in
            guard case .ledgerArchived(let archived)? = try event(at: position)?.event else {
                return nil
            }
            defer { before = archived.through }
            return RecordedArchive(archived, at: position, after: before)
        }
    }

    /// Finds out which of the archives on record each file is.
    ///
    /// By the tree and the payloads that it says it has: what is in it is looked at when it is read.
    /// `Archives.requireWhole` looks at all of it.
    ///
    /// - Parameter paths: Files, and folders, of which all archives of this ledger are taken.
    /// - Throws: `.wrongArchive` for a file that is none of them, `.unrecordedArchive` for one that nothing was
    ///   moved into, `.noArchives` for a folder that has none.
    func archives(at paths: [String]) throws -> Archives {
        guard !paths.isEmpty else { return .none }
        let recorded = try recordedArchives()
        var files: [Archives.File] = []
        for path in paths {
            let found =
                isFolder(path)
                ? try archives(inFolder: path, recorded) : [try archive(at: path, recorded)]
            for file in found where !files.contains(where: { $0.recorded == file.recorded }) {
                files.append(file)
            }
        }
        return Archives(files)
    }

    private func archive(at path: String, _ recorded: [RecordedArchive]) throws -> Archives.File {
        guard let archive = try identify(path, recorded) else {
            throw try isLeftover(path)
                ? LedgerError.unrecordedArchive(path: path) : wrongArchive(path, recorded)
        }
        return Archives.File(path: path, recorded: archive)
    }

    /// The archives of this ledger in a folder.
    ///
    /// What is no archive, belongs to another log or had nothing moved into it is left alone.
    private func archives(inFolder folder: String, _ recorded: [RecordedArchive]) throws
        -> [Archives.File]
    {
        let known = Set(recorded.compactMap(\.name))
        let paths = try ArchiveFile.all(inFolder: folder, known: known)
        let files = try paths.compactMap { path -> Archives.File? in
            if let archive = try identify(path, recorded) {
                return Archives.File(path: path, recorded: archive)
            }
            guard try isLeftover(path) || isUnknown(path) else {
                throw try wrongArchive(path, recorded)
            }
            return nil
        }
        guard !files.isEmpty else {
            throw LedgerError.noArchives(folder: folder, recorded: recorded)
        }
        return files
    }

    /// Whether it is of another log, or was made after this copy of the ledger.
    private func isUnknown(_ path: String) throws -> Bool {
        do {
            let head = try ArchiveFile.open(path).read { try ArchiveFile(db: $0).head() }
            guard let head else { return false }
            return try head.origin != origin() || head.size > TreeNodes(db: db).leafCount()
        } catch let error as DatabaseError
            where [.SQLITE_NOTADB, .SQLITE_CORRUPT].contains(error.resultCode)
        {
            return false
        }
    }

    private func identify(_ path: String, _ recorded: [RecordedArchive]) throws -> RecordedArchive?
    {
        do {
            let (positions, head) = try ArchiveFile.open(path).read { db in
                let file = ArchiveFile(db: db)
                return (try file.positions(), try file.head())
            }
            if let positions, let head,
                let archive = recorded.last(where: { $0.after < positions.lowerBound }),
                head.size >= archive.through,
                try moved(archive) == positions, try isOwn(head)
            {
                return archive
            }
        } catch let error as DatabaseError
            where [.SQLITE_NOTADB, .SQLITE_CORRUPT].contains(error.resultCode)
        {
            // It may be damaged where nobody will look, and is told apart by its digest below.
        }
        let digest = try FileDigests.digest(of: path)
        return recorded.first { $0.digest == digest }
    }

    /// The lowest and the highest event whose payload an archive took.
    private func moved(_ archive: RecordedArchive) throws -> ClosedRange<Int64>? {
        // Both end at the first row that fits: what others have named is passed over.
        let end = { (order: String) in
            try Int64.fetchOne(
                db,
                sql: """
                    SELECT position FROM redaction
                    WHERE position > ? AND position <= ? AND named_by = ?
                    ORDER BY position \(order) LIMIT 1
                    """, arguments: [archive.after, archive.through, archive.position])
        }
        guard let first = try end("ASC"), let last = try end("DESC") else { return nil }
        return first...last
    }

    /// Whether this ledger's tree has that root, as far as its nodes tell.
    private func isOwn(_ head: ArchiveFile.Head) throws -> Bool {
        let nodes = TreeNodes(db: db)
        guard head.size <= (try nodes.leafCount()),
            let root = try? nodes.tree(of: head.size).root()
        else { return false }
        return head.root == Base64.encode(root.bytes)
    }

    /// The refusal of a file that is none of the recorded ones.
    private func wrongArchive(_ path: String, _ recorded: [RecordedArchive]) throws -> LedgerError {
        .wrongArchive(
            path: path, digest: try FileDigests.digest(of: path).description,
            recorded: recorded.map(\.digest.description))
    }

    /// Refuses to go on when some archive of the ledger is not at hand.
    ///
    /// - Throws: `.missingArchives`, which names them.
    func requireAllArchives() throws {
        let missing = try recordedArchives().filter { !archives.holds($0.position) }
        guard missing.isEmpty else { throw LedgerError.missingArchives(missing) }
    }
}

/// Files that archiving left behind.
extension StoredEvents {
    /// Whether a file holds nothing that was moved out of the ledger: its tree is the ledger's, and all that is in
    /// it is still here, or was redacted.
    ///
    /// An attempt that ended between naming its file and recording it leaves such a one.
    func isLeftover(_ path: String) throws -> Bool {
        do {
            return try ArchiveFile.open(path).read { other in
                guard let head = try ArchiveFile(db: other).head(), try isOwn(head) else {
                    return false
                }
                return try !holdsMore(other, than: "payload", named: "position", "redaction")
                    && !holdsMore(other, than: "blob", named: "digest", "blob_redaction")
            }
        } catch let error as DatabaseError
            where [.SQLITE_NOTADB, .SQLITE_CORRUPT].contains(error.resultCode)
        {
            return false
        }
    }

    private func holdsMore(
        _ other: Database, than table: String, named key: String, _ removed: String
    ) throws -> Bool {
        let isHere = try db.makeStatement(
            sql: """
                SELECT EXISTS (SELECT 1 FROM \(table) WHERE \(key) = ?1) OR EXISTS (
                    SELECT 1 FROM \(removed) JOIN event ON event.position = named_by
                    WHERE \(removed).\(key) = ?1 AND type <> ?2)
                """)
        let keys = try GRDB.Row.fetchCursor(other, sql: "SELECT \(key) FROM \(table)")
        while let row = try keys.next() {
            let value = row[0] as DatabaseValue
            guard try Bool.fetchOne(isHere, arguments: [value, LedgerBase.type]) == true else {
                return true
            }
        }
        return false
    }
}

extension SQLiteLedger {
    /// The archives that payloads of the ledger were moved into, the oldest first.
    public func recordedArchives() async throws(LedgerError) -> [RecordedArchive] {
        try await reading { db in try self.stored(db).recordedArchives() }
    }

    /// Whether there is a file that an archiving left behind which never came to move anything.
    func isLeftover(_ file: String) async throws(LedgerError) -> Bool {
        guard fileExists(file) else { return false }
        do {
            return try await onOwnConnection { db in try StoredEvents(db: db).isLeftover(file) }
        } catch {
            switch error {
            case .notALedger, .tooNew, .corrupt: return false
            default: throw error
            }
        }
    }
}

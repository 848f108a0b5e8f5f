public import Digests
public import EventLog
internal import Foundation
internal import GRDB
public import Model
internal import Projections

/// What came of moving old payloads and bodies out of a ledger.
public struct LedgerArchive: Equatable, Sendable {
    public var path: String
    /// The event that says so, `ledger.archived`.
    public var event: RecordedEvent
    /// Payloads up to this position were moved.
    public var through: Int64
    public var digest: Digest
}

extension SQLiteLedger {
    /// Moves the payloads of events recorded before a time into an archive file, with the bodies that nothing
    /// else needs.
    ///
    /// The archive appears under its name when it is whole, verified and durable. Only then, in one
    /// transaction, `ledger.archived` is recorded with the digest of the archive and of each table as it was
    /// after the last moved event, those tables are kept as bodies, and payloads and bodies are deleted. So at
    /// every moment each payload is in the ledger or in a durable archive. Then the file is written anew.
    ///
    /// Envelopes stay, and so do events about the ledger itself; events of syncs that have not ended stay with
    /// all that follows them.
    ///
    /// What is redacted while the file is written must not be in it: then the file is removed and written anew.
    ///
    /// Repeated with the same id it answers with what is on record. A file that an attempt left behind, which
    /// ended before anything was moved, is replaced.
    ///
    /// - Throws: `.notArchivable` when nothing would be moved, or when something was redacted each time that the
    ///   file was written; `.exists` when there is a file already.
    public func archive(
        before time: Timestamp, to file: String, actor: Actor, id: EventID
    ) async throws(LedgerError) -> LedgerArchive {
        try await archive(before: time, to: file, actor: actor, id: id) {}
    }

    /// How often a file is written before archiving gives way to redactions.
    private static let archiveAttempts = 3

    /// - Parameter whenWritten: Runs each time the file has its name and is not on record.
    package func archive(
        before time: Timestamp, to file: String, actor: Actor, id: EventID,
        whenWritten: () async -> Void
    ) async throws(LedgerError) -> LedgerArchive {
        guard !isReadOnly else { throw LedgerError.readOnly }
        if let earlier = try await earlierArchive(file, id) { return earlier }
        for _ in 0..<Self.archiveAttempts {
            let written = try await writeArchive(before: time, to: file)
            let (scan, digest) = (written.scan, written.digest)
            // Whatever comes of it: a note that is still there then is cleaned up after.
            defer { leave(written.attempt) }
            await whenWritten()
            if let event = try await record(scan, (file, digest), actor, id, written.attempt) {
                try written.attempt.end()
                return LedgerArchive(
                    path: file, event: event, through: scan.through, digest: digest)
            }
            removeFile(file)
            try syncFolder(of: file)
            try written.attempt.end()
        }
        throw LedgerError.notArchivable(
            reason: "payloads were redacted or archived meanwhile; say it again")
    }

    /// Puts the file on record and deletes what is in it.
    ///
    /// - Returns: `nil` when the file is outdated.
    private func record(
        _ scan: ArchiveScan, _ file: (path: String, digest: Digest), _ actor: Actor,
        _ id: EventID, _ attempt: ArchiveAttempt
    ) async throws(LedgerError) -> RecordedEvent? {
        do {
            return try await writing { try $0.archive(scan, file, actor, id) }
        } catch {
            switch error {
            case .full, .noSpace: break
            // It may be on record.
            default: throw error
            }
            // It is not, and the file is in the way of the next attempt. What cannot be removed
            // now is removed at the next start.
            leave(attempt)
            try? removeLeftovers()
            throw LedgerError.noSpace(ledger: path)
        }
    }

    private struct Written: Sendable {
        let scan: ArchiveScan
        let digest: Digest
        let attempt: ArchiveAttempt
    }

    /// Writes the file, durable and under its name.
    private func writeArchive(before time: Timestamp, to file: String) async throws(LedgerError)
        -> Written
    {
        try requireFile(file)
        let isLeftover = try await isLeftover(file)
        guard isLeftover || !fileExists(file) else { throw LedgerError.exists(path: file) }
        let through = try await archivable(before: time)
        let draft = try makeDraft(of: file, like: path)
        let attempt: ArchiveAttempt
        do throws(LedgerError) { attempt = try begin(draft, file) } catch {
            removeFile(draft)
            throw error
        }
        var isMoved = false
        do {
            let scan = try await onOwnConnection { db in
                try Self.writeArchive(db, through: through, draft)
            }
            _ = try syncFile(draft)
            let digest = try FileDigests.digest(of: draft)
            try moveFile(draft, to: file, replacing: isLeftover)
            isMoved = true
            try syncFolder(of: file)
            return Written(scan: scan, digest: digest, attempt: attempt)
        } catch {
            for suffix in ["", "-journal"] { removeFile(draft + suffix) }
            // What has its name already is seen to with the note.
            if !isMoved { try? attempt.end() }
            leave(attempt)
            throw error.ofCopy(file)
        }
    }

    private func earlierArchive(_ file: String, _ id: EventID) async throws(LedgerError)
        -> LedgerArchive?
    {
        guard let event = try await event(id: id) else { return nil }
        guard case .ledgerArchived(let payload)? = event.event else {
            throw LedgerError.idempotencyConflict(
                id: id, reason: "event \(event.position) has this id")
        }
        _ = try await writing { $0.erasedWherePending() }
        return LedgerArchive(
            path: file, event: event, through: payload.through, digest: payload.archive)
    }

    /// The last position whose payload may be moved.
    ///
    /// - Throws: `.notArchivable` when there is none.
    public func archivable(before time: Timestamp) async throws(LedgerError) -> Int64 {
        let last = try await position(at: time + .nanoseconds(-1))
        let open: (sync: Int64?, hasPush: Bool)
        do {
            open = try await state { state in
                let running = state.syncs.all.values.filter { !$0.phase.isFinished }
                return (running.map(\.requestedPosition).min(), state.pushes.count > 0)
            }
        } catch { throw LedgerError(error) }
        guard !open.hasPush else {
            throw LedgerError.notArchivable(reason: "a push has not ended")
        }
        let through = min(last, (open.sync ?? .max) - 1)
        let isAny = try await reading { db in
            try Bool.fetchOne(
                db,
                sql: """
                    SELECT EXISTS (SELECT 1 FROM payload JOIN event USING (position)
                    WHERE position <= ? AND stream <> ?)
                    """, arguments: [through, LedgerState.Stream.ledger]) ?? false
        }
        guard isAny else {
            throw LedgerError.notArchivable(
                reason: "no payload was recorded before that and is still here")
        }
        return through
    }
}

extension SQLiteLedger {
    /// Writes and verifies an archive.
    private static func writeArchive(_ db: Database, through: Int64, _ draft: String) throws
        -> ArchiveScan
    {
        let stored = StoredEvents(db: db)
        let start = try LedgerBase.start(stored)
        var scan = ArchiveScan(through: through, from: start)
        try scan.follow(stored)
        let database = try DatabaseQueue(path: draft)
        let size = try database.write { target in
            // It is synced as a whole, before it gets its name.
            try ArchiveFile(db: target).prepare()
            return try Self.copy(stored, scan, to: ArchiveFile(db: target))
        }
        try database.close()
        let copy = try DatabaseQueue(path: draft)
        let tree = try copy.read { try ArchiveFile(db: $0).verify() }
        try copy.close()
        guard tree.size == size else {
            throw LedgerError.corrupt(position: nil, reason: "the archive has \(tree.size) entries")
        }
        return scan
    }

    private static func copy(_ stored: StoredEvents, _ scan: ArchiveScan, to archive: ArchiveFile)
        throws -> Int64
    {
        // The tree of a signed checkpoint when there is one that covers what is moved.
        let signed = try GRDB.Row.fetchOne(
            stored.db,
            sql: "SELECT size, note FROM checkpoint WHERE size >= ? ORDER BY size LIMIT 1",
            arguments: [scan.through])
        let size: Int64 = signed?[0] ?? scan.through
        var tiles = TileBuilder { tile, bytes in try archive.insert(bytes, at: tile.path) }
        let rows = try GRDB.Row.fetchCursor(
            stored.db,
            sql: """
                SELECT event.position, stream, envelope, salt, payload.bytes
                FROM event LEFT JOIN payload ON payload.position = event.position
                WHERE event.position <= ? ORDER BY event.position
                """, arguments: [size])
        let payload = try archive.db.makeStatement(
            sql: "INSERT INTO payload (position, salt, bytes) VALUES (?, ?, ?)")
        while let row = try rows.next() {
            let position: Int64 = row[0]
            try tiles.append([UInt8](row[2] as Data))
            let salt: Data? = row[3]
            let bytes: Data? = row[4]
            guard position <= scan.through, row[1] as String != LedgerState.Stream.ledger,
                let salt, let bytes
            else { continue }
            try payload.execute(arguments: [position, salt, bytes])
        }
        try tiles.finish()
        let origin = try stored.origin()
        let body = "\(origin)\n\(size)\n\(Base64.encode(tiles.range.root.bytes))\n"
        let note: Data? = signed?[1]
        try archive.insert(note.map { [UInt8]($0) } ?? Array(body.utf8), at: "checkpoint")
        try copyBlobs(stored, scan.moved, to: archive)
        return size
    }

    private static func copyBlobs(
        _ stored: StoredEvents, _ digests: Set<Digest>, to archive: ArchiveFile
    ) throws {
        let read = try stored.db.makeStatement(
            sql: "SELECT encoding, size, bytes FROM blob WHERE digest = ?")
        let write = try archive.db.makeStatement(
            sql: "INSERT INTO blob (digest, encoding, size, bytes) VALUES (?, ?, ?, ?)")
        for digest in digests.sorted(by: { $0.description < $1.description }) {
            let key = Data(digest.bytes)
            // One that is missing was redacted.
            guard let row = try GRDB.Row.fetchOne(read, arguments: [key]) else { continue }
            try write.execute(arguments: [key, row[0] as Int, row[1] as Int, row[2] as Data])
        }
    }
}

extension StoredEvents {
    /// The name of this log, as the first event gives it.
    func origin() throws -> String {
        guard case .ledgerOpened(let opened)? = try event(at: 1)?.event, !opened.origin.isEmpty
        else { return "tidemark" }
        return opened.origin
    }
}

extension Writer {
    /// Records the archive, which is durable by now, and deletes what it holds.
    ///
    /// - Returns: `nil` when something of it was redacted or archived since it was scanned: nothing was changed.
    mutating func archive(
        _ scan: ArchiveScan, _ file: (path: String, digest: Digest), _ actor: Actor, _ id: EventID
    ) throws -> RecordedEvent? {
        // Nobody else writes: what is found now holds in the transaction below.
        let scan = try connection().read { db in
            var scan = scan
            try scan.follow(StoredEvents(db: db))
            return scan
        }
        guard !scan.isOutdated else { return nil }
        guard let base = scan.base else { throw LedgerError.io("the archive ends at no event") }
        try announceErasure()
        let event = try transaction { writer, db in
            let blobs = scan.removable(with: writer.state)
            let saved = SavedBase(base, version: writer.projectionVersion)
            let removals = Removals(db: db)
            let unnamed = try blobs.filter { try !removals.isNamed($0) }
            let archived = LedgerArchived {
                $0.archive = file.digest
                $0.blobs = Int64(unnamed.count)
                $0.file = file.path.split(separator: "/").last.map(String.init)
                $0.through = scan.through
                $0.states = saved.states
            }
            let new = NewEvent(
                id: id, .ledgerArchived(archived), stream: LedgerState.Stream.ledger,
                subjects: Subjects(), actor: actor, occurredAt: writer.time.now())
            let before = writer.state.position
            let statements = try writer.statements(db)
            let batch = AppendBatch(events: [new], blobs: saved.blobs)
            guard let event = try writer.insert(batch, db).first else {
                throw LedgerError.io("the archive was not recorded")
            }
            try statements.storePosition(writer.state.position, from: before)
            try removals.remove(archived, blobs, namedBy: event.position)
            return event
        }
        _ = erasedWherePending()
        return event
    }
}

extension Removals {
    /// Deletes the payloads and bodies that an archive holds.
    fileprivate func remove(
        _ archived: LedgerArchived, _ blobs: Set<Digest>, namedBy position: Int64
    ) throws {
        try db.execute(
            sql: """
                INSERT INTO redaction (position, named_by)
                SELECT payload.position, ? FROM payload JOIN event USING (position)
                WHERE payload.position <= ? AND stream <> ?
                """, arguments: [position, archived.through, LedgerState.Stream.ledger])
        try db.execute(
            sql: """
                DELETE FROM payload
                WHERE position IN (SELECT position FROM redaction WHERE named_by = ?)
                """, arguments: [position])
        for digest in blobs { try remove(digest, namedBy: position) }
    }
}

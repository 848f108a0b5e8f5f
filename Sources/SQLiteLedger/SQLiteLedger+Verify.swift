internal import Digests
public import EventLog
internal import Foundation
internal import GRDB
internal import Model
internal import Projections
internal import Synchronization

extension SQLiteLedger {
    /// Checks that the ledger is what it says: every event, every body, every row of the present.
    ///
    /// Reads a page at a time, so that no transaction is held for long. The stored rows are compared with
    /// a fold of the events; they are never believed.
    ///
    /// - Parameter full: Whether the digest of every blob is computed as well, and SQLite's own check is made.
    public func verify(full: Bool) async throws(LedgerError) -> VerificationReport {
        // What SQLite itself finds broken is not read any further: it has neither type nor place.
        let damage = full ? try await fileFindings() : []
        if !damage.isEmpty {
            return VerificationReport(events: try await head(), findings: damage)
        }
        var verification = LedgerVerification()
        var hasMore = true
        while hasMore {
            let before = verification
            (verification, hasMore) = try await reading { db in
                var verification = before
                let hasMore = try verification.checkPage(StoredEvents(db: db))
                return (verification, hasMore)
            }
        }
        var report = verification.report
        if full { report.findings += try await blobFindings() }
        return report
    }

    private func blobFindings() async throws(LedgerError) -> [Finding] {
        var findings: [Finding] = []
        var number: Int64 = 0
        while true {
            let after = number
            let (found, last) = try await reading { db in
                try StoredEvents(db: db).checkBlobs(after: after)
            }
            findings += found
            guard let last else { return findings }
            number = last
        }
    }

    /// Drops every row of the present, folds the ledger again and stores what that gives.
    ///
    /// The fold is paged beside the appends; only the last stretch and the exchange of the rows take the
    /// writer's time. The rebuild is on record as `projection.rebuilt`.
    ///
    /// - Returns: How many events were folded, and how many rows had not been what the events give.
    public func rebuild(actor: Actor = .reconciler) async throws(LedgerError)
        -> (events: Int64, differing: Int)
    {
        guard !isReadOnly else { throw LedgerError.readOnly }
        let base = try await state(at: try await head())
        let result: Result<(Int64, Int, NewEvent), LedgerError> =
            await withCheckedContinuation { continuation in
                queue.async {
                    continuation.resume(
                        returning: self.writer.withLock { writer in
                            Result {
                                guard let writer = try writer?.rebuild(from: base, actor) else {
                                    throw LedgerError.readOnly
                                }
                                return writer
                            }.mapError { LedgerError($0) }
                        })
                }
            }
        let (events, differing, announcement) = try result.get()
        _ = try await append(AppendBatch(events: [announcement]))
        return (events, differing)
    }
}

extension Writer {
    mutating func rebuild(from base: LedgerState, _ actor: Actor) throws -> (Int64, Int, NewEvent) {
        var state = base
        var tree = CompactRange()
        let differing = try transaction { db, _ in
            let stored = StoredEvents(db: db)
            try stored.fold(into: &state)
            _ = state.takeChanges()
            let findings = try stored.compareRows(with: state)
            try db.execute(sql: "DELETE FROM subject; DELETE FROM checkpoint")
            var position: Int64 = 0
            while true {
                let page = try stored.events(after: position, limit: StoredEvents.pageSize)
                for event in page { try Statements(db: db).insertIndex(of: event.envelope) }
                try StoredCheckpoints(db: db).fold(page)
                guard let last = page.last else { break }
                position = last.position
            }
            try Statements(db: db).replaceRows(with: state)
            tree = try TreeNodes(db: db).rebuilt(upTo: state.position)
            return findings.count
        }
        replace(state: state)
        self.tree = tree
        let now = time.now()
        let event = NewEvent(
            id: EventID(at: now, random: random.bytes(10)),
            .projectionRebuilt(
                ProjectionRebuilt {
                    $0.events = state.position
                    $0.projection = StoredEvents.projection
                    $0.version = LedgerState.version
                }), stream: LedgerState.Stream.ledger, subjects: Subjects(), actor: actor,
            occurredAt: now)
        return (state.position, differing, event)
    }
}

extension StoredEvents {
    /// The next page of events as they are stored, for verification.
    func records(after position: Int64) throws -> [StoredRecord] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT event.position, id, type, version, stream, stream_version, recorded_at,
                    envelope, salt, payload.bytes, redaction.position
                FROM event LEFT JOIN payload ON payload.position = event.position
                LEFT JOIN redaction ON redaction.position = event.position
                WHERE event.position > ? ORDER BY event.position LIMIT ?
                """)
        let rows = try GRDB.Row.fetchCursor(statement, arguments: [position, Self.pageSize])
        var records: [StoredRecord] = []
        while let row = try rows.next() {
            let salt: Data? = row[8]
            let payload: Data? = row[9]
            let redaction: Int64? = row[10]
            records.append(
                StoredRecord(
                    position: row[0], id: row[1], type: row[2], version: row[3], stream: row[4],
                    streamVersion: row[5], recordedAt: row[6], envelope: [UInt8](row[7] as Data),
                    salt: salt.map { [UInt8]($0) }, payload: payload.map { [UInt8]($0) },
                    isRedacted: redaction != nil))
        }
        return records
    }

    /// What the stored rows, their position and version have other than the state folded up to now.
    func compareRows(with folded: LedgerState) throws -> [Finding] {
        var state = folded
        try fold(into: &state)
        var findings: [Finding] = []
        let stored = try GRDB.Row.fetchOne(
            db, sql: "SELECT version, position FROM projection WHERE name = ?",
            arguments: [Self.projection])
        let found = stored.map { "version \($0[0] as Int) at \($0[1] as Int64)" } ?? "nothing"
        let expected = "version \(LedgerState.version) at \(state.position)"
        if found != expected {
            findings.append(
                Finding(position: nil, "projection", expected: expected, found: found))
        }
        let key = { (row: RowChange) in "\(row.projection)/\(row.key)" }
        let before = Dictionary(try rows().map { (key($0), $0.bytes) }) { first, _ in first }
        let after = Dictionary(state.storedRows().map { (key($0), $0.bytes) }) { first, _ in first }
        for name in Set(before.keys).union(after.keys).sorted() {
            let old = before[name] ?? nil
            let new = after[name] ?? nil
            guard old != new else { continue }
            findings.append(
                Finding(
                    position: nil, "row \(name)",
                    expected: new.map { Digest(of: $0).shortText } ?? "none",
                    found: old.map { Digest(of: $0).shortText } ?? "none"))
        }
        return findings
    }

    func checkBlobs(after number: Int64) throws -> ([Finding], last: Int64?) {
        let rows = try GRDB.Row.fetchCursor(
            db,
            sql: """
                SELECT number, digest, encoding, size, bytes FROM blob
                WHERE number > ? ORDER BY number LIMIT 64
                """, arguments: [number])
        var findings: [Finding] = []
        var last: Int64?
        while let row = try rows.next() {
            last = row[0]
            let bytes = [UInt8](row[4] as Data)
            let name = hex(row[1] as Data)
            let found = Digest(of: bytes).description
            if name != found {
                findings.append(
                    Finding(position: nil, "blob", expected: name, found: found))
            }
            if (row[3] as Int) != bytes.count || (row[2] as Int) != 0 {
                findings.append(
                    Finding(
                        position: nil, "blob \(name.prefix(12))",
                        expected: "encoding 0, size \(bytes.count)",
                        found: "encoding \(row[2] as Int), size \(row[3] as Int)"))
            }
        }
        return (findings, last)
    }
}

internal import Digests
internal import EventLog
internal import GRDB
internal import Model
internal import Projections
internal import Synchronization

/// A walk through a ledger from its first event, a page at a time.
///
/// Nothing that is derived is believed: index and rows are compared with what the events give. Two threads
/// read pages and check each record by itself, another checks their order and folds.
enum LedgerVerification {
    /// How often a ledger is read through before checking gives way to what is removed meanwhile.
    private static let attempts = 3

    /// Where a ledger is read.
    struct Source: Sendable {
        let database: DatabaseQueue
        let version: Int
        var archives = Archives.none
        /// Runs after each page, with the last position of it.
        var whenRead: @Sendable (Int64) -> Void = { _ in }

        func read<Value>(_ body: (StoredEvents) throws -> Value) throws(LedgerError) -> Value {
            do {
                return try database.read { db in
                    try body(StoredEvents(db: db, version: version, archives: archives))
                }
            } catch { throw LedgerError(error) }
        }
    }

    /// Checks every event, the index and the rows.
    ///
    /// Each page is read in a transaction of its own. When payloads are archived or redacted meanwhile, which some
    /// pages have and others lack, all is read again.
    ///
    /// - Throws: `.overtaken` when that happened each time.
    static func report(_ source: Source) throws(LedgerError) -> VerificationReport {
        for _ in 0..<attempts {
            if let report = try attempt(source) { return report }
        }
        throw LedgerError.overtaken
    }

    private static func attempt(_ source: Source) throws(LedgerError) -> VerificationReport? {
        var walk = Walk(start: try source.read(Start.init))
        let readers = RecordReaders(2)
        let position = Mutex<Int64>(0)
        var pages = PageAhead(makers: 2) { () throws(LedgerError) -> RecordPage? in
            let after = position.withLock { $0 }
            let page = try source.read { try $0.recordPage(after: after) }
            guard let last = page.records.last?.position else { return nil }
            try requireProgress(from: after, to: last)
            position.withLock { $0 = last }
            return page
        } page: { maker, page throws(LedgerError) -> CheckedPage in
            let checked = try readers.with(maker) { CheckedPage(page, &$0) }
            return try source.read { try checked.withBlobs(of: $0.db) }
        }
        while let page = try pages.take() {
            walk.check(page)
            let before = walk
            walk = try source.read { try before.checkedTree(TreeNodes(db: $0.db)) }
            source.whenRead(walk.verifier.position)
        }
        return try source.read { [walk] stored in
            // What was appended since the last page; from here on in one transaction.
            var walk = walk
            var reader = RecordReader()
            while true {
                let page = try stored.recordPage(after: walk.verifier.position)
                guard let last = page.records.last?.position else { break }
                try requireProgress(from: walk.verifier.position, to: last)
                walk.check(try CheckedPage(page, &reader).withBlobs(of: stored.db))
                walk = try walk.checkedTree(TreeNodes(db: stored.db))
            }
            return walk.isOvertaken ? nil : try walk.finish(stored)
        }
    }

    /// In a damaged file rows may stand in another order than their positions say, and be read for ever.
    static func requireProgress(from before: Int64, to last: Int64) throws(LedgerError) {
        guard last <= before else { return }
        throw LedgerError.corrupt(
            position: last, reason: "it stands behind event \(before) in the file")
    }

    /// Decodes every blob and computes its digest.
    static func blobFindings(_ source: Source) throws(LedgerError) -> [Finding] {
        var findings: [Finding] = []
        // A number is only where a row stands; a changed one may be any.
        var number: Int64? = .min
        while let first = number, findings.count < RecordVerifier.maxFindings {
            let (found, last) = try source.read { try $0.checkBlobs(from: first) }
            findings += found
            number = last.flatMap { $0 < .max ? $0 + 1 : nil }
        }
        return findings
    }

    /// Records as they are stored.
    struct RecordPage: Sendable {
        var records: [StoredRecord] = []
        /// Those whose payloads are in an archive that is not at hand.
        var archived: Set<Int64> = []
    }

    /// Records that were checked by themselves, and what else was found of them.
    struct CheckedPage: Sendable {
        private(set) var records: [CheckedRecord] = []
        /// Of the tree, one for each record.
        private(set) var leaves: [Digest] = []
        private(set) var missingBlobs: [Finding] = []
        private(set) var index = IndexSum()
        let archived: Set<Int64>

        init(_ page: RecordPage, _ reader: inout RecordReader) {
            archived = page.archived
            records.reserveCapacity(page.records.count)
            leaves.reserveCapacity(page.records.count)
            for record in page.records {
                let checked = record.checked(&reader)
                records.append(checked)
                leaves.append(TreeHash.leaf(record.envelope))
                if let event = checked.event { index.add(event.envelope) }
            }
        }

        /// After the bodies that the events name were looked for.
        func withBlobs(of db: Database) throws -> CheckedPage {
            let blobs = try BlobLookup(db)
            var page = self
            for event in records.lazy.compactMap(\.event) {
                for digest in event.event?.blobs ?? [] where try !blobs.isAccountedFor(digest) {
                    page.missingBlobs.append(
                        Finding(
                            position: event.position, "blob", expected: digest.description,
                            found: "none"))
                }
            }
            return page
        }
    }

    /// Where the fold begins when what was before is in an archive that is not at hand.
    private struct Start: Sendable {
        let base: LedgerBase?
        /// The last event when the reading began.
        let head: Int64
        private(set) var state: LedgerState?
        private(set) var findings: [Finding] = []
        /// Why the rows cannot be compared with a fold, unless one from the first event succeeds.
        private(set) var obstacle: String?

        init(_ stored: StoredEvents) throws {
            head = try stored.head()
            base = try LedgerBase(stored)
            guard let base else { return }
            do {
                state = try base.state(stored)
                state?.keepChanges(false)
            } catch LedgerError.corrupt(_, let reason) {
                findings.append(
                    Finding(
                        position: base.through, "saved state", expected: "its digest",
                        found: reason))
            } catch let error as LedgerError {
                guard case .outdatedBase = error else { throw error }
                obstacle = [error.cause, error.hint].compactMap { $0 }.joined(separator: ": ")
            }
        }
    }

    private struct Walk: Sendable {
        let start: Start
        var verifier = RecordVerifier()
        /// What the events give; `nil` once one of them could not be read.
        private var state: LedgerState? = .past()
        private var findings: [Finding] = []
        private var index = IndexSum()
        private var tree = TreeVerification()
        private var unchecked: [String] = []
        /// Whether payloads were removed after the reading had begun.
        private(set) var isOvertaken = false

        init(start: Start) { self.start = start }

        mutating func check(_ page: CheckedPage) {
            index.add(page.index)
            findings += page.missingBlobs.prefix(
                max(0, RecordVerifier.maxFindings - findings.count))
            for (record, leaf) in zip(page.records, page.leaves) {
                let event = verifier.check(record)
                tree.add(leaf: leaf, event)
                if record.position > start.head { note(event?.event) }
                if let event, let position = state?.position, event.position == position + 1,
                    !page.archived.contains(event.position)
                {
                    state?.apply(event)
                } else {
                    state = nil
                }
                if let base = start.base, record.position == base.through { enter(base) }
            }
        }

        /// Notes what took something away that was read before.
        private mutating func note(_ event: Event?) {
            switch event {
            case .payloadRedacted?, .ledgerArchived?: isOvertaken = true
            default: break
            }
        }

        /// Compares the saved state with the fold, or goes on from it where there is no fold.
        private mutating func enter(_ base: LedgerBase) {
            guard let folded = state else {
                state = start.state
                findings += start.findings
                if let obstacle = start.obstacle {
                    unchecked.append("the stored rows: \(obstacle)")
                }
                return
            }
            guard base.isCurrent else { return }
            let expected = folded.savedTables().map { "\($0.name) \(Digest(of: $0.bytes))" }
            let found = base.states.map { "\($0.projection) \($0.digest)" }
            for (expected, found) in zip(expected, found) where expected != found {
                findings.append(
                    Finding(
                        position: base.through, "saved state", expected: expected, found: found))
            }
        }

        /// After what was taken in was held against the stored nodes.
        func checkedTree(_ nodes: TreeNodes) throws -> Walk {
            var walk = self
            let found = try walk.tree.checkPage(nodes)
            walk.findings += found.prefix(max(0, RecordVerifier.maxFindings - findings.count))
            return walk
        }

        mutating func finish(_ stored: StoredEvents) throws -> VerificationReport {
            findings += try tree.finish(stored.db)
            if try stored.indexSum() != index { findings += try stored.indexFindings() }
            findings += try stored.redactionFindings(verifier.redactions)
            // Dropped while it is compared, as it is not needed again.
            if let folded = state.take() {
                if let other = try stored.olderRows() {
                    unchecked.append(
                        """
                        the stored rows: they are of version \(other), and this release has version \
                        \(stored.version); the next writer folds them anew
                        """)
                } else {
                    findings += try stored.compareRows(with: folded)
                }
            }
            let all = verifier.findings + findings
            return VerificationReport(
                events: verifier.position, findings: Array(all.prefix(RecordVerifier.maxFindings)),
                redacted: verifier.redactions.count,
                archived: max(0, verifier.gone - verifier.redactions.count), unchecked: unchecked)
        }
    }
}

extension StoredEvents {
    /// The records after a position, with the payloads that archives have.
    func recordPage(after position: Int64) throws -> LedgerVerification.RecordPage {
        let statement = try RawStatement(
            cached: """
                SELECT event.position, id, type, version, stream, stream_version, recorded_at,
                    envelope, salt, payload.bytes,
                    (SELECT named_by FROM redaction WHERE position = event.position)
                FROM event LEFT JOIN payload ON payload.position = event.position
                WHERE event.position > ? ORDER BY event.position LIMIT ?
                """, db)
        defer { statement.reset() }
        statement.bind(1, position)
        statement.bind(2, Int64(Self.pageSize))
        var page = LedgerVerification.RecordPage()
        // By the event that removed them: where the records are whose payloads are gone.
        var gone: [Int64: [Int]] = [:]
        while try statement.step() {
            let record = StoredRecord(
                position: statement.integer(0), id: statement.text(1), type: statement.text(2),
                version: Int(statement.integer(3)), stream: statement.text(4),
                streamVersion: statement.integer(5), recordedAt: statement.integer(6),
                envelope: Array(statement.bytes(7)),
                salt: statement.isNull(8) ? nil : Array(statement.bytes(8)),
                payload: statement.isNull(9) ? nil : Array(statement.bytes(9)),
                isRedacted: !statement.isNull(10))
            if record.payload == nil, record.isRedacted {
                gone[statement.integer(10), default: []].append(page.records.count)
            }
            page.records.append(record)
        }
        for (event, indices) in gone where try isArchiving(event) {
            let positions = indices.map { page.records[$0].position }
            guard let payloads = try archives.payloads(event, positions) else {
                page.archived.formUnion(positions)
                continue
            }
            for index in indices {
                let kept = payloads[page.records[index].position]
                (page.records[index].salt, page.records[index].payload) = (kept?.salt, kept?.bytes)
            }
        }
        return page
    }

    /// - Parameter first: The lowest number to look at.
    /// - Returns: What is wrong, and the highest number that was looked at; `nil` when there was none.
    func checkBlobs(from first: Int64) throws -> ([Finding], last: Int64?) {
        let statement = try RawStatement(
            cached: """
                SELECT number, digest, encoding, size, bytes FROM blob
                WHERE number >= ? ORDER BY number LIMIT 256
                """, db)
        defer { statement.reset() }
        statement.bind(1, first)
        var findings: [Finding] = []
        var last: Int64?
        while try statement.step() {
            last = statement.integer(0)
            let name = hex(statement.bytes(1))
            do throws(BlobFault) {
                let bytes = try BlobEncoding.decode(
                    statement.bytes(4), encoding: statement.integer(2), size: statement.integer(3))
                let found = Digest(of: bytes).description
                guard name != found else { continue }
                findings.append(Finding(position: nil, "blob", expected: name, found: found))
            } catch {
                findings.append(
                    Finding(
                        position: nil, "blob \(name.prefix(12))", expected: error.expected,
                        found: error.found))
            }
        }
        return (findings, last)
    }
}

/// Whether bodies that events name are there, or were redacted.
private struct BlobLookup {
    private let statement: RawStatement

    init(_ db: Database) throws {
        statement = try RawStatement(
            cached: """
                SELECT EXISTS (SELECT 1 FROM blob WHERE digest = ?1)
                    OR EXISTS (SELECT 1 FROM blob_redaction WHERE digest = ?1)
                """, db)
    }

    func isAccountedFor(_ digest: Digest) throws -> Bool {
        statement.bind(1, digest.bytes)
        return try statement.onlyInteger() == 1
    }
}

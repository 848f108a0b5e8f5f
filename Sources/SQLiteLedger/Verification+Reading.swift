internal import Digests
internal import EventLog
internal import Foundation
internal import GRDB
internal import Projections

/// A walk through a ledger from its first event, a page at a time.
///
/// Nothing that is derived is believed: index and rows are compared with what the events give.
struct LedgerVerification: Sendable {
    private var verifier = RecordVerifier()
    /// What the events give; `nil` once one of them could not be read.
    private var state: LedgerState? = LedgerState()
    private var findings: [Finding] = []
    private var indexEntries = 0
    private var tree = TreeVerification()

    var report: VerificationReport {
        VerificationReport(
            events: verifier.position,
            findings: Array((verifier.findings + findings).prefix(RecordVerifier.maxFindings)))
    }

    /// Checks the next page; after the last one, in the same transaction, index and rows.
    ///
    /// - Returns: Whether there may be more.
    mutating func checkPage(_ stored: StoredEvents) throws -> Bool {
        let records = try stored.records(after: verifier.position)
        for record in records {
            let event = verifier.check(record)
            tree.add(envelope: record.envelope, event)
            if let event, let position = state?.position, event.position == position + 1 {
                state?.apply(event)
            } else {
                state = nil
            }
            guard let event, findings.count < RecordVerifier.maxFindings else { continue }
            findings += try stored.missingIndexEntries(of: event.envelope)
            findings += try stored.missingBlobs(of: event)
            indexEntries += Set(event.envelope.indexEntries).count
        }
        findings += try tree.checkPage(TreeNodes(db: stored.db))
        guard records.count < StoredEvents.pageSize else { return true }
        findings += try tree.finish(stored.db)
        let missing = findings.count { $0.what == StoredEvents.indexFinding }
        if try stored.countIndex() != indexEntries - missing {
            findings += try stored.surplusIndexEntries()
        }
        // Dropped while it is compared, as it is not needed again.
        if let folded = state.take() { findings += try stored.compareRows(with: folded) }
        return false
    }
}

extension StoredEvents {
    static let indexFinding = "index"

    func missingIndexEntries(of envelope: Envelope) throws -> [Finding] {
        let statement = try db.cachedStatement(
            sql: "SELECT 1 FROM subject WHERE kind = ? AND value = ? AND position = ?")
        var findings: [Finding] = []
        for entry in Set(envelope.indexEntries) {
            let arguments: StatementArguments = [
                entry.kind.rawValue, entry.value, envelope.position,
            ]
            if try Int.fetchOne(statement, arguments: arguments) == nil {
                findings.append(
                    Finding(
                        position: envelope.position, Self.indexFinding,
                        expected: "\(entry.kind.rawValue) \(entry.value)", found: "none"))
            }
        }
        return findings
    }

    /// The bodies an event names that are neither there nor redacted.
    func missingBlobs(of event: RecordedEvent) throws -> [Finding] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT EXISTS (SELECT 1 FROM blob WHERE digest = ?1)
                    OR EXISTS (SELECT 1 FROM blob_redaction WHERE digest = ?1)
                """)
        var findings: [Finding] = []
        for digest in event.event?.blobs ?? [] {
            guard try Bool.fetchOne(statement, arguments: [Data(digest.bytes)]) != true else {
                continue
            }
            findings.append(
                Finding(
                    position: event.position, "blob", expected: digest.description, found: "none"))
        }
        return findings
    }

    func countIndex() throws -> Int {
        try Int.fetchOne(db, sql: "SELECT count(*) FROM subject") ?? 0
    }

    /// The rows of the index that no event gives.
    func surplusIndexEntries() throws -> [Finding] {
        let rows = try GRDB.Row.fetchCursor(
            db, sql: "SELECT kind, value, position FROM subject ORDER BY position")
        var findings: [Finding] = []
        var expected: (position: Int64, entries: Set<String>) = (0, [])
        while let row = try rows.next(), findings.count < RecordVerifier.maxFindings {
            let position: Int64 = row[2]
            if position != expected.position {
                let entries = (try? event(at: position))?.envelope.indexEntries ?? []
                expected = (position, Set(entries.map { "\($0.kind.rawValue) \($0.value)" }))
            }
            let found = "\(row[0] as String) \(row[1] as String)"
            if !expected.entries.contains(found) {
                findings.append(
                    Finding(
                        position: position, Self.indexFinding, expected: "none", found: found))
            }
        }
        return findings
    }
}

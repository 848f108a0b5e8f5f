internal import Digests
internal import EventLog
internal import Foundation
internal import GRDB
internal import Projections

extension StoredEvents {
    /// Holds the tables of redactions, which allow a payload or body to be missing, to what the events say.
    func redactionFindings(_ audit: RedactionAudit) throws -> [Finding] {
        var findings: [Finding] = []
        var missing = audit.payloads
        let payloads = try GRDB.Row.fetchCursor(
            db,
            sql: """
                SELECT redaction.position, named_by, payload.position IS NOT NULL,
                    stream IS '\(LedgerState.Stream.ledger)'
                FROM redaction LEFT JOIN payload ON payload.position = redaction.position
                LEFT JOIN event ON event.position = redaction.position
                ORDER BY redaction.position
                """)
        while let row = try payloads.next(), findings.count < RecordVerifier.maxFindings {
            let (position, namedBy) = (try row.integer(0), try row.integer(1))
            if try row.integer(2) == 1 {
                findings.append(
                    Finding(
                        position: position, "payload", expected: "none, it is redacted",
                        found: "its bytes"))
            }
            if let archived = audit.archives[namedBy], position <= archived.through,
                try row.integer(3) == 0
            {
                continue
            }
            let expected = missing.removeValue(forKey: position)
            compare("redaction", position, expected, namedBy, &findings)
        }
        for (position, namedBy) in missing.sorted(by: { $0.key < $1.key }) {
            compare("redaction", position, namedBy, nil, &findings)
        }
        return findings + (try blobRedactionFindings(audit))
    }

    private func blobRedactionFindings(_ audit: RedactionAudit) throws -> [Finding] {
        var findings: [Finding] = []
        var moved: [Int64: Int64] = [:]
        var missing = Dictionary(
            uniqueKeysWithValues: audit.blobs.map { (Data($0.key.bytes), $0.value) })
        let blobs = try GRDB.Row.fetchCursor(
            db, sql: "SELECT digest, named_by FROM blob_redaction ORDER BY digest")
        while let row = try blobs.next(), findings.count < RecordVerifier.maxFindings {
            let (digest, namedBy) = (Data(try row.bytes(0)), try row.integer(1))
            if audit.archives[namedBy] != nil {
                moved[namedBy, default: 0] += 1
                continue
            }
            let expected = missing.removeValue(forKey: digest)
            compare(
                "redaction of blob \(hex(digest).prefix(12))", nil, expected, namedBy, &findings)
        }
        for (position, archived) in audit.archives.sorted(by: { $0.key < $1.key })
        where moved[position, default: 0] != archived.blobs {
            findings.append(
                Finding(
                    position: position, "archived bodies", expected: "\(archived.blobs)",
                    found: "\(moved[position, default: 0])"))
        }
        for (digest, namedBy) in missing.sorted(by: { hex($0.key) < hex($1.key) }) {
            compare("redaction of blob \(hex(digest).prefix(12))", nil, namedBy, nil, &findings)
        }
        return findings
    }

    private func compare(
        _ what: String, _ position: Int64?, _ expected: Int64?, _ found: Int64?,
        _ findings: inout [Finding]
    ) {
        guard expected != found else { return }
        let text = { (namedBy: Int64?) in namedBy.map { "named by @\($0)" } ?? "none" }
        findings.append(
            Finding(position: position, what, expected: text(expected), found: text(found)))
    }
}

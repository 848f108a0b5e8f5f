internal import EventLog
internal import GRDB

extension SQLiteLedger {
    /// What SQLite itself finds wrong with the file: pages, and indexes that do not have their rows.
    ///
    /// The walk over the events reads them in order of position; a damaged index would answer look-ups by
    /// id, stream or time wrongly, and be seen by nobody. A table at a time, so that no transaction is longer
    /// than that takes.
    ///
    /// Source: https://www.sqlite.org/pragma.html#pragma_integrity_check
    func fileFindings() async -> Result<[Finding], LedgerError> {
        do throws(LedgerError) {
            return .success(
                try await blocking { () throws(LedgerError) in
                    do {
                        return try Self.fileFindings(self.anotherReader())
                    } catch { throw LedgerError(error) }
                })
        } catch { return .failure(error) }
    }

    private static func fileFindings(_ database: DatabaseQueue) throws -> [Finding] {
        let tables = try database.read { db in
            try String.fetchAll(
                db, sql: "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
        }
        var findings: [Finding] = []
        for table in tables {
            let name = table.replacing("'", with: "''")
            let lines = try database.read { db in
                try String.fetchAll(db, sql: "PRAGMA integrity_check('\(name)')")
            }
            // What breaks a check has a place and is read as it is: the walk over the events names it.
            let isSound = { (line: String) in
                line == "ok" || line.hasPrefix("CHECK constraint failed")
            }
            findings += lines.filter { !isSound($0) }.map {
                Finding(position: nil, "file", expected: "\(table) is sound", found: $0)
            }
            if findings.count >= RecordVerifier.maxFindings { break }
        }
        return findings
    }
}

internal import Digests
internal import EventLog
internal import GRDB
internal import Projections

extension StoredEvents {
    /// The version of the stored rows when an older release left them, and nobody has folded those of this one.
    func olderRows() throws -> Int64? {
        guard try foldedPosition() == nil else { return nil }
        return try Int64.fetchOne(
            db,
            sql: """
                SELECT max(version) FROM projection WHERE name = ? AND version BETWEEN 1 AND ?
                """, arguments: [Self.projection, version - 1])
    }

    /// What the stored rows, their position and version have other than the state folded up to now.
    ///
    /// One row at a time: the rows of a large ledger are not held twice.
    func compareRows(with folded: LedgerState) throws -> [Finding] {
        var state = folded
        try fold(into: &state)
        var findings: [Finding] = []
        let stored = try GRDB.Row.fetchOne(
            db, sql: "SELECT version, position FROM projection WHERE name = ? AND version = ?",
            arguments: [Self.projection, version])
        let found =
            try stored.map { "version \(try $0.integer(0)) at \(try $0.integer(1))" } ?? "nothing"
        let expected = "version \(version) at \(state.position)"
        if found != expected {
            findings.append(
                Finding(position: nil, "projection", expected: expected, found: found))
        }
        var same = 0
        try forEachRow { row in
            let expected = state.storedRow(row.projection, row.key)
            if expected == row.bytes {
                same += 1
            } else if findings.count < RecordVerifier.maxFindings {
                findings.append(Self.finding(row, expected: expected, found: row.bytes))
            }
        }
        // Only when rows are missing or others are there instead.
        guard same != state.rowCount else { return findings }
        let lookup = try RawStatement(
            db, "SELECT 1 FROM projection_row WHERE projection = ? AND key = ? AND version = ?")
        lookup.bind(3, Int64(version))
        for row in state.storedRows() where findings.count < RecordVerifier.maxFindings {
            lookup.bind(1, row.projection)
            lookup.bind(2, row.key)
            guard try lookup.onlyInteger() == nil else { continue }
            findings.append(Self.finding(row, expected: row.bytes, found: nil))
        }
        return findings
    }

    private static func finding(_ row: RowChange, expected: [UInt8]?, found: [UInt8]?) -> Finding {
        Finding(
            position: nil, "row \(row.projection)/\(row.key)",
            expected: expected.map { Digest(of: $0).shortText } ?? "none",
            found: found.map { Digest(of: $0).shortText } ?? "none")
    }

    /// Every stored row of this version, in ascending order of projection and key.
    func forEachRow(_ body: (RowChange) throws -> Void) throws {
        let statement = try RawStatement(
            db,
            """
            SELECT projection, key, value FROM projection_row
            WHERE version = ? ORDER BY projection, key
            """)
        defer { statement.reset() }
        statement.bind(1, Int64(version))
        while try statement.step() {
            try body(
                RowChange(
                    projection: statement.text(0), key: statement.text(1),
                    bytes: Array(statement.bytes(2))))
        }
    }

    func rows() throws -> [RowChange] {
        var rows: [RowChange] = []
        try forEachRow { rows.append($0) }
        return rows
    }
}

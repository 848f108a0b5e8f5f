internal import EventLog
internal import GRDBSQLite
internal import Model
internal import Projections
internal import SQLiteLedger

/// What a ledger wrote, read back as the rows that a bare loop writes again.
struct WrittenRows {
    private let path: String
    private let connection: BareLedger.Connection
    private var state = LedgerState()

    init(path: String) throws {
        self.path = path
        connection = try BareLedger.Connection(path, SQLITE_OPEN_READONLY)
    }

    /// The statements that make its tables.
    func schema() throws -> [String] {
        let statement = try BareLedger.Statement(
            connection, "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid")
        var schema: [String] = []
        try statement.forEachRow { schema.append($0.text(0)) }
        return schema
    }

    /// The rows of the next commits, of `size` events each, and those of projections as they were after
    /// each of them.
    mutating func next(_ commits: Int, of size: Int) async throws -> [CommitRows] {
        let ledger = try SQLiteLedger.openForReading(path: path)
        let first = state.position
        let last = first + Int64(commits * size)
        let recorded = try await ledger.events(after: first, limit: commits * size)
        var stored = try events(after: first, upTo: last)
        try addSubjects(&stored, after: first)
        try addNodes(&stored, after: first)
        guard stored.count == commits * size, recorded.count == stored.count else {
            throw BenchFailure("\(commits * size) events were expected, \(stored.count) are there")
        }
        return (0..<commits).map { number in
            let range = number * size..<(number + 1) * size
            for event in recorded[range] { state.apply(event) }
            return CommitRows(events: Array(stored[range]), rows: state.takeChanges())
        }
    }

    private func events(after first: Int64, upTo last: Int64) throws -> [CommitRows.Event] {
        let statement = try BareLedger.Statement(
            connection,
            """
            SELECT event.position, id, type, version, stream, stream_version, recorded_at, envelope,
                salt, bytes
            FROM event JOIN payload ON payload.position = event.position
            WHERE event.position > \(first) AND event.position <= \(last) ORDER BY event.position
            """)
        var events: [CommitRows.Event] = []
        try statement.forEachRow { row in
            events.append(
                CommitRows.Event(
                    position: row.integer(0), id: row.text(1), type: row.text(2),
                    version: row.integer(3), stream: row.text(4), streamVersion: row.integer(5),
                    recordedAt: row.integer(6), envelope: row.bytes(7), salt: row.bytes(8),
                    payload: row.bytes(9), subjects: [], nodes: []))
        }
        return events
    }

    private func addSubjects(_ events: inout [CommitRows.Event], after first: Int64) throws {
        let statement = try BareLedger.Statement(
            connection, "SELECT kind, value, position FROM subject WHERE position > \(first)")
        try statement.forEachRow { row in
            let index = Int(row.integer(2) - first - 1)
            guard events.indices.contains(index) else { return }
            events[index].subjects.append((row.text(0), row.text(1)))
        }
    }

    /// A node is final with the last leaf below it.
    private func addNodes(_ events: inout [CommitRows.Event], after first: Int64) throws {
        let statement = try BareLedger.Statement(
            connection, "SELECT level, number, hash FROM tree_node")
        try statement.forEachRow { row in
            let final = (row.integer(1) + 1) << row.integer(0)
            let index = Int(final - first - 1)
            guard events.indices.contains(index) else { return }
            events[index].nodes.append((row.integer(0), row.integer(1), row.bytes(2)))
        }
    }
}

internal import GRDBSQLite

/// Everything that is measured on a large ledger, and on one ten times as long when that is asked for.
func measureLedgers(_ options: BenchOptions) async throws -> [Figure] {
    try await withTemporaryFolder { folder in
        let file = try await LedgerFile.generated(
            options.ledger ?? folder + "/tidemark.db", events: options.events)
        var figures = try await measureFold(file) + measureSize(of: file)
        figures += try await measureQuestions(file)
        guard let tidemark = options.tidemark else {
            print("show, log, explain                skipped: no --tidemark PATH")
            return figures
        }
        let times = try QueryTimes(of: file, tidemark, folder: folder)
        figures += times.figures("\(file.events) events")
        guard options.isLarge else {
            print("show, log, explain, 10 x events   skipped: no --large")
            return figures
        }
        let large = try await LedgerFile.generated(
            options.ledger.map { $0 + ".large" } ?? folder + "/large.db",
            events: 10 * options.events)
        figures += try QueryTimes(of: large, tidemark, folder: folder).figures(against: times)
        return figures
    }
}

/// What events and bodies take on the disk.
private func measureSize(of file: LedgerFile) throws -> [Figure] {
    let connection = try BareLedger.Connection(file.path, SQLITE_OPEN_READONLY)
    let sums = try BareLedger.Statement(
        connection, "SELECT count(*), sum(size), sum(length(bytes)) FROM blob")
    var (bodies, size, stored): (Int64, Int64, Int64) = (0, 0, 0)
    try sums.forEachRow {
        (bodies, size, stored) = ($0.integer(0), $0.integer(1), $0.integer(2))
    }
    let events = Double(file.events)
    return [
        Figure(
            name: "bytes on disk per event", value: Double(file.bytes) / events, unit: "",
            target: .none),
        Figure(
            name: "of these bodies, per event", value: Double(stored) / events, unit: "",
            target: .none),
        Figure(
            name: "a body, compressed / plain", value: Double(stored) / Double(max(1, size)),
            unit: "ratio", target: .none),
        Figure(
            name: "bodies per thousand events", value: Double(bodies) / events * 1000, unit: "",
            target: .none),
    ]
}

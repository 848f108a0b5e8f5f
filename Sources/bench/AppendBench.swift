internal import EventLog
internal import Glibc
internal import Model
internal import SQLiteLedger
internal import Synchronization

/// Durable appends of events of a kilobyte, against a bare loop that writes the same rows.
///
/// The two take turns, each on a file of its own, and the best turn of each counts: what the disk does
/// meanwhile is the same for both.
func measureAppend() async throws -> [Figure] {
    try await withTemporaryFolder { folder in
        var figures: [Figure] = []
        for (size, commits) in [(1, 100), (100, 20), (1000, 4)] {
            let path = "\(folder)/\(size).db"
            let ledger = try SQLiteLedger.create(
                path: path, programVersion: "bench", tokenKeyID: "00000000")
            var rows = try WrittenRows(path: path)
            let bare = try BareLedger(path: path + ".bare", schema: try rows.schema())
            // The event that opens the ledger, and the first pages of the trees.
            for rows in try await rows.next(1, of: 1) { try bare.write(rows) }
            var source = KilobyteEvents()
            var best = (ledger: Double.infinity, bare: Double.infinity)
            var processor = (ledger: Double.infinity, bare: Double.infinity)
            for _ in 0..<12 {
                let batches = (0..<commits).map { _ in AppendBatch(events: source.next(size)) }
                let clock = ContinuousClock()
                var used = processorSeconds(CLOCK_PROCESS_CPUTIME_ID)
                let start = clock.now
                for batch in batches { _ = try await ledger.append(batch) }
                let took = seconds(clock.now - start)
                used = processorSeconds(CLOCK_PROCESS_CPUTIME_ID) - used
                processor.ledger = min(processor.ledger, used)
                let written = try await rows.next(commits, of: size)
                used = processorSeconds(CLOCK_PROCESS_CPUTIME_ID)
                let bareStart = clock.now
                for rows in written { try bare.write(rows) }
                used = processorSeconds(CLOCK_PROCESS_CPUTIME_ID) - used
                processor.bare = min(processor.bare, used)
                best.ledger = min(best.ledger, took)
                best.bare = min(best.bare, seconds(clock.now - bareStart))
            }
            let events = Double(size * commits)
            figures.append(
                Figure(
                    name: "append, \(size) per commit / bare loop", value: best.bare / best.ledger,
                    unit: "ratio", target: .atLeast(0.7)))
            figures.append(
                Figure(
                    name: "  the same, of processor time",
                    value: processor.bare / processor.ledger, unit: "ratio", target: .none))
            figures.append(
                Figure(
                    name: "append, \(size) per commit", value: events / best.ledger,
                    unit: "/s", target: .none))
        }
        return figures
    }
}

/// Events whose envelope and payload have a kilobyte together.
private struct KilobyteEvents {
    private var random = SplitMix64(state: 3)
    private var now = Timestamp(seconds: 1_767_225_600)

    mutating func next(_ count: Int) -> [NewEvent] {
        (0..<count).map { _ in
            now = now + .milliseconds(700)
            let commit = (0..<40).map { _ in "0123456789abcdef".randomElement(from: &random) }
            let observed = CommitObserved {
                $0.author.email = "engineer@example.com"
                $0.author.name = "Engineer"
                $0.author.time = now
                $0.committer = $0.author
                $0.changedPaths = ["apps/shop/deployment.yaml"]
                $0.message = "shop: the next version\n\n" + String(repeating: "why. ", count: 36)
            }
            let bytes = (0..<10).map { _ in UInt8(truncatingIfNeeded: random.next() >> 32) }
            return NewEvent(
                id: EventID(at: now, random: bytes), .commitObserved(observed),
                stream: "repository/apps",
                subjects: Subjects(commit: String(commit), repository: "apps"), occurredAt: now)
        }
    }
}

extension String {
    fileprivate func randomElement(from random: inout SplitMix64) -> Character {
        self[index(startIndex, offsetBy: Int(random.next() % UInt64(count)))]
    }
}

import EventLog
import Foundation
import Model
import Projections
import SQLiteLedger
import TestSupport
import Testing

@Suite("Readers and the past")
struct LoadTests {
    @Test func eightReadersSeeOnlyWholeBatchesInOrder() async throws {
        let bench = try Bench()
        let ledger = try bench.create()
        let batches = 150
        let last = Int64(1 + 3 * batches)
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<8 {
                let reader = try SQLiteLedger.openForReading(path: bench.path)
                group.addTask { try await self.follow(reader, upTo: last) }
            }
            group.addTask {
                for number in 0..<batches {
                    let events = (0..<3).map { _ in bench.event(number) }
                    _ = try await ledger.append(AppendBatch(events: events))
                }
                return 0
            }
            for try await problems in group { #expect(problems == 0) }
        }
        #expect(
            try await ledger.verify(full: true) == VerificationReport(events: last, findings: []))
    }

    /// Reads in every way until everything is there.
    ///
    /// - Returns: How often something was seen that never was.
    private func follow(_ reader: SQLiteLedger, upTo last: Int64) async throws -> Int {
        var problems = 0
        var position: Int64 = 0
        while position < last {
            let head = try await reader.head()
            if head < position || (head - 1) % 3 != 0 { problems += 1 }
            let events = try await reader.events(after: position, limit: 40)
            for event in events {
                if event.position != position + 1 { problems += 1 }
                position = event.position
            }
            let (seen, version) = try await reader.state { state in
                (state.position, state.environments["production"]?.serverVersion)
            }
            if seen < head || (seen - 1) % 3 != 0 { problems += 1 }
            if seen > 1, version != "v\((seen - 1) / 3 - 1)" { problems += 1 }
        }
        return problems
    }

    @Test func thePastIsTheFoldUpToThere() async throws {
        let bench = try Bench()
        let ledger = try bench.create()
        var times: [Timestamp] = []
        for number in 0..<8 {
            bench.pass(.seconds(60))
            let event = try await ledger.append(AppendBatch(events: [bench.event(number)]))[0]
            times.append(event.envelope.recordedAt)
        }
        let version = { (state: LedgerState) in
            state.environments["production"]?.serverVersion ?? "none"
        }
        for (number, time) in times.enumerated() {
            #expect(version(try await ledger.state(at: Int64(number + 2))) == "v\(number)")
            #expect(version(try await ledger.state(at: time)) == "v\(number)")
            let before = number == 0 ? "none" : "v\(number - 1)"
            #expect(version(try await ledger.state(at: time + .nanoseconds(-1))) == before)
        }
        #expect(try await ledger.state(at: 0).position == 0)
        #expect(try await ledger.state(at: 99).position == 9)
        let now = try await ledger.state { $0.storedRows() }
        #expect(try await ledger.state(at: 9).storedRows() == now)
    }

    @Test func thePastIsReadAcrossPages() async throws {
        let bench = try Bench()
        let ledger = try bench.create()
        for start in stride(from: 0, to: 1200, by: 400) {
            let events = (start..<start + 400).map { bench.event($0) }
            _ = try await ledger.append(AppendBatch(events: events))
        }
        for position in [2, 499, 500, 501, 502, 1000, 1001, 1201] as [Int64] {
            let state = try await ledger.state(at: position)
            #expect(state.position == position)
            #expect(state.environments["production"]?.serverVersion == "v\(position - 2)")
        }
        #expect(try await ledger.verify(full: true).findings == [])
    }
}

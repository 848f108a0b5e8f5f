import EventLog
import Foundation
import Model
import Projections
import SQLiteLedger
import Synchronization
import TestSupport
import Testing

@Suite("Durability")
struct DurabilityTests {
    @Test func acknowledgedEventsAreInACopyTakenAtAnyMoment() async throws {
        let bench = try Bench()
        let ledger = try bench.create()
        for number in 0..<12 {
            let last = try await ledger.append(AppendBatch(events: [bench.event(number)]))[0]
            let copy = bench.folder.url.appendingPathComponent("copy\(number).db").path
            for suffix in ["", "-wal"] {
                try FileManager.default.copyItem(atPath: bench.path + suffix, toPath: copy + suffix)
            }
            let again = try SQLiteLedger.openForWriting(path: copy)
            #expect(try await again.event(at: last.position) == last)
            #expect(try await again.verify(full: true).findings == [])
        }
    }

    @Test func aSecondWriterIsRefusedNamingThePid() throws {
        let bench = try Bench()
        let ledger = try bench.create()
        #expect(throws: LedgerError.locked(path: bench.path, pid: getpid())) { try bench.open() }
        #expect(throws: LedgerError.locked(path: bench.path, pid: getpid())) { try bench.create() }
        #expect(ledger.isReadOnly == false)
    }

    @Test func aReaderSeesWhatTheWriterAppends() async throws {
        let bench = try Bench()
        let ledger = try bench.create()
        let reader = try SQLiteLedger.openForReading(path: bench.path)
        for number in 0..<3 {
            _ = try await ledger.append(AppendBatch(events: [bench.event(number)]))
            #expect(
                try await reader.state { $0.environments["production"]?.serverVersion }
                    == "v\(number)")
        }
        await #expect(throws: LedgerError.readOnly) {
            try await reader.append(AppendBatch(events: [bench.event(9)]))
        }
    }

    @Test func aRebuildGivesTheSameRows() async throws {
        let bench = try Bench()
        let ledger = try bench.create()
        for number in 0..<5 {
            _ = try await ledger.append(AppendBatch(events: [bench.event(number)]))
        }
        let result = try await ledger.rebuild()
        #expect(result.events == 6 && result.differing == 0)
        #expect(try await ledger.verify(full: true).findings == [])
    }

    @Test func aJumpOfTheClockIsOnRecordAndTimeNeverDecreases() async throws {
        let bench = try Bench()
        let ledger = try bench.create()
        _ = try await ledger.append(AppendBatch(events: [bench.event(1)]))
        bench.wall.withLock { $0 = $0 + .seconds(301) }
        _ = try await ledger.append(AppendBatch(events: [bench.event(2)]))
        bench.wall.withLock { $0 = $0 + .seconds(-600) }
        _ = try await ledger.append(AppendBatch(events: [bench.event(3)]))
        _ = try await ledger.append(AppendBatch(events: [bench.event(4)]))
        let types = try await ledger.events(after: 0, limit: 99).map(\.envelope.type)
        #expect(
            types.joined(separator: " ") == """
                ledger.opened cluster.connected clock.jumped cluster.connected clock.jumped \
                cluster.connected cluster.connected
                """)
        #expect(try await ledger.verify(full: true).findings == [])
    }

    @Test func aFilterFindsWhatItMatches() async throws {
        let bench = try Bench()
        let ledger = try bench.create()
        for number in 0..<6 {
            let stream = number % 2 == 0 ? "dev" : "production"
            _ = try await ledger.append(AppendBatch(events: [bench.event(number, in: stream)]))
        }
        let filter = EventFilter { $0.environment = "dev" }
        let all = try await ledger.events(after: 0, limit: 99)
        let found = try await ledger.events(matching: filter, newestFirst: true, limit: 99)
        #expect(found == all.reversed().filter { filter.matches($0.envelope) })
        #expect(found.map(\.position) == [6, 4, 2])
    }
}

import EventLog
import Foundation
import Model
import Projections
import SQLiteLedger
import TestSupport
import Testing

/// Another version of the projections is folded beside the one that is there.
@Suite("Versions of projections")
struct ProjectionVersionTests {
    private let next = LedgerState.version + 1

    /// A ledger whose rows an older release wrote, with a meaning that is no longer that of the events.
    private func ledger() async throws -> (Bench, rows: [RowChange]) {
        let bench = try Bench()
        var history = RandomHistory(seed: 5)
        let rows = try await bench.create(&history, events: 120).state { $0.storedRows() }
        return (bench, rows)
    }

    private let makeOld = """
        UPDATE projection_row SET value = CAST(replace(value, '"commit":', '"commit" :') AS BLOB);
        """

    private func open(_ bench: Bench, _ version: Int) throws -> SQLiteLedger {
        try SQLiteLedger.openForWriting(
            path: bench.path, projectionVersion: version, time: bench.time, random: bench.random)
    }

    private func count(_ bench: Bench, _ condition: String) throws -> Bool {
        try shell(
            bench.path,
            """
            CREATE TEMP TABLE expected (holds INTEGER CHECK (holds));
            INSERT INTO expected SELECT \(condition);
            """) == "done"
    }

    private func check(_ bench: Bench, _ ledger: SQLiteLedger, _ rows: [RowChange]) async throws {
        #expect(try await ledger.state { $0.storedRows() } == rows)
        #expect(try await rowFindings(ledger) == [])
        #expect(
            try count(bench, "NOT EXISTS (SELECT 1 FROM projection_row WHERE version <> \(next))"))
        #expect(try count(bench, "(SELECT count(*) FROM projection) = 1"))
        _ = try await ledger.append(AppendBatch(events: [bench.event(1)]))
        #expect(try await rowFindings(ledger) == [])
    }

    /// What is not of an event: the history is not a legal one, and has no bodies.
    private func rowFindings(_ ledger: SQLiteLedger) async throws -> [Finding] {
        try await ledger.verify(full: true).findings.filter { $0.position == nil }
    }

    @Test func rowsOfAnOlderVersionAreFoldedAnew() async throws {
        let (bench, rows) = try await ledger()
        #expect(try shell(bench.path, makeOld) == "done")
        try await check(bench, try open(bench, next), rows)
    }

    @Test func aReaderOfTheOldVersionIsNotDisturbed() async throws {
        let (bench, rows) = try await ledger()
        let old = try SQLiteLedger.openForReading(path: bench.path)
        let new = try SQLiteLedger.openForReading(path: bench.path, projectionVersion: next)
        // Rows of its version are not there yet: it folds by itself.
        #expect(try await new.state { $0.storedRows() } == rows)
        #expect(try await old.state { $0.position } > 0)
        let writer = try open(bench, next)
        _ = try await writer.append(AppendBatch(events: [bench.event(7)]))
        let now = try await writer.state { $0.storedRows() }
        #expect(try await old.state { $0.storedRows() } == now)
        #expect(try await new.state { $0.storedRows() } == now)
        let late = try SQLiteLedger.openForReading(path: bench.path)
        #expect(try await late.state { $0.storedRows() } == now)
        #expect(try await late.present(of: .declared).position == writer.head())
    }

    /// What a process leaves that is killed after some of the pages.
    private func kill(_ bench: Bench, after events: Int) async throws {
        let short = try Bench()
        var history = RandomHistory(seed: 5)
        let ledger = try await short.create(&history, events: events)
        let position = try await ledger.head()
        let done = try shell(
            bench.path,
            """
            ATTACH '\(short.path)' AS short;
            INSERT INTO main.projection VALUES ('present', \(next), \(position));
            INSERT INTO main.projection_row
                SELECT \(next), projection, key, value FROM short.projection_row;
            """)
        #expect(done == "done")
    }

    @Test func whoIsKilledInTheMiddleGoesOnFromThere() async throws {
        for events in [2, 60, 110] {
            let (bench, rows) = try await ledger()
            #expect(try shell(bench.path, makeOld) == "done")
            try await kill(bench, after: events)
            try await check(bench, try open(bench, next), rows)
        }
    }

    @Test func rowsThatCannotBeReadAreFoldedFromTheFirstEvent() async throws {
        let (bench, rows) = try await ledger()
        try await kill(bench, after: 60)
        let damage = "UPDATE projection_row SET value = x'7b' WHERE version = \(next)"
        #expect(try shell(bench.path, damage) == "done")
        try await check(bench, try open(bench, next), rows)
    }

    @Test func rowsAheadOfTheEventsAreNotBelieved() async throws {
        let (bench, rows) = try await ledger()
        try await kill(bench, after: 60)
        let ahead = "UPDATE projection SET position = 100000 WHERE version = \(next)"
        #expect(try shell(bench.path, ahead) == "done")
        try await check(bench, try open(bench, next), rows)
    }
}

import EventLog
import Foundation
import Model
import SQLiteLedger
import TestSupport
import Testing

/// Tables, indexes and guards that are not those of the format.
@Suite("Changed schema")
struct SchemaTamperTests {
    private func check(
        _ sql: String, finds expected: [String], afterRebuild: [String] = []
    ) async throws {
        let bench = try Bench()
        do {
            let ledger = try bench.create()
            for number in 0..<5 {
                _ = try await ledger.append(AppendBatch(events: [bench.event(number)]))
            }
        }
        #expect(try shell(bench.path, sql) == "done")
        for full in [false, true] {
            let findings = try await SQLiteLedger.openForReading(path: bench.path)
                .verify(full: full).findings
            #expect(findings.map(\.description) == expected, "\(sql) full \(full)")
        }
        let ledger = try SQLiteLedger.openForWriting(
            path: bench.path, time: bench.time, random: bench.random, mending: .everything)
        let differing = try await ledger.rebuild().differing
        #expect((differing > 0) == afterRebuild.isEmpty, "\(sql)")
        #expect(
            try await ledger.verify(full: true).findings.map(\.description) == afterRebuild,
            "\(sql) rebuilt")
    }

    @Test func whatIsMissingIsNamedAndMadeAnew() async throws {
        try await check(
            "DROP TRIGGER event_update; DROP INDEX event_recorded_at",
            finds: [
                "index event_recorded_at: expected as the format has it, found none",
                "trigger event_update: expected as the format has it, found none",
            ])
        try await check(
            "DROP TABLE subject",
            finds: [
                "table subject: expected as the format has it, found none"
            ])
    }

    @Test func whatWasChangedOrAddedIsNamed() async throws {
        let changed = [
            "trigger blob_update: expected as the format has it, found another definition"
        ]
        try await check(
            "DROP TRIGGER blob_update; CREATE TRIGGER blob_update BEFORE UPDATE ON blob "
                + "WHEN 0 BEGIN SELECT 1; END", finds: changed, afterRebuild: changed)
        let added = ["table notes: expected none, found one that was added"]
        try await check("CREATE TABLE notes (text)", finds: added, afterRebuild: added)
        // The planner's statistics are no part of the format, and change no answer.
        let bench = try Bench()
        let ledger = try bench.create()
        #expect(try shell(bench.path, "ANALYZE") == "done")
        #expect(try await ledger.verify(full: true).findings == [])
    }

    @Test func surplusNodesDoNotKeepARebuildOut() async throws {
        let bench = try Bench()
        do {
            let ledger = try bench.create()
            _ = try await ledger.append(AppendBatch(events: [bench.event(1), bench.event(2)]))
        }
        let sql = "INSERT INTO tree_node VALUES (0, 9, zeroblob(32)), (0, 3, zeroblob(32))"
        #expect(try shell(bench.path, sql) == "done")
        #expect(throws: LedgerError.self) { try bench.open() }
        let found = try await SQLiteLedger.openForReading(path: bench.path).verify(full: false)
        #expect(
            found.findings.map(\.description) == [
                "tree node level 0, number 3: expected none, found a hash",
                "tree node level 0, number 9: expected none, found a hash",
            ])
        let ledger = try SQLiteLedger.openForWriting(
            path: bench.path, time: bench.time, random: bench.random, mending: .everything)
        #expect(try await ledger.rebuild().differing == 2)
        #expect(try await ledger.verify(full: true).findings == [])
    }

    @Test func whoVerifiesMendsNothingBefore() async throws {
        let bench = try Bench()
        do {
            let ledger = try bench.create()
            _ = try await ledger.append(AppendBatch(events: [bench.event(1), bench.event(2)]))
        }
        #expect(try shell(bench.path, "DELETE FROM tree_node WHERE level = 0") == "done")
        #expect(throws: LedgerError.self) {
            try SQLiteLedger.openForWriting(path: bench.path, mending: .nothing)
        }
    }
}

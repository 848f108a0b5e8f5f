import Digests
import EventLog
import Foundation
import Model
import Projections
import SQLiteLedger
import TestSupport
import Testing

@Suite("Verification")
struct VerificationTests {
    /// A ledger with an observation, whose body is a blob.
    private func ledger() async throws -> (Bench, SQLiteLedger) {
        let bench = try Bench()
        let ledger = try bench.create()
        let body = Blob(Array("body".utf8))
        var event = bench.event(1)
        event.event = .objectObserved(ObjectObserved { $0.digest = body.digest })
        _ = try await ledger.append(AppendBatch(events: [event], blobs: [body]))
        return (bench, ledger)
    }

    /// Changes the file behind the ledger's back and compares what verification finds.
    private func check(_ sql: String, _ expected: String) async throws {
        let (bench, ledger) = try await ledger()
        #expect(try await ledger.verify(full: true).findings == [])
        #expect(try tamper(bench.path, sql) == "done")
        let findings = try await ledger.verify(full: true).findings.map(\.description)
        #expect(findings.joined(separator: "\n") == expected)
    }

    @Test func anEntryMissingFromTheIndexIsFound() async throws {
        try await check(
            "DELETE FROM subject WHERE kind = 'environment'",
            "@2 index: expected environment production, found none")
    }

    @Test func anEntryTooManyInTheIndexIsFound() async throws {
        try await check(
            "INSERT INTO subject VALUES ('actor', 'uid:0', 2), ('actor', 'uid:0', 9)",
            """
            @2 index: expected none, found actor uid:0
            @9 index: expected none, found actor uid:0
            """)
    }

    @Test func anEntryThatWasChangedIsFoundOnBothSides() async throws {
        try await check(
            "UPDATE subject SET value = 'dev' WHERE kind = 'environment'",
            """
            @2 index: expected environment production, found none
            @2 index: expected none, found environment dev
            """)
    }

    @Test func aBodyThatAnEventNamesAndNobodyHasIsFound() async throws {
        try await check(
            "DELETE FROM blob",
            "@2 blob: expected \(Digest(of: "body")), found none")
    }

    @Test func aRebuildPutsIndexAndRowsRight() async throws {
        let (bench, ledger) = try await ledger()
        let sql = "DELETE FROM subject; DELETE FROM projection_row"
        #expect(try shell(bench.path, sql) == "done")
        #expect(try await ledger.verify(full: false).isIntact == false)
        #expect(try await ledger.rebuild().differing > 0)
        #expect(try await ledger.verify(full: true).findings == [])
    }

    private func failure(_ ledger: SQLiteLedger, _ event: NewEvent) async -> LedgerError? {
        do {
            _ = try await ledger.append(AppendBatch(events: [event]))
            return nil
        } catch {
            return error
        }
    }

    @Test func afterAFailedWriteTheFileIsVerifiedBeforeItIsWrittenAgain() async throws {
        let (bench, ledger) = try await ledger()
        let refuse = """
            CREATE TRIGGER broken BEFORE UPDATE ON projection BEGIN SELECT RAISE(ABORT, 'broken'); END
            """
        #expect(try shell(bench.path, refuse) == "done")
        #expect(await failure(ledger, bench.event(2)) != nil)
        #expect(try await ledger.head() == 2)

        let tamper = """
            DROP TRIGGER broken; DROP TRIGGER payload_update;
            UPDATE payload SET salt = zeroblob(16) WHERE position = 1;
            """
        let keep =
            "ATTACH '\(bench.path).copy' AS copy; CREATE TABLE copy.salt AS SELECT * FROM payload;"
        #expect(try shell(bench.path, keep + tamper) == "done")
        for _ in 0..<2 {
            guard case .corrupt(let position, let reason) = await failure(ledger, bench.event(3))
            else {
                Issue.record("was appended to a file that is not intact")
                return
            }
            #expect(position == 1 && reason.hasPrefix("@1 payload hash: expected"))
        }
        await #expect(throws: LedgerError.self) { try await ledger.state { $0.position } }

        let restore = """
            ATTACH '\(bench.path).copy' AS copy;
            UPDATE payload SET salt = (SELECT salt FROM copy.salt WHERE position = 1) WHERE position = 1;
            """
        #expect(try shell(bench.path, restore) == "done")
        #expect(await failure(ledger, bench.event(4)) == nil)
        #expect(try await ledger.state { $0.position } == 3)
    }

    @Test func aReadingLedgerThatCannotReadSaysSo() async throws {
        let (bench, _) = try await ledger()
        let reader = try SQLiteLedger.openForReading(path: bench.path)
        #expect(try await reader.state { $0.position } == 2)
        let unreadable = """
            INSERT INTO event SELECT 3, 'x', type, version, stream, 2, recorded_at, x'7b7d' FROM event
            WHERE position = 2;
            INSERT INTO payload SELECT 3, salt, bytes FROM payload WHERE position = 2;
            """
        #expect(try shell(bench.path, unreadable) == "done")
        await #expect(throws: LedgerError.self) { try await reader.state { $0.position } }
    }
}

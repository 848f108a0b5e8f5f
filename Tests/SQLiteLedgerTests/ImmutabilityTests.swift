import EventLog
import Foundation
import Model
import SQLiteLedger
import TestSupport
import Testing

@Suite("Immutability")
struct ImmutabilityTests {
    private func ledger() async throws -> (Bench, SQLiteLedger) {
        let bench = try Bench()
        let ledger = try bench.create()
        _ = try await ledger.append(
            AppendBatch(events: [bench.event(1)], blobs: [Blob(Array("body".utf8))]))
        return (bench, ledger)
    }

    @Test func nothingRecordedIsChangedDeletedOrReplaced() async throws {
        let (bench, ledger) = try await ledger()
        let statements = [
            "UPDATE event SET type = 'x'", "DELETE FROM event", "UPDATE payload SET bytes = x''",
            "DELETE FROM payload", "UPDATE blob SET bytes = x''", "DELETE FROM blob",
            "INSERT OR REPLACE INTO event SELECT * FROM event WHERE position = 1",
            "INSERT OR REPLACE INTO payload SELECT * FROM payload",
            "INSERT OR REPLACE INTO blob SELECT * FROM blob",
            "INSERT OR REPLACE INTO event SELECT 3, id, type, version, stream, 2, recorded_at, "
                + "envelope FROM event WHERE position = 2",
            "INSERT INTO event SELECT 9, 'x', type, version, stream, 2, recorded_at, envelope "
                + "FROM event WHERE position = 2",
            "INSERT INTO redaction VALUES (1, 2)",
        ]
        for sql in statements { #expect(try shell(bench.path, sql) != "done", "\(sql)") }
        #expect(try await ledger.verify(full: true).findings == [])
    }

    @Test func whatIsTamperedWithIsFound() async throws {
        let changes = [
            ("event", "id = 'x'"), ("event", "type = 'sync.started'"), ("event", "version = 2"),
            ("event", "stream = 'x'"), ("event", "stream_version = 7"),
            ("event", "recorded_at = 1"), ("event", "envelope = x'7b7d'"),
            ("payload", "bytes = x'7b7d'"), ("payload", "salt = zeroblob(16)"),
            ("blob", "bytes = x'00'"), ("blob", "size = 1"), ("projection", "position = 1"),
            ("projection_row", "value = x'7b7d'"),
        ]
        for (table, change) in changes {
            let (bench, ledger) = try await ledger()
            let done = try tamper(
                bench.path,
                """
                UPDATE \(table) SET \(change) WHERE rowid = (SELECT max(rowid) FROM \(table));
                """.replacingOccurrences(
                    of: table.hasPrefix("projection")
                        ? "WHERE rowid = (SELECT max(rowid) FROM \(table))" : "~", with: ""))
            #expect(done == "done")
            let findings = try await ledger.verify(full: true).findings
            #expect(!findings.isEmpty, "\(table) \(change)")
        }
    }

    @Test func theProgramMakesTheTablesOfTheSchemaFolder() async throws {
        let (bench, _) = try await ledger()
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let sql = try String(
            contentsOf: root.appendingPathComponent("schema/sql/0001-ledger.sql"),
            encoding: .utf8)
        let check = """
            SELECT 1; CREATE TEMP TABLE shape AS SELECT sql FROM main.sqlite_schema;
            """
        #expect(try shell(bench.path, check) == "done")
        let other = bench.folder.url.appendingPathComponent("other.db").path
        #expect(try shell(other, sql) == "done")
        let differing = """
            ATTACH '\(other)' AS other;
            CREATE TEMP TABLE difference (count INTEGER CHECK (count = 0));
            INSERT INTO difference SELECT count(*) FROM (
                SELECT name, sql FROM main.sqlite_schema
                EXCEPT SELECT name, sql FROM other.sqlite_schema);
            """
        #expect(try shell(bench.path, differing) == "done")
    }
}

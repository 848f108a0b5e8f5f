import Digests
import EventLog
import Foundation
import Model
import Projections
import SQLiteLedger
import TestSupport
import Testing

/// Values of every storage class in every stored column, put there as damage puts them: past STRICT, NOT NULL,
/// the checks and the guards, all of which stand again afterwards.
@Suite("Storage classes")
struct StorageClassTests {
    private static let actor = Actor(kind: .user, id: "uid:1000", authentication: .unixPeer)

    /// A closed ledger with a row in every table.
    private func ledger() async throws -> Bench {
        let bench = try Bench()
        let ledger = try bench.create(signedBy: bench.signer)
        for number in 0..<4 {
            let body = Blob(Array("body \(number)".utf8))
            var event = bench.event(number)
            event.event = .objectObserved(ObjectObserved { $0.digest = body.digest })
            _ = try await ledger.append(AppendBatch(events: [event], blobs: [body]))
        }
        _ = try await ledger.redact(
            3, reason: "a name", actor: Self.actor, id: bench.event(0).id)
        _ = try await ledger.signCheckpoint(
            by: bench.signer, actor: .reconciler, id: bench.event(0).id)
        #expect(try await ledger.verify(full: true).findings == [])
        return bench
    }

    /// Writes a copy for each column and value, `NUMBER.db`, and prints `NUMBER TABLE.COLUMN VALUE CLASS`.
    private static let makeCopies = #"""
        import re, shutil
        whole, folder = sys.argv[1], sys.argv[2]
        db.close()
        def loosened(sql):
            sql = re.sub(r"\) STRICT, WITHOUT ROWID$", ") WITHOUT ROWID", sql)
            sql = re.sub(r"\) STRICT$", ")", sql).replace(" NOT NULL", "")
            return re.sub(r" (TEXT|BLOB|INTEGER)(?! PRIMARY)", "", sql)
        plain = sqlite3.connect(whole)
        tables = [row[0] for row in plain.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        columns = {t: [(r[1], r[2].lower()) for r in plain.execute(f"PRAGMA table_info({t})")] for t in tables}
        plain.close()
        loose = folder + "/loose.db"
        shutil.copy(whole, loose)
        db = sqlite3.connect(loose)
        originals = db.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'table'").fetchall()
        guards = db.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' ORDER BY rowid").fetchall()
        for name, _ in guards: db.execute("DROP TRIGGER " + name)
        db.execute("PRAGMA writable_schema = ON")
        for name, sql in originals:
            db.execute("UPDATE sqlite_schema SET sql = ? WHERE type = 'table' AND name = ?", (loosened(sql), name))
        db.commit(); db.close()
        number = 0
        values = [None, -1, 2**63 - 1, 1.5, "text", b"\x00\xff", b""]
        for table in tables:
            for index, (column, kind) in enumerate(columns[table]):
                for value in values:
                    path = f"{folder}/{number}.db"
                    shutil.copy(loose, path)
                    db = sqlite3.connect(path)
                    db.execute("PRAGMA ignore_check_constraints = ON")
                    key = ", ".join(c for c, _ in columns[table])
                    try:
                        row = db.execute(f"SELECT * FROM {table} ORDER BY {key} LIMIT 1 OFFSET 1").fetchone() \
                            or db.execute(f"SELECT * FROM {table}").fetchone()
                        assert value is None or value != row[index], (table, column, value)
                        where = " AND ".join(f"{c} IS ?" for c, _ in columns[table])
                        done = db.execute(f"UPDATE {table} SET {column} = ? WHERE {where}", (value, *row)).rowcount
                        assert done == 1, (table, column, done)
                    except sqlite3.IntegrityError:
                        db.close()  # A key that no file can hold, such as a text for a rowid.
                        continue
                    found = db.execute(f"SELECT count(*) FROM {table} WHERE typeof({column}) <> ?", (kind,)).fetchone()[0]
                    for _, sql in guards: db.execute(sql)
                    db.execute("PRAGMA writable_schema = ON")
                    for name, sql in originals:
                        db.execute("UPDATE sqlite_schema SET sql = ? WHERE type = 'table' AND name = ?", (sql, name))
                    db.commit(); db.close()
                    print(number, f"{table}.{column}", repr(value).replace(" ", ""), "other" if found else "same")
                    number += 1
        """#

    @Test func everyValueInEveryColumnIsFoundAndNeverTraps() async throws {
        let bench = try await ledger()
        let whole = bench.path + ".whole"
        #expect(try shell(bench.path, "VACUUM INTO '\(whole)'") == "done")
        let folder = try TemporaryFolder()
        let cases = try python(whole, Self.makeCopies, folder.url.path).split(separator: "\n")
        #expect(cases.count > 180)
        for line in cases {
            let parts = line.split(separator: " ")
            try #require(parts.count == 4, "\(line)")
            let path = folder.url.appendingPathComponent("\(parts[0]).db").path
            let isOtherClass = parts[3] == "other"
            let full = try await isIntact(path, full: true)
            let quick = try await isIntact(path, full: false)
            // Where the row of a body stands is told by nothing, and means nothing.
            let meansNothing = parts[1] == "blob.number"
            #expect(!full || meansNothing, "\(line): full")
            #expect(!quick || !isOtherClass, "\(line): quick")
            await use(path, bench)
        }
    }

    /// - Returns: Whether nothing is found; an error is a finding too.
    private func isIntact(_ path: String, full: Bool) async throws -> Bool {
        do {
            return try await SQLiteLedger.openForReading(path: path).verify(full: full).isIntact
        } catch {
            return false
        }
    }

    /// Every kind of reading, and opening for writing: each answers or throws.
    private func use(_ path: String, _ bench: Bench) async {
        if let ledger = try? SQLiteLedger.openForReading(path: path) {
            _ = try? await ledger.events(after: 0, limit: .max)
            for filter in [
                EventFilter(), EventFilter { $0.environment = "production" },
                EventFilter { $0.since = Timestamp(seconds: 0) },
            ] {
                _ = try? await ledger.events(matching: filter, newestFirst: true, limit: 9)
            }
            _ = try? await ledger.state(at: 4)
            _ = try? await ledger.state(occurredBy: Timestamp(nanoseconds: .max))
            _ = try? await ledger.state { $0.position }
            _ = try? await ledger.checkpoints(limit: 9)
            _ = try? await ledger.proof(of: 2)
            _ = try? await ledger.blob(Digest(of: "body 1"))
        }
        for mending in [Mending.nothing, .missingNodes, .everything] {
            let ledger = try? SQLiteLedger.openForWriting(
                path: path, time: bench.time, random: bench.random, mending: mending)
            guard let ledger else { continue }
            _ = try? await ledger.verify(full: false)
            _ = try? await ledger.append(AppendBatch(events: [bench.event(5)]))
        }
    }
}

import Digests
import EventLog
import Foundation
import Model
import SQLiteLedger
import TestSupport
import Testing

/// Somebody changes the file with a program of his own, without the guards that keep honest ones out.
@Suite("Tampering")
struct TamperTests {
    /// A closed ledger with events, bodies and a checkpoint.
    private func bench() async throws -> Bench {
        let bench = try Bench()
        let ledger = try bench.create(signedBy: bench.signer)
        for number in 0..<5 {
            let body = Blob(Array("body \(number)".utf8))
            var event = bench.event(number)
            event.event = .objectObserved(ObjectObserved { $0.digest = body.digest })
            _ = try await ledger.append(AppendBatch(events: [event], blobs: [body]))
        }
        _ = try await ledger.signCheckpoint(
            by: bench.signer, actor: .reconciler, id: bench.event(0).id)
        #expect(try await ledger.verify(full: true).findings == [])
        return bench
    }

    /// What verification finds after `code` has run on a copy; `db` is the connection.
    private func findings(_ bench: Bench, _ code: String) async throws -> [Finding] {
        let copy = bench.path + ".copy"
        #expect(try shell(bench.path, "VACUUM INTO '\(copy)'") == "done")
        defer {
            for suffix in ["", "-wal", "-shm"] {
                try? FileManager.default.removeItem(atPath: copy + suffix)
            }
        }
        let dropGuards = """
            guards = db.execute(
                "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' ORDER BY rowid").fetchall()
            for (name, _) in guards:
                db.execute("DROP TRIGGER " + name)
            db.execute("PRAGMA ignore_check_constraints = ON")
            """
        #expect(
            try python(
                copy,
                """
                \(dropGuards)
                \(code)
                for (_, sql) in guards: db.execute(sql)
                db.commit()
                print("done")
                """) == "done")
        return try await SQLiteLedger.openForReading(path: copy).verify(full: true).findings
    }

    /// Every column of every row of the ground state, one random bit of each.
    @Test func everyFlipInAStoredColumnIsFoundAndPlaced() async throws {
        let bench = try await bench()
        let columns = [
            ("event", "id"), ("event", "type"), ("event", "version"), ("event", "stream"),
            ("event", "stream_version"), ("event", "recorded_at"), ("event", "envelope"),
            ("payload", "salt"), ("payload", "bytes"), ("blob", "digest"), ("blob", "bytes"),
            ("blob", "size"), ("blob", "encoding"),
        ]
        for (number, (table, column)) in columns.enumerated() {
            for row in table == "blob" ? 1...5 : 1...7 {
                let seed = number * 100 + row
                let key = table == "blob" ? "number" : "position"
                let found = try await findings(
                    bench,
                    """
                    import random
                    random.seed(\(seed))
                    (value,) = db.execute("SELECT \(column) FROM \(table) WHERE \(key) = \(row)").fetchone()
                    if isinstance(value, int):
                        value ^= 1 << random.randrange(16)
                    else:
                        data = bytearray(value.encode() if isinstance(value, str) else value)
                        # A text stays one: its lowest bit changes a letter.
                        bit = 0 if isinstance(value, str) else random.randrange(8)
                        data[random.randrange(len(data))] ^= 1 << bit
                        value = data.decode() if isinstance(value, str) else bytes(data)
                    db.execute("UPDATE \(table) SET \(column) = ? WHERE \(key) = \(row)", (value,))
                    """)
                let context = "seed \(seed): \(table).\(column) of row \(row)"
                try #require(!found.isEmpty, "\(context) was not found")
                if table == "blob" {
                    // By its digest, or by the event that names it.
                    let digest = Digest(of: "body \(row - 1)").shortText
                    #expect(
                        found.contains {
                            "\($0)".contains(digest) || $0.position == Int64(row + 1)
                        }, "\(context): \(found)")
                } else {
                    #expect(found.first?.position == Int64(row), "\(context): \(found)")
                }
            }
        }
    }

    private func check(_ code: String, finds expected: String) async throws {
        let found = try await findings(try await bench(), code)
        let first = try #require(found.first, "\(code) was not found")
        #expect(
            "\(first)".replacing(/[0-9a-f]{64}/, with: "HASH").hasPrefix(expected), "\(found)")
    }

    @Test func truncationIsFound() async throws {
        try await check(
            "db.execute('DELETE FROM event WHERE position > 4'); "
                + "db.execute('DELETE FROM payload WHERE position > 4')",
            finds: "tree node level 0, number 4: expected none")
        try await check(
            "db.execute('DELETE FROM event WHERE position = 3'); "
                + "db.execute('DELETE FROM payload WHERE position = 3')",
            finds: "@4 position: expected 3, found 4")
    }

    @Test func aPayloadThatIsGoneIsFound() async throws {
        try await check(
            "db.execute('DELETE FROM payload WHERE position = 3')",
            finds: "@3 payload: expected its bytes, found nothing")
    }

    @Test func anotherOrderIsFound() async throws {
        try await check(
            """
            for old, new in ((3, 100), (4, 3), (100, 4)):
                for table in ("event", "payload"):
                    db.execute(f"UPDATE {table} SET position = {new} WHERE position = {old}")
            """,
            finds: "@3 envelope position: expected 3, found 4")
    }

    @Test func aReplacedPayloadIsFoundEvenWithItsHashMadeAnew() async throws {
        // The payload with its hash in the envelope: then the leaf is another.
        try await check(
            """
            import hashlib
            salt, payload = db.execute("SELECT salt, bytes FROM payload WHERE position = 3").fetchone()
            other = db.execute("SELECT bytes FROM payload WHERE position = 4").fetchone()[0]
            (envelope,) = db.execute("SELECT envelope FROM event WHERE position = 3").fetchone()
            old, new = (hashlib.sha256(salt + body).hexdigest().encode() for body in (payload, other))
            assert old in envelope
            db.execute("UPDATE payload SET bytes = ? WHERE position = 3", (other,))
            db.execute("UPDATE event SET envelope = ? WHERE position = 3", (envelope.replace(old, new),))
            """,
            finds: "@3 tree node level 0, number 2: expected HASH, found HASH")
    }

    @Test func aRewrittenTreeContradictsItsCheckpoint() async throws {
        // The same, with every node made anew: only the key could sign that.
        try await check(
            """
            import hashlib
            (envelope,) = db.execute("SELECT envelope FROM event WHERE position = 3").fetchone()
            changed = envelope.replace(b'"production"', b'"producti0n"')
            assert changed != envelope
            db.execute("UPDATE event SET envelope = ? WHERE position = 3", (changed,))
            db.execute("UPDATE subject SET value = 'producti0n' WHERE position = 3 AND value = 'production'")
            db.execute("DELETE FROM tree_node")
            level = [hashlib.sha256(b"\\0" + row[0]).digest()
                     for row in db.execute("SELECT envelope FROM event ORDER BY position")]
            number = 0
            while level:
                for index, node in enumerate(level):
                    db.execute("INSERT INTO tree_node VALUES (?, ?, ?)", (number, index, node))
                level = [hashlib.sha256(b"\\1" + level[i] + level[i + 1]).digest()
                         for i in range(0, len(level) - 1, 2)]
                number += 1
            """,
            finds: "@7 checkpoint: expected root HASH of 6 events, found HASH")
    }

    @Test func swappedBodiesAreFound() async throws {
        try await check(
            """
            (a,), (b,) = (db.execute("SELECT bytes FROM blob WHERE number = ?", (n,)).fetchone() for n in (1, 2))
            db.execute("UPDATE blob SET bytes = ? WHERE number = 1", (b,))
            db.execute("UPDATE blob SET bytes = ? WHERE number = 2", (a,))
            """,
            finds: "blob")
    }

    @Test func anEditedRowOfThePresentIsFound() async throws {
        try await check(
            "db.execute(\"UPDATE projection_row SET value = x'7b7d' WHERE projection = 'ledger'\")",
            finds: "row ledger/ledger: expected")
    }
}

import Digests
import EventLog
import Foundation
import Model
import Projections
import SQLiteLedger
import TestSupport
import Testing

@Suite("The tree of a ledger")
struct TreeTests {
    private func ledger(events: Int, from first: Int = 0) async throws -> (Bench, SQLiteLedger) {
        let bench = try Bench()
        let ledger = try bench.create(signedBy: bench.signer)
        for number in 0..<events {
            // Several in one batch, so that a transaction may complete subtrees of its own.
            let batch = (0...(number % 3)).map { bench.event(first + number * 10 + $0) }
            _ = try await ledger.append(AppendBatch(events: batch))
        }
        return (bench, ledger)
    }

    /// The envelopes as another program reads them from the file.
    private func envelopes(_ bench: Bench) throws -> [[UInt8]] {
        try python(
            bench.path,
            "for row in db.execute('SELECT envelope FROM event ORDER BY position'): "
                + "print(row[0].hex())"
        ).split(separator: "\n").compactMap { hexBytes($0) }
    }

    @Test func theRootIsThatOfTheEnvelopes() async throws {
        let (bench, ledger) = try await ledger(events: 12)
        let envelopes = try envelopes(bench)
        #expect(try await Int(ledger.head()) == envelopes.count)
        var range = CompactRange()
        #expect(try await ledger.root(of: 0) == range.root)
        for (index, envelope) in envelopes.enumerated() {
            _ = range.append(TreeHash.leaf(envelope))
            #expect(try await ledger.root(of: Int64(index + 1)) == range.root)
        }
        #expect(try await ledger.root(of: Int64(envelopes.count + 1)) == nil)
        #expect(try await ledger.verify(full: true).findings == [])
    }

    @Test func theTreeGoesOnAfterReopening() async throws {
        let (bench, first) = try await ledger(events: 5)
        let before = try await first.root(of: 9)
        try await reopened(bench) { ledger in
            _ = try await ledger.append(AppendBatch(events: [bench.event(1)]))
            #expect(try await ledger.root(of: 9) == before)
            #expect(try await ledger.verify(full: true).findings == [])
        }
        _ = first
    }

    /// Opens a copy of the file, as it is on disk.
    private func reopened(
        _ bench: Bench, after sql: String = "", _ body: (SQLiteLedger) async throws -> Void
    ) async throws {
        let copy = bench.path + ".copy"
        #expect(try shell(bench.path, "VACUUM INTO '\(copy)'") == "done")
        if !sql.isEmpty { #expect(try shell(copy, sql) == "done") }
        let ledger = try SQLiteLedger.openForWriting(
            path: copy, time: bench.time, random: bench.random)
        try await body(ledger)
    }

    @Test func aLedgerWithoutNodesGetsThemWhenItIsOpened() async throws {
        let (bench, ledger) = try await ledger(events: 7)
        let head = try await ledger.head()
        let root = try await ledger.root(of: head)
        for sql in [
            "DELETE FROM tree_node", "DELETE FROM tree_node WHERE level = 0 AND number > 5",
            "DELETE FROM tree_node WHERE level = 3",
        ] {
            try await reopened(bench, after: sql) { ledger in
                let (found, report) = try await (ledger.root(of: head), ledger.verify(full: true))
                #expect(found == root, "\(sql)")
                #expect(report.findings == [], "\(sql)")
            }
            try FileManager.default.removeItem(atPath: bench.path + ".copy")
        }
    }

    /// Of eleven leaves: three subtrees, of eight, two and one.
    @Test func aWrongNodeThatTheTreeGrowsFromIsNoticed() async throws {
        let (bench, ledger) = try await ledger(events: 5)
        #expect(try await ledger.head() == 10)
        _ = try await ledger.signCheckpoint(
            by: bench.signer, actor: .reconciler, id: bench.event(0).id)
        let head = try await ledger.head()
        let root = try await ledger.root(of: head)
        for (level, number) in [(3, 0), (1, 4), (0, 10), (2, 0), (2, 1), (0, 9)] {
            let wrong =
                "UPDATE tree_node SET hash = zeroblob(32) WHERE level = \(level) AND number = \(number)"
            do {
                try await reopened(bench, after: wrong) { _ in }
                Issue.record("level \(level), number \(number) was not noticed")
            } catch let error as LedgerError {
                #expect(error.hint?.contains("tidemark rebuild makes it anew") == true)
            }
            let copy = bench.path + ".copy"
            let mended = try SQLiteLedger.openForWriting(
                path: copy, time: bench.time, random: bench.random, mending: .everything)
            #expect(try await mended.root(of: head) == root)
            #expect(try await mended.verify(full: true).findings == [])
            try FileManager.default.removeItem(atPath: copy)
        }
        // Another tree that agrees with itself: the checkpoint tells.
        let (other, unsigned) = try await self.ledger(events: 5, from: 500)
        #expect(try await unsigned.head() == 10)
        let swap = """
            ATTACH '\(other.path)' AS other;
            DELETE FROM main.tree_node WHERE NOT (level = 0 AND number = 10);
            INSERT INTO main.tree_node SELECT * FROM other.tree_node;
            """
        do {
            try await reopened(bench, after: swap) { _ in }
            Issue.record("another tree was not noticed")
        } catch let error as LedgerError {
            #expect(error.hint?.contains("rebuild") == true, "\(error)")
        }
        _ = (ledger, unsigned)
    }

    @Test func leavesOfEventsThatAreGoneAreNotAccepted() async throws {
        let (bench, _) = try await ledger(events: 3)
        let truncate = """
            DROP TRIGGER event_delete; DROP TRIGGER payload_delete;
            DELETE FROM payload WHERE position = 7; DELETE FROM event WHERE position = 7;
            """
        do {
            try await reopened(bench, after: truncate) { _ in }
            Issue.record("a ledger with a leaf too many was opened")
        } catch let error as LedgerError {
            #expect(error.summary == "the ledger is not intact at event 7")
            #expect(error.cause == "the tree has 7 leaves, and there are 6 events")
        }
    }

    private func check(_ sql: String, _ expected: String) async throws {
        let (bench, ledger) = try await ledger(events: 4)
        _ = try await ledger.signCheckpoint(
            by: bench.signer, actor: .reconciler, id: bench.event(0).id)
        #expect(try await ledger.verify(full: true).findings == [])
        #expect(try shell(bench.path, sql) == "done")
        let findings = try await ledger.verify(full: true).findings.map {
            "\($0)".replacing(/[0-9a-f]{64}/, with: "HASH")
        }
        #expect(findings.joined(separator: "\n") == expected)
        _ = try await ledger.rebuild()
        #expect(try await ledger.verify(full: true).findings == [])
    }

    @Test func wrongNodesAreFoundAndPlaced() async throws {
        try await check(
            "UPDATE tree_node SET hash = zeroblob(32) WHERE level = 1 AND number = 2",
            "@6 tree node level 1, number 2: expected HASH, found HASH")
        try await check(
            "DELETE FROM tree_node WHERE level = 0 AND number = 3",
            "@4 tree node level 0, number 3: expected HASH, found none")
        try await check(
            "INSERT INTO tree_node VALUES (3, 5, zeroblob(32)), (-1, 0, zeroblob(32))",
            """
            tree node level -1, number 0: expected none, found a hash
            tree node level 3, number 5: expected none, found a hash
            """)
    }

    @Test func wrongRowsOfCheckpointsAreFound() async throws {
        try await check(
            "UPDATE checkpoint SET root = zeroblob(32)",
            "checkpoint row 8: expected what the events give, found another")
        try await check(
            "UPDATE checkpoint SET note = CAST(note || 'x' AS BLOB)",
            "checkpoint row 8: expected what the events give, found another")
        try await check(
            "DELETE FROM checkpoint", "checkpoint row 8: expected what the events give, found none")
        try await check(
            "INSERT INTO checkpoint VALUES (3, zeroblob(32), x'')",
            "checkpoint row 3: expected none, found another")
    }
}

@Suite("Checkpoints of a ledger")
struct LedgerCheckpointTests {
    private func ledger() async throws -> (Bench, SQLiteLedger) {
        let bench = try Bench()
        let ledger = try bench.create(signedBy: bench.signer)
        for number in 0..<6 {
            _ = try await ledger.append(AppendBatch(events: [bench.event(number)]))
        }
        return (bench, ledger)
    }

    @Test func aCheckpointIsOverAllEventsBeforeIt() async throws {
        let (bench, ledger) = try await ledger()
        let id = bench.event(0).id
        let signed = try await ledger.signCheckpoint(by: bench.signer, actor: .reconciler, id: id)
        #expect(signed.checkpoint.size == 7)
        #expect(signed.checkpoint.origin == "example.com/audit")
        #expect(try await signed.checkpoint.root == ledger.root(of: 7))
        try signed.verify(by: [bench.signer.verifier])
        let event = try #require(try await ledger.event(at: 8))
        #expect(event.envelope.type == "checkpoint.signed")
        #expect(try await ledger.state { $0.ledger["ledger"]?.checkpointSize } == 7)
        // The same request again is the same checkpoint; another one is over that event too.
        let again = try await ledger.signCheckpoint(by: bench.signer, actor: .reconciler, id: id)
        #expect(again == signed)
        let next = try await ledger.signCheckpoint(
            by: bench.signer, actor: .reconciler, id: bench.event(0).id)
        #expect(next.checkpoint.size == 8)
        #expect(try await ledger.checkpoint(covering: 7) == signed)
        #expect(try await ledger.checkpoint(covering: 8) == next)
        #expect(try await ledger.checkpoint(covering: 9) == nil)
        #expect(try await ledger.checkpoints(limit: 9) == [next, signed])
        #expect(try await ledger.verify(full: true).findings == [])
    }

    @Test func everyEventIsProvenInEveryCheckpoint() async throws {
        let (bench, ledger) = try await ledger()
        let policy = TrustPolicy(log: bench.signer.verifier)
        for number in 0..<5 {
            _ = try await ledger.append(AppendBatch(events: [bench.event(number)]))
            let signed = try await ledger.signCheckpoint(
                by: bench.signer, actor: .reconciler, id: bench.event(0).id)
            let size = signed.checkpoint.size
            for position in 1...size {
                let proof = try #require(try await ledger.proof(of: position, in: signed))
                let entry = try #require(proof.extra)
                try proof.verify(entry: entry, policy: policy)
                let envelope = try RecordDecoder.decode(Envelope.self, from: entry)
                #expect(envelope.position == position)
            }
            #expect(try await ledger.proof(of: size + 1, in: signed) == nil)
            #expect(try await ledger.proof(of: 0, in: signed) == nil)
        }
        let all = try await ledger.checkpoints(limit: 9).map(\.checkpoint)
        for (new, old) in zip(all, all.dropFirst()) {
            try ProofVerification.consistency(
                from: old.size, old.root, to: new.size, new.root,
                proof: try await ledger.consistencyProof(from: old.size, to: new.size))
        }
    }

    @Test func aCosignatureIsKeptWithItsCheckpoint() async throws {
        let (bench, ledger) = try await ledger()
        var signed = try await ledger.signCheckpoint(
            by: bench.signer, actor: .reconciler, id: bench.event(0).id)
        let witness = Bench.signer("witness.example/w1", .cosignature, seed: 2)
        let cosignature = witness.sign(signed.note.text, at: 1_700_000_000)
        var event = bench.event(0)
        event.event = .checkpointWitnessed(
            CheckpointWitnessed {
                $0.cosignature = cosignature.line
                $0.size = signed.checkpoint.size
                $0.witness = witness.name.text
            })
        _ = try await ledger.append(AppendBatch(events: [event]))
        signed.add([cosignature])
        #expect(try await ledger.checkpoints(limit: 1) == [signed])
        #expect(try await ledger.verify(full: true).findings == [])
        _ = try await ledger.rebuild()
        #expect(try await ledger.checkpoints(limit: 1) == [signed])
    }

    @Test func onlyTheKeyOnRecordSigns() async throws {
        let (bench, ledger) = try await ledger()
        let other = Bench.signer("example.com/audit", .note, seed: 9)
        await #expect(throws: LedgerError.self) {
            try await ledger.signCheckpoint(by: other, actor: .reconciler, id: bench.event(0).id)
        }
        #expect(try await ledger.head() == 7)
        var event = bench.event(0)
        event.event = .signingKeyChanged(
            SigningKeyChanged {
                $0.from = bench.signer.verifier.text
                $0.to = other.verifier.text
            })
        _ = try await ledger.append(AppendBatch(events: [event]))
        _ = try await ledger.signCheckpoint(by: other, actor: .reconciler, id: bench.event(0).id)
        await #expect(throws: LedgerError.self) {
            try await ledger.signCheckpoint(
                by: bench.signer, actor: .reconciler, id: bench.event(0).id)
        }
        #expect(try await ledger.verify(full: true).findings == [])
    }

    /// What somebody with the ledger, but without the key, could record.
    @Test func forgedCheckpointsAreFound() async throws {
        func check(_ expected: String, _ change: (inout CheckpointSigned) throws -> Void)
            async throws
        {
            let (bench, ledger) = try await ledger()
            let root = try #require(try await ledger.root(of: 5))
            let signed = try SignedCheckpoint(
                Checkpoint(origin: bench.signer.name, size: 5, root: root),
                signedBy: bench.signer, at: 0)
            var payload = CheckpointSigned {
                $0.note = String(decoding: signed.bytes, as: UTF8.self)
                $0.root = root
                $0.size = 5
            }
            try change(&payload)
            var event = bench.event(0)
            event.event = .checkpointSigned(payload)
            _ = try await ledger.append(AppendBatch(events: [event]))
            let findings = try await ledger.verify(full: true).findings.map {
                "\($0)".replacing(/[0-9a-f]{64}/, with: "HASH")
            }
            #expect(findings.joined(separator: "\n") == expected)
        }
        try await check("") { _ in }
        try await check("@8 checkpoint: expected root HASH of 5 events, found HASH") {
            $0.root = Digest(of: "another")
        }
        try await check("@8 checkpoint: expected a size below 8, found 8") { $0.size = 8 }
        try await check("@8 checkpoint: expected a size below 8, found -1") { $0.size = -1 }
        try await check(
            "@8 checkpoint: expected a note signed by example.com/audit, "
                + "found the signature of example.com/audit is not valid"
        ) { $0.note = $0.note.replacing("\n5\n", with: "\n6\n") }
        try await check(
            "@8 checkpoint: expected a note signed by example.com/audit, "
                + "found no signature is by a trusted key"
        ) {
            let other = Bench.signer("example.com/audit", .note, seed: 9)
            let signed = try SignedCheckpoint(
                Checkpoint(origin: other.name, size: 5, root: $0.root), signedBy: other, at: 0)
            $0.note = String(decoding: signed.bytes, as: UTF8.self)
        }
    }

    @Test func aCheckpointIsContinuedByItsOwnLedgerOnly() async throws {
        let (bench, ledger) = try await ledger()
        let signed = try await ledger.signCheckpoint(
            by: bench.signer, actor: .reconciler, id: bench.event(0).id)
        let root = try #require(try await ledger.root(of: 7))
        func check(
            _ expected: String?, origin: String = "example.com/audit", size: Int64 = 8,
            root: Digest?, key: NoteSigner? = nil
        ) {
            do throws(Discontinuity) {
                try signed.verifyContinuation(
                    from: "FILE", origin: origin, keys: [(key ?? bench.signer).verifier],
                    size: size, root: root)
                #expect(expected == nil)
            } catch { #expect(error.cause == expected) }
        }
        check(nil, root: root)
        check("FILE has 7 events, the ledger has 6: it is an older copy", size: 6, root: nil)
        check(
            "its first 7 events have the root \(Digest(of: "x")), which is not that in FILE",
            root: Digest(of: "x"))
        check("the one in FILE is of the log example.com/audit", origin: "other", root: root)
        check(
            "of the one in FILE, no signature is by a trusted key", root: root,
            key: Bench.signer("example.com/audit", .note, seed: 9))
    }
}

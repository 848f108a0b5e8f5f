import Digests
import EventLog
import Testing

@Suite("Witness protocol")
struct WitnessTests {
    private let tree = MemoryTree((0..<40).map { [UInt8($0)] })

    private func request(
        old: Int, size: Int, proof: [Digest]? = nil, by signer: NoteSigner = Keys.log
    ) throws -> AddCheckpoint {
        AddCheckpoint(
            oldSize: Int64(old),
            proof: proof ?? (old <= size ? tree.at(size).consistencyProof(from: Int64(old)) : []),
            checkpoint: try Keys.checkpoint(tree, size: size, by: signer))
    }

    private func witness() -> Witness {
        Witness(signer: Keys.witness, logs: [Keys.log.verifier])
    }

    @Test func aGrowingTreeIsCosigned() throws {
        var witness = witness()
        var old = 0
        for size in [1, 1, 2, 7, 8, 39] {
            var request = try request(old: old, size: size)
            let answer = witness.answer(request.body, at: 1_700_000_000)
            #expect(answer.status == 200, "\(answer.body)")
            request.checkpoint.add(try answer.signatures())
            let verified = try request.checkpoint.note.verified(by: [Keys.witness.verifier])
            #expect(verified.map(\.seconds) == [1_700_000_000])
            #expect(witness.latest[Keys.log.name]?.checkpoint.size == Int64(size))
            old = size
        }
    }

    @Test func everyRefusalHasItsStatus() throws {
        func check(_ request: AddCheckpoint, _ status: Int, _ body: String? = nil) {
            check(request.body, status, body)
        }
        func check(_ bytes: [UInt8], _ status: Int, _ body: String? = nil) {
            var witness = witness()
            guard let first = try? self.request(old: 0, size: 8),
                witness.answer(first.body, at: 1).status == 200
            else {
                Issue.record("the first checkpoint was not cosigned")
                return
            }
            let before = witness.latest
            let answer = witness.answer(bytes, at: 2)
            #expect(answer.status == status, "\(answer.body)")
            if let body { #expect(answer.body == body) }
            #expect(answer.latestSize == (status == 409 ? 8 : nil))
            #expect(status == 200 || witness.latest == before)
        }
        let other = Keys.signer("example.com/other", .note, seed: 3)
        let impostor = Keys.signer("example.com/audit", .note, seed: 4)
        check(try request(old: 8, size: 20, by: other), 404, "unknown log\n")
        check(try request(old: 8, size: 20, by: impostor), 403)
        var forged = try request(old: 8, size: 20)
        forged.checkpoint = try SignedCheckpoint(
            parsing: Array(
                String(decoding: forged.checkpoint.bytes, as: UTF8.self)
                    .replacing("\n20\n", with: "\n21\n").utf8))
        check(forged, 403)
        check(try request(old: 21, size: 20), 400)
        check(Array("nothing\n\n".utf8), 400)
        check(try request(old: 0, size: 20), 409, "8\n")
        check(try request(old: 7, size: 20), 409, "8\n")
        check(try request(old: 9, size: 20), 409, "8\n")
        check(try request(old: 8, size: 20, proof: []), 422)
        check(try request(old: 8, size: 20, proof: [TreeHash.empty]), 422)
        check(try request(old: 8, size: 8, proof: [TreeHash.empty]), 422)
        check(try request(old: 8, size: 8), 200)
        check(try request(old: 8, size: 20), 200)
        // Another tree of the same size, rightly signed: what a witness is there for.
        let fork = MemoryTree((0..<8).map { [UInt8($0), 1] })
        check(
            AddCheckpoint(
                oldSize: 8, proof: [], checkpoint: try Keys.checkpoint(fork, size: 8)),
            409, "8\n")
    }

    @Test func theEmptyTreeHasOneRoot() throws {
        var witness = witness()
        #expect(witness.answer(try request(old: 0, size: 0).body, at: 0).status == 200)
        let forged = AddCheckpoint(
            oldSize: 0, proof: [],
            checkpoint: try SignedCheckpoint(
                Checkpoint(origin: Keys.log.name, size: 0, root: tree.roots[1]),
                signedBy: Keys.log, at: 0))
        #expect(witness.answer(forged.body, at: 0).status == 409)
        let proof = try request(old: 0, size: 5, proof: [tree.roots[1]])
        #expect(witness.answer(proof.body, at: 0).status == 422)
        #expect(witness.answer(try request(old: 0, size: 5).body, at: 0).status == 200)
    }

    @Test func aLogMayChangeItsKey() throws {
        let next = Keys.signer("example.com/audit", .note, seed: 5)
        var witness = Witness(
            signer: Keys.witness, logs: [Keys.log.verifier, next.verifier])
        #expect(witness.answer(try request(old: 0, size: 5).body, at: 0).status == 200)
        #expect(
            witness.answer(try request(old: 5, size: 9, by: next).body, at: 0).status == 200)
    }

    @Test func aRequestIsWrittenAsTheSpecificationShows() throws {
        let text = String(decoding: try request(old: 2, size: 3).body, as: UTF8.self)
        let proof = Base64.encode(TreeHash.leaf([2]).bytes)
        #expect(text.hasPrefix("old 2\n\(proof)\n\nexample.com/audit\n3\n"))
        #expect(try AddCheckpoint(parsing: Array(text.utf8)).body == Array(text.utf8))
    }
}

import Digests
import EventLog
import Model
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

@Suite("Asking a witness")
struct WitnessSubmissionTests {
    private let tree = MemoryTree((0..<40).map { [UInt8($0)] })

    /// The conversation over a checkpoint of `size`, with a witness that has cosigned `cosigned` before.
    private func check(
        size: Int, known: Int64, cosigned: Int, in other: MemoryTree? = nil,
        _ expected: String, requests: Int
    ) throws {
        var witness = Witness(signer: Keys.witness, logs: [Keys.log.verifier])
        if cosigned > 0 {
            let first = AddCheckpoint(
                oldSize: 0, proof: [],
                checkpoint: try Keys.checkpoint(other ?? tree, size: cosigned))
            #expect(witness.answer(first.body, at: 1).status == 200)
        }
        let checkpoint = try Keys.checkpoint(tree, size: size)
        var submission = WitnessSubmission(
            checkpoint, to: Keys.witness.verifier, known: known)
        var step = submission.first
        var count = 0
        while case .send(let oldSize) = step {
            count += 1
            let request = AddCheckpoint(
                oldSize: oldSize, proof: tree.at(size).consistencyProof(from: oldSize),
                checkpoint: checkpoint)
            step = submission.handle(witness.answer(request.body, at: 2))
        }
        guard case .end(let outcome) = step else { return }
        let text =
            switch outcome {
            case .cosigned(let signature): "cosigned by \(signature.name)"
            case .ahead(let size): "ahead at \(size)"
            case .inconsistent(let size): "inconsistent with \(size)"
            case .refused(let reason): reason
            }
        #expect(text == expected)
        #expect(count == requests)
    }

    @Test func aWrongGuessCostsOneMoreRequest() throws {
        let cosigned = "cosigned by witness.example/w1"
        try check(size: 20, known: 0, cosigned: 0, cosigned, requests: 1)
        try check(size: 20, known: 7, cosigned: 7, cosigned, requests: 1)
        try check(size: 20, known: 0, cosigned: 7, cosigned, requests: 2)
        try check(size: 20, known: 9, cosigned: 7, cosigned, requests: 2)
        try check(size: 20, known: 99, cosigned: 7, cosigned, requests: 2)
        try check(size: 20, known: -1, cosigned: 20, cosigned, requests: 2)
    }

    @Test func anOlderCopyAndAnotherHistoryAreToldApart() throws {
        try check(size: 20, known: 7, cosigned: 21, "ahead at 21", requests: 1)
        let fork = MemoryTree((0..<40).map { [UInt8($0), 1] })
        try check(size: 20, known: 7, cosigned: 7, in: fork, "inconsistent with 7", requests: 1)
        try check(size: 20, known: 0, cosigned: 20, in: fork, "inconsistent with 20", requests: 2)
    }

    @Test func oddAnswersAreRefusals() throws {
        let checkpoint = try Keys.checkpoint(tree, size: 20)
        func check(_ answers: [WitnessAnswer], _ expected: WitnessSubmission.Outcome) {
            var submission = WitnessSubmission(
                checkpoint, to: Keys.witness.verifier, known: 0)
            var step = submission.first
            for answer in answers { step = submission.handle(answer) }
            #expect(step == .end(expected))
        }
        func conflict(_ size: String) -> WitnessAnswer {
            WitnessAnswer(status: 409, contentType: "text/x.tlog.size", body: size)
        }
        check(
            [WitnessAnswer(status: 404, body: "unknown log\n")],
            .refused(reason: "it answered 404: unknown log"))
        check([conflict("x")], .refused(reason: "it answered 409 without a size"))
        check([conflict("-1\n")], .refused(reason: "it answered 409 without a size"))
        check(
            [conflict("1\n"), conflict("2\n"), conflict("3\n"), conflict("4\n")],
            .refused(reason: "its latest size changed 4 times"))
        let stranger = Keys.signer("witness.example/w1", .cosignature, seed: 7)
        let line = stranger.sign(checkpoint.note.text, at: 1).line + "\n"
        check(
            [WitnessAnswer(status: 200, body: line)],
            .refused(reason: "it answered without a signature by witness.example/w1"))
        check(
            [WitnessAnswer(status: 200, body: "hello\n")],
            .refused(reason: "the witness answered a line that is no signature"))
    }
}

@Suite("When a checkpoint is due")
struct CheckpointScheduleTests {
    private let start = Timestamp(seconds: 1_700_000_000)
    private let schedule = CheckpointSchedule(every: .seconds(60), events: 10)

    @Test func afterEventsOrTimeButNeverWithoutNews() {
        func check(
            _ isDue: Bool, after seconds: Int64, news: Int64, isFirst: Bool = false
        ) {
            let now = start + .seconds(seconds)
            #expect(
                schedule.isDue(now: now, last: isFirst ? nil : start, news: news) == isDue)
        }
        check(false, after: 0, news: 0, isFirst: true)
        check(true, after: 0, news: 1, isFirst: true)
        check(false, after: 0, news: 9)
        check(true, after: 0, news: 10)
        check(false, after: 59, news: 1)
        check(true, after: 60, news: 1)
        check(false, after: 6000, news: 0)
    }

    @Test func whatIsAboutCheckpointsIsNoNews() {
        let push = PushFinished { $0.branch = "audit" }
        func check(_ isNews: Bool, _ event: Event?, on branch: String? = "audit") {
            #expect(CheckpointSchedule.isNews(event, anchoredOn: branch) == isNews)
        }
        check(false, .checkpointSigned(CheckpointSigned()))
        check(false, .checkpointWitnessed(CheckpointWitnessed()))
        check(false, .pushFinished(push))
        check(true, .pushFinished(push), on: nil)
        check(true, .verificationRun(VerificationRun()))
        check(true, nil)
    }
}

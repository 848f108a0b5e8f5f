import EventLog
import Model
import Testing

@Suite("Trust policies")
struct PolicyTests {
    private let witnesses = (0..<5).map {
        Keys.signer("w\($0).example", .cosignature, seed: UInt8(10 + $0))
    }

    /// A policy of the log and five witnesses, A to E, and what `rest` says.
    private func policy(_ rest: String) throws -> TrustPolicy {
        var text = "# ours\n\n\tlog \(Keys.log.verifier.text)  https://log.example \n"
        for (name, witness) in zip("ABCDE", witnesses) {
            text += "witness \(name) \(witness.verifier.text)\n"
        }
        return try Keys.policy(text + rest)
    }

    /// Which of the witnesses, by letter, suffice.
    private func check(_ rest: String, enough: [String], tooFew: [String]) throws {
        let policy = try policy(rest)
        for (letters, suffices) in enough.map({ ($0, true) }) + tooFew.map({ ($0, false) }) {
            var signed = try Keys.checkpoint(MemoryTree(referenceLeaves), size: 8)
            let signers = zip("ABCDE", witnesses).filter { letters.contains($0.0) }.map(\.1)
            signed.add(signers.map { $0.sign(signed.note.text, at: 1_700_000_000) })
            if suffices {
                let verdict = try policy.check(signed)
                #expect(verdict.witnesses == letters.map(String.init))
                #expect(verdict.log == Keys.log.verifier)
                #expect(verdict.witnessedSince == (letters.isEmpty ? nil : 1_700_000_000))
            } else {
                #expect(throws: ProofError.self, "\(letters)") { try policy.check(signed) }
            }
        }
    }

    @Test func quorums() throws {
        try check("quorum none\n", enough: ["", "A", "ABCDE"], tooFew: [])
        try check("quorum B", enough: ["B", "AB"], tooFew: ["", "A", "ACDE"])
        try check("group g any A B\nquorum g", enough: ["A", "B"], tooFew: ["", "CDE"])
        try check("group g all A B\nquorum g", enough: ["AB", "ABE"], tooFew: ["A", "B"])
        try check("group g 2 A B C\nquorum g", enough: ["AB", "BC", "ABC"], tooFew: ["A", "CDE"])
        try check(
            """
            group X 2 A B C
            group Y any D E
            group Z all X Y
            quorum Z
            """,
            enough: ["ABD", "BCE", "ABCDE"], tooFew: ["ABC", "DE", "AD", "ADE"])
    }

    @Test func oneBadCosignatureOfAKnownWitnessSpoilsTheCheckpoint() throws {
        var signed = try Keys.checkpoint(MemoryTree(referenceLeaves), size: 8)
        var forged = witnesses[0].sign(signed.note.text, at: 1)
        forged.bytes[70] ^= 1
        signed.add([forged, witnesses[1].sign(signed.note.text, at: 1)])
        let policy = try policy("quorum B")
        #expect(throws: ProofError.badSignature(name: "w0.example")) { try policy.check(signed) }
    }

    @Test func mistakesAreAllReported() throws {
        let (a, b) = (witnesses[0].verifier.text, witnesses[1].verifier.text)
        func check(_ text: String, _ expected: String...) {
            do throws(Problems) {
                _ = try TrustPolicy(parsing: Array(text.utf8), file: "policy")
                Issue.record("\(text) was read")
            } catch { #expect(error.all.map(\.summary) == expected) }
        }
        check("", "policy:2: the policy has no quorum")
        check("quorum none\nquorum none", "policy:2: there is a quorum already")
        check("quorum a", "policy:1: \"a\" is no witness or group of a line before")
        check("log\nquorum none", "policy:1: expected: log KEY [URL]")
        check("log x\nquorum none", "policy:1: a key is <name>+<8 digits>+<base64>")
        check("log \(a)\nquorum none", "policy:1: this is the key of a witness, not of a log")
        check(
            "witness w \(Keys.log.verifier.text)\nquorum none",
            "policy:1: this is the key of a log, not of a witness")
        check(
            "log \(Keys.log.verifier.text)\nlog \(Keys.log.verifier.text)\nquorum none",
            "policy:2: this log's key is listed twice")
        check(
            "witness a \(a)\nwitness b \(a)\nquorum none",
            "policy:2: this witness's key is listed twice")
        check("witness a \(a)\nwitness a \(b)\nquorum a", "policy:2: the name \"a\" is taken")
        check("witness none \(a)\nquorum none", "policy:1: the name \"none\" is taken")
        check(
            "witness a \(a)\ngroup g 2 a\nquorum a",
            "policy:2: the threshold is neither all nor any nor a number from 1 to 1")
        check(
            "witness a \(a)\ngroup g 01 a\nquorum a",
            "policy:2: the threshold is neither all nor any nor a number from 1 to 1")
        check(
            "witness a \(a)\ngroup g any a a\nquorum g", "policy:2: \"a\" is a member already")
        check(
            "witness a \(a)\ngroup g any a\ngroup h any a g\nquorum h",
            "policy:3: \"a\" is a member already")
        check(
            "witnes a\nquorum none\r\ngroup g\n",
            "policy:1: unknown word \"witnes\"",
            "policy:2: a control character other than tab and newline",
            "policy:3: expected: group NAME all|any|NUMBER MEMBER...",
            "policy:5: the policy has no quorum")
    }

    @Test func namesAreBytes() throws {
        // A Kelvin sign is no K.
        #expect(throws: Problems.self) {
            try Keys.policy("witness K \(witnesses[0].verifier.text)\nquorum \u{212A}")
        }
    }
}

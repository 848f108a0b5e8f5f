import Digests
import EventLog
import TestSupport
import Testing

@Suite("Signed notes and checkpoints")
struct NoteTests {
    // The example of https://c2sp.org/signed-note, with its key.
    private let exampleKey =
        "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
    private let example = """
        This is an example message.

        \u{2014} example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=

        """

    @Test func theExampleOfTheSpecificationVerifies() throws {
        let key = try NoteVerifier(parsing: exampleKey)
        #expect(key.text == exampleKey)
        #expect(key.name.text == "example.com/foo")
        #expect(key.type == .note)
        let note = try SignedNote(parsing: Array(example.utf8))
        #expect(String(decoding: note.text, as: UTF8.self) == "This is an example message.\n")
        #expect(note.bytes == Array(example.utf8))
        let verified = try note.verified(by: [key])
        #expect(verified.map(\.verifier) == [key])
        #expect(verified[0].seconds == nil)
    }

    /// Byte for byte: swift-crypto's signatures are deterministic.
    @Test func theCheckpointHasTheBytesOfItsVector() throws {
        #expect(
            Keys.log.verifier.text
                == "example.com/audit+d67c3fea+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c")
        #expect(
            hex(Keys.log.verifier.key.bytes)
                == "8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c")
        #expect(
            Keys.witness.verifier.text
                == "witness.example/w1+df1c0a35+BIE5dw6ofRdfVqNUZsNMfszLjYqRtO43ol32D1uPybOU")
        var signed = try SignedCheckpoint(
            Checkpoint(
                origin: Keys.log.name, size: 8, root: MemoryTree(referenceLeaves).roots[8]),
            signedBy: Keys.log, at: 0)
        signed.add([Keys.witness.sign(signed.note.text, at: 1_700_000_000)])
        #expect(
            String(decoding: signed.bytes, as: UTF8.self) == """
                example.com/audit
                8
                XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=

                \u{2014} example.com/audit 1nw/6jgDKnMMZeOUU/4gmGunHttT599AYGqcLf5fM8FnUnbebOROr6RsrD4PeiQBcX6o9+Ean8p6vhGeFrwEU6Zfcgs=
                \u{2014} witness.example/w1 3xwKNQAAAABlU/EAvkYRUsRgbMmg74gZ/ijxHNvmf53OZWcVJisp2NGxU9VL4EeFcJOqXZmCNnik5rVyUBMrcZqxhZZQjpI4enOJBQ==

                """)
        #expect(try SignedCheckpoint(parsing: signed.bytes) == signed)
        let verified = try signed.note.verified(by: [Keys.witness.verifier])
        #expect(verified.map(\.seconds) == [1_700_000_000])
        #expect(try signed.verify(by: [Keys.log.verifier]) == Keys.log.verifier)
    }

    @Test func aPrivateKeyIsReadBack() throws {
        let text = Keys.witness.privateText
        #expect(text.hasPrefix("PRIVATE+KEY+witness.example/w1+df1c0a35+"))
        let read = try NoteSigner(parsingPrivate: text)
        #expect(read.verifier == Keys.witness.verifier)
        #expect(read.privateText == text)
    }

    @Test func wrongKeysAreRefused() {
        func check(_ text: String, _ expected: String) {
            do throws(ProofError) {
                _ = try NoteVerifier(parsing: text)
                Issue.record("\(text) was read")
            } catch { #expect((error.cause ?? error.summary) == expected) }
        }
        check("", "a key is <name>+<8 digits>+<base64>")
        check("name+1234+AAAA", "a key is <name>+<8 digits>+<base64>")
        check("+530d903a+AekyeRrm", "its name is empty, or has a space in it")
        check("a b+530d903a+AekyeRrm", "its name is empty, or has a space in it")
        check("a\u{2003}b+530d903a+AekyeRrm", "its name is empty, or has a space in it")
        check("a+530d903a+***", "its last part is not base64")
        check("a+530d903a+AekyeRrn=", "its last part is not base64")
        check("a+530d903a+AekyeRrm", "an Ed25519 key has 32 bytes")
        check("a+530d903a+BgAA", "the key has signature type 0x06, which is not supported")
        let (name, rest) = (exampleKey.prefix(15), exampleKey.dropFirst(15))
        check(name + "x" + rest, "its id is not that of its name and bytes")
    }

    @Test func wrongNotesAreRefused() {
        let line = "\u{2014} example.com/foo Uw2QOkn8srV1"
        func check(_ text: String, _ expected: String) { check(Array(text.utf8), expected) }
        func check(_ bytes: [UInt8], _ expected: String) {
            do throws(ProofError) {
                _ = try SignedNote(parsing: bytes)
                Issue.record("\(String(decoding: bytes, as: UTF8.self)) was read")
            } catch { #expect(error.cause == expected) }
        }
        check("", "it has no signature after an empty line")
        check("text\n", "it has no signature after an empty line")
        check("text\n\n", "it has no signature after an empty line")
        check("text\n\n\(line)", "it has no signature after an empty line")
        check("text\n\(line)\n", "it has no signature after an empty line")
        check("text\n\n\(line)\n\n", "it has no signature after an empty line")
        check("text\n\n\(line)\nno\n", "line 2 under it is no signature")
        check("text\n\n\u{2014}  Uw2QOkn8srV1\n", "line 1 under it is no signature")
        check("text\n\n- example.com/foo Uw2QOkn8srV1\n", "line 1 under it is no signature")
        check("text\n\n\u{2014} example.com/foo Uw2QOg==\n", "line 1 under it is no signature")
        check("text\n\n\u{2014} a+b Uw2QOkn8srV1\n", "line 1 under it is no signature")
        check("te\u{1}xt\n\n\(line)\n", "it is not UTF-8 without control characters")
        check("te\r\nxt\n\n\(line)\n", "it is not UTF-8 without control characters")
        check([0xFF, 0x0A, 0x0A] + Array("\(line)\n".utf8), "it is not UTF-8")
        check(
            "text\n\n" + String(repeating: line + "\n", count: 101),
            "it has more than 100 signatures")
        check(
            "text\n\n" + String(repeating: line + "\n", count: 40_000),
            "it has more than 1000000 bytes")
    }

    @Test func emptyLinesBelongToTheText() throws {
        let text = Array("one\n\ntwo\n\n\n".utf8)
        let note = try SignedNote(text: text, signatures: [Keys.log.sign(text, at: 0)])
        let read = try SignedNote(parsing: note.bytes)
        #expect(read.text == text)
        #expect(try read.verified(by: [Keys.log.verifier]).count == 1)
    }

    @Test func sixteenSignaturesAreRead() throws {
        let text = Array("text\n".utf8)
        let signers = (0..<16).map { Keys.signer("log\($0).example", .note, seed: UInt8($0)) }
        let note = try SignedNote(text: text, signatures: signers.map { $0.sign(text, at: 0) })
        let read = try SignedNote(parsing: note.bytes)
        #expect(try read.verified(by: signers.map(\.verifier)).count == 16)
        #expect(try read.verified(by: [signers[15].verifier]).count == 1)
    }

    @Test func oneBadSignatureOfAKnownKeySpoilsTheNote() throws {
        let text = Array("text\n".utf8)
        var forged = Keys.log.sign(text, at: 0)
        forged.bytes[3] ^= 1
        let unknown = Keys.signer("other.example", .note, seed: 9)
        let good = Keys.signer("good.example", .note, seed: 8)
        let note = try SignedNote(
            text: text, signatures: [forged, good.sign(text, at: 0), unknown.sign(text, at: 0)])
        #expect(throws: ProofError.badSignature(name: "example.com/audit")) {
            try note.verified(by: [Keys.log.verifier, good.verifier])
        }
        // To who does not know that key, it does not matter.
        #expect(try note.verified(by: [good.verifier]).count == 1)
        #expect(
            throws: ProofError.untrusted(
                signers: ["example.com/audit", "good.example", "other.example"])
        ) { try note.verified(by: [Keys.witness.verifier]) }
    }

    @Test func namesThatLookAlikeAreTwo() throws {
        let (composed, decomposed) = ("caf\u{E9}.example", "cafe\u{301}.example")
        let text = Array("text\n".utf8)
        let signer = Keys.signer(composed, .note, seed: 1)
        var signature = signer.sign(text, at: 0)
        signature.name = try #require(KeyName(decomposed))
        let note = try SignedNote(text: text, signatures: [signature])
        #expect(throws: ProofError.self) { try note.verified(by: [signer.verifier]) }
        #expect(KeyName(composed) != KeyName(decomposed))
    }

    @Test func wrongCheckpointsAreRefused() {
        let root = "XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg="
        func check(_ text: String, _ expected: String?) {
            do throws(ProofError) {
                let checkpoint = try Checkpoint(parsing: Array(text.utf8))
                #expect(expected == nil, "\(text) was read")
                #expect(checkpoint.text == Array(text.utf8))
            } catch { #expect(error.cause == expected) }
        }
        let lines = "it has no three lines of origin, size and root"
        check("a\n8\n\(root)\n", nil)
        check("a b\n0\n\(root)\nextension\n", nil)
        check("a\n9223372036854775807\n\(root)\n", nil)
        check("a\n8\n\(root)", lines)
        check("a\n8\n", lines)
        check("\n8\n\(root)\n", lines)
        check("a\n8\n\(root)\n\n", lines)
        check("a\n08\n\(root)\n", "its second line is no size")
        check("a\n+8\n\(root)\n", "its second line is no size")
        check("a\n-8\n\(root)\n", "its second line is no size")
        check("a\n9223372036854775808\n\(root)\n", "its second line is no size")
        check("a\n\u{0668}\n\(root)\n", "its second line is no size")
        check("a\n8\nXcnaeacGWamt\n", "its third line is no SHA-256 root")
        check("a\n8\n\(root.dropLast(2))h=\n", "its third line is no SHA-256 root")
    }

    @Test func aCheckpointOfAnotherLogIsRefused() throws {
        let origin = try #require(KeyName("example.com/other"))
        let signed = try SignedCheckpoint(
            Checkpoint(origin: origin, size: 0, root: TreeHash.empty), signedBy: Keys.log, at: 0)
        #expect(
            throws: ProofError.wrongOrigin(
                expected: "example.com/audit", found: "example.com/other")
        ) { try signed.verify(by: [Keys.log.verifier]) }
    }

    /// Every reader takes every mutation of good files, and answers without a trap.
    @Test func mutatedFilesAreReadOrRefused() throws {
        let files = try Keys.sampleFiles()
        for seed in 0..<4000 {
            var random = SeededGenerator(seed: seed)
            let bytes = mutated(files[seed % files.count], &random)
            _ = try? SignedNote(parsing: bytes)
            _ = try? Checkpoint(parsing: bytes)
            _ = try? ProofFile(parsing: bytes)
            _ = try? AddCheckpoint(parsing: bytes)
            _ = try? TrustPolicy(parsing: bytes, file: "policy")
            _ = try? EntryBundle.decode(bytes)
            let text = String(decoding: bytes, as: UTF8.self)
            _ = try? NoteVerifier(parsing: text)
            _ = try? NoteSigner(parsingPrivate: text)
            _ = try? Tile(path: text)
            var witness = Witness(signer: Keys.witness, logs: [Keys.log.verifier])
            _ = witness.answer(bytes, at: 0)
            _ = try? WitnessAnswer(status: 200, body: text).signatures()
            _ = WitnessAnswer(status: 409, contentType: "text/x.tlog.size", body: text).latestSize
            // What is read is written back in the same bytes.
            if let note = try? SignedNote(parsing: bytes) { #expect(note.bytes == bytes) }
            if let file = try? ProofFile(parsing: bytes) { #expect(file.bytes == bytes) }
            if let request = try? AddCheckpoint(parsing: bytes) {
                #expect(request.body == bytes, "seed \(seed)")
            }
        }
    }
}

import Digests
import EventLog
import Foundation
import TestSupport
import Testing

@Suite("Proof files")
struct ProofFileTests {
    private let entries = (0..<30).map { Array("entry \($0)".utf8) }

    @Test func everyEventOfATreeHasAFileThatIsReadBackAndHolds() throws {
        let policy = TrustPolicy(log: Keys.log.verifier)
        for size in [1, 2, 3, 8, 29, 30] {
            for index in 0..<size {
                let file = try Keys.proof(entries, index: index, size: size)
                let read = try ProofFile(parsing: file.bytes)
                #expect(read == file)
                let verdict = try read.verify(entry: entries[index], policy: policy)
                #expect(verdict.checkpoint.size == Int64(size))
                #expect(throws: ProofError.self) {
                    try read.verify(entry: entries[(index + 1) % 30], policy: policy)
                }
            }
        }
    }

    @Test func theTextIsThatOfTheSpecification() throws {
        let file = try Keys.proof(entries, index: 2, size: 3)
        let lines = String(decoding: file.bytes, as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines[0] == "c2sp.org/tlog-proof@v1")
        #expect(lines[1] == "extra \(Base64.encode(entries[2]))")
        #expect(lines[2] == "index 2")
        #expect(lines[4] == "")
        #expect(lines[5...7].elementsEqual(["example.com/audit", "3", lines[7]]))
        let bare = try Keys.proof(entries, index: 0, size: 1, withEntry: false)
        #expect(
            String(decoding: bare.bytes, as: UTF8.self)
                .hasPrefix("c2sp.org/tlog-proof@v1\nindex 0\n\nexample.com/audit\n1\n"))
    }

    @Test func wrongFilesAreRefused() throws {
        let good = String(
            decoding: try Keys.proof(entries, index: 2, size: 3).bytes, as: UTF8.self)
        func check(_ old: String, _ new: String, _ expected: String) {
            do throws(ProofError) {
                _ = try ProofFile(parsing: Array(good.replacing(old, with: new).utf8))
                Issue.record("\(old) → \(new) was read")
            } catch { #expect(error.cause == expected) }
        }
        check("@v1", "@v2", "it does not begin with c2sp.org/tlog-proof@v1")
        check("extra ", "extra !", "its extra data is not base64")
        check("index 2", "index 02", "it has no line with the index")
        check("index 2", "index -2", "it has no line with the index")
        check("index 2", "index 2 ", "it has no line with the index")
        check("index 2", "Index 2", "it has no line with the index")
        check("index 2\n", "index 2\nAAAA\n", "hash 1 is no SHA-256 in base64")
        check(
            "index 2\n",
            "index 2\n" + String(repeating: Base64.encode(TreeHash.empty.bytes) + "\n", count: 63),
            "it has 64 hashes, more than 63")
        check("\n3\n", "\nthree\n", "its second line is no size")
    }
}

/// Tidemark and `tools/verify.py` share no code; they must say the same about every file.
@Suite(
    "tools/verify.py",
    .enabled(
        if: VerifyScript.canRun,
        "SKIPPED: tools/verify.py needs python3 with the package cryptography"))
struct VerifyScriptTests {
    private let entries = (0..<30).map { Array("entry \($0)".utf8) }
    private let witnesses = (0..<3).map {
        Keys.signer("w\($0).example", .cosignature, seed: UInt8(10 + $0))
    }

    private var policyText: String {
        let lines = witnesses.map { "witness \($0.name) \($0.verifier.text)\n" }.joined()
        return """
            log \(Keys.log.verifier.text)
            \(lines)group G 2 w0.example w1.example w2.example
            quorum G

            """
    }

    /// Both check `files`; the script may take a file for bad earlier or later, but not for another.
    private func agree(
        _ command: String, _ files: [[UInt8]], policy text: String,
        _ holds: (_ file: [UInt8], _ policy: TrustPolicy) throws -> Void
    ) throws -> Int {
        let folder = try TemporaryFolder()
        try text.write(
            to: folder.url.appendingPathComponent("policy"), atomically: true, encoding: .utf8)
        var names: [String] = []
        for (number, bytes) in files.enumerated() {
            let url = folder.url.appendingPathComponent("\(number)")
            try Data(bytes).write(to: url)
            names.append(url.path)
        }
        let (status, lines) = try VerifyScript.run(
            [command] + names + ["--policy", folder.url.appendingPathComponent("policy").path])
        try #require(lines.count == files.count, "\(lines)")
        let policy = try Keys.policy(text)
        var valid = 0
        for (file, line) in zip(files, lines) {
            let ours = (try? holds(file, policy)) != nil
            #expect(line.hasPrefix("valid ") == ours, "\(line)")
            if ours { valid += 1 }
        }
        #expect(status == (valid == files.count ? 0 : 1))
        return valid
    }

    @Test func bothAcceptAndRefuseTheSameProofs() throws {
        var files: [[UInt8]] = []
        for index in stride(from: 0, to: 30, by: 3) {
            for count in 0...3 {
                files.append(
                    try Keys.proof(
                        entries, index: index, size: 30, witnesses: Array(witnesses.prefix(count))
                    ).bytes)
            }
        }
        let holds = { (file: [UInt8], policy: TrustPolicy) in
            let proof = try ProofFile(parsing: file)
            try proof.verify(entry: try #require(proof.extra), policy: policy)
        }
        #expect(try agree("proof", files, policy: policyText, holds) == 20)
        let mutants = (0..<400).map { seed in
            var random = SeededGenerator(seed: seed)
            return mutated(files[seed % files.count], &random)
        }.filter { bytes in (try? ProofFile(parsing: bytes))?.extra != nil || bytes.count % 2 == 0 }
        _ = try agree("proof", mutants.filter(hasExtra), policy: policyText, holds)
    }

    /// Without it there is nothing to check: status 2, which other tests ask for.
    private func hasExtra(_ bytes: [UInt8]) -> Bool {
        String(decoding: bytes, as: UTF8.self).contains("\nextra ")
            || (try? ProofFile(parsing: bytes)) == nil
    }

    @Test func bothAcceptAndRefuseTheSameCheckpoints() throws {
        let tree = MemoryTree(entries)
        var files = try (0...30).map { size in
            var signed = try Keys.checkpoint(tree, size: size)
            signed.add(
                witnesses.dropFirst(size % 3).map { $0.sign(signed.note.text, at: Int64(size)) })
            return signed.bytes
        }
        let holds = { (file: [UInt8], policy: TrustPolicy) in
            _ = try policy.check(SignedCheckpoint(parsing: file))
        }
        #expect(try agree("checkpoint", files, policy: policyText, holds) == 21)
        files = (0..<300).map { seed in
            var random = SeededGenerator(seed: seed)
            return mutated(files[seed % files.count], &random)
        }
        _ = try agree("checkpoint", files, policy: policyText, holds)
    }

    @Test func theStatusSaysWhetherItCouldBeChecked() throws {
        let folder = try TemporaryFolder()
        func path(_ name: String, _ bytes: [UInt8]) throws -> String {
            let url = folder.url.appendingPathComponent(name)
            try Data(bytes).write(to: url)
            return url.path
        }
        func check(_ status: Int32, _ arguments: String...) throws {
            #expect(try VerifyScript.run(arguments).status == status, "\(arguments)")
        }
        let key = Keys.log.verifier.text
        let bare = try path(
            "bare", Keys.proof(entries, index: 3, size: 30, withEntry: false).bytes)
        let entry = try path("entry", entries[3])
        let other = try path("other", entries[4])
        try check(0, "proof", bare, "--vkey", key, "--envelope", entry)
        try check(1, "proof", bare, "--vkey", key, "--envelope", other)
        try check(2, "proof", bare, "--vkey", key)
        try check(2, "proof", bare + ".missing", "--vkey", key)
        try check(2, "proof", bare, "--vkey", "no key", "--envelope", entry)
        try check(2, "proof", bare, "--policy", entry, "--envelope", entry)
        try check(2, "proof", bare)
        let checkpoint = try path(
            "checkpoint", Keys.checkpoint(MemoryTree(entries), size: 30).bytes)
        let stranger = Keys.signer("example.com/audit", .note, seed: 77).verifier.text
        try check(0, "checkpoint", checkpoint, "--vkey", key)
        try check(0, "checkpoint", checkpoint, "--vkey", stranger, "--vkey", key)
        try check(1, "checkpoint", checkpoint, "--vkey", stranger)
    }
}

private enum VerifyScript {
    static let canRun =
        (try? python("import sys\ntry: import cryptography\nexcept ImportError: sys.exit(1)")) == 0

    /// - Returns: The exit status, and the lines on standard output.
    static func run(_ arguments: [String]) throws -> (status: Int32, lines: [Substring]) {
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../../tools/verify.py").standardizedFileURL
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", script.path] + arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let text = String(decoding: data, as: UTF8.self)
        return (process.terminationStatus, text.split(separator: "\n"))
    }
}

import Digests
import EventLog
import Foundation
import GitRepository
import Model
import SQLiteLedger
import TestSupport
import Testing

@Suite("Checkpoints and proofs from the command line")
struct ProofTests {
    /// A ledger with two events of its own, named `example.com/audit`, and a repository that is a folder.
    func session(_ more: String = "") async throws -> Session {
        let session = try Session()
        _ = try await GitRepository.open(session.path + "/platform.git")
        try session.write(
            "tidemark.yaml",
            """
            repositories:
              - {name: platform, url: "file://\(session.path)/platform.git", poll: 600s}
            \(more)

            """)
        let made = await session.run("init", "--origin", "example.com/audit")
        #expect(made.code == 0, "\(made.text)")
        return session
    }

    func ledgerFiles(_ session: Session) -> [String] {
        ["tidemark.db", "tidemark.db-wal", "tidemark.db-shm"].map { session.path + "/" + $0 }
    }

    /// Copies the ledger aside; the answer brings it back.
    func backUp(_ session: Session) throws -> () throws -> Void {
        let folder = try TemporaryFolder()
        let files = ledgerFiles(session)
        for file in files where FileManager.default.fileExists(atPath: file) {
            let copy = folder.url.appendingPathComponent((file as NSString).lastPathComponent)
            try FileManager.default.copyItem(atPath: file, toPath: copy.path)
        }
        return {
            for file in files {
                try? FileManager.default.removeItem(atPath: file)
                let copy = folder.url.appendingPathComponent((file as NSString).lastPathComponent)
                if FileManager.default.fileExists(atPath: copy.path) {
                    try FileManager.default.copyItem(atPath: copy.path, toPath: file)
                }
            }
        }
    }

    private func events(_ session: Session, of type: String) async throws -> [Event] {
        try await SQLiteLedger.openForReading(path: session.path + "/tidemark.db").events(
            matching: EventFilter { $0.types = [type] }, newestFirst: false, limit: 100
        ).compactMap(\.event)
    }

    func logKey(_ session: Session) throws -> String {
        let text = try String(
            contentsOfFile: session.path + "/tidemark-keys/checkpoint.key", encoding: .utf8)
        return try NoteSigner(parsingPrivate: String(text.dropLast())).verifier.text
    }

    private func verifyScript(_ session: Session, _ arguments: String...) throws -> Int32 {
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../tools/verify.py").standardizedFileURL
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", script.path] + arguments
        process.currentDirectoryURL = URL(fileURLWithPath: session.path)
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }

    private static let hasCryptography: Bool = {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-c", "import cryptography"]
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }()

    @Test func anEventIsSignedProvenAndVerified() async throws {
        let session = try await session()
        let mode =
            try FileManager.default.attributesOfItem(
                atPath: session.path + "/tidemark-keys/checkpoint.key")[.posixPermissions] as? Int
        #expect(mode == 0o600)
        let early = await session.run("prove", "@1")
        #expect(
            early.text == """
                ! error: no checkpoint covers event @1 yet
                !   try: tidemark checkpoint signs one
                [exit 2]

                """)
        let signed = await session.run("checkpoint")
        #expect(signed.code == 0, "\(signed.text)")
        let checkpoint = try SignedCheckpoint(parsing: Array(signed.output.utf8))
        #expect(checkpoint.checkpoint.origin == "example.com/audit")
        #expect(
            try String(contentsOfFile: session.path + "/tidemark-keys/checkpoint", encoding: .utf8)
                == signed.output)
        let size = checkpoint.checkpoint.size
        let proven = await session.run("prove", "@1", "--out", "1.tlog-proof")
        #expect(proven.output == "wrote   FOLDER/1.tlog-proof\n", "\(proven.text)")
        let beyond = await session.run("prove", "@999")
        #expect(beyond.code == 2 && beyond.errors.contains("there is no event @999"))
        #expect(await session.run("prove", "1").code == 2)

        let shown = await session.run("show", "@1")
        #expect(shown.output.contains("\nproof: checkpoint \(size) ✓\n"), "\(shown.text)")
        let verified = await session.run(
            "verify", "--full", "--from-checkpoint", "tidemark-keys/checkpoint")
        #expect(verified.code == 0, "\(verified.text)")
        guard Self.hasCryptography else { return }
        let key = try logKey(session)
        #expect(try verifyScript(session, "proof", "1.tlog-proof", "--vkey", key) == 0)
        #expect(
            try verifyScript(session, "checkpoint", "tidemark-keys/checkpoint", "--vkey", key) == 0)
    }

    @Test func aPolicyAndAPinnedCheckpointAreHeldAgainstTheLedger() async throws {
        let session = try await session()
        _ = await session.run("checkpoint")
        try session.write("lax", "log \(try logKey(session))\nquorum none\n")
        let stranger = Keys.signer("example.com/audit", seed: 9)
        try session.write("other", "log \(stranger.verifier.text)\nquorum none\n")
        let forged = try SignedCheckpoint(
            Checkpoint(origin: stranger.name, size: 1, root: Digest(of: "x")),
            signedBy: stranger, at: 0)
        try session.write("forged", String(decoding: forged.bytes, as: UTF8.self))
        #expect(await session.run("verify", "--read-only", "--policy", "lax").code == 0)
        let untrusted = await session.run("verify", "--read-only", "--policy", "other")
        #expect(untrusted.code == 1)
        #expect(
            untrusted.output.hasPrefix(
                "policy: expected a checkpoint that satisfies it, "
                    + "found no signature is by a trusted key"), "\(untrusted.text)")
        let pinned = await session.run("verify", "--read-only", "--from-checkpoint", "forged")
        #expect(
            pinned.output.hasPrefix(
                "forged: expected a checkpoint signed by this log, "
                    + "found no signature is by a trusted key"), "\(pinned.text)")
        #expect(pinned.code == 1)
        try session.write("broken", "nothing")
        #expect(await session.run("verify", "--from-checkpoint", "broken").code == 2)
        #expect(await session.run("verify", "--policy", "broken").code == 2)
    }

    @Test func anOlderCopyOfTheLedgerIsNotWrittenTo() async throws {
        let session = try await session()
        let restore = try backUp(session)
        _ = await session.run("verify")
        let signed = await session.run("checkpoint")
        #expect(signed.code == 0, "\(signed.text)")
        let size = try SignedCheckpoint(parsing: Array(signed.output.utf8)).checkpoint.size
        try restore()
        for command in ["checkpoint", "rebuild", "run"] {
            let refused = await session.run(command)
            #expect(refused.code == 2, "\(command): \(refused.text)")
            #expect(
                refused.errors == """
                    error: the ledger does not continue the checkpoint of \(size) events that was published
                      because FOLDER/tidemark-keys/checkpoint has \(size) events, the ledger has 1: it is an older copy
                      try: restore the newest copy of the ledger; when there is none, begin a new log that names this checkpoint: tidemark recover --new-origin NAME

                    """, "\(command)")
        }
        for options in [[], ["--read-only"]] {
            let found = await session.run(["verify"] + options)
            #expect(
                found.output.hasPrefix(
                    "@2 FOLDER/tidemark-keys/checkpoint: expected \(size) events, found 1\n"),
                "\(found.text)")
            #expect(found.code == 1)
        }

        #expect(
            await session.run("recover", "--new-origin", "example.com/audit", "--yes").code == 2)
        let asked = await session.run("recover", "--new-origin", "example.com/two")
        #expect(asked.code == 2 && asked.errors.contains("add --yes"), "\(asked.text)")
        let recovered = await session.run(
            "recover", "--new-origin", "example.com/two", "--reason", "the disk was lost", "--yes")
        #expect(
            recovered.text == """
                kept    FOLDER/tidemark.db.until-\(size)
                kept    FOLDER/tidemark-keys/checkpoint.key.until-\(size)
                kept    FOLDER/tidemark-keys/checkpoint.until-\(size)
                made    FOLDER/tidemark-keys/checkpoint.key
                made    FOLDER/tidemark.db
                next    tidemark run
                [exit 0]

                """)
        let first = await session.run("show", "@1")
        #expect(first.output.contains("origin: example.com/two\n"), "\(first.text)")
        #expect(first.output.contains("reason: the disk was lost\n"))
        #expect(first.output.contains("size: \(size)\n"))
        let again = await session.run("checkpoint")
        #expect(again.output.hasPrefix("example.com/two\n"), "\(again.text)")
        #expect(await session.run("verify").code == 0)
    }

    @Test func aNewKeyIsRecordedAndTheOldOneStaysGood() async throws {
        let session = try await session()
        let old = await session.run("checkpoint")
        let oldKey = try logKey(session)
        let file = session.path + "/tidemark-keys/checkpoint.key"
        try FileManager.default.removeItem(atPath: file)
        let missing = await session.run("checkpoint")
        #expect(missing.errors.contains("error: there is no key at FOLDER"), "\(missing.text)")
        _ = await session.run("init")
        let newKey = try logKey(session)
        #expect(newKey != oldKey && newKey.hasPrefix("example.com/audit+"))
        let new = await session.run("checkpoint")
        #expect(new.code == 0, "\(new.text)")
        let checkpoint = try SignedCheckpoint(parsing: Array(new.output.utf8))
        try checkpoint.verify(by: [NoteVerifier(parsing: newKey)])
        let changes = try await events(session, of: "signing.key.changed")
        #expect(
            changes == [
                .signingKeyChanged(
                    SigningKeyChanged {
                        $0.from = oldKey
                        $0.to = newKey
                    })
            ])
        try session.write("old", old.output)
        let verified = await session.run("verify", "--from-checkpoint", "old")
        #expect(verified.code == 0, "\(verified.text)")
    }

    @Test func checkpointsAreAnchoredOnABranchOfTheirOwn() async throws {
        let session = try await session("anchor: {repository: platform, branch: audit}")
        let repository = try await GitRepository.open(session.path + "/platform.git")
        var sizes: [Int64] = []
        for _ in 0..<2 {
            let signed = await session.run("checkpoint")
            #expect(signed.errors == "", "\(signed.text)")
            let checkpoint = try SignedCheckpoint(parsing: Array(signed.output.utf8))
            sizes.append(checkpoint.checkpoint.size)
            let head = try #require(try await repository.refs()["refs/heads/audit"])
            for size in sizes {
                let file = try await repository.file(at: head, path: "checkpoints/\(size)")
                #expect(file != nil, "\(size)")
            }
            let newest = try #require(try await repository.file(at: head, path: "checkpoint"))
            #expect(try SignedCheckpoint(parsing: newest) == checkpoint)
        }
        #expect(try await events(session, of: "push.intended").count == 2)
        for case .pushFinished(let push) in try await events(session, of: "push.finished") {
            #expect(push.outcome == .pushed && push.branch == "audit")
        }
        #expect(try await events(session, of: "push.finished").count == 2)
        #expect(await session.run("verify").code == 0)
    }

    @Test func theAnchorTellsWhatAnOlderCopyWithItsKeysDoesNot() async throws {
        let session = try await session("anchor: {repository: platform, branch: audit}")
        let restore = try backUp(session)
        #expect(await session.run("checkpoint").code == 0)
        try restore()
        try FileManager.default.removeItem(atPath: session.path + "/tidemark-keys/checkpoint")
        let run = try Running(["run"], in: session.path)
        let errors = try run.rest()
        #expect(run.process.terminationStatus == 2, "\(errors)")
        #expect(errors.contains("branch audit of platform has"), "\(errors)")
        #expect(errors.contains("tidemark recover --new-origin NAME"))
    }

    /// A witness in a process of its own, and its address and key.
    func witness(_ session: Session, for log: String, state: String = "witness") throws -> (
        Running, String
    ) {
        let running = try Running(
            [
                "witness", "--name", "witness.example/w1", "--log", log, "--state", state,
                "--listen", "127.0.0.1:0",
            ], in: session.path)
        let line = try running.line(containing: "listening on http://")
        let url = line.flatMap { $0.range(of: "http://").map { line?[$0.lowerBound...] ?? "" } }
        return (running, String(url ?? ""))
    }

    func addWitness(_ session: Session, _ url: String, _ key: String) throws {
        let file = session.path + "/tidemark.yaml"
        let text = try String(contentsOfFile: file, encoding: .utf8)
        try session.write(
            "tidemark.yaml",
            text.replacing(/witnesses:.*\n/, with: "")
                + "witnesses: [{url: \"\(url)\", key: \"\(key)\"}]\n")
    }

    @Test func aWitnessCosignsAndFindsAnOlderCopyOut() async throws {
        let session = try await session()
        let key = await session.run(
            "witness", "--name", "witness.example/w1", "--state", "witness", "--print-key")
        #expect(key.code == 0, "\(key.text)")
        let witnessKey = String(key.output.dropLast())
        let (running, url) = try witness(session, for: try logKey(session))
        defer { running.stop() }
        try addWitness(session, url, witnessKey)
        let restore = try backUp(session)
        for _ in 0..<3 {
            let signed = await session.run("checkpoint")
            #expect(signed.errors == "", "\(signed.text)")
            let checkpoint = try SignedCheckpoint(parsing: Array(signed.output.utf8))
            let verified = try checkpoint.note.verified(by: [NoteVerifier(parsing: witnessKey)])
            #expect(verified.count == 1)
        }
        try session.write(
            "policy",
            "log \(try logKey(session))\nwitness W \(witnessKey)\nquorum W\n")
        #expect(await session.run("verify", "--policy", "policy").code == 0)
        let shown = await session.run("show", "@1")
        #expect(shown.output.contains("✓, cosigned by witness.example/w1"), "\(shown.text)")
        _ = await session.run("prove", "@1", "--out", "proof")
        if Self.hasCryptography {
            #expect(try verifyScript(session, "proof", "proof", "--policy", "policy") == 0)
        }

        // An older copy that signs on: another history, which the witness will not cosign.
        try restore()
        try FileManager.default.removeItem(atPath: session.path + "/tidemark-keys/checkpoint")
        let forked = await session.run("checkpoint")
        #expect(forked.code == 2)
        #expect(
            forked.errors.contains("because witness witness.example/w1 has"), "\(forked.text)")
        let verified = await session.run("verify")
        #expect(
            verified.code == 1 && verified.output.contains("witness witness.example/w1 has"),
            "\(verified.text)")
        let run = try Running(["run"], in: session.path)
        let errors = try run.rest()
        #expect(run.process.terminationStatus == 2, "\(errors)")
        #expect(errors.contains("witness witness.example/w1"), "\(errors)")
    }

    @Test func aRunningTidemarkSignsWhenSomethingHappened() async throws {
        let session = try await session("checkpoints: {every: 1s, events: 1}")
        let run = try Running(["run"], in: session.path)
        defer { run.stop() }
        let first = try #require(try run.line(containing: "signed a checkpoint over"))
        #expect(first.contains("events"))
        // The checkpoint's own event is no reason for another; a verification is.
        let before = try await events(session, of: "checkpoint.signed").count
        #expect(await session.run("verify").code == 0)
        #expect(try run.line(containing: "signed a checkpoint over") != nil)
        #expect(try await events(session, of: "checkpoint.signed").count == before + 1)
        #expect(await session.run("verify").code == 0)
    }

    @Test func aWitnessRemembersAcrossItsRestarts() async throws {
        let session = try await session()
        let key = await session.run(
            "witness", "--name", "witness.example/w1", "--state", "witness", "--print-key")
        let log = try logKey(session)
        for _ in 0..<2 {
            let (running, url) = try witness(session, for: log)
            try addWitness(session, url, String(key.output.dropLast()))
            let second = await session.run("witness", "--state", "witness", "--log", log)
            #expect(
                second.code == 2 && second.errors.contains("another witness uses FOLDER/witness"))
            let signed = await session.run("checkpoint")
            #expect(signed.errors == "", "\(signed.text)")
            running.stop()
        }
        let unreached = await session.run("checkpoint")
        #expect(unreached.code == 0)
        #expect(
            unreached.errors.contains("note: not checked against witness witness.example/w1: "),
            "\(unreached.text)")
        // What it cosigned is damaged: it must not go on with less memory than it had.
        let files = try FileManager.default.contentsOfDirectory(
            atPath: session.path + "/witness")
        let memory = try #require(files.first { $0.hasSuffix(".checkpoint") })
        try session.write("witness/\(memory)", "nothing")
        let refused = await session.run("witness", "--state", "witness", "--log", log)
        #expect(refused.code == 2 && refused.errors.contains("retire this witness"))
    }
}

private enum Keys {
    static func signer(_ name: String, seed: UInt8) -> NoteSigner {
        guard let name = KeyName(name),
            let key = SigningKey(seed: Array(repeating: seed, count: SigningKey.seedBytes))
        else { preconditionFailure("a key with a name and 32 bytes") }
        return NoteSigner(name: name, type: .note, key: key)
    }
}

import Engine
import EventLog
import Foundation
import GitRepository
import Model
import SQLiteLedger
import TestSupport
import Testing

@testable import CLI

/// A new log in place of one that cannot go on.
extension ProofTests {
    private func recover(_ session: CLITests.Session) async -> CLITests.Session.Ended {
        await session.run("recover", "--new-origin", "example.com/two", "--yes")
    }

    /// That the new log goes on from the old one, and nothing of the old one is gone.
    private func checkRecovered(_ session: CLITests.Session, size: Int64, _ kept: [String])
        async throws
    {
        let first = await session.run("show", "@1")
        #expect(first.output.contains("origin: example.com/two\n"), "\(first.text)")
        #expect(first.output.contains("origin: example.com/audit\n"), "\(first.text)")
        #expect(first.output.contains("size: \(size)\n"), "\(first.text)")
        for file in kept {
            let path = session.path + "/" + file
            #expect(FileManager.default.fileExists(atPath: path), "\(file)")
        }
        for folder in ["", "/tidemark-keys"] {
            let names = try FileManager.default.contentsOfDirectory(atPath: session.path + folder)
            #expect(!names.contains { $0.contains(".next") || $0 == "recovery" }, "\(names)")
        }
        let signed = await session.run("checkpoint")
        #expect(signed.output.hasPrefix("example.com/two\n"), "\(signed.text)")
        #expect(!signed.errors.contains("not anchored"), "\(signed.text)")
        let again = await session.run("checkpoint")
        #expect(again.code == 0 && !again.errors.contains("anchor"), "\(again.text)")
        #expect(await session.run("verify").code == 0)
    }

    private func remove(_ session: CLITests.Session, _ names: String...) {
        for name in names { try? FileManager.default.removeItem(atPath: session.path + "/" + name) }
    }

    private func size(_ ended: CLITests.Session.Ended) throws -> Int64 {
        try SignedCheckpoint(parsing: Array(ended.output.utf8)).checkpoint.size
    }

    @Test func aLedgerThatIsGoneIsNotMadeAnewUnderItsName() async throws {
        let session = try await session()
        _ = await session.run("checkpoint")
        for file in ledgerFiles(session) { try? FileManager.default.removeItem(atPath: file) }
        let refused = await session.run("init")
        #expect(refused.code == 2)
        #expect(refused.errors.contains("error: there is no ledger at FOLDER/tidemark.db"))
        let again = await session.run("recover", "--new-origin", "example.com/two", "--yes")
        #expect(again.code == 0, "\(again.text)")
    }

    @Test func aLedgerThatGoesOnIsNotRecovered() async throws {
        let session = try await session()
        #expect(await recover(session).errors.contains("no checkpoint was published"))
        #expect(await session.run("checkpoint").code == 0)
        #expect(await session.run("verify").code == 0)
        let refused = await recover(session)
        #expect(
            refused.code == 2
                && refused.errors.contains("because the ledger is intact, and goes on"),
            "\(refused.text)")
        #expect(await session.run("verify").code == 0)
        // A damaged one is.
        let file = session.path + "/tidemark.db"
        let ledger = try FileHandle(forUpdating: URL(fileURLWithPath: file))
        try ledger.truncate(atOffset: 4096)
        try ledger.close()
        let recovered = await recover(session)
        #expect(recovered.code == 0, "\(recovered.text)")
    }

    @Test func theAnchorIsEnough() async throws {
        let session = try await session("anchor: {repository: platform, branch: audit}")
        let signed = await session.run("checkpoint")
        #expect(await session.run("checkpoint").code == 0)
        let last = try size(await session.run("checkpoint"))
        #expect(try last > size(signed))
        remove(
            session, "tidemark.db", "tidemark.db-wal", "tidemark.db-shm", "tidemark-keys/checkpoint"
        )
        remove(session, "tidemark-keys/checkpoint.key")
        let recovered = await recover(session)
        #expect(recovered.code == 0, "\(recovered.text)")
        try await checkRecovered(session, size: last, [])
        let first = await session.run("show", "@1", "-o", "json")
        #expect(first.output.contains("example.com/audit\\n\(last)\\n"), "\(first.text)")
    }

    @Test func anOlderCheckpointBesideTheKeyIsNotTheLast() async throws {
        let session = try await session("anchor: {repository: platform, branch: audit}")
        let older = await session.run("checkpoint")
        let last = try size(await session.run("checkpoint"))
        try session.write("tidemark-keys/checkpoint", older.output)
        remove(session, "tidemark.db", "tidemark.db-wal", "tidemark.db-shm")
        #expect(await recover(session).code == 0)
        try await checkRecovered(
            session, size: last, ["tidemark-keys/checkpoint.until-\(last)"])
    }

    @Test func aWitnessTellsHowMuchItHasSeen() async throws {
        let session = try await session()
        let key = await session.run(
            "witness", "--name", "witness.example/w1", "--state", "witness", "--print-key")
        let (running, url) = try witness(session, for: try logKey(session))
        defer { running.stop() }
        try addWitness(session, url, String(key.output.dropLast()))
        let restore = try backUp(session)
        let last = try size(await session.run("checkpoint"))
        try restore()
        remove(session, "tidemark-keys/checkpoint")
        let recovered = await recover(session)
        #expect(recovered.code == 0, "\(recovered.text)")
        let first = await session.run("show", "@1")
        #expect(
            first.output.replacing(/\s+/, with: " ").contains(
                "witness witness.example/w1 has cosigned \(last) events"),
            "\(first.text)")
        running.stop()
        try await checkRecovered(session, size: last, ["tidemark.db.until-\(last)"])
    }

    /// Everything of the log is gone but what a witness cosigned.
    @Test func whatAWitnessHandsOverIsEnough() async throws {
        let session = try await session()
        let key = await session.run(
            "witness", "--name", "witness.example/w1", "--state", "witness", "--print-key")
        let log = try logKey(session)
        let (running, url) = try witness(session, for: log)
        try addWitness(session, url, String(key.output.dropLast()))
        let last = try size(await session.run("checkpoint"))
        running.stop()
        remove(session, "tidemark.db", "tidemark.db-wal", "tidemark.db-shm")
        remove(session, "tidemark-keys/checkpoint", "tidemark-keys/checkpoint.key")
        let alone = await recover(session)
        #expect(alone.code == 2 && alone.errors.contains("--from-checkpoint"), "\(alone.text)")
        let kept = await session.run(
            "witness", "--state", "witness", "--log", log, "--print-checkpoint")
        #expect(kept.code == 0 && kept.output.contains("witness.example/w1"), "\(kept.text)")
        try session.write("kept", kept.output)
        let recover = [
            "recover", "--new-origin", "example.com/two", "--yes", "--from-checkpoint",
        ]
        // Another one, which the witness has not cosigned.
        try session.write("forged", kept.output.replacing("\n\(last)\n", with: "\n\(last + 1)\n"))
        let forged = await session.run(recover + ["forged"])
        #expect(forged.code == 2 && forged.errors.contains("is not believed"), "\(forged.text)")
        let recovered = await session.run(recover + ["kept"])
        #expect(recovered.code == 0, "\(recovered.text)")
        let first = await session.run("show", "@1", "-o", "json")
        #expect(first.output.contains("example.com/audit\\n\(last)\\n"), "\(first.text)")
        #expect(!first.output.contains("has cosigned"), "\(first.text)")
    }

    @Test func aDamagedFileOfTheLastCheckpointIsSetAside() async throws {
        let session = try await session("anchor: {repository: platform, branch: audit}")
        let last = try size(await session.run("checkpoint"))
        try session.write("tidemark-keys/checkpoint", "half a che")
        let refused = await session.run("checkpoint")
        #expect(
            refused.code == 2 && refused.errors.contains("checkpoint holds no checkpoint")
                && refused.errors.contains("tidemark recover"), "\(refused.text)")
        // The ledger is sound and the anchor agrees: the log goes on.
        let mended = await recover(session)
        #expect(mended.code == 0, "\(mended.text)")
        #expect(mended.errors.contains("FOLDER/tidemark-keys/checkpoint holds no checkpoint"))
        #expect(
            mended.output.contains("kept    FOLDER/tidemark-keys/checkpoint.damaged-\(last)\n"),
            "\(mended.text)")
        #expect(mended.output.contains("made    FOLDER/tidemark-keys/checkpoint\n"))
        let signed = await session.run("checkpoint")
        #expect(
            signed.code == 0 && signed.output.hasPrefix("example.com/audit\n"), "\(signed.text)")
        // Where the ledger is gone, the others are used.
        try session.write("tidemark-keys/checkpoint", "half a che")
        remove(session, "tidemark.db", "tidemark.db-wal", "tidemark.db-shm")
        let again = await recover(session)
        #expect(again.code == 0, "\(again.text)")
        try await checkRecovered(
            session, size: try size(signed), ["tidemark-keys/checkpoint.until-\(try size(signed))"])
    }

    @Test func whereNobodyElseKnowsADamagedFileEndsTheLog() async throws {
        let session = try await session()
        let last = try size(await session.run("checkpoint"))
        try session.write("tidemark-keys/checkpoint", "")
        let recovered = await recover(session)
        #expect(recovered.code == 0, "\(recovered.text)")
        try await checkRecovered(session, size: last, ["tidemark.db.until-\(last)"])
    }

    /// A process that is killed after each step, and before the first.
    @Test func aRecoveryThatIsKilledGoesOn() async throws {
        var steps = 0
        var isDone = false
        while !isDone {
            let session = try await session()
            let restore = try backUp(session)
            let last = try size(await session.run("checkpoint"))
            let key = try logKey(session)
            try restore()
            // What one left that was killed before it began.
            for name in [
                "tidemark.db.next", "tidemark.db.next-wal", "tidemark-keys/checkpoint.key.next",
            ] {
                try session.write(name, "half")
            }
            let workspace = try Workspace(file: session.path + "/tidemark.yaml")
            let recovery = try Recovery.begin(
                workspace, origin: "example.com/two",
                LedgerOpened.Succession {
                    $0.origin = "example.com/audit"
                    $0.size = last
                })
            #expect(try Recovery.begun(workspace) == recovery)
            for _ in 0..<steps where !isDone { isDone = try !recovery.step() }
            if !isDone, try Recovery.begun(workspace) != nil {
                for command in [["checkpoint"], ["init"], ["recover", "--new-origin", "other"]] {
                    let refused = await session.run(command)
                    #expect(
                        refused.code == 2
                            && refused.errors.contains(
                                "tidemark recover --new-origin example.com/two goes on"),
                        "after \(steps), \(command): \(refused.text)")
                }
                let again = await recover(session)
                #expect(again.code == 0, "after \(steps): \(again.text)")
            }
            try await checkRecovered(
                session, size: last,
                [
                    "tidemark.db.until-\(last)", "tidemark-keys/checkpoint.key.until-\(last)",
                    "tidemark-keys/checkpoint.until-\(last)",
                ])
            #expect(try logKey(session) != key)
            steps += 1
        }
        #expect(steps > 6)
    }

    @Test func noSmallerCheckpointComesAfterALargerOne() async throws {
        let session = try await session("anchor: {repository: platform, branch: audit}")
        let older = try SignedCheckpoint(
            parsing: Array(await session.run("checkpoint").output.utf8))
        let newer = await session.run("checkpoint")
        let workspace = try Workspace(file: session.path + "/tidemark.yaml")
        try workspace.publish(older)
        #expect(
            try String(contentsOfFile: workspace.publishedPath, encoding: .utf8) == newer.output)
        let signer = try workspace.readSigningKey()
        let between = try SignedCheckpoint(
            Checkpoint(
                origin: signer.name, size: older.checkpoint.size + 1, root: older.checkpoint.root),
            signedBy: signer, at: 0)
        let ledger = try SQLiteLedger.openForWriting(path: workspace.ledgerPath)
        let recorder = Recorder(store: ledger, clock: Assembly.clock)
        let surroundings = Surroundings(
            writeOutput: { _ in }, writeError: { _ in }, folder: session.path,
            now: TimeSource.system.now, executable: CLITests.Session.executable)
        await #expect(throws: CommandError.self) {
            try await Surroundings.$current.withValue(surroundings) {
                try await Anchoring(workspace: workspace).push(between, isFetched: false, recorder)
            }
        }
        let repository = try await GitRepository.open(session.path + "/platform.git")
        let head = try #require(try await repository.refs()["refs/heads/audit"])
        let anchored = try #require(try await repository.file(at: head, path: "checkpoint"))
        #expect(String(decoding: anchored, as: UTF8.self) == newer.output)
        let path = "checkpoints/\(between.checkpoint.size)"
        #expect(try await repository.file(at: head, path: path) == nil)
    }
}

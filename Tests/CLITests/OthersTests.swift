import EventLog
import Foundation
import Logging
import Model
import Projections
import SQLiteLedger
import TestSupport
import Testing

@testable import CLI

/// What witnesses and anchor have seen, and what happens when they do not say.
extension ProofTests {
    private func witnessKey(_ session: CLITests.Session, _ name: String) async -> String {
        let key = await session.run("witness", "--name", name, "--state", name, "--print-key")
        #expect(key.code == 0, "\(key.text)")
        return String(key.output.dropLast())
    }

    private func witnesses(_ session: CLITests.Session, _ list: [(url: String, key: String)]) throws
    {
        let file = session.path + "/tidemark.yaml"
        let text = try String(contentsOfFile: file, encoding: .utf8)
        try session.write(
            "tidemark.yaml",
            text + "witnesses:\n"
                + list.map { "  - {url: \"\($0.url)\", key: \"\($0.key)\"}\n" }.joined())
    }

    private func surroundings(_ session: CLITests.Session) -> Surroundings {
        Surroundings(
            writeOutput: { _ in }, writeError: { _ in }, folder: session.path,
            now: TimeSource.system.now, executable: CLITests.Session.executable)
    }

    @Test func silentWitnessesAreWaitedForTogetherAndOnce() async throws {
        let session = try await session()
        let keys = [
            await witnessKey(session, "witness.example/w1"),
            await witnessKey(session, "witness.example/w2"),
        ]
        _ = await session.run("checkpoint")
        try await withLoopbackServer(
            answer: { _ in ServedAnswer(pieces: [.bytes([0x0A]), .silence]) }
        ) { server in
            let urls = ["one", "two"].map { "http://127.0.0.1:\(server.port)/\($0)" }
            try witnesses(session, zip(urls, keys).map { ($0, $1) })
            let workspace = try Workspace(file: session.path + "/tidemark.yaml")
            let ledger = try SQLiteLedger.openForWriting(path: workspace.ledgerPath)
            let checkpointing = Checkpointing(
                workspace: workspace, ledger: ledger, log: Logger(label: "test"),
                patience: .milliseconds(500))
            let remarks = try await Surroundings.$current.withValue(surroundings(session)) {
                let remarks = try await checkpointing.verifyWithOthers()
                // Just now they said nothing: they are not asked once more.
                let (_, again) = try await checkpointing.checkpoint(
                    actor: .reconciler,
                    id: EventID(at: TimeSource.system.now(), random: RandomSource.system.bytes(10)))
                #expect(again == remarks)
                return remarks
            }
            #expect(
                remarks
                    == ["w1", "w2"].map {
                        "not checked against witness witness.example/\($0): no answer in time"
                    })
            #expect(server.requests.count == 2)
        }
    }

    @Test func aCheckpointOfARunningTidemarkAsksTheWitnessesFirst() async throws {
        let session = try await session()
        let key = await witnessKey(session, "witness.example/w1")
        let (running, url) = try witness(
            session, for: try logKey(session), state: "witness.example/w1")
        defer { running.stop() }
        let restore = try backUp(session)
        try witnesses(session, [(url, key)])
        #expect(await session.run("checkpoint").code == 0)
        // An older copy, with what it had published; the witness is there only after the start.
        try restore()
        try FileManager.default.removeItem(atPath: session.path + "/tidemark-keys/checkpoint")
        let file = session.path + "/tidemark.yaml"
        let text = try String(contentsOfFile: file, encoding: .utf8)
        let workspace = try Workspace(file: file)
        let ledger = try SQLiteLedger.openForWriting(path: workspace.ledgerPath)
        let head = try await ledger.head()
        let checkpointing = Checkpointing(
            workspace: workspace, ledger: ledger, log: Logger(label: "test"))
        await #expect(throws: Discontinuity.self) {
            try await Surroundings.$current.withValue(surroundings(session)) {
                try await checkpointing.checkpoint(
                    actor: .reconciler,
                    id: EventID(
                        at: TimeSource.system.now(), random: RandomSource.system.bytes(10)))
            }
        }
        // Nothing was signed beside what the witness has seen.
        #expect(try await ledger.head() == head && text.contains("witnesses"))
        #expect(try await ledger.checkpoints(limit: 1).isEmpty)
    }

    @Test func aNodeOnTheGrowingEdgeIsMendedByRebuild() async throws {
        let session = try await session()
        for _ in 0..<3 { _ = await session.run("checkpoint") }
        let path = session.path + "/tidemark.db"
        let size = try await SQLiteLedger.openForReading(path: path).head()
        // The largest perfect subtree that ends at the head.
        let level = size.trailingZeroBitCount
        let change = """
            UPDATE tree_node SET hash = zeroblob(32)
            WHERE level = \(level) AND number = \((size >> Int64(level)) - 1)
            """
        try execute(path, change)
        let refused = await session.run("checkpoint")
        #expect(
            refused.code == 2 && refused.errors.contains("tidemark rebuild makes it anew"),
            "\(refused.text)")
        for verify in [["verify"], ["verify", "--read-only"]] {
            let found = await session.run(verify)
            #expect(found.code == 1 && found.output.contains("tree node"), "\(found.text)")
        }
        let rebuilt = await session.run("rebuild")
        #expect(rebuilt.code == 1, "\(rebuilt.text)")
        #expect(await session.run("verify").code == 0)
        #expect(await session.run("checkpoint").code == 0)
    }

    private func execute(_ path: String, _ sql: String) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "python3", "-c",
            "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); "
                + "c.execute(sys.argv[2]); c.commit(); assert c.total_changes == 1", path, sql,
        ]
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }

    /// The built program, with an older copy of a ledger whose tables are of an older release.
    @Test func nothingIsRecordedBeforeTheOthersAgree() async throws {
        let session = try await session("anchor: {repository: platform, branch: audit}")
        let path = session.path + "/tidemark.db"
        let now = TimeSource.system.now()
        do {
            let ledger = try SQLiteLedger.openForWriting(
                path: path, projectionVersion: LedgerState.version - 1)
            let event = NewEvent(
                id: EventID(at: now, random: RandomSource.system.bytes(10)),
                .clusterConnected(ClusterConnected { $0.serverVersion = "v1" }),
                stream: "environment/production", subjects: Subjects(), occurredAt: now)
            _ = try await ledger.append(AppendBatch(events: [event]))
            _ = try await ledger.archive(
                before: now + .seconds(60), to: session.path + "/old.db", actor: .reconciler,
                id: EventID(at: now, random: RandomSource.system.bytes(10)))
        }
        let restore = try backUp(session)
        #expect(await session.run("rebuild", "--archive", "old.db").code == 0)
        #expect(await session.run("checkpoint").code == 0)
        try restore()
        // Only the anchor knows more than the copy.
        try FileManager.default.removeItem(atPath: session.path + "/tidemark-keys/checkpoint")
        let head = try await SQLiteLedger.openForReading(path: path).head()
        for command in ["run", "rebuild"] {
            let program = try Running([command, "--archive", "old.db"], in: session.path)
            let errors = try program.rest()
            #expect(program.process.terminationStatus == 2, "\(errors)")
            #expect(errors.contains("branch audit of platform has"), "\(errors)")
            #expect(try await SQLiteLedger.openForReading(path: path).head() == head)
        }
    }
}

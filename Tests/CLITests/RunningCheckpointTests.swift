import EventLog
import Foundation
import TestSupport
import Testing

/// `tidemark checkpoint` while `tidemark run` runs, which signs and asks the witnesses.
extension ProofTests {
    private func key(_ session: Session, of name: String) async -> String {
        let key = await session.run(
            "witness", "--name", "witness.example/\(name)", "--state", name, "--print-key")
        return String(key.output.dropLast())
    }

    private func setWitnesses(_ session: Session, _ witnesses: [(url: String, key: String)]) throws
    {
        let file = session.path + "/tidemark.yaml"
        let text = try String(contentsOfFile: file, encoding: .utf8)
        let list = witnesses.map { "{url: \"\($0.url)\", key: \"\($0.key)\"}" }
        try session.write(
            "tidemark.yaml", text + "witnesses: [\(list.joined(separator: ", "))]\n")
    }

    @Test func aRunningWriterHasItsCheckpointsCosigned() async throws {
        let session = try await session("anchor: {repository: platform, branch: audit}")
        let keys = (await key(session, of: "w1"), await key(session, of: "w2"))
        let (first, url) = try witness(session, for: try logKey(session), state: "w1")
        defer { first.stop() }
        try setWitnesses(session, [(url, keys.0), ("http://127.0.0.1:1", keys.1)])
        let run = try RunningProgram(["run"], in: session.path)
        defer { run.send(SIGTERM) }
        #expect(await run.says("listening on"))

        let signed = await session.run("checkpoint")
        #expect(signed.code == 0, "\(signed.text)")
        let checkpoint = try SignedCheckpoint(parsing: Array(signed.output.utf8))
        let cosigned = try checkpoint.note.verified(by: [NoteVerifier(parsing: keys.0)])
        #expect(cosigned.count == 1, "\(signed.text)")
        #expect(signed.errors.contains("witness.example/w2"), "\(signed.text)")
        #expect(!signed.errors.contains("witness.example/w1"), "\(signed.text)")
        #expect(!signed.errors.contains("anchor"), "\(signed.text)")
        // The process that signed is the one that runs: this command could not have had the lock.
        let log = await session.run("log", "--type", "checkpoint.witnessed", "-o", "json")
        #expect(log.output.contains("witness.example/w1"), "\(log.text)")
        #expect(!log.output.contains("witness.example/w2"), "\(log.text)")

        first.stop()
        let alone = await session.run("checkpoint", "-o", "json")
        #expect(alone.code == 0, "\(alone.text)")
        #expect(
            alone.errors.contains("witness.example/w1 was not reached: "), "\(alone.text)")
        #expect(alone.errors.contains("witness.example/w2"), "\(alone.text)")
        #expect(alone.output.contains("\"remarks\": ["), "\(alone.text)")
        #expect(
            alone.output.contains("\"signatures\": [\n    \"example.com/audit\"\n  ]"),
            "\(alone.text)")
        run.send(SIGTERM)
        #expect(await run.end() == 0)
        #expect(await session.run("verify", "--read-only").code == 0)
    }
}

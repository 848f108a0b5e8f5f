import EventLog
import Foundation
import Projections
import SQLiteLedger
import Server
import TestSupport
import Testing

/// The built program in processes of its own, and what is left when one of them is killed.
@Suite("Two processes", .serialized)
struct ProcessTests {
    /// Starts `tidemark run` and waits until it answers.
    private func startRun(_ platform: Platform) async throws -> RunningProgram {
        let program = try RunningProgram(["run"], in: platform.session.path)
        #expect(await program.says("listening on"))
        // Answered only after the first look at everything.
        #expect(await platform.session.run("refresh").code == 0)
        return program
    }

    private func state(_ platform: Platform) async throws -> LedgerState {
        try await SQLiteLedger.openForReading(path: platform.session.path + "/tidemark.db").state {
            $0
        }
    }

    @Test func commandsReachTheRunningReconciler() async throws {
        let platform = try await Platform()
        let session = platform.session
        let run = try await startRun(platform)
        let second = await session.run("run")
        #expect(second.code == 2 && second.errors.contains("(pid \(run.pid))"))
        let synced = await session.run("sync", "web-prod", "--yes", "--by", "engineer-b")
        #expect(synced.code == 0, "\(synced.text)")
        let actor = try await state(platform).syncs.all.values.first {
            $0.application == "web-prod"
        }?.actor
        #expect(actor?.authentication == .unixPeer && actor?.id == "uid:\(getuid())")
        #expect(actor?.onBehalfOf == "engineer-b")
        let waited = await session.run("wait", "web-dev", "--timeout", "30s")
        #expect(waited.output == "web-dev: Synced, Healthy\n", "\(waited.text)")
        let unknown = await session.run("sync", "nothing", "--yes")
        #expect(unknown.errors.contains("error: there is no application nothing\n  try: "))
        // Whoever asks again while it stops gets the same end.
        for signal in [SIGTERM, SIGINT, SIGHUP] { run.send(signal) }
        #expect(await run.end() == 0)
        #expect(await session.run("verify").output.hasPrefix("intact"))
    }

    @Test func killingTheWriterLosesAndDoublesNothing() async throws {
        let platform = try await Platform()
        for round in 1...3 {
            let run = try await startRun(platform)
            try await platform.release("2.\(round)")
            // A commit that is first seen after the kill would end the interrupted sync.
            _ = await platform.session.run("refresh", "web-prod")
            let before = try await state(platform).syncs.count
            async let synced = platform.session.run("sync", "web-prod", "--yes")
            try await Task.sleep(for: .milliseconds(40 * round))
            run.send(SIGKILL)
            _ = await run.end()
            let ended = await synced
            // The embedded cluster dies with the writer. Restarted in the middle of a rollout it can
            // leave a Deployment that never gets ready; the sync then fails, on record, as it must.
            withKnownIssue("a sandbox killed in a rollout can get stuck", isIntermittent: true) {
                #expect(ended.code == 0, "round \(round): \(ended.text)")
            }
            #expect(try await unfinished(platform).isEmpty, "round \(round)")
            let after = try await state(platform)
            let requested = after.syncs.all.values.filter {
                $0.application == "web-prod" && $0.trigger == .manual
            }
            #expect(requested.count == round, "round \(round), \(before) syncs before")
        }
        let verified = await platform.session.run("verify")
        #expect(verified.code == 0, "\(verified.text)")
    }

    @Test func killingTheClientLosesAndDoublesNothing() async throws {
        let platform = try await Platform()
        let run = try await startRun(platform)
        for round in 1...3 {
            try await platform.release("3.\(round)")
            _ = await platform.session.run("refresh", "web-prod")
            let client = try RunningProgram(
                ["sync", "web-prod", "--yes"], in: platform.session.path)
            try await Task.sleep(for: .milliseconds(30 * round))
            client.send(SIGKILL)
            _ = await client.end()
            let ended = try await unfinished(platform)
            #expect(ended.isEmpty, "round \(round)")
            let requested = try await state(platform).syncs.all.values.filter {
                $0.application == "web-prod"
            }
            #expect(requested.count <= round, "round \(round)")
        }
        run.send(SIGTERM)
        _ = await run.end()
        let verified = await platform.session.run("verify")
        #expect(verified.code == 0, "\(verified.text)")
    }

    /// What has not ended within a minute, while somebody writes.
    private func unfinished(_ platform: Platform) async throws -> [String] {
        let client = ControlClient(path: platform.session.path + "/tidemark.sock")
        let end = ContinuousClock.now + .seconds(60)
        while true {
            let state = try await state(platform)
            let open = state.syncs.all.filter { !$0.value.phase.isFinished }.map(\.key)
            guard !open.isEmpty, ContinuousClock.now < end, await client.writer() != nil else {
                return open
            }
            _ = try await client.head(after: state.position, within: .seconds(10))
        }
    }
}

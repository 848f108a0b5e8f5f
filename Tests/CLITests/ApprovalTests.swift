import EventLog
import Foundation
import Model
import Projections
import SQLiteLedger
import Server
import TestSupport
import Testing

/// Approvals, evidence and signatures, as people use them.
@Suite("Approving", .serialized)
struct ApprovalTests {
    private static var hasSSHKeygen: Bool {
        let folders = ProcessInfo.processInfo.environment["PATH"]?.split(separator: ":") ?? []
        return folders.contains {
            FileManager.default.isExecutableFile(atPath: "\($0)/ssh-keygen")
        }
    }

    /// A platform whose environments need the approval of somebody who is not the author.
    private func platform(_ rule: String) async throws -> Platform {
        let platform = try await Platform()
        let file = platform.session.folder.url.appendingPathComponent("tidemark.yaml")
        let text = try String(contentsOf: file, encoding: .utf8)
            .replacing("sandbox: {data: dev.db}", with: "sandbox: {data: dev.db}\n    \(rule)")
            .replacing("sandbox: {data: prod.db}", with: "sandbox: {data: prod.db}\n    \(rule)")
        let more = """
            allowedSigners: signers
            identities:
              - {name: engineer-a, accounts: [a@example.org]}
              - {name: engineer-b, accounts: [b@example.org]}

            """
        try platform.session.write("tidemark.yaml", text + more)
        return platform
    }

    private func state(_ platform: Platform) async throws -> LedgerState {
        try await SQLiteLedger.openForReading(path: platform.session.path + "/tidemark.db").state {
            $0
        }
    }

    private func startRun(_ platform: Platform) throws -> Process {
        let run = Process()
        run.executableURL = URL(fileURLWithPath: Session.executable)
        run.arguments = ["run"]
        run.currentDirectoryURL = URL(fileURLWithPath: platform.session.path)
        run.standardOutput = FileHandle.nullDevice
        run.standardError = FileHandle.nullDevice
        run.standardInput = FileHandle.nullDevice
        try run.run()
        return run
    }

    private func makeKeys(_ platform: Platform, trusted names: String...) throws {
        var signers = ""
        for name in names {
            signers += "\(name)@example.org \(try makeKey(platform, name))"
        }
        try platform.session.write("signers", signers)
    }

    /// - Returns: The line of the public key.
    @discardableResult
    private func makeKey(_ platform: Platform, _ name: String) throws -> String {
        let path = "\(platform.session.path)/\(name)"
        let process = try Process.run(
            URL(fileURLWithPath: "/usr/bin/env"),
            arguments: ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path])
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return try String(contentsOfFile: path + ".pub", encoding: .utf8)
    }

    @Test func aPlanIsApprovedByAnAccountWithoutARunningReconciler() async throws {
        let platform = try await platform("requireApproval: {notAuthor: false}")
        let session = platform.session
        var text = ""
        func note(_ arguments: [String], _ ended: Session.Ended) {
            text += "$ tidemark \(arguments.joined(separator: " "))\n" + masked(ended.output)
            text += ended.errors.split(separator: "\n").filter { !$0.hasPrefix("sync-") }
                .map { "! \(masked(String($0)))\n" }.joined()
            text += "[exit \(ended.code)]\n\n"
        }
        func run(_ a: String, _ b: String, _ c: String = "--yes") async {
            note([a, b, c], await session.run(a, b, c))
        }
        await run("sync", "web-prod")
        await run("plan", "web-prod", "--save")
        await run("sync", "plan-1")
        await run("approve", "plan-2", "--comment=fine")
        await run("approve", "plan-1", "--by=engineer-b")
        await run("approve", "plan-1", "--comment=fine")
        await run("show", "plan-1", "--config=tidemark.yaml")
        await run("sync", "plan-1")
        await run("reject", "plan-1", "--reason=too late")
        try session.write("junit.xml", "<testsuite/>")
        note(
            ["attest", "sync-1", "--type=test", "--file=junit.xml"],
            await session.run("attest", "sync-1", "--type=test", "--file=junit.xml"))
        note(
            ["attest", "sync-9", "--type=test", "--file=junit.xml"],
            await session.run("attest", "sync-9", "--type=test", "--file=junit.xml"))
        await run("explain", "sync-1", "--output=wide")
        await run("log", "--type=evidence.attested", "--reverse")
        await run("rollback", "web-prod", "--release")
        let difference = try goldenDifference(text, "approve.txt")
        #expect(difference == nil, "\(difference ?? "")")
        let shown = await session.run("show", "sync-1", "-o", "json")
        #expect(shown.output.contains("\"name\": \"junit.xml\""), "\(shown.text)")
        let verified = await session.run("verify")
        #expect(verified.code == 0, "\(verified.text)")
    }

    @Test func aFurtherAttemptNamesTheApprovalItIsMadeUnder() async throws {
        let session = try Session(at: "2025-11-02T10:30:00Z")
        _ = await session.run("init", "--repository", "https://example.org/platform.git")
        try await recordAttempts(session.path + "/tidemark.db")
        let first = await session.run("explain", "sync-1")
        #expect(
            first.output.contains(
                "approved  b@example.org 10:00:00 (not the author ✓, plan digest matches ✓)\n"),
            "\(first.text)")
        let second = await session.run("explain", "sync-2")
        #expect(
            second.output.contains(
                """
                approved  as plan-1, which sync-1 ran before
                approved  b@example.org 10:00:00 (not the author ✓, plan digest matches ✓)

                """), "\(second.text)")
    }

    /// A plan that is approved and run, fails, and is tried again.
    private func recordAttempts(_ path: String) async throws {
        let ledger = try SQLiteLedger.openForWriting(path: path)
        let time = Timestamp(seconds: 1_762_077_600)
        let approver = Actor(kind: .user, id: "b@example.org", authentication: .sshSignature)
        let events: [(String, Actor, Event)] = [
            ("plan-1", .reconciler, .planSaved(PlanSaved())),
            ("plan-1", approver, .planApproved(PlanApproved())),
            ("sync-1", .reconciler, .syncRequested(SyncRequested { $0.plan = "plan-1" })),
            ("sync-1", .reconciler, .syncPlanned(SyncPlanned())),
            ("sync-1", .reconciler, .syncFailed(SyncFailed { $0.message = "no" })),
            ("sync-2", .reconciler, .syncRequested(SyncRequested { $0.trigger = .automated })),
            ("sync-2", .reconciler, .syncPlanned(SyncPlanned())),
        ]
        for (number, (stream, actor, event)) in events.enumerated() {
            _ = try await ledger.append(
                AppendBatch(
                    events: [
                        NewEvent(
                            id: EventID(
                                at: time, random: [UInt8](repeating: UInt8(number), count: 10)),
                            event, stream: stream,
                            subjects: Subjects(application: "shop", environment: "production"),
                            actor: actor, occurredAt: time)
                    ]))
        }
    }

    @Test func aDocumentThatIsTooLongIsRefused() async throws {
        let platform = try await platform("requireApproval: true")
        try platform.session.write("long", String(repeating: "x", count: 1 << 20 | 1))
        let ended = await platform.session.run(
            "attest", "sync-1", "--type", "test", "--file", "long")
        #expect(
            ended.errors.hasPrefix(
                "error: the document is too long\n"
                    + "  because it has 1048577 bytes, 1048576 are allowed\n"))
        #expect(ended.code == 2)
    }

    @Test(.enabled(if: hasSSHKeygen, "ssh-keygen is missing: openssh-client"))
    func doctorLooksAtTheTrustFiles() async throws {
        let platform = try await platform("requireApproval: true")
        let missing = await platform.session.run("doctor", "-o", "json")
        #expect(missing.code == 1)
        #expect(missing.output.contains("cannot read FOLDER/signers"), "\(missing.text)")
        try makeKeys(platform, trusted: "a")
        let found = await platform.session.run("doctor", "-o", "json")
        #expect(found.output.contains("FOLDER/signers, read by /"), "\(found.text)")
    }

    @Test(.enabled(if: hasSSHKeygen, "ssh-keygen is missing: openssh-client"))
    func signedApprovalsReachTheRunningReconciler() async throws {
        let platform = try await platform("requireApproval: {authentication: [sshSignature]}")
        let session = platform.session
        try makeKeys(platform, trusted: "a", "b")
        try makeKey(platform, "stranger")
        let run = try startRun(platform)
        defer { run.terminate() }
        // web-dev is synced automatically, but not before somebody has signed.
        try await until(platform) {
            $0.applications["web-dev"]?.refusal?.message.contains("approval of plan-1") == true
        }
        let status = await session.run("status")
        #expect(
            status.output.contains("web-dev: waits for approval of plan-1:"), "\(status.text)")
        let stranger = await session.run("approve", "plan-1", "--sign-with", "stranger")
        #expect(
            stranger.errors.contains("error: the signature is by no trusted key"),
            "\(stranger.text)")
        let account = await session.run("approve", "plan-1")
        #expect(account.output.contains("not known by a way that counts"), "\(account.text)")
        let author = await session.run("approve", "plan-1", "--sign-with", "a")
        #expect(author.output.contains("is an author of the change"), "\(author.text)")
        #expect(try await state(platform).syncs.count == 0)
        // A signature that says something else is none.
        let rejection = await session.run("reject", "plan-1", "--reason", "r", "--text")
        try session.write("other", rejection.output)
        let signed = try Process.run(
            URL(fileURLWithPath: "/usr/bin/env"),
            arguments: [
                "ssh-keygen", "-q", "-Y", "sign", "-n", "tidemark-plan", "-f", session.path + "/b",
                session.path + "/other",
            ])
        signed.waitUntilExit()
        let other = await session.run("approve", "plan-1", "--signature", "other.sig")
        #expect(other.errors.contains("error: the signature is not good"), "\(other.text)")
        let approved = await session.run("approve", "plan-1", "--sign-with", "b")
        #expect(approved.output.hasPrefix("plan-1 is approved\n"), "\(approved.text)")
        #expect(approved.output.contains("\n  web-dev → dev  commit "), "\(approved.text)")
        #expect(approved.output.contains("\n  by Engineer A, a@example.org\n"), "\(approved.text)")
        try await until(platform) { $0.syncs["sync-1"]?.phase == .succeeded }
        let judgement = try await state(platform).plans["plan-1"]?.judgements.last
        #expect(judgement?.actor.id == "b@example.org")
        #expect(judgement?.actor.authentication == .sshSignature)
        let explained = await session.run("explain", "sync-1", "-o", "wide")
        #expect(
            explained.output.contains("approved  engineer-b ")
                && explained.output.contains(
                    "(not the author ✓, plan digest matches ✓, signed with SHA256:"),
            "\(explained.text)")
        kill(run.processIdentifier, SIGTERM)
        while run.isRunning { try await Task.sleep(for: .milliseconds(20)) }
        #expect(await session.run("verify").output.hasPrefix("intact"))
    }

    /// Waits a minute at most until the ledger says so.
    private func until(
        _ platform: Platform, _ condition: @Sendable (LedgerState) -> Bool
    ) async throws {
        for _ in 0..<600 {
            if condition(try await state(platform)) { return }
            try await Task.sleep(for: .milliseconds(100))
        }
        Issue.record("it did not come to that within a minute")
    }
}

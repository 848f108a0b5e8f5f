import EventLog
import Foundation
import Model
import Projections
import SQLiteLedger
import TestSupport
import Testing

/// Commands that copy the ledger, take something out of it, or move it elsewhere.
@Suite("Keeping the ledger")
struct KeepingTests {
    /// A ledger with two events about a cluster at its end.
    private func session() async throws -> (Session, last: Int64) {
        let session = try Session()
        let made = await session.run("init", "--repository", "https://example.org/platform.git")
        #expect(made.code == 0)
        let ledger = try SQLiteLedger.openForWriting(path: session.path + "/tidemark.db")
        let now = TimeSource.system.now()
        let events = ["v-person", "v-other"].map { version in
            NewEvent(
                id: EventID(at: now, random: RandomSource.system.bytes(10)),
                .clusterConnected(ClusterConnected { $0.serverVersion = version }),
                stream: "environment/production", subjects: Subjects(environment: "production"),
                occurredAt: now)
        }
        let recorded = try await ledger.append(AppendBatch(events: events))
        return (session, recorded[1].position)
    }

    private func check(_ ended: Session.Ended, _ code: Int32, _ parts: String...) {
        #expect(ended.code == code, "\(ended.text)")
        for part in parts { #expect(ended.text.contains(part), "\(ended.text)") }
    }

    @Test func aBackupIsALedger() async throws {
        let (session, last) = try await session()
        check(
            await session.run("backup", "copy.db"), 0,
            "backed up \(last) events to FOLDER/copy.db\n")
        check(
            await session.run("backup", "copy.db"), 2, "FOLDER/copy.db exists already", "--force")
        check(await session.run("backup", "copy.db", "--force"), 0)
        check(await session.run("backup", "tidemark.db", "--force"), 2, "is a ledger in use")
        let copy = try SQLiteLedger.openForReading(path: session.path + "/copy.db")
        #expect(try await copy.head() == last)
    }

    @Test func aRedactionIsAskedForAndThenForGood() async throws {
        let (session, last) = try await session()
        let event = "@\(last - 1)"
        let command = ["redact", event, "--reason", "a name"]
        check(await session.run(command), 2, "cannot be taken back", "--yes")
        check(await session.run("show", event), 0, "v-person")
        check(
            await session.run(command + ["--yes"]), 0, "redacted \(event) and 0 bodies",
            "copies elsewhere are not touched")
        check(await session.run(command + ["--yes"]), 2, "its payload is gone already")
        check(await session.run("verify"), 0, "events, 1 redacted\n")
        check(await session.run("log"), 0)
        #expect(!(await session.run("show", event)).output.contains("v-person"))
        let files = try FileManager.default.contentsOfDirectory(atPath: session.path)
            .filter { $0.hasPrefix("tidemark.db") }
        for file in files {
            let bytes = try Data(contentsOf: session.folder.url.appendingPathComponent(file))
            #expect(bytes.range(of: Data("v-person".utf8)) == nil, "\(file)")
        }
        check(await session.run("redact", "@1", "--reason", "r", "--yes"), 2, "proves the ledger")
        check(await session.run("redact", "1", "--reason", "r", "--yes"), 2, "is no position")
    }

    @Test func anArchiveIsReadAsPartOfTheLedger() async throws {
        let (session, last) = try await session()
        let command = ["archive", "--before", "2200-01-01", "--out", "old.db"]
        check(await session.run(command), 2, "--yes")
        check(
            await session.run(command + ["--yes"]), 0, "moved payloads up to @",
            "into FOLDER/old.db")
        check(await session.run("verify"), 0, ", 2 archived\n")
        // What is moved stands under a signature.
        check(await session.run("log", "--type", "checkpoint.signed"), 0, "checkpoint signed  ")
        check(
            await session.run("verify", "--read-only", "--archive", "old.db"), 0, "intact: ")
        check(await session.run("verify", "--archive", "old.db"), 64, "add --read-only")
        let event = "@\(last)"
        #expect(!(await session.run("show", event)).output.contains("v-other"))
        check(
            await session.run("show", event), 0, "removed: archived",
            "1 payload is in an archive: --archive FILE")
        check(
            await session.run("log"), 0, "cluster connected  (archived)",
            "2 payloads are in an archive: --archive FILE")
        check(await session.run("show", event, "--archive", "old.db"), 0, "v-other")
        let log = await session.run("log", "--archive", "old.db")
        #expect(log.code == 0 && !log.text.contains("archive:"), "\(log.text)")
        check(await session.run("status", "--at", event), 2, "in an archive", "--archive FILE")
        check(await session.run("status", "--at", event, "--archive", "old.db"), 0)
        check(await session.run("status", "--archive", "none.db"), 2, "none.db")
        check(
            await session.run(command + ["--yes"]), 2, "FOLDER/old.db exists already")
        check(await session.run("archive", "--before", "soon", "--yes"), 2, "is no time")
    }

    /// A ledger that an older release archived, whose tables this one does not have.
    @Test func anArchivedLedgerOfAnOlderReleaseIsReadAsFarAsItCanBe() async throws {
        let (session, last) = try await session()
        let path = session.path + "/tidemark.db"
        let older = LedgerState.version - 1
        let now = TimeSource.system.now()
        let newID = { EventID(at: now, random: RandomSource.system.bytes(10)) }
        do {
            let ledger = try await opened(path, version: older)
            _ = try await ledger.archive(
                before: now + .seconds(60), to: session.path + "/old.db", actor: .reconciler,
                id: newID())
        }
        // What rests on the events alone.
        check(await session.run("log"), 0, "cluster connected  (archived)")
        check(await session.run("log", "--env", "production"), 0, "cluster connected")
        check(await session.run("show", "@\(last)"), 0, "removed: archived")
        check(await session.run("show", "@\(last)", "--archive", "old.db"), 0, "v-other")
        check(await session.run("prove", "@1"), 2, "no checkpoint covers")
        check(await session.run("backup", "copy.db"), 0, "backed up \(last + 1) events")
        let unchecked = "not checked: the stored rows: the newest archive left tables of version "
        let hint = "tidemark rebuild --archive old.db, once"
        for verify in [["verify"], ["verify", "--read-only"]] {
            check(
                await session.run(verify), 2, unchecked, hint,
                "intact as far as it was checked: \(last + 1) events, 2 archived")
        }
        let json = await session.run("verify", "--read-only", "-o", "json")
        check(json, 2, "\"intact\": null", "\"unchecked\": [")
        // What needs the rows says what is to be done.
        for command in [
            ["status"], ["explain", "web"], ["checkpoint"], ["show", "configmap/web"], ["run"],
        ] {
            check(await session.run(command), 2, hint)
        }
        check(await session.run("status", "--archive", "old.db"), 0)
        check(await session.run("rebuild", "--archive", "old.db"), 0)
        check(await session.run("verify"), 0, "intact: ")
        check(await session.run("status"), 0)
    }

    /// Opens a ledger that this process may be about to let go of.
    private func opened(_ path: String, version: Int) async throws -> SQLiteLedger {
        let attempt = {
            Result { () throws(LedgerError) in
                try SQLiteLedger.openForWriting(path: path, projectionVersion: version)
            }
        }
        var result = attempt()
        while case .failure(.locked) = result {
            await Task.yield()
            result = attempt()
        }
        return try result.get()
    }
}

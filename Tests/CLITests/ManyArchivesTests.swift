import EventLog
import Foundation
import Model
import SQLiteLedger
import Synchronization
import TestSupport
import Testing

/// A ledger whose past lies in twenty-five files.
@Suite("Many archives")
struct ManyArchivesTests {
    /// What was deployed twice, and events of later days, each day in an archive of its own.
    private func platform() async throws -> (Platform, archives: [String]) {
        let platform = try await Platform()
        let session = platform.session
        _ = await session.run("sync", "web-prod", "--yes")
        try await platform.release("1.28")
        _ = await session.run("sync", "web-prod", "--yes")
        let now = Mutex(TimeSource.system.now() + .seconds(60))
        let time = TimeSource(
            now: { now.withLock { $0 } }, uptime: { TimeSource.system.uptime() })
        let ledger = try SQLiteLedger.openForWriting(
            path: session.path + "/tidemark.db", time: time)
        var paths: [String] = []
        for number in 1...25 {
            let day = now.withLock { now in
                now = now + .seconds(86400)
                return now
            }
            let event = NewEvent(
                id: EventID(at: day, random: RandomSource.system.bytes(10)),
                .clusterConnected(ClusterConnected { $0.serverVersion = "v1.\(number)" }),
                stream: "environment/dev", subjects: Subjects(environment: "dev"),
                occurredAt: day)
            let path = "\(session.path)/\(number).db"
            _ = try await ledger.archive(
                before: day, to: path, actor: .reconciler,
                id: EventID(at: day, random: RandomSource.system.bytes(10)))
            _ = try await ledger.append(AppendBatch(events: [event]))
            paths.append(path)
        }
        return (platform, paths)
    }

    @Test func everyCommandReadsThemAll() async throws {
        let (platform, paths) = try await platform()
        let session = platform.session
        let all = paths.flatMap { ["--archive", $0] }
        let run = { (arguments: [String]) in await session.run(arguments + all) }
        let log = await run(["log", "-N", "0"])
        #expect(log.code == 0 && !log.text.contains("(archived)"), "\(log.text)")
        #expect(log.output.contains("sync-1") && log.output.contains("v1.24"), "\(log.text)")
        let show = await run(["show", "configmap/web", "--env", "prod", "--at", "sync-1"])
        #expect(show.output.contains("version: \"1.27\""), "\(show.text)")
        let why = await run(
            ["why", "configmap/web", "--env", "prod", "--field", "data.version", "-o", "wide"])
        #expect(why.output.contains("data.version = \"1.28\""), "\(why.text)")
        #expect(why.output.contains("\"web 1.28\" by Engineer A <a@example.org>"), "\(why.text)")
        let verify = await run(["verify", "--read-only"])
        #expect(verify.code == 0 && !verify.output.contains("archived"), "\(verify.text)")
        let rebuild = await run(["rebuild"])
        #expect(rebuild.code == 0, "\(rebuild.text)")
        #expect(await session.run("backup", "copy.db").code == 0)
    }

    /// Back from a field to its line, where what was rendered and applied is in an archive.
    @Test func aFieldOfAnArchivedPastLeadsToItsLine() async throws {
        let (platform, paths) = try await platform()
        let session = platform.session
        let question = [
            "why", "configmap/web", "--env", "prod", "--field", "data.version", "-o", "wide",
        ]
        let first = ["--archive", paths[0]]
        let now = await session.run(question)
        #expect(now.code == 2 && now.errors.contains("is in an archive"), "\(now.text)")
        #expect(now.errors.contains("--archive"), "\(now.text)")
        let then = await session.run(question + ["--at", "sync-1"] + first)
        #expect(then.output.contains("data.version = \"1.27\""), "\(then.text)")
        #expect(then.output.contains("line      prod/web.yaml:4"), "\(then.text)")
        #expect(then.output.contains("\"web 1.27\" by Engineer A"), "\(then.text)")
        #expect(then.output.contains("by sync-1 at"), "\(then.text)")
        let refused = await session.run(question + ["--at", "sync-1"])
        #expect(refused.code == 2 && refused.errors.contains("--archive"), "\(refused.text)")
    }

    @Test func aFolderStandsForAllThatAreInIt() async throws {
        let (platform, paths) = try await platform()
        let session = platform.session
        let manager = FileManager.default
        let folder = session.path + "/archives"
        try manager.createDirectory(atPath: folder + "/sub", withIntermediateDirectories: true)
        let empty = await session.run("log", "--archive", "archives")
        #expect(empty.code == 2, "\(empty.text)")
        #expect(empty.errors.contains("no archive of this ledger in FOLDER/archives"))
        #expect(empty.errors.contains("the ledger records 1.db (events 1 to "), "\(empty.text)")
        #expect(empty.errors.contains("try: name the folder that they are in"), "\(empty.text)")
        for path in paths {
            try manager.moveItem(
                atPath: path, toPath: folder + "/" + URL(fileURLWithPath: path).lastPathComponent)
        }
        try Data("notes".utf8).write(to: URL(fileURLWithPath: folder + "/README"))
        let log = await session.run("log", "-N", "0", "--archive", "archives/")
        #expect(log.code == 0 && !log.text.contains("(archived)"), "\(log.text)")
        let rebuild = await session.run("rebuild", "--archive", folder)
        #expect(rebuild.code == 0, "\(rebuild.text)")
        let verify = await session.run("verify", "--read-only", "--archive", folder)
        #expect(verify.code == 0 && !verify.output.contains("archived"), "\(verify.text)")
        try manager.moveItem(atPath: folder + "/7.db", toPath: folder + "/sub/7.db")
        let some = await session.run("rebuild", "--archive", "archives")
        #expect(some.code == 2 && some.errors.contains("because 7.db (events "), "\(some.text)")
        let both = await session.run(
            "rebuild", "--archive", "archives", "--archive", "archives/sub")
        #expect(both.code == 0, "\(both.text)")
    }

    @Test func whatIsMissingIsNamed() async throws {
        let (platform, paths) = try await platform()
        let some = paths.dropFirst().flatMap { ["--archive", $0] }
        let rebuild = await platform.session.run(["rebuild"] + some)
        #expect(rebuild.code == 2, "\(rebuild.text)")
        #expect(rebuild.errors.contains("because 1.db (events 1 to "), "\(rebuild.text)")
        #expect(rebuild.errors.contains("add --archive 1.db"), "\(rebuild.text)")
    }
}

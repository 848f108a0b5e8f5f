import EventLog
import Foundation
import Model
import Projections
import SQLiteLedger
import TestSupport
import Testing

/// A disk that fills up: this process runs itself once more on a small one of its own.
@Suite("A full disk")
struct DiskFullTests {
    private static let marker = "TIDEMARK_TEST_SMALL_DISK"

    private static let isOnSmallDisk = ProcessInfo.processInfo.environment[marker] != nil

    /// Runs a command with a file system of 24 MB at `TMPDIR` that nobody else sees, and one of 256 KB at `tiny`
    /// within it.
    private static func runOnSmallDisk(_ command: [String]) throws -> Int32 {
        let folder = try TemporaryFolder()
        let mounted =
            [
                "unshare", "-m", "sh", "-c",
                #"""
                mount -t tmpfs -o size=24m none "$TMPDIR" && mkdir "$TMPDIR/tiny" \
                    && mount -t tmpfs -o size=256k none "$TMPDIR/tiny" && exec "$@"
                """#,
            ]
            + ["sh"] + command
        return try SecondRun(mounted, ["TMPDIR": folder.url.path, marker: "1"]).end().status
    }

    private static let mayMount = (try? runOnSmallDisk(["true"])) == 0

    @Test(.enabled(if: !isOnSmallDisk && mayMount, "SKIPPED: a tmpfs may not be mounted here"))
    func outcomesAreRecordedFromTheReserve() throws {
        let status = try Self.runOnSmallDisk(SecondRun.command(test: "onASmallDisk"))
        #expect(status == 0)
    }

    @Test(.enabled(if: isOnSmallDisk, "runs within outcomesAreRecordedFromTheReserve"))
    func onASmallDisk() async throws {
        let bench = try Bench()
        let ledger = try bench.create()
        _ = try await ledger.append(AppendBatch(events: [bench.event(1)]))
        #expect(!ledger.isFull && FileManager.default.fileExists(atPath: bench.path + ".reserve"))
        let filler = bench.folder.url.appendingPathComponent("filler")
        try fill(filler)
        // A copy that finds no room says so of its own file.
        let copy = bench.folder.url.appendingPathComponent("copy.db").path
        await #expect(throws: LedgerError.noSpace(path: copy, reason: nil)) {
            try await ledger.backup(to: copy)
        }
        // An archiving is noted beside the ledger first, which is on this disk too.
        let tiny = NSTemporaryDirectory() + "tiny/archive.db"
        for file in [copy, tiny] {
            let error = await archivingFails(ledger, bench, to: file)
            #expect(
                error?.summary.hasPrefix("there is no room for \(bench.path).archiving-") == true)
            #expect(error?.cause?.hasPrefix("archiving first notes there") == true)
        }

        let blob = Blob([UInt8](repeating: 7, count: 1 << 20))
        await #expect(throws: LedgerError.full) {
            try await ledger.append(AppendBatch(events: [bench.event(2)], blobs: [blob]))
        }
        #expect(ledger.isFull && !FileManager.default.fileExists(atPath: bench.path + ".reserve"))
        #expect(try await ledger.state { $0.position } == 2)
        for number in 3..<6 {
            _ = try await ledger.append(
                AppendBatch(events: [bench.event(number)], isOutcome: true))
            try fill(bench.folder.url.appendingPathComponent("filler\(number)"), leaving: 2 << 20)
            await #expect(throws: LedgerError.full) {
                try await ledger.append(AppendBatch(events: [bench.event(9)]))
            }
        }
        #expect(try await ledger.head() == 5 && ledger.isFull)
        #expect(try await ledger.verify(full: true).findings == [])

        for name in try FileManager.default.contentsOfDirectory(atPath: bench.folder.url.path)
        where name.hasPrefix("filler") {
            try FileManager.default.removeItem(at: bench.folder.url.appendingPathComponent(name))
        }
        _ = try await ledger.append(AppendBatch(events: [bench.event(6)], blobs: [blob]))
        #expect(try await ledger.head() == 6 && !ledger.isFull)
        #expect(try await ledger.verify(full: true).findings == [])
    }

    @Test(.enabled(if: !isOnSmallDisk && mayMount, "SKIPPED: a tmpfs may not be mounted here"))
    func aLedgerThatNobodyWritesToIsRead() throws {
        let status = try Self.runOnSmallDisk(SecondRun.command(test: "readingOnASmallDisk"))
        #expect(status == 0)
    }

    /// SQLite makes a file beside the ledger before it reads: there is no room for that one either.
    @Test(.enabled(if: isOnSmallDisk, "runs within aLedgerThatNobodyWritesToIsRead"))
    func readingOnASmallDisk() async throws {
        let bench = try Bench()
        do {
            let ledger = try bench.create()
            _ = try await ledger.append(AppendBatch(events: (1...3).map { bench.event($0) }))
        }
        let files = FileManager.default
        for _ in 0..<100 where files.fileExists(atPath: bench.path + "-shm") {
            try await Task.sleep(for: .milliseconds(20))
        }
        #expect(!files.fileExists(atPath: bench.path + "-shm"))
        try? files.removeItem(atPath: bench.path + ".reserve")
        try fill(bench.folder.url.appendingPathComponent("filler"))
        do {
            let ledger = try SQLiteLedger.openForReading(path: bench.path)
            #expect(try await ledger.head() == 4)
            #expect(try await ledger.state { $0.position } == 4)
            #expect(try await ledger.verify(full: true).findings == [])
            #expect(throws: LedgerError.self) { _ = try bench.open() }
        }
        try files.removeItem(at: bench.folder.url.appendingPathComponent("filler"))
        let ledger = try bench.open()
        _ = try await ledger.append(AppendBatch(events: [bench.event(9)]))
        #expect(try await ledger.verify(full: true).findings == [])
    }

    @Test(.enabled(if: !isOnSmallDisk && mayMount, "SKIPPED: a tmpfs may not be mounted here"))
    func anArchivingThatFindsNoRoomLeavesNothing() throws {
        let status = try Self.runOnSmallDisk(SecondRun.command(test: "archivingOnASmallDisk"))
        #expect(status == 0)
    }

    @Test(.enabled(if: isOnSmallDisk, "runs within anArchivingThatFindsNoRoomLeavesNothing"))
    func archivingOnASmallDisk() async throws {
        let bench = try Bench()
        let ledger = try bench.create()
        var generator = SeededGenerator(seed: 3)
        for number in 1...8 {
            let bytes = (0..<100_000).map { _ in UInt8.random(in: 0...255, using: &generator) }
            var event = bench.event(number)
            event.event = .objectObserved(ObjectObserved { $0.digest = Blob(bytes).digest })
            event.subjects.object = ObjectKey("apps/Deployment/web/web")
            _ = try await ledger.append(AppendBatch(events: [event], blobs: [Blob(bytes)]))
        }
        // The disk of the archive is too small.
        let tiny = URL(fileURLWithPath: NSTemporaryDirectory() + "tiny/archive.db")
        #expect(
            await archivingFails(ledger, bench, to: tiny.path)
                == .noSpace(path: tiny.path, reason: nil))
        // The file finds room, its record does not.
        let file = bench.folder.url.appendingPathComponent("archive.db")
        let filler = bench.folder.url.appendingPathComponent("filler")
        let error = await archivingFails(ledger, bench, to: file.path) {
            try? fill(filler)
        }
        #expect(error?.summary == "there is no room for \(bench.path): its disk is full")
        #expect(error?.cause == "nothing new is recorded there before 16 MiB are free")
        try FileManager.default.removeItem(at: filler)
        #expect(try await ledger.verify(full: true).archived == 0)
        _ = try await ledger.archive(
            before: bench.time.now() + .seconds(1), to: file.path, actor: ArchiveTests.actor,
            id: bench.event(0).id)
        let whole = try SQLiteLedger.openForReading(path: bench.path, archives: [file.path])
        #expect(try await whole.verify(full: true).findings == [])
    }

    /// Archives where there is no room, after which nothing is there that was not before.
    ///
    /// - Parameter whenWritten: Takes the room away when the file has its name.
    private func archivingFails(
        _ ledger: SQLiteLedger, _ bench: Bench, to file: String, whenWritten: () -> Void = {}
    ) async -> LedgerError? {
        let folder = bench.folder.url.path
        let names = {
            Set((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
                .subtracting(["filler", "tidemark.db.reserve", "tidemark.db.erase"])
        }
        let before = names()
        let error = await #expect(throws: LedgerError.self) {
            try await ledger.archive(
                before: bench.time.now() + .seconds(1), to: file, actor: ArchiveTests.actor,
                id: bench.event(0).id, whenWritten: whenWritten)
        }
        #expect(names() == before)
        #expect(!FileManager.default.fileExists(atPath: file))
        #expect(error?.hint?.hasPrefix("free some space there") == true)
        return error
    }

    /// Writes zeros until the disk has only so much space left.
    private func fill(_ file: URL, leaving rest: Int = 0) throws {
        try Data().write(to: file)
        let handle = try FileHandle(forWritingTo: file)
        defer { try? handle.close() }
        let page = Data(repeating: 0, count: 4096)
        while freeBytes(file) > rest {
            do { try handle.write(contentsOf: page) } catch { return }
        }
    }

    private func freeBytes(_ file: URL) -> Int {
        var information = statvfs()
        guard statvfs(file.path, &information) == 0 else { return 0 }
        return Int(information.f_bavail) * Int(information.f_frsize)
    }
}

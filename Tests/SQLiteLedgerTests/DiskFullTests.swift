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

    /// Runs a command with a file system of 24 MB at `TMPDIR` that nobody else sees.
    private static func runOnSmallDisk(_ command: [String]) throws -> Int32 {
        let folder = try TemporaryFolder()
        let mounted =
            [
                "unshare", "-m", "sh", "-c",
                #"mount -t tmpfs -o size=24m none "$TMPDIR" && exec "$@""#,
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
        await #expect(throws: LedgerError.io("\(copy): the disk is full")) {
            try await ledger.backup(to: copy)
        }
        // An archiving is noted beside the ledger first, which is on this disk too.
        let error = await #expect(throws: LedgerError.self) {
            try await ledger.archive(
                before: bench.time.now() + .seconds(1), to: copy,
                actor: ArchiveTests.actor, id: bench.event(0).id)
        }
        #expect(error?.cause?.contains(".archiving-") == true, "\(String(describing: error))")

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

import EventLog
import Foundation
import SQLiteLedger
import TestSupport
import Testing

/// What a folder of archives gives.
extension ArchiveTests {
    private func openWith(_ folder: String, _ bench: Bench) async throws -> Int64 {
        let ledger = try SQLiteLedger.openForReading(path: bench.path, archives: [folder])
        return try await ledger.verify(full: true).archived
    }

    @Test func aFolderGivesTheArchivesOfTheLedgerAndNothingElse() async throws {
        let (bench, other) = (try Bench(), try Bench())
        let folder = bench.folder.url.appendingPathComponent("archives")
        let manager = FileManager.default
        try manager.createDirectory(at: folder, withIntermediateDirectories: true)
        let ledger = try await filled(bench, 30, shared: Blob([1]))
        let none = LedgerError.noArchives(folder: folder.path, recorded: [])
        #expect(none.hint?.hasPrefix("leave --archive out") == true)
        await #expect(throws: none) { try await openWith(folder.path, bench) }
        let copy = bench.folder.url.appendingPathComponent("copy.db").path
        _ = try await ledger.backup(to: copy)

        _ = try await archive(ledger, bench, before: 60 * 10, "archives/first")
        let second = try await archive(ledger, bench, before: 60 * 20, "archives/second.db")
        let one = folder.appendingPathComponent("first")
        // A copy of one, what another log moved, what a kill left, and what is no archive.
        try manager.copyItem(at: one, to: folder.appendingPathComponent("a copy of it"))
        let foreign = try other.create(signedBy: other.signer)
        _ = try await foreign.append(AppendBatch(events: [other.event(1)]))
        _ = try await archive(foreign, other, before: 3600)
        try manager.copyItem(
            at: other.folder.url.appendingPathComponent("archive.db"),
            to: folder.appendingPathComponent("of another log"))
        for name in ["half", "half-journal"] {
            try manager.copyItem(at: one, to: folder.appendingPathComponent(name))
        }
        for name in ["copy.db", "tidemark.db"] {
            try manager.copyItem(
                at: bench.folder.url.appendingPathComponent(name),
                to: folder.appendingPathComponent(name))
        }
        try Data("SQLite format 3\0".utf8).write(to: folder.appendingPathComponent("short"))
        #expect(mkfifo(folder.appendingPathComponent("pipe").path, 0o600) == 0)
        #expect(try await openWith(folder.path + "/", bench) == 0)

        // The copy of the ledger has moved nothing yet: to it the files are none of its own.
        let older = try await SQLiteLedger.openForWriting(path: copy).head()
        #expect(older > 0)
        let left = LedgerError.noArchives(folder: folder.path, recorded: [])
        #expect(throws: left) {
            try SQLiteLedger.openForReading(path: copy, archives: [folder.path])
        }

        // One that was changed is refused, not left out.
        let damaged = URL(fileURLWithPath: second.path)
        var bytes = try Data(contentsOf: damaged)
        for range in [bytes.range(of: Data("tidemark\n".utf8))].compactMap({ $0 }) {
            bytes.replaceSubrange(range, with: Data("tidemark\t".utf8))
        }
        try bytes.write(to: damaged)
        let error = await #expect(throws: LedgerError.self) {
            try await openWith(folder.path, bench)
        }
        #expect(error?.summary.hasPrefix("\(second.path) is not an archive of this") == true)
    }
}

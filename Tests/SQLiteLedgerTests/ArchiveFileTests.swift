import Digests
import EventLog
import Foundation
import Model
import Projections
import SQLiteLedger
import TestSupport
import Testing

/// Which files are read as archives, and what becomes of others.
extension ArchiveTests {
    @Test func aFalseArchiveIsFoundOut() async throws {
        let bench = try Bench()
        let ledger = try await filled(bench, 6, shared: Blob([1]))
        let archive = try await archive(ledger, bench, before: 60 * 5)
        let whole = try SQLiteLedger.openForReading(path: bench.path, archives: [archive.path])
        #expect(try await whole.event(at: 2)?.event != nil)
        #expect(try shell(archive.path, "UPDATE payload SET salt = zeroblob(16)") == "done")
        let changed = [UInt8](try Data(contentsOf: URL(fileURLWithPath: archive.path)))
        #expect(Digest(of: changed) != archive.digest)
        #expect(
            throws: LedgerError.wrongArchive(
                path: archive.path, digest: Digest(of: changed).description,
                recorded: [archive.digest.description])
        ) { try SQLiteLedger.openForReading(path: bench.path, archives: [archive.path]) }
        // Who has it open since before finds out at what is read.
        await #expect(
            throws: LedgerError.corrupt(
                position: 2, reason: "the archive holds another payload")
        ) { try await whole.event(at: 2) }
        #expect(try await whole.verify(full: true).findings.first?.position == 2)
        await #expect(throws: LedgerError.self) {
            try await SQLiteLedger.openForReading(path: bench.path, archives: [bench.path]).head()
        }
    }

    @Test func aFileThatCannotBeReadIsNamedNotTheLedger() async throws {
        let bench = try Bench()
        let ledger = try await filled(bench, 60, shared: Blob([1]))
        let archive = try await archive(ledger, bench, before: 60 * 50)
        let whole = try Data(contentsOf: URL(fileURLWithPath: archive.path))
        for bytes in [whole.prefix(whole.count / 2), whole.prefix(6000), Data("a: b\n".utf8)] {
            let file = bench.folder.url.appendingPathComponent("\(bytes.count).db")
            try bytes.write(to: file)
            let wrong = LedgerError.wrongArchive(
                path: file.path, digest: Digest(of: [UInt8](bytes)).description,
                recorded: [archive.digest.description])
            #expect(throws: wrong) {
                try SQLiteLedger.openForReading(path: bench.path, archives: [file.path])
            }
            await #expect(throws: wrong) { try await ledger.rebuild(archives: [file.path]) }
        }
    }

    @Test func asManyArchivesAreMadeAsCanBeReadTogether() async throws {
        let bench = try Bench()
        let ledger = try await filled(bench, 24, shared: Blob([1]))
        var paths: [String] = []
        for number in 1...10 {
            paths.append(
                try await archive(ledger, bench, before: 120 * number, "\(number).db").path)
        }
        let whole = try SQLiteLedger.openForReading(path: bench.path, archives: paths)
        let report = try await whole.verify(full: true)
        #expect(report.findings == [] && report.archived == 0)
        let error = await #expect(throws: LedgerError.self) {
            try await archive(ledger, bench, before: 120 * 11, "11.db")
        }
        #expect(error?.cause?.contains("has 10 archives") == true)
        #expect(throws: LedgerError.tooManyArchives(count: 11, limit: 10)) {
            try SQLiteLedger.openForReading(path: bench.path, archives: paths + [paths[0]])
        }
    }

    @Test func aFileThatNothingWasMovedIntoIsSaidToBeOne() async throws {
        let bench = try Bench()
        let ledger = try await filled(bench, 6, shared: Blob([1]))
        // A ledger as it is when archiving ended before it was put on record.
        let copy = bench.folder.url.appendingPathComponent("copy.db").path
        _ = try await ledger.backup(to: copy)
        let archive = try await archive(ledger, bench, before: 60 * 5)
        #expect(throws: LedgerError.unrecordedArchive(path: archive.path)) {
            try SQLiteLedger.openForReading(path: copy, archives: [archive.path])
        }
        let other = try SQLiteLedger.openForWriting(path: copy)
        let events = try await other.events(after: 0, limit: .max)
        let again = try await self.archive(other, bench, before: 60 * 4)
        #expect(again.digest != archive.digest)
        let whole = try SQLiteLedger.openForReading(path: copy, archives: [again.path])
        #expect(try await Array(whole.events(after: 0, limit: .max).prefix(events.count)) == events)
        // What was moved into it is nowhere else: it is not replaced.
        await #expect(throws: LedgerError.exists(path: again.path)) {
            try await self.archive(other, bench, before: 60 * 6)
        }
        // Nor is one of another ledger.
        let stranger = try Bench()
        let third = try await filled(stranger, 9, shared: Blob([2]))
        await #expect(throws: LedgerError.exists(path: again.path)) {
            try await third.archive(
                before: Timestamp("2026-11-02T11:00:00Z") ?? Timestamp(seconds: 0),
                to: again.path, actor: Self.actor, id: stranger.event(0).id)
        }
    }

    @Test func filesOfTheUserStayAndFollowersHearOfTheArchive() async throws {
        let bench = try Bench()
        let ledger = try await filled(bench, 6, shared: Blob([1]))
        let folder = bench.folder.url
        let kept = folder.appendingPathComponent("archive.db.new")
        try Data("mine".utf8).write(to: kept)
        let changes = ledger.changes
        let archive = try await archive(ledger, bench, before: 60 * 5)
        #expect(try Data(contentsOf: kept) == Data("mine".utf8))
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(
            names.filter { $0.hasPrefix("archive.db") }.sorted() == [
                "archive.db", "archive.db.new",
            ])
        var heard = changes.makeAsyncIterator()
        #expect(await heard.next() == archive.event.position)
        await #expect(throws: LedgerError.exists(path: kept.path)) {
            try await self.archive(ledger, bench, before: 60 * 6, "archive.db.new")
        }
        let more = ledger.changes
        let redaction = try await ledger.redact(
            7, reason: "a name", actor: Self.actor, id: bench.event(0).id)
        var next = more.makeAsyncIterator()
        #expect(await next.next() == redaction.event.position)
    }

    private func open(_ bench: Bench, _ version: Int, _ archives: [String] = []) async throws
        -> SQLiteLedger
    {
        var result = attempt(bench, version, archives)
        while case .failure(.locked) = result {
            // The one before is about to let go.
            await Task.yield()
            result = attempt(bench, version, archives)
        }
        return try result.get()
    }

    private func attempt(_ bench: Bench, _ version: Int, _ archives: [String])
        -> Result<SQLiteLedger, LedgerError>
    {
        Result { () throws(LedgerError) in
            try SQLiteLedger.openForWriting(
                path: bench.path, projectionVersion: version, archives: archives,
                time: bench.time, random: bench.random)
        }
    }

    @Test func tablesOfAnotherVersionAreFoldedWithTheArchiveOnce() async throws {
        let bench = try Bench()
        let next = LedgerState.version + 1
        let path: String
        let rows: [RowChange]
        let then: [RowChange]
        do {
            let ledger = try await filled(bench, 60, shared: Blob([1]))
            path = try await archive(ledger, bench, before: 60 * 40).path
            rows = try await ledger.state { $0.storedRows() }
            then = try await ledger.state(at: 50).storedRows()
        }
        let refusal = LedgerError.outdatedBase(
            through: 40, saved: LedgerState.version, wanted: next)
        await #expect(throws: refusal) { _ = try await open(bench, next) }
        #expect(refusal.hint?.contains("tidemark rebuild --archive") == true)
        let reader = try SQLiteLedger.openForReading(
            path: bench.path, projectionVersion: next, archives: [path])
        #expect(try await reader.state { $0.storedRows() } == rows)
        #expect(try await reader.state(at: 50).storedRows() == then)
        #expect(try await reader.verify(full: true).findings.filter { $0.position != nil } == [])
        do {
            let ledger = try await open(bench, next, [path])
            // Nothing is recorded before somebody has looked whether it may be.
            #expect(try await ledger.head() == 62)
            try await ledger.recordBase()
            let last = try await ledger.event(at: try await ledger.head())
            guard case .projectionRebuilt(let rebuilt)? = last?.event else {
                Issue.record("it is another event")
                return
            }
            #expect(rebuilt.base?.through == 40 && rebuilt.version == next)
        }
        // Once is enough; with the archive again nothing more is recorded.
        for archives in [[], [path]] {
            let ledger = try await open(bench, next, archives)
            try await ledger.recordBase()
            #expect(try await ledger.state(at: 50).storedRows() == then)
            #expect(try await ledger.verify(full: true).findings == [])
            #expect(try await ledger.rebuild(archives: archives).differing == 0)
        }
        let ledger = try await open(bench, next)
        let events = try await ledger.events(
            matching: EventFilter { $0.types = ["projection.rebuilt"] }, newestFirst: false,
            limit: 9)
        #expect(events.count == 3)
        let again = try await archive(ledger, bench, before: 60 * 55, "second.db")
        #expect(again.through == 55)
        #expect(try await ledger.verify(full: true).findings == [])
        let whole = try SQLiteLedger.openForReading(
            path: bench.path, projectionVersion: next, archives: [path, again.path])
        #expect(try await whole.verify(full: true).findings == [])
        #expect(try await whole.state(at: 50).storedRows() == then)
    }

    @Test func aRebuildFromZeroFindsOutWhatTheArchiveLeft() async throws {
        let bench = try Bench()
        let ledger = try await filled(bench, 20, shared: Blob([1]))
        let archive = try await archive(ledger, bench, before: 60 * 10)
        #expect(try shell(bench.path, "DELETE FROM projection_row") == "done")
        #expect(try await ledger.rebuild(archives: [archive.path]).differing > 0)
        #expect(try await ledger.verify(full: true).findings == [])
        await #expect(throws: LedgerError.notFound(path: "/none.db")) {
            try await ledger.rebuild(archives: ["/none.db"])
        }
    }
}

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
        let change = "UPDATE payload SET salt = zeroblob(16) WHERE position = 2"
        #expect(try shell(archive.path, change) == "done")
        let changed = [UInt8](try Data(contentsOf: URL(fileURLWithPath: archive.path)))
        let wrong = LedgerError.wrongArchive(
            path: archive.path, digest: Digest(of: changed).description,
            recorded: [archive.digest.description])
        // What is read is compared with its hash, whoever has it open since when.
        let late = try SQLiteLedger.openForReading(path: bench.path, archives: [archive.path])
        for reader in [whole, late] {
            await #expect(
                throws: LedgerError.damagedArchive(
                    path: archive.path, reason: "it holds another payload of event 2")
            ) { try await reader.event(at: 2) }
            #expect(try await reader.event(at: 3)?.event != nil)
            // All of it is looked at where everything rests on it.
            await #expect(throws: wrong) { try await reader.verify(full: true) }
        }
        await #expect(throws: wrong) { try await ledger.rebuild(archives: [archive.path]) }
        await #expect(throws: LedgerError.self) {
            try await SQLiteLedger.openForReading(path: bench.path, archives: [bench.path]).head()
        }
    }

    @Test func aBodyOfAFalseArchiveIsNotBelieved() async throws {
        let bench = try Bench()
        let ledger = try await filled(bench, 10, shared: Blob([1]))
        let archive = try await archive(ledger, bench, before: 60 * 9)
        let body = Digest(of: "body 3 10")
        let change = """
            UPDATE blob SET encoding = 0, size = 4, bytes = x'6c696573'
            WHERE digest = x'\(body.description)'
            """
        #expect(try shell(archive.path, change) == "done")
        let whole = try SQLiteLedger.openForReading(path: bench.path, archives: [archive.path])
        await #expect(throws: LedgerError.self) { try await whole.blob(body) }
        // What is gone from it is no answer either.
        #expect(try shell(archive.path, "DELETE FROM payload WHERE position = 3") == "done")
        await #expect(
            throws: LedgerError.damagedArchive(
                path: archive.path, reason: "it lacks the payload of event 3")
        ) { try await whole.events(after: 0, limit: 10) }
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

    @Test func thereMayBeAnyNumberOfArchives() async throws {
        let bench = try Bench()
        let ledger = try await filled(bench, 60, shared: Blob([1]))
        let before = try await ledger.events(after: 0, limit: .max)
        let past = try await ledger.state(at: 33).storedRows()
        var paths: [String] = []
        for number in 1...25 {
            paths.append(
                try await archive(ledger, bench, before: 120 * number, "\(number).db").path)
        }
        let recorded = try await ledger.recordedArchives()
        #expect(recorded.map(\.name) == (1...25).map { "\($0).db" })
        #expect(recorded.map(\.through) == (1...25).map { Int64($0) * 2 })
        #expect(recorded.map(\.after) == (0...24).map { Int64($0) * 2 })
        // In whatever order they are named, and also twice.
        let whole = try SQLiteLedger.openForReading(
            path: bench.path, archives: paths.reversed() + [paths[7]])
        #expect(try await whole.events(after: 0, limit: before.count) == before)
        for position in [60, 2, 31, 50, 3] as [Int64] {
            #expect(try await whole.event(at: position) == before[Int(position) - 1])
        }
        #expect(try await whole.state(at: 33).storedRows() == past)
        #expect(try await whole.blob(Digest(of: "body 5 60")) != nil)
        let report = try await whole.verify(full: true)
        #expect(report.findings == [] && report.archived == 0 && report.unchecked == [])
        #expect(try await ledger.rebuild(archives: paths).differing == 0)
        let copy = bench.folder.url.appendingPathComponent("copy.db").path
        _ = try await ledger.backup(to: copy)
        let restored = try SQLiteLedger.openForReading(path: copy, archives: paths)
        #expect(try await restored.verify(full: true).findings == [])
        // One of them is enough for what is in it.
        let one = try SQLiteLedger.openForReading(path: bench.path, archives: [paths[9]])
        #expect(try await one.event(at: 20) == before[19])
        #expect(try await one.event(at: 22)?.isArchived == true)
        await #expect(throws: LedgerError.missingArchives(recorded.filter { $0.through != 20 })) {
            try await ledger.rebuild(archives: [paths[9]])
        }
    }

    @Test func aMissingArchiveIsNamed() async throws {
        let bench = try Bench()
        let ledger = try await filled(bench, 20, shared: Blob([1]))
        let first = try await archive(ledger, bench, before: 60 * 6, "first.db")
        let second = try await archive(ledger, bench, before: 60 * 12, "second.db")
        let error = await #expect(throws: LedgerError.self) {
            try await ledger.rebuild(archives: [second.path])
        }
        #expect(error?.summary == "1 of the ledger's archives is missing")
        #expect(
            error?.cause == """
                first.db (events 1 to 6, recorded as @\(first.event.position), SHA-256 \
                \(first.digest.shortText))
                """)
        #expect(error?.hint?.hasPrefix("add --archive first.db, or their folder: ") == true)
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

    /// Opens a ledger that this process may be about to let go of.
    func open(_ bench: Bench, _ version: Int, _ archives: [String] = []) async throws
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
        let refusal = await #expect(throws: LedgerError.self) { _ = try await open(bench, next) }
        guard case .outdatedBase(let outdated)? = refusal else {
            Issue.record("\(String(describing: refusal))")
            return
        }
        #expect(outdated.through == 40 && outdated.saved == LedgerState.version)
        #expect(outdated.wanted == next && outdated.archives.map(\.name) == ["archive.db"])
        #expect(refusal?.hint == "tidemark rebuild --archive archive.db, once")
        try await checkWithoutTables(bench, next, through: 40)
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

    /// What a release can do with a ledger whose archive left tables of another version, without the archive.
    private func checkWithoutTables(_ bench: Bench, _ version: Int, through: Int64) async throws {
        let reader = try SQLiteLedger.openForReading(path: bench.path, projectionVersion: version)
        #expect(try await reader.event(at: through + 1)?.event != nil)
        #expect(try await reader.event(at: through)?.isArchived == true)
        #expect(try await reader.root(of: through) != nil)
        let report = try await reader.verify(full: true)
        #expect(report.findings == [] && report.unchecked.count == 1, "\(report)")
        #expect(
            report.unchecked.first?.hasPrefix("the stored rows: the newest archive left") == true)
        await #expect(throws: LedgerError.self) { try await reader.state { $0.position } }
        let copy = bench.folder.url.appendingPathComponent("copy-\(version).db").path
        #expect(try await reader.backup(to: copy).events == reader.head())
        // What is wrong is found as ever.
        let change = "UPDATE tree_node SET hash = zeroblob(32) WHERE level = 0 AND number = 4"
        #expect(try shell(copy, change) == "done")
        let damaged = try SQLiteLedger.openForReading(path: copy, projectionVersion: version)
        #expect(try await damaged.verify(full: true).findings.first?.position == 5)
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

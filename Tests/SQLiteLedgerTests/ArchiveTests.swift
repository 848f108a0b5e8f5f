import Digests
import EventLog
import Foundation
import GRDB
import Model
import Projections
import SQLiteLedger
import TestSupport
import Testing

@Suite("Archives")
struct ArchiveTests {
    static let actor = Actor(kind: .user, id: "uid:1000", authentication: .unixPeer)

    /// A ledger of events that are a minute apart, each with a body; the body of every second one is also
    /// that of the last event.
    func filled(_ bench: Bench, _ count: Int, shared: Blob) async throws -> SQLiteLedger {
        let ledger = try bench.create()
        try await fill(bench, ledger, count, shared: shared)
        return ledger
    }

    private func fill(_ bench: Bench, _ ledger: SQLiteLedger, _ count: Int, shared: Blob)
        async throws
    {
        for number in 0..<count {
            bench.pass(.seconds(60))
            let body = number % 2 == 0 ? shared : Blob(Array("body \(number) \(count)".utf8))
            var event = bench.event(number)
            event.event = .objectObserved(ObjectObserved { $0.digest = body.digest })
            // One object whose body changes all the time, and one that is seen once.
            event.subjects.object = ObjectKey("apps/Deployment/web/\(number == 1 ? "old" : "web")")
            _ = try await ledger.append(AppendBatch(events: [event], blobs: [body]))
        }
    }

    func archive(
        _ ledger: SQLiteLedger, _ bench: Bench, before seconds: Int, _ name: String = "archive.db"
    ) async throws -> LedgerArchive {
        let start = Timestamp("2026-11-02T10:00:00Z") ?? Timestamp(seconds: 0)
        return try await ledger.archive(
            before: start + .seconds(seconds),
            to: bench.folder.url.appendingPathComponent(name).path, actor: Self.actor,
            id: bench.event(0).id)
    }

    @Test func nothingIsLostByMovingItAndTheLedgerGoesOn() async throws {
        let bench = try Bench()
        let shared = Blob(Array("shared".utf8))
        let ledger = try await filled(bench, 600, shared: shared)
        let before = try await ledger.events(after: 0, limit: .max)
        let rows = try await ledger.state { $0.storedRows() }
        let past = try await ledger.state(at: 300).storedRows()

        // Event 401 was recorded at minute 400.
        let archive = try await archive(ledger, bench, before: 60 * 400)
        #expect(archive.through == 400)
        #expect(try await ledger.state { $0.storedRows() } == rows)
        let report = try await ledger.verify(full: true)
        #expect(report.findings == [] && report.archived == 399)
        // What was moved is not here; what the present or later events name still is.
        #expect(try await ledger.event(at: 400)?.event == nil)
        #expect(try await ledger.event(at: 401)?.event != nil)
        await #expect(throws: LedgerError.archived(through: 400)) {
            try await ledger.blob(Digest(of: "body 3 600"))
        }
        #expect(try await ledger.blob(Digest(of: "body 1 600")) != nil)
        #expect(try await ledger.blob(shared.digest) == shared.bytes)
        await #expect(throws: LedgerError.archived(through: 400)) {
            try await ledger.state(at: 300)
        }
        #expect(try await ledger.state(at: 500).position == 500)
        #expect(try await ledger.event(at: 400)?.isArchived == true)
        let web = try #require(ObjectKey("apps/Deployment/web/web"))
        let then = try await ledger.state(at: 500)
        #expect(
            try await ledger.object(web, in: "production", at: 500)
                == then.objects[LedgerState.objectKey("production", web)])
        await #expect(throws: LedgerError.archived(through: 400)) {
            try await ledger.object(web, in: "production", at: 300)
        }

        // With the archive, everything is as it was.
        let whole = try SQLiteLedger.openForReading(path: bench.path, archives: [archive.path])
        #expect(try await whole.events(after: 0, limit: before.count) == before)
        #expect(try await whole.state(at: 300).storedRows() == past)
        #expect(try await whole.blob(Digest(of: "body 3 600")) != nil)
        let filter = EventFilter { $0.environment = "production" }
        #expect(
            try await whole.events(matching: filter, newestFirst: false, limit: 9).map(\.event)
                == before.dropFirst().prefix(9).map(\.event))
        let all = try await whole.verify(full: true)
        #expect(all.findings == [] && all.archived == 0)

        // A rebuild starts from the saved state; so does a ledger whose rows are gone.
        #expect(try await ledger.rebuild().differing == 0)
        #expect(try shell(bench.path, "DELETE FROM projection_row; DELETE FROM subject") == "done")
        #expect(try await ledger.rebuild().differing > 0)
        #expect(try await ledger.verify(full: true).findings == [])
    }

    @Test func archivesFollowEachOther() async throws {
        let bench = try Bench()
        let shared = Blob(Array("shared".utf8))
        let ledger = try await filled(bench, 20, shared: shared)
        let first = try await archive(ledger, bench, before: 60 * 10, "first.db")
        try await fill(bench, ledger, 10, shared: shared)
        let second = try await archive(ledger, bench, before: 60 * 25, "second.db")
        #expect(second.through > first.through)
        #expect(try await ledger.verify(full: true).findings == [])
        let one = try SQLiteLedger.openForReading(path: bench.path, archives: [second.path])
        await #expect(throws: LedgerError.self) { try await one.state(at: 5) }
        #expect(try await one.verify(full: true).findings == [])
        let whole = try SQLiteLedger.openForReading(
            path: bench.path, archives: [first.path, second.path])
        #expect(try await whole.state(at: 5).position == 5)
        let report = try await whole.verify(full: true)
        #expect(report.findings == [] && report.archived == 0)
        await #expect(throws: LedgerError.self) {
            try await archive(ledger, bench, before: 60 * 25, "third.db")
        }
    }

    @Test func whatHasNotEndedIsNotMoved() async throws {
        let bench = try Bench()
        let ledger = try bench.create()
        try await fill(bench, ledger, 3, shared: Blob([1]))
        var request = bench.event(1)
        request.stream = "sync-1"
        request.event = .syncRequested(SyncRequested())
        _ = try await ledger.append(AppendBatch(events: [request]))
        try await fill(bench, ledger, 3, shared: Blob([1]))
        let archive = try await archive(ledger, bench, before: 60 * 60)
        #expect(archive.through == 4)
    }

    @Test func anArchiveIsAStaticLogThatStandsByItself() async throws {
        let bench = try Bench()
        let ledger = try await filled(bench, 520, shared: Blob([1]))
        let archive = try await archive(ledger, bench, before: 60 * 515)
        let file = try DatabaseQueue(path: archive.path)
        let resources = try await file.read { db in
            try Row.fetchAll(db, sql: "SELECT path, bytes FROM resource").map { row in
                (row[0] as String, [UInt8](row[1] as Data))
            }
        }
        let tiles = Tile.all(ofTreeWith: archive.through).map(\.path)
        #expect(Set(resources.map(\.0)) == Set(tiles + ["checkpoint"]))
        let envelopes = try await DatabaseQueue(path: bench.path).read { db in
            try Data.fetchAll(db, sql: "SELECT envelope FROM event ORDER BY position")
        }
        var range = CompactRange()
        for envelope in envelopes.prefix(Int(archive.through)) {
            _ = range.append(TreeHash.leaf([UInt8](envelope)))
        }
        let checkpoint = resources.first { $0.0 == "checkpoint" }?.1 ?? []
        #expect(
            String(decoding: checkpoint, as: UTF8.self)
                == "tidemark\n\(archive.through)\n\(Base64.encode(range.root.bytes))\n")
        let tables = "SELECT group_concat(sql, ';') FROM sqlite_master WHERE sql IS NOT NULL"
        let schema = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("schema/sql/0001-archive.sql")
        let sql = try String(contentsOf: schema, encoding: .utf8)
        let wanted = try await DatabaseQueue().write { db in
            try db.execute(sql: sql)
            return try String.fetchOne(db, sql: tables)
        }
        #expect(try await file.read { try String.fetchOne($0, sql: tables) } == wanted)
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: archive.path)))
        #expect(Digest(of: bytes) == archive.digest)
    }

    @Test func theTreeOfAnArchiveIsThatOfASignedCheckpoint() async throws {
        let bench = try Bench()
        let ledger = try bench.create(signedBy: bench.signer)
        try await fill(bench, ledger, 6, shared: Blob([1]))
        let signed = try await ledger.signCheckpoint(
            by: bench.signer, actor: Self.actor, id: bench.event(0).id)
        let archive = try await archive(ledger, bench, before: 60 * 4)
        let note = try await DatabaseQueue(path: archive.path).read { db in
            try Data.fetchOne(db, sql: "SELECT bytes FROM resource WHERE path = 'checkpoint'")
        }
        #expect(note.map { [UInt8]($0) } == signed.bytes)
        #expect(archive.through < signed.checkpoint.size)
        #expect(try await ledger.verify(full: true).findings == [])
        #expect(try await ledger.root(of: signed.checkpoint.size) == signed.checkpoint.root)
    }

    @Test func aSavedStateThatWasChangedIsFound() async throws {
        let bench = try Bench()
        let ledger = try await filled(bench, 6, shared: Blob([1]))
        let archive = try await archive(ledger, bench, before: 60 * 5)
        guard case .ledgerArchived(let payload) = archive.event.event else {
            Issue.record("it is another event")
            return
        }
        let digest = try #require(payload.states.first?.digest)
        let change = """
            UPDATE blob SET bytes = zeroblob(length(bytes)) WHERE digest = x'\(digest.description)';
            """
        #expect(try tamper(bench.path, change) == "done")
        let findings = try await ledger.verify(full: false).findings.map(\.description)
        let expected = "@\(archive.through) saved state: expected its digest, found blob \(digest)"
        #expect(findings.count == 1 && findings.first?.hasPrefix(expected) == true, "\(findings)")
    }
}

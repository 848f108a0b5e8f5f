import Digests
import Dispatch
import EventLog
import Foundation
import Model
import SQLiteLedger
import Synchronization
import TestSupport
import Testing

/// What happens to a ledger between the writing of an archive and its being put on record.
extension ArchiveTests {
    /// Archives up to event 20 of 30, and does something each time the file is there.
    private func move(
        _ ledger: SQLiteLedger, _ bench: Bench, _ meanwhile: (Int) async -> Void
    ) async throws -> LedgerArchive {
        var count = 0
        return try await ledger.archive(
            before: (Timestamp("2026-11-02T10:00:00Z") ?? Timestamp(seconds: 0)) + .seconds(1200),
            to: file(bench), actor: Self.actor, id: bench.event(0).id
        ) {
            count += 1
            await meanwhile(count)
        }
    }

    private func file(_ bench: Bench) -> String {
        bench.folder.url.appendingPathComponent("archive.db").path
    }

    private func redact(_ position: Int64, _ ledger: SQLiteLedger, _ bench: Bench) async {
        do {
            _ = try await ledger.redact(
                position, reason: "a name", actor: Self.actor, id: bench.event(0).id)
        } catch { Issue.record("\(error)") }
    }

    @Test func whatIsRedactedMeanwhileIsNotInTheArchive() async throws {
        let bench = try Bench()
        let ledger = try await filled(bench, 30, shared: Blob([1]))
        let secret = Digest(of: "body 3 30")
        #expect(try await ledger.event(at: 5)?.event?.blobs == [secret])
        let archive = try await move(ledger, bench) { count in
            guard count == 1 else { return }
            #expect(FileManager.default.fileExists(atPath: file(bench)))
            await redact(5, ledger, bench)
        }
        #expect(archive.through == 20)
        let report = try await ledger.verify(full: true)
        #expect(report.findings == [] && report.redacted == 1)
        let whole = try SQLiteLedger.openForReading(path: bench.path, archives: [archive.path])
        let event = try #require(try await whole.event(at: 5))
        #expect(event.event == nil && !event.isArchived)
        #expect(try await whole.event(at: 6)?.event != nil)
        #expect(try await whole.blob(secret) == nil)
        let all = try await whole.verify(full: true)
        #expect(all.findings == [] && all.redacted == 1 && all.archived == 0)
        #expect(try await ledger.rebuild(archives: [archive.path]).differing == 0)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: archive.path))
        #expect(bytes.range(of: Data("body 3 30".utf8)) == nil)
        #expect(bytes.range(of: Data("body 5 30".utf8)) != nil)
    }

    @Test func whatIsRedactedBehindTheArchiveDoesNotHoldItUp() async throws {
        let bench = try Bench()
        let ledger = try await filled(bench, 30, shared: Blob([1]))
        var written = 0
        let archive = try await move(ledger, bench) { count in
            written = count
            await redact(25, ledger, bench)
        }
        #expect(written == 1)
        let whole = try SQLiteLedger.openForReading(path: bench.path, archives: [archive.path])
        #expect(try await whole.verify(full: true).findings == [])
    }

    @Test func archivingGivesWayWhenSomethingIsRedactedEachTime() async throws {
        let bench = try Bench()
        let ledger = try await filled(bench, 30, shared: Blob([1]))
        let error = await #expect(throws: LedgerError.self) {
            try await move(ledger, bench) { count in
                await redact(Int64(count) + 2, ledger, bench)
            }
        }
        guard case .notArchivable = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(!FileManager.default.fileExists(atPath: file(bench)))
        let report = try await ledger.verify(full: true)
        #expect(report.findings == [] && report.redacted == 3 && report.archived == 0)
        #expect(try await ledger.event(at: 10)?.event != nil)
        // Then it is done as ever.
        let archive = try await move(ledger, bench) { _ in }
        let whole = try SQLiteLedger.openForReading(path: bench.path, archives: [archive.path])
        #expect(try await whole.verify(full: true).findings == [])
    }

    @Test func ofTwoArchivingsOneGoesOnBehindTheOther() async throws {
        let bench = try Bench()
        let ledger = try await filled(bench, 30, shared: Blob([1]))
        var other: LedgerArchive?
        let archive = try await move(ledger, bench) { count in
            guard count == 1 else { return }
            do {
                other = try await self.archive(ledger, bench, before: 60 * 10, "other.db")
            } catch { Issue.record("\(error)") }
        }
        let first = try #require(other)
        #expect(first.through == 10 && archive.through == 20)
        #expect(try await ledger.verify(full: true).findings == [])
        let whole = try SQLiteLedger.openForReading(
            path: bench.path, archives: [first.path, archive.path])
        let report = try await whole.verify(full: true)
        #expect(report.findings == [] && report.archived == 0)
    }

    @Test func aBodyThatComesBackIsArchivedAgain() async throws {
        let bench = try Bench()
        let ledger = try bench.create()
        let body = Blob(Array("back and forth".utf8))
        // The object has the body, another, the body again and another again.
        for round in 0..<2 {
            for (number, blob) in [body, Blob(Array("other \(round)".utf8))].enumerated() {
                bench.pass(.seconds(60))
                var event = bench.event(number)
                event.event = .objectObserved(ObjectObserved { $0.digest = blob.digest })
                event.subjects.object = ObjectKey("apps/Deployment/web/web")
                _ = try await ledger.append(AppendBatch(events: [event], blobs: [blob]))
            }
            bench.pass(.seconds(60))
            _ = try await self.archive(
                ledger, bench, before: 180 * round + 121 + 60 * round, "\(round).db")
            #expect(try await ledger.verify(full: true).findings == [])
        }
        let whole = try SQLiteLedger.openForReading(
            path: bench.path,
            archives: (0..<2).map { bench.folder.url.appendingPathComponent("\($0).db").path })
        #expect(try await whole.verify(full: true).findings == [])
        #expect(try await whole.blob(body.digest) == body.bytes)
    }

    /// A process that reads a ledger through while another one moves payloads out of it.
    @Test func whatIsArchivedOrRedactedMeanwhileIsReadAgain() async throws {
        let bench = try Bench()
        let ledger = try await filled(bench, 2500, shared: Blob([1]))
        let reader = try SQLiteLedger.openForReading(path: bench.path)
        let id = bench.event(0).id
        try await check(reader) {
            _ = try await ledger.redact(2400, reason: "r", actor: Self.actor, id: id)
        }
        try await check(reader) {
            _ = try await self.archive(ledger, bench, before: 60 * 1500)
        }
        // The rows are compared then, too.
        #expect(try shell(bench.path, "UPDATE projection_row SET value = x'7b7d'") == "done")
        #expect(try await reader.verify(full: false).findings.isEmpty == false)
    }

    /// Verifies, and does something in the middle of the first time through.
    private func check(
        _ reader: SQLiteLedger, _ change: @escaping @Sendable () async throws -> Void
    )
        async throws
    {
        let pages = Mutex<[Int64]>([])
        let report = try await reader.verify(full: false) { position in
            let isFirst = pages.withLock { pages in
                pages.append(position)
                return pages.count == 1
            }
            guard isFirst else { return }
            let done = DispatchSemaphore(value: 0)
            Task {
                do { try await change() } catch { Issue.record("\(error)") }
                done.signal()
            }
            done.wait()
        }
        let beginnings = pages.withLock { pages in pages.count { $0 <= 1000 } }
        #expect(report.findings == [] && report.unchecked == [], "\(report.findings)")
        #expect(beginnings == 2)
    }

    @Test func whatIsArchivedIsNotRedacted() async throws {
        let bench = try Bench()
        let ledger = try await filled(bench, 30, shared: Blob([1]))
        let archive = try await move(ledger, bench) { _ in }
        let error = await #expect(throws: LedgerError.self) {
            try await ledger.redact(
                5, reason: "a name", actor: Self.actor, id: bench.event(0).id)
        }
        #expect(
            error?.cause?.contains("in the archive that event \(archive.event.position) names")
                == true)
        #expect(try await ledger.verify(full: true).findings == [])
    }
}

import Digests
import EventLog
import Foundation
import GRDB
import Model
import Projections
import SQLiteLedger
import TestSupport
import Testing

@Suite("Redaction")
struct RedactionTests {
    private static let actor = Actor(kind: .user, id: "uid:1000", authentication: .unixPeer)

    private func redact(_ position: Int64, _ bench: Bench, _ ledger: SQLiteLedger) async throws
        -> Redaction
    {
        try await ledger.redact(
            position, reason: "a name", actor: Self.actor, id: bench.event(0).id)
    }

    /// How often the bytes stand in the files of a ledger.
    private func count(_ text: String, _ bench: Bench) throws -> Int {
        try count(Data(text.utf8), bench)
    }

    private func count(_ needle: Data, _ bench: Bench) throws -> Int {
        var count = 0
        for name in try FileManager.default.contentsOfDirectory(atPath: bench.folder.url.path) {
            let data = try Data(contentsOf: bench.folder.url.appendingPathComponent(name))
            var start = data.startIndex
            while let found = data.range(of: needle, in: start..<data.endIndex) {
                count += 1
                start = found.upperBound
            }
        }
        return count
    }

    /// Events that name a person: in a payload, in rows made of it, in a body, and in a body shared with
    /// another event.
    private func planted(_ bench: Bench, _ ledger: SQLiteLedger) async throws -> Int64 {
        let shared = Blob(Array("shared body".utf8))
        let body = Blob(Array((String(repeating: "padding ", count: 900) + "person-body").utf8))
        var declared = bench.event(1)
        declared.event = .commitObserved(CommitObserved { $0.message = "person-payload" })
        declared.subjects.commit = String(repeating: "a", count: 40)
        var seen = bench.event(2)
        seen.event = .driftDetected(
            DriftDetected {
                $0.fields = [
                    DriftDetected.Field {
                        $0.path = "spec"
                        $0.live = "person-drift"
                    }
                ]
            })
        seen.subjects.object = ObjectKey("apps/Deployment/web/web")
        var rendered = bench.event(3)
        rendered.event = .manifestsRendered(
            ManifestsRendered {
                $0.objects = [body, shared].enumerated().map { number, blob in
                    ManifestsRendered.Object {
                        $0.key = ObjectKey("apps/Deployment/web/web\(number)") ?? $0.key
                        $0.digest = blob.digest
                    }
                }
            })
        rendered.subjects.application = "web"
        var other = bench.event(4)
        other.event = .objectObserved(ObjectObserved { $0.digest = shared.digest })
        other.subjects.object = ObjectKey("apps/Deployment/web/web1")
        let records = try await ledger.append(
            AppendBatch(events: [declared, seen, rendered, other], blobs: [body, shared]))
        return records[0].position
    }

    @Test func nothingOfItIsLeftInTheFilesAndEverythingElseIs() async throws {
        let bench = try Bench()
        let ledger = try bench.create()
        let first = try await planted(bench, ledger)
        // The rows are rewritten over and over, so that pages split and values are left in free space.
        for number in 0..<60 {
            var event = bench.event(number)
            event.event = .comparisonChanged(ComparisonChanged { $0.reason = "reason \(number)" })
            event.subjects.application = number % 3 == 0 ? "web" : "web\(number)"
            _ = try await ledger.append(AppendBatch(events: [event]))
        }
        let before = try await ledger.events(after: 0, limit: .max)
        // Of the body, the end of what is stored: it may be compressed.
        let body = try await DatabaseQueue(path: bench.path).read { db in
            try Data.fetchOne(db, sql: "SELECT bytes FROM blob ORDER BY size DESC LIMIT 1")
        }
        let words =
            ["person-payload", "person-drift"].map { Data($0.utf8) }
            + [try #require(body).suffix(24)]
        for word in words { #expect(try count(word, bench) > 0) }

        for offset in 0..<3 {
            let redaction = try await redact(first + Int64(offset), bench, ledger)
            #expect(redaction.isErased)
            #expect(redaction.blobs == (offset == 2 ? 1 : 0))
        }
        for word in words { #expect(try count(word, bench) == 0, "\(word)") }
        #expect(try count("shared body", bench) > 0)
        let report = try await ledger.verify(full: true)
        #expect(report.findings == [] && report.redacted == 3)
        let after = try await ledger.events(after: 0, limit: .max)
        #expect(after.prefix(before.count).map(\.envelope) == before.map(\.envelope))
        for (old, new) in zip(before, after) {
            let isRedacted = (first..<first + 3).contains(old.position)
            #expect(new.event == (isRedacted ? nil : old.event))
        }
        let rows = try await ledger.state { $0.storedRows() }
        #expect(try await ledger.state(at: .max).storedRows() == rows)
        #expect(try await ledger.state { $0.commits.count == 0 })
        #expect(
            try await SQLiteLedger.openForReading(path: bench.path).state { $0.storedRows() }
                == rows)
    }

    @Test func whatOthersRestOnIsNotRedacted() async throws {
        let bench = try Bench()
        let ledger = try bench.create()
        var request = bench.event(1)
        request.stream = "sync-1"
        request.event = .syncRequested(SyncRequested())
        request.subjects.application = "web"
        _ = try await ledger.append(AppendBatch(events: [request]))
        for (position, reason) in [
            (1, "it is part of what proves the ledger"), (2, "sync-1 has not ended"),
            (9, "there is no such event"),
        ] as [(Int64, String)] {
            await #expect(throws: LedgerError.notRedactable(position: position, reason: reason)) {
                try await redact(position, bench, ledger)
            }
        }
        var end = bench.event(2)
        end.stream = "sync-1"
        end.event = .syncFailed(SyncFailed { $0.message = "no" })
        end.subjects.application = "web"
        _ = try await ledger.append(AppendBatch(events: [end]))
        let rests =
            "decisions rest on it: without it a sync, a plan or a push would be told otherwise"
        for position in [2, 3] as [Int64] {
            await #expect(throws: LedgerError.notRedactable(position: position, reason: rests)) {
                try await redact(position, bench, ledger)
            }
        }
        var declared = bench.event(3)
        declared.event = .applicationDeclared(ApplicationDeclaration { $0.file = "a" })
        declared.subjects.application = "web"
        var changed = bench.event(4)
        changed.event = .applicationChanged(ApplicationDeclaration { $0.file = "b" })
        changed.subjects.application = "web"
        _ = try await ledger.append(AppendBatch(events: [declared, changed]))
        let inForce = "it is the declaration in force; change that in Git first"
        await #expect(throws: LedgerError.notRedactable(position: 5, reason: inForce)) {
            try await redact(5, bench, ledger)
        }
        _ = try await redact(4, bench, ledger)
        await #expect(
            throws: LedgerError.notRedactable(position: 4, reason: "its payload is gone already")
        ) { try await redact(4, bench, ledger) }
        #expect(try await ledger.verify(full: true).findings == [])
    }

    @Test func theSameRequestAgainIsAnsweredFromTheRecord() async throws {
        let bench = try Bench()
        let ledger = try bench.create()
        let first = try await planted(bench, ledger)
        let id = bench.event(0).id
        let once = try await ledger.redact(first, reason: "r", actor: Self.actor, id: id)
        let head = try await ledger.head()
        #expect(try await ledger.redact(first, reason: "r", actor: Self.actor, id: id) == once)
        #expect(try await ledger.head() == head)
        await #expect(throws: LedgerError.self) {
            try await ledger.redact(first + 1, reason: "r", actor: Self.actor, id: id)
        }
    }

    @Test func aRedactionThatNoEventNamesIsFound() async throws {
        let bench = try Bench()
        let ledger = try bench.create()
        let first = try await planted(bench, ledger)
        _ = try await redact(first, bench, ledger)
        let naming = try await ledger.head()
        let tamper = """
            INSERT INTO redaction VALUES (\(first + 1), \(naming));
            DELETE FROM payload WHERE position = \(first + 1);
            """
        #expect(try shell(bench.path, tamper) == "done")
        let findings = try await ledger.verify(full: true).findings.map(\.description)
        #expect(
            findings.contains(
                "@\(first + 1) redaction: expected none, found named by @\(naming)"))
    }

    @Test func anErasureThatWasInterruptedIsFinishedAtTheNextStart() async throws {
        let bench = try Bench()
        let ledger = try bench.create()
        _ = try await planted(bench, ledger)
        let copy = bench.folder.url.appendingPathComponent("copy.db").path
        for suffix in ["", "-wal"] {
            try FileManager.default.copyItem(atPath: bench.path + suffix, toPath: copy + suffix)
        }
        // A value that no page refers to any more stands in for one that was redacted.
        let remains = """
            PRAGMA secure_delete = OFF; CREATE TABLE remains (text TEXT); INSERT INTO remains VALUES ('person-remains');
            DROP TABLE remains;
            """
        #expect(try shell(copy, remains) == "done")
        #expect(try count("person-remains", bench) > 0)
        try Data().write(to: URL(fileURLWithPath: copy + ".erase"))
        let again = try SQLiteLedger.openForWriting(path: copy)
        #expect(!FileManager.default.fileExists(atPath: copy + ".erase"))
        #expect(try count("person-remains", bench) == 0)
        #expect(try await again.verify(full: true).findings == [])
    }
}

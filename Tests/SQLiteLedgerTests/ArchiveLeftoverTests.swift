import EventLog
import Foundation
import Model
import Projections
import SQLiteLedger
import TestSupport
import Testing

/// What an archiving leaves behind that is killed, and what becomes of it.
extension ArchiveTests {
    /// A ledger as it is when archiving was killed between naming its file and recording it.
    private func killed(_ bench: Bench) async throws -> (ledger: String, file: String, note: String)
    {
        let ledger = try await filled(bench, 30, shared: Blob([1]))
        let copy = bench.folder.url.appendingPathComponent("copy.db").path
        _ = try await ledger.backup(to: copy)
        let archive = try await archive(ledger, bench, before: 60 * 20)
        let note = copy + ".archiving-abcdef"
        return (copy, archive.path, note)
    }

    private func write(_ note: String, draft: String, file: String) throws {
        try Data("\(draft)\0\(file)\0".utf8).write(to: URL(fileURLWithPath: note))
    }

    private func names(_ bench: Bench) throws -> Set<String> {
        Set(try FileManager.default.contentsOfDirectory(atPath: bench.folder.url.path))
    }

    @Test func whatAKilledArchivingLeftIsRemovedAtTheNextStart() async throws {
        let bench = try Bench()
        let (path, file, note) = try await killed(bench)
        let draft = file + ".uvwxyz"
        try Data("half".utf8).write(to: URL(fileURLWithPath: draft))
        try write(note, draft: draft, file: file)
        let cutOff = path + ".archiving-cutoff"
        try Data("/some".utf8).write(to: URL(fileURLWithPath: cutOff))
        let ledger = try SQLiteLedger.openForWriting(path: path)
        let names = try names(bench)
        #expect(names.allSatisfy { !$0.contains("archiv") }, "\(names)")
        #expect(try await ledger.verify(full: true).findings == [])
    }

    @Test func anArchiveOnRecordStaysWhateverANoteSays() async throws {
        let bench = try Bench()
        let (_, file, _) = try await killed(bench)
        try write(bench.path + ".archiving-abcdef", draft: file + ".uvwxyz", file: file)
        _ = try await open(bench, LedgerState.version)
        let whole = try SQLiteLedger.openForReading(path: bench.path, archives: [file])
        #expect(try await whole.verify(full: true).findings == [])
        #expect(try names(bench).allSatisfy { !$0.contains("archiving") })
    }

    @Test func aRedactionRemovesTheCopyThatAKilledArchivingLeft() async throws {
        let bench = try Bench()
        let (path, file, note) = try await killed(bench)
        let ledger = try SQLiteLedger.openForWriting(path: path)
        let redact = { () async throws(LedgerError) in
            try await ledger.redact(
                5, reason: "a name", actor: Self.actor, id: bench.event(0).id)
        }
        // It cannot be seen whether the copy is there.
        let far = bench.folder.url.appendingPathComponent("none/archive.db").path
        try write(note, draft: far + ".uvwxyz", file: far)
        let error = await #expect(throws: LedgerError.self) { try await redact() }
        #expect(error?.summary.hasPrefix("\(far).uvwxyz, which an archiving left") == true)
        #expect(error?.hint?.contains(note) == true)
        #expect(try await ledger.event(at: 5)?.event != nil)
        try write(note, draft: file + ".uvwxyz", file: file)
        let redaction = try await redact()
        #expect(redaction.isErased)
        #expect(!FileManager.default.fileExists(atPath: file))
        #expect(!FileManager.default.fileExists(atPath: note))
        #expect(try await ledger.verify(full: true).findings == [])
    }

    @Test func anAttemptIsNotedAsLongAsItLasts() async throws {
        let bench = try Bench()
        let ledger = try await filled(bench, 30, shared: Blob([1]))
        let file = bench.folder.url.appendingPathComponent("archive.db").path
        var notes: [String] = []
        let start = Timestamp("2026-11-02T10:00:00Z") ?? Timestamp(seconds: 0)
        _ = try await ledger.archive(
            before: start + .seconds(1200), to: file, actor: Self.actor, id: bench.event(0).id
        ) {
            notes = (try? names(bench).filter { $0.contains(".archiving-") }) ?? []
        }
        #expect(notes.count == 1)
        #expect(try names(bench).allSatisfy { !$0.contains(".archiving-") })
    }

    @Test func whatIsNoFileIsNeitherReplacedNorWrittenInto() async throws {
        let bench = try Bench()
        let ledger = try await filled(bench, 6, shared: Blob([1]))
        let start = Timestamp("2026-11-02T11:00:00Z") ?? Timestamp(seconds: 0)
        for (path, kind) in [("/dev/full", "a device"), (bench.folder.url.path, "a folder")] {
            let refusal = LedgerError.notAFile(path: path, kind: kind)
            #expect(refusal.summary == "\(path) is \(kind), not a file")
            await #expect(throws: refusal) {
                try await ledger.archive(
                    before: start, to: path, actor: Self.actor, id: bench.event(0).id)
            }
            await #expect(throws: refusal) { try await ledger.backup(to: path, replacing: true) }
        }
    }

    /// Payloads are moved away while a redaction folds them.
    @Test func aRedactionThatAnArchiveOvertakesBeginsAgainBehindIt() async throws {
        let bench = try Bench()
        let ledger = try await filled(bench, 30, shared: Blob([1]))
        var begun = 0
        let redaction = try await ledger.redact(
            25, reason: "a name", actor: Self.actor, id: bench.event(0).id
        ) {
            begun += 1
            guard begun == 1 else { return }
            do { _ = try await archive(ledger, bench, before: 60 * 20) } catch {
                Issue.record("\(error)")
            }
        }
        #expect(begun == 2 && redaction.isErased)
        #expect(try await ledger.event(at: 25)?.event == nil)
        let report = try await ledger.verify(full: true)
        #expect(report.findings == [] && report.redacted == 1 && report.archived == 19)
        // Overtaken each time it gives way, and nothing is redacted.
        begun = 0
        let error = await #expect(throws: LedgerError.self) {
            try await ledger.redact(
                30, reason: "a name", actor: Self.actor, id: bench.event(0).id
            ) {
                begun += 1
                do {
                    _ = try await archive(
                        ledger, bench, before: 60 * (20 + 2 * begun), "\(begun).db")
                } catch { Issue.record("\(error)") }
            }
        }
        #expect(begun == 3)
        guard case .archived? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(try await ledger.event(at: 30)?.event != nil)
        #expect(try await ledger.verify(full: true).findings == [])
    }
}

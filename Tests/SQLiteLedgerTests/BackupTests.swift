import EventLog
import Foundation
import Model
import SQLiteLedger
import TestSupport
import Testing

@Suite("Backups")
struct BackupTests {
    @Test func aBackupIsTheLedgerAtOneMomentWhileItIsWritten() async throws {
        let bench = try Bench()
        let ledger = try bench.create()
        let reader = try SQLiteLedger.openForReading(path: bench.path)
        let copies = try await withThrowingTaskGroup(of: [LedgerBackup].self) { group in
            group.addTask {
                for number in 0..<120 {
                    let body = Blob(Array("body \(number)".utf8))
                    _ = try await ledger.append(
                        AppendBatch(
                            events: (0..<3).map { _ in bench.event(number) }, blobs: [body]))
                }
                return []
            }
            for (name, source) in [("writer", ledger), ("reader", reader)] {
                group.addTask {
                    var copies: [LedgerBackup] = []
                    for number in 0..<4 {
                        let file = bench.folder.url.appendingPathComponent("\(name)\(number).db")
                        copies.append(try await source.backup(to: file.path))
                    }
                    return copies
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(copies.count == 8)
        for copy in copies {
            let names = try FileManager.default.contentsOfDirectory(
                atPath: bench.folder.url.path
            ).filter { bench.folder.url.appendingPathComponent($0).path.hasPrefix(copy.path) }
            #expect(names.count == 1)
            // Put in the place of a ledger, it is one.
            let restored = try SQLiteLedger.openForWriting(path: copy.path)
            let events = try await restored.events(after: 0, limit: .max)
            #expect((copy.events - 1) % 3 == 0 && events.count == Int(copy.events))
            #expect(try await ledger.events(after: 0, limit: events.count) == events)
            _ = try await restored.append(AppendBatch(events: [bench.event(1)]))
            #expect(try await restored.verify(full: true).findings == [])
        }
    }

    @Test func aFileIsReplacedOnlyWhenThatIsAskedFor() async throws {
        let bench = try Bench()
        let ledger = try bench.create()
        let file = bench.folder.url.appendingPathComponent("copy.db").path
        #expect(try await ledger.backup(to: file).events == 1)
        _ = try await ledger.append(AppendBatch(events: [bench.event(1)]))
        await #expect(throws: LedgerError.exists(path: file)) { try await ledger.backup(to: file) }
        #expect(try await ledger.backup(to: file, replacing: true).events == 2)
        // Neither the ledger itself nor another one that is in use.
        let other = try SQLiteLedger.openForWriting(path: file)
        for path in [bench.path, file] {
            await #expect(throws: LedgerError.inUse(path: path)) {
                try await ledger.backup(to: path, replacing: true)
            }
        }
        #expect(try await other.head() == 2)
    }

    @Test func filesOfOthersBesideTheBackupStay() async throws {
        let bench = try Bench()
        let ledger = try bench.create()
        let file = bench.folder.url.appendingPathComponent("copy.db").path
        let others = [file + ".new", file + "-journal"]
        for other in others { try "mine".write(toFile: other, atomically: true, encoding: .utf8) }
        _ = try await ledger.backup(to: file)
        _ = try await ledger.backup(to: file, replacing: true)
        for other in others {
            #expect(try String(contentsOfFile: other, encoding: .utf8) == "mine")
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: bench.folder.url.path)
            .filter { $0.hasPrefix("copy") }
        #expect(names.sorted() == ["copy.db", "copy.db-journal", "copy.db.new"])
    }

    @Test func aLedgerThatIsNotIntactIsNotCopied() async throws {
        let bench = try Bench()
        let ledger = try bench.create()
        let tamper = "DROP TRIGGER payload_update; UPDATE payload SET salt = zeroblob(16)"
        #expect(try shell(bench.path, tamper) == "done")
        let file = bench.folder.url.appendingPathComponent("copy.db").path
        let error = await #expect(throws: LedgerError.self) { try await ledger.backup(to: file) }
        guard case .corrupt(position: 1, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        let left = try FileManager.default.contentsOfDirectory(atPath: bench.folder.url.path)
        #expect(!left.contains { $0.hasPrefix("copy") })
    }
}

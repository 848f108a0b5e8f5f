import Digests
import EventLog
import Foundation
import Model
import Projections
import SQLiteLedger
import TestSupport
import Testing

/// Several processes at one ledger, and a newer SQLite.
@Suite("Many processes")
struct ProcessTests {
    private static let marker = "TIDEMARK_TEST_READS"
    private static let environment = ProcessInfo.processInfo.environment

    /// How long the load lasts: `TIDEMARK_LOAD_SECONDS=60` for a minute.
    private static let seconds = Double(environment["TIDEMARK_LOAD_SECONDS"] ?? "") ?? 3

    /// The event after which readers stop.
    private static let last = "the end"

    @Test(.enabled(if: environment[marker] == nil))
    func eightReadersSeeNoErrorWhileOneWrites() async throws {
        let bench = try Bench()
        // Small, so that the write-ahead log is moved into the file many times.
        _ = try bench.create()
        let ledger = try SQLiteLedger.openForWriting(path: bench.path, checkpointBytes: 1 << 19)
        let readers = try (0..<8).map { _ in
            try SecondRun(test: "inChildReads", [Self.marker: bench.path])
        }
        let end = ContinuousClock.now + .seconds(Self.seconds)
        var batches = 0
        while ContinuousClock.now < end {
            var events = (0..<3).map { _ in bench.event(batches) }
            let body = Blob(Array("body \(batches)".utf8))
            events[0].event = .objectObserved(ObjectObserved { $0.digest = body.digest })
            _ = try await ledger.append(AppendBatch(events: events, blobs: [body]))
            batches += 1
        }
        var ending = bench.event(0)
        ending.event = .clusterConnected(ClusterConnected { $0.serverVersion = Self.last })
        _ = try await ledger.append(AppendBatch(events: [ending]))
        var looks = 0
        for reader in readers {
            let (status, output) = try reader.end()
            #expect(status == 0, "\(output.suffix(2000))")
            let line = output.split(separator: "\n").first { $0.hasPrefix("looks:") }
            looks += line.flatMap { Int($0.dropFirst(7)) } ?? 0
        }
        #expect(looks >= 8)
        #expect(try await ledger.verify(full: true).findings == [])
        print("readers: \(looks) looks at \(3 * batches) events in \(Self.seconds) s")
    }

    @Test(.enabled(if: environment[marker] != nil, "runs within another test"))
    func inChildReads() async throws {
        let path = try #require(Self.environment[Self.marker])
        let reader = try SQLiteLedger.openForReading(path: path)
        var looks = 0
        var position: Int64 = 0
        while true {
            let version = try await reader.state { state in
                state.environments["production"]?.serverVersion
            }
            let head = try await reader.head()
            #expect(head >= position)
            let events = try await reader.events(after: position, limit: 1000)
            for event in events {
                #expect(event.position == position + 1)
                position = event.position
                if case .objectObserved(let seen) = event.event, let digest = seen.digest {
                    #expect(try await reader.blob(digest) != nil)
                }
            }
            looks += 1
            if looks % 50 == 0 { #expect(try await reader.verify(full: true).findings == []) }
            if version == Self.last { break }
        }
        print("looks: \(looks)")
    }
}

/// A ledger read by another, newer SQLite: the one in the Python package `apsw`.
@Suite("A newer SQLite")
struct NewerSQLiteTests {
    /// Where `apsw` is; `nil` when it is not there and may not be brought.
    private static let packages: String? = {
        let probe = ["python3", "-c", "import apsw"]
        if (try? SecondRun(probe).end().status) == 0 { return "" }
        guard ProcessInfo.processInfo.environment["TIDEMARK_TEST_DOWNLOADS"] == "1" else {
            return nil
        }
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("tidemark-test-apsw").path
        let install = ["python3", "-m", "pip", "install", "--quiet", "--target", folder, "apsw"]
        return (try? SecondRun(install).end().status) == 0 ? folder : nil
    }()

    @Test(
        .enabled(
            if: packages != nil,
            "SKIPPED: python3 has no apsw; TIDEMARK_TEST_DOWNLOADS=1 installs it from PyPI"))
    func itFindsTheLedgerSoundWhileItIsWritten() async throws {
        let bench = try Bench()
        let ledger = try bench.create()
        for number in 0..<40 {
            let body = Blob([UInt8](repeating: UInt8(number), count: 9000))
            _ = try await ledger.append(
                AppendBatch(events: [bench.event(number)], blobs: [body]))
        }
        // It looks again and again, until it has seen the event that is recorded meanwhile.
        let script = """
            import apsw, sys
            assert apsw.sqlite_lib_version() > "3.40.1", apsw.sqlite_lib_version()
            db = apsw.Connection("file:" + sys.argv[1] + "?mode=ro", flags=
                apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI)
            db.set_busy_timeout(5000)
            assert db.execute("PRAGMA journal_mode").fetchall() == [("wal",)]
            seen = set()
            while max(seen, default=0) < 61:
                assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
                assert db.execute("PRAGMA foreign_key_check").fetchall() == []
                count, last = db.execute("SELECT count(*), max(position) FROM event").fetchone()
                assert count == last
                seen.add(last)
                print("seen", last, flush=True)
            """
        let environment = Self.packages.map { $0.isEmpty ? [:] : ["PYTHONPATH": $0] } ?? [:]
        let reader = try SecondRun(["python3", "-c", script, bench.path], environment)
        for number in 0..<20 {
            _ = try await ledger.append(AppendBatch(events: [bench.event(number)]))
        }
        let (status, output) = try reader.end()
        #expect(status == 0, "\(output)")
        let log = try FileManager.default.attributesOfItem(atPath: bench.path + "-wal")
        #expect((log[.size] as? Int ?? 0) > 0)
    }
}

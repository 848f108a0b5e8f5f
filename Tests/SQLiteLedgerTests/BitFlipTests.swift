import Digests
import EventLog
import Foundation
import Model
import Projections
import SQLiteLedger
import TestSupport
import Testing

/// A bit somewhere in the file turns over: in a page, a header, a pointer, the schema, free space.
@Suite("Flipped bits")
struct BitFlipTests {
    private static let bodies = (0..<12).map {
        Array("body \($0) ".utf8) + [UInt8](repeating: UInt8($0), count: 300)
    }

    /// A closed ledger as one file, without a journal beside it.
    private func file() async throws -> (Bench, [UInt8]) {
        let bench = try Bench()
        let ledger = try bench.create(signedBy: bench.signer)
        for (number, body) in Self.bodies.enumerated() {
            var event = bench.event(number)
            event.event = .objectObserved(ObjectObserved { $0.digest = Digest(of: body) })
            _ = try await ledger.append(AppendBatch(events: [event], blobs: [Blob(body)]))
            bench.pass(.seconds(1))
        }
        _ = try await ledger.signCheckpoint(
            by: bench.signer, actor: .reconciler, id: bench.event(0).id)
        let copy = bench.path + ".whole"
        #expect(try shell(bench.path, "VACUUM INTO '\(copy)'") == "done")
        return (bench, Array(try Data(contentsOf: URL(fileURLWithPath: copy))))
    }

    /// Everything that a ledger is asked, in one text.
    private func answers(_ ledger: SQLiteLedger) async throws -> String {
        var text = ""
        let events = try await ledger.events(after: 0, limit: .max)
        for event in events {
            let byID = try await ledger.event(id: event.envelope.id)?.position ?? 0
            let at = try await ledger.position(at: event.envelope.recordedAt)
            let version = try await ledger.version(of: event.envelope.stream)
            text += "\(event) \(byID) \(at) \(version)\n"
        }
        for body in Self.bodies {
            text += hex(try await ledger.blob(Digest(of: body)) ?? []) + "\n"
        }
        let found = try await ledger.events(
            matching: EventFilter { $0.environment = "production" }, newestFirst: true, limit: 99)
        text += "\(found.map(\.position))\n"
        for size in 0...Int64(events.count) {
            text += "\(try await ledger.root(of: size).map(\.description) ?? "none")\n"
        }
        text += "\(try await ledger.checkpoints(limit: 9))\n"
        return text + "\(try await ledger.state { $0.storedRows().map { "\($0)" } })"
    }

    @Test func aFlipIsFoundOrChangesNoAnswer() async throws {
        let (bench, bytes) = try await file()
        let path = bench.path + ".flipped"
        func ask(_ bytes: [UInt8]) async throws -> (isIntact: Bool, answers: String) {
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            let ledger = try SQLiteLedger.openForReading(path: path)
            let isIntact = try await ledger.verify(full: true).isIntact
            return (isIntact, isIntact ? try await answers(ledger) : "")
        }
        let whole = try await ask(bytes)
        #expect(whole.isIntact)
        var (found, harmless) = (0, 0)
        // 4000 seeds held when this was written; so many are tried each time.
        for seed in 0..<400 {
            var random = SeededGenerator(seed: seed)
            var flipped = bytes
            flipped[Int.random(in: 0..<bytes.count, using: &random)] ^=
                1 << UInt8.random(in: 0..<8, using: &random)
            do {
                let after = try await ask(flipped)
                if after.isIntact {
                    harmless += 1
                    #expect(after.answers == whole.answers, "seed \(seed)")
                } else {
                    found += 1
                }
            } catch is LedgerError {
                found += 1
            }
        }
        // Neither all nothing nor all something: the test has seen both.
        #expect(found > 40 && harmless > 10, "\(found) found, \(harmless) harmless")
    }
}

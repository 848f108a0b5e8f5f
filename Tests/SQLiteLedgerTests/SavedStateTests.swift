import Digests
import EventLog
import Foundation
import Model
import Projections
import TestSupport
import Testing

@testable import SQLiteLedger

/// Saved states shorten answers and never change one.
@Suite("Saved states")
struct SavedStateTests {
    private func key(_ position: Int64) -> SavedStateKey {
        SavedStateKey(
            position: position, projectionVersion: LedgerState.version,
            envelope: Digest(of: "envelope"), redactions: 0)
    }

    private func encoded(_ key: SavedStateKey, _ state: LedgerState) -> [UInt8] {
        var bytes: [UInt8] = []
        SavedState(key: key, state: state).encode { bytes += $0 }
        return bytes
    }

    private func state(_ seed: Int) async throws -> LedgerState {
        var history = RandomHistory(seed: seed)
        return try await Bench().create(&history, events: 60).state { $0 }
    }

    @Test func whatIsSavedIsLoaded() async throws {
        let state = try await state(1)
        let key = key(state.position)
        let bytes = encoded(key, state)
        let loaded = SavedState.decode(bytes, key, recordedAt: state.recordedAt)
        #expect(loaded?.storedRows() == state.storedRows())
        #expect(loaded?.position == state.position && loaded?.recordedAt == state.recordedAt)
    }

    @Test func anythingElseIsIgnored() async throws {
        let state = try await state(2)
        let key = key(state.position)
        let bytes = encoded(key, state)
        for other in [
            self.key(state.position + 1),
            SavedStateKey(
                position: key.position, projectionVersion: key.projectionVersion + 1,
                envelope: key.envelope, redactions: 0),
            SavedStateKey(
                position: key.position, projectionVersion: key.projectionVersion,
                envelope: Digest(of: "another"), redactions: 0),
            SavedStateKey(
                position: key.position, projectionVersion: key.projectionVersion,
                envelope: key.envelope, redactions: 1),
        ] { #expect(SavedState.decode(bytes, other, recordedAt: nil) == nil) }
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<300 {
            var changed = bytes
            let place = Int.random(in: 0..<bytes.count, using: &generator)
            changed[place] ^= 1 << UInt8.random(in: 0...7, using: &generator)
            #expect(SavedState.decode(changed, key, recordedAt: nil) == nil, "byte \(place)")
            #expect(SavedState.decode(Array(bytes[..<place]), key, recordedAt: nil) == nil)
        }
    }

    /// A ledger that is long enough for a state to be saved.
    private func ledger() async throws -> (Bench, SQLiteLedger) {
        let bench = try Bench()
        let ledger = try bench.create()
        var number = 0
        while number < Int(SavedStates.interval) + 100 {
            let events = (number..<number + 4000).map { bench.event($0) }
            _ = try await ledger.append(AppendBatch(events: events))
            number += 4000
        }
        return (bench, ledger)
    }

    @Test func thePastIsTheSameWithAndWithoutThem() async throws {
        let (bench, ledger) = try await ledger()
        let saved = SavedStates(of: bench.path)
        let position = SavedStates.interval + 50
        let first = try await ledger.state(at: position)
        #expect(saved.positions == [SavedStates.interval])
        let second = try await ledger.state(at: position)
        #expect(second.storedRows() == first.storedRows() && second.position == position)
        #expect(first.environments["production"]?.serverVersion == "v\(position - 2)")
        #expect(try await ledger.state(at: 70).position == 70)

        // One that is damaged is folded over.
        let file = "\(bench.path).states/\(SavedStates.interval)"
        var bytes = Array(try Data(contentsOf: URL(fileURLWithPath: file)))
        bytes[bytes.count - 3] ^= 1
        try Data(bytes).write(to: URL(fileURLWithPath: file))
        let third = try await ledger.state(at: position)
        #expect(third.storedRows() == first.storedRows())
        #expect(try await ledger.verify(full: true).findings == [])

        // A redaction leaves none behind.
        #expect(saved.positions == [SavedStates.interval])
        var event = bench.event(1)
        event.event = .payloadRedacted(PayloadRedacted())
        event.stream = LedgerState.Stream.ledger
        _ = try? await ledger.append(AppendBatch(events: [event]))
        #expect(saved.positions == [])
        #expect(!FileManager.default.fileExists(atPath: bench.path + ".states"))
    }
}

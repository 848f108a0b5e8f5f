import EventLog
import Model
import Projections
import TestSupport
import Testing

/// What holds for any sequence of events, legal or not.
@Suite("Folding any events")
struct FoldPropertyTests {
    /// Events of every type about a few applications, objects and syncs, in an order that makes no sense.
    private func events(seed: Int, count: Int = 120) throws -> [RecordedEvent] {
        var generator = SeededGenerator(seed: seed)
        var script = Script()
        for _ in 0..<count {
            let type = EventCodec.types.randomElement(using: &generator) ?? ""
            let application = ["web", "api"].randomElement(using: &generator) ?? ""
            let object = ["", "/web", "/api"].randomElement(using: &generator) ?? ""
            let streams = ["sync-1", "sync-2", "sync-39", "plan-17", "application/web"]
            let commit = ["c1", "c2"].randomElement(using: &generator) ?? ""
            try script.add(
                type, application + object, in: streams.randomElement(using: &generator),
                commit: commit)
        }
        return script.events
    }

    private func fold(_ events: some Sequence<RecordedEvent>, into start: LedgerState)
        -> LedgerState
    {
        var state = start
        for event in events { state.apply(event) }
        return state
    }

    @Test(arguments: 0..<12)
    func aFoldMayStopAnywhereAndGoOnFromItsStoredRows(_ seed: Int) throws {
        let events = try events(seed: seed)
        let whole = fold(events, into: LedgerState())
        for cut in stride(from: 0, through: events.count, by: 17) {
            let half = fold(events.prefix(cut), into: LedgerState())
            let stored = try LedgerState(
                rows: half.storedRows(), position: half.position, recordedAt: half.recordedAt)
            let saved = try LedgerState(
                saved: half.savedTables(), position: half.position, recordedAt: half.recordedAt)
            #expect(saved.storedRows() == half.storedRows())
            let resumed = fold(events.dropFirst(cut), into: stored)
            #expect(resumed.storedRows() == whole.storedRows(), "cut at \(cut)")
            #expect(resumed.table == whole.table)
            for name in whole.applications.keys {
                #expect(resumed.objectKeys(of: name) == whole.objectKeys(of: name))
            }
        }
    }

    @Test(arguments: 0..<12)
    func theChangesGiveTheRows(_ seed: Int) throws {
        var generator = SeededGenerator(seed: seed)
        var state = LedgerState()
        var rows: [String: RowChange] = [:]
        for event in try events(seed: seed) {
            state.apply(event)
            guard Bool.random(using: &generator) else { continue }
            for change in state.takeChanges() {
                rows["\(change.projection)/\(change.key)"] = change.bytes == nil ? nil : change
            }
            #expect(Set(rows.values) == Set(state.storedRows()))
        }
    }

    @Test(arguments: 0..<12)
    func whatIsTakenBackNeverWas(_ seed: Int) throws {
        let events = try events(seed: seed)
        var state = fold(events.prefix(60), into: LedgerState())
        _ = state.takeChanges()
        let before = state
        for event in events.dropFirst(60).prefix(30) { state.apply(event) }
        state.revertChanges(to: before.position, recordedAt: before.recordedAt)
        #expect(state.storedRows() == before.storedRows() && state.takeChanges() == [])
        let again = fold(events.dropFirst(60), into: state)
        #expect(again.storedRows() == fold(events, into: LedgerState()).storedRows())
        #expect(again.table == fold(events, into: LedgerState()).table)
    }
}

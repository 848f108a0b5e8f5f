import EventLog
import Model
import Projections
import SQLiteLedger
import TestSupport
import Testing

/// What is answered from the index is what a look at every event would answer.
@Suite("Questions")
struct QueryTests {
    private func filter(_ history: inout RandomHistory, _ all: [RecordedEvent]) -> EventFilter {
        EventFilter { filter in
            let some = history.pick(all).envelope
            let other = history.pick(all).envelope
            if history.int(4) == 0 { filter.environment = some.subjects.environment }
            if history.int(4) == 0 { filter.application = some.subjects.application }
            if history.int(5) == 0 { filter.actor = some.actor.id }
            if history.int(4) == 0 { filter.types = [some.type] }
            if history.int(6) == 0 { filter.types = [some.type, other.type, "sync.started"] }
            if history.int(6) == 0 { filter.sync = some.correlation }
            if history.int(6) == 0, let commit = some.subjects.commit {
                filter.commit = String(commit.prefix(history.pick([1, 2, 7, 40])))
            }
            if history.int(4) == 0, let key = some.subjects.object {
                filter.object = ObjectPattern(
                    kind: history.pick([nil, key.kind, key.kind.uppercased()]),
                    namespace: history.pick([nil, nil, "shop1"]),
                    name: history.pick([nil, key.name]))
            }
            if history.int(6) == 0 { filter.since = some.recordedAt }
            if history.int(6) == 0 { filter.until = other.recordedAt }
            if history.int(6) == 0 {
                filter.positions =
                    min(some.position, other.position)...max(some.position, other.position)
            }
        }
    }

    @Test(arguments: 0..<6)
    func anyFilterFindsWhatMatches(_ seed: Int) async throws {
        let bench = try Bench()
        var history = RandomHistory(seed: seed)
        let ledger = try await bench.create(&history, events: 300)
        let all = try await ledger.events(after: 0, limit: .max)
        for _ in 0..<150 {
            let filter = filter(&history, all)
            let isDescending = history.int(2) == 0
            let limit = history.pick([1, 3, 50, 1000])
            let before = history.int(3) == 0 ? history.pick(all).position : nil
            var expected = all.filter { event in
                guard let before else { return filter.matches(event.envelope) }
                return (isDescending ? event.position < before : event.position > before)
                    && filter.matches(event.envelope)
            }
            if isDescending { expected.reverse() }
            let found = try await ledger.events(
                matching: filter, newestFirst: isDescending, limit: limit, before: before)
            #expect(
                found.map(\.position) == expected.prefix(limit).map(\.position),
                "seed \(seed): \(filter), newest first \(isDescending), before \(before ?? 0)")
        }
    }

    @Test(arguments: 0..<4)
    func thePastOfOneThingIsThatOfTheWholeFold(_ seed: Int) async throws {
        let bench = try Bench()
        var history = RandomHistory(seed: seed)
        let ledger = try await bench.create(&history, events: 150)
        let head = try await ledger.head()
        for position in stride(from: 0, through: head, by: 7) {
            let state = try await ledger.state(at: position)
            for environment in RandomHistory.environments {
                for key in RandomHistory.objects {
                    let row = try await ledger.object(key, in: environment, at: position)
                    #expect(row == state.objects[LedgerState.objectKey(environment, key)])
                }
            }
            for name in (1...6).map({ "sync-\($0)" }) {
                let past = try await ledger.named(name, at: position)
                #expect(past.syncs[name] == state.syncs[name], "seed \(seed), \(name) @\(position)")
                #expect(past.steps(of: name) == state.steps(of: name))
            }
        }
    }

    @Test(arguments: 0..<4)
    func someRowsOfThePresentAreThoseOfAll(_ seed: Int) async throws {
        let bench = try Bench()
        var history = RandomHistory(seed: seed)
        let ledger = try await bench.create(&history, events: 200)
        let all = try await ledger.state { $0 }
        let selections: [RowSelection] = [
            .sync("sync-1"), .steps(of: "sync-1"), .steps(of: "sync-2"), .application("web"),
            .objects(of: "web"), .objects(of: "we"), .objects(named: "api"), .declared,
            .object(RandomHistory.object(1), in: "dev"), .sync("sync-1") + .application("api"),
        ]
        let reader = try SQLiteLedger.openForReading(path: bench.path)
        for selection in selections {
            let some = try await reader.present(of: selection)
            #expect(some.position == all.position && some.recordedAt == all.recordedAt)
            #expect(
                some.storedRows() == all.storedRows().filter(selection.contains), "\(selection)")
        }
        // Rows that are behind are not believed.
        #expect(try shell(bench.path, "UPDATE projection SET position = position - 1") == "done")
        let whole = try await reader.present(of: .sync("sync-1"))
        #expect(whole.position == all.position)
    }
}

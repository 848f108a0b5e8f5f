internal import EventLog
internal import Model
internal import Projections
internal import SQLiteLedger

/// The questions of `QueryTimes` without the process around them: the file opened and one answer read.
func measureQuestions(_ file: LedgerFile) async throws -> [Figure] {
    func best(_ body: (SQLiteLedger) async throws -> Void) async throws -> Double {
        let clock = ContinuousClock()
        var shortest = Double.infinity
        for _ in 0..<10 {
            let start = clock.now
            try await body(try SQLiteLedger.openForReading(path: file.path))
            shortest = min(shortest, seconds(clock.now - start))
        }
        return shortest * 1000
    }
    let object = GeneratedHistory.Place(7).object(0)
    let show = try await best { ledger in
        let known = try await ledger.present(of: .objects(named: object.name))
        let row = try await ledger.object(object, in: "staging", at: file.events / 2)
        guard known.objects.count > 0, row != nil else { throw BenchFailure("no \(object)") }
    }
    let filters = [
        EventFilter(), EventFilter { $0.environment = "staging" },
        EventFilter { $0.actor = "reconciler" },
        EventFilter { $0.object = .init(name: object.name) },
        EventFilter {
            $0.types = ["drift.resolved"]
            $0.environment = "production"
        },
        EventFilter {
            $0.types = ["ledger.opened"]
            $0.actor = "reconciler"
        },
        EventFilter {
            $0.object = .init(kind: "ingress")
            $0.environment = "dev"
            $0.types = ["health.changed"]
        }, EventFilter { $0.commit = "ab" },
    ]
    var log = 0.0
    for filter in filters {
        log = max(
            log,
            try await best { ledger in
                _ = try await ledger.events(matching: filter, newestFirst: true, limit: 50)
            })
    }
    let explain = try await best { ledger in
        let rows = try await ledger.present(of: .sync("sync-1000") + .steps(of: "sync-1000"))
        guard rows.syncs.count == 1 else { throw BenchFailure("no sync-1000") }
    }
    let past = try await best { ledger in _ = try await ledger.state(at: file.events - 1000) }
    return [
        Figure(name: "object at a position, in process", value: show, unit: "ms", target: .none),
        Figure(name: "page of log, slowest, in process", value: log, unit: "ms", target: .none),
        Figure(name: "sync with steps, in process", value: explain, unit: "ms", target: .none),
        Figure(
            name: "whole past from a saved state", value: past, unit: "ms", target: .below(1000)),
    ]
}

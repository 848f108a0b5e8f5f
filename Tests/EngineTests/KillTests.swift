import Digests
import EventLog
import Model
import Planning
import Projections
import Testing

/// Kills a deployment and an upgrade at every effect, and starts again on what is left.
@Suite("Killing", .timeLimit(.minutes(2)))
struct KillTests {
    private static let first: [String: String] = [
        "config": World.configMap("config", "one"),
        "old": World.configMap("old", "leaves"),
        "web": World.deployment("web", image: "web:1"),
        "migrate": World.hook("migrate", "PreSync"),
        "smoke": World.hook("smoke", "PostSync", policy: "HookSucceeded"),
    ]

    private static let second: [String: String] = {
        var files = first
        files["old"] = nil
        files["config"] = World.configMap("config", "two")
        files["web"] = World.deployment("web", image: "web:2")
        files["api"] = World.deployment("api", image: "api:1", wave: 2)
        return files
    }()

    private static func commit(_ files: [String: String], to world: World) {
        var all = ["applications/shop.yaml": World.application(limit: 5)]
        for (name, text) in files { all["apps/shop/\(name).yaml"] = text }
        world.source.commit("commit", all)
    }

    private enum Scenario: String, CaseIterable { case deployment, upgrade }

    /// A world just before the effects that are killed.
    private static func prepared(_ scenario: Scenario) async throws -> World {
        let world = World()
        commit(first, to: world)
        if scenario == .upgrade {
            #expect(try await world.run { $0.isSynced })
            commit(second, to: world)
        }
        return world
    }

    private static func isDone(_ scenario: Scenario) -> @Sendable (World) -> Bool {
        let number = Int64(scenario == .deployment ? 1 : 2)
        return { world in
            let commit = String(repeating: "0", count: 39) + String(number)
            return world.isSynced
                && world.store.state.applications["shop"]?.lastSyncedCommit == commit
        }
    }

    @Test(arguments: [0, 1]) func everyEffectOfASyncCanBeTheLast(_ index: Int) async throws {
        let scenario = Scenario.allCases[index]
        let whole = Fate()
        let world = try await Self.prepared(scenario)
        #expect(try await world.run(whole, until: Self.isDone(scenario)))
        let count = whole.count
        #expect(count > 20)
        let kills = (1...count).flatMap { [($0, false), ($0, true)] }
        let findings = try await withThrowingTaskGroup(of: [String].self) { group in
            var findings: [String] = []
            var waiting = kills[...]
            func start() {
                guard let (k, happens) = waiting.popFirst() else { return }
                group.addTask { try await Self.check(scenario, k, happens) }
            }
            for _ in 0..<4 { start() }
            while let found = try await group.next() {
                findings += found
                start()
            }
            return findings
        }
        #expect(findings == [])
    }

    @Test(arguments: [0, 1]) func everyAnswerOfAClusterCanBeLost(_ index: Int) async throws {
        let scenario = Scenario.allCases[index]
        let whole = Fate()
        let world = try await Self.prepared(scenario)
        #expect(try await world.run(whole, until: Self.isDone(scenario)))
        let count = whole.calls.count
        #expect(count > 5)
        var findings: [String] = []
        for k in 1...count {
            for happens in [false, true] {
                findings += try await Self.checkLoss(scenario, k, happens)
            }
        }
        #expect(findings == [])
    }

    /// What is wrong after the answer of the `k`th call was lost, in the same process.
    private static func checkLoss(_ scenario: Scenario, _ k: Int, _ happens: Bool) async throws
        -> [String]
    {
        let world = try await prepared(scenario)
        let fate = Fate(loseAt: k, happens: happens)
        let isSynced = try await world.run(fate, until: isDone(scenario))
        let call = fate.calls.dropFirst(k - 1).first ?? "nothing"
        let place = "\(scenario) without the answer to \(call), \(happens ? "" : "not ")carried out"
        var findings = isSynced ? [] : ["never synced"]
        findings += differences(world, scenario) + openEnds(world.store.state)
        findings += illegalities(world) + hooksRunTwice(world) + unannounced(world)
        return findings.map { "\(k) \(place): \($0)" }
    }

    /// What is wrong after the `k`th effect was the last of its process.
    private static func check(_ scenario: Scenario, _ k: Int, _ happens: Bool) async throws
        -> [String]
    {
        let world = try await prepared(scenario)
        let fate = Fate(killAt: k, happens: happens)
        try await world.run(fate, until: isDone(scenario))
        let isSynced = try await world.run(until: isDone(scenario))
        let place = "\(scenario) killed \(happens ? "after" : "before") \(fate.log.last ?? "")"
        var findings = isSynced ? [] : ["never synced"]
        findings += differences(world, scenario) + openEnds(world.store.state)
        findings += illegalities(world) + hooksRunTwice(world) + unannounced(world)
        return findings.map { "\(k) \(place): \($0)" }
    }
}

// MARK: - What must hold

extension KillTests {
    private static func differences(_ world: World, _ scenario: Scenario) -> [String] {
        let expected: [String: String] =
            scenario == .deployment
            ? ["config": "one", "old": "leaves", "web": "web:1", "migrate": "job:1"]
            : ["config": "two", "web": "web:2", "api": "api:1", "migrate": "job:1"]
        var live: [String: String] = [:]
        for (key, object) in world.cluster.objects {
            let containers = object["spec"]?["template"]?["spec"]?["containers"]
            let value = object["data"]?["key"] ?? containers?[0]?["image"]
            live[key.name] = value?.stringValue ?? ""
        }
        return live == expected ? [] : ["the cluster holds \(live)"]
    }

    private static func openEnds(_ state: LedgerState) -> [String] {
        state.steps.all.filter { $0.value.outcome == .open }.map { "step \($0.key) is open" }
            + state.syncs.all.filter { !$0.value.phase.isFinished }.map { "\($0.key) is open" }
    }

    private static func illegalities(_ world: World) -> [String] {
        var audit = LegalityAudit()
        return world.store.events.flatMap { recorded in
            guard let event = recorded.event, recorded.position > 1 else { return [String]() }
            return audit.check(event, recorded.envelope).map { "illegal: \($0)" }
        }
    }

    /// A hook of one sync is made once at most, whatever happened in between.
    private static func hooksRunTwice(_ world: World) -> [String] {
        var made: [String: Int] = [:]
        for call in world.cluster.journal where call.verb == "create" {
            let sync = intent(before: call, world)?.envelope.stream ?? ""
            made["\(call.object) of \(sync)", default: 0] += 1
        }
        return made.filter { $0.value > 1 }.map { "\($0.key) was made \($0.value) times" }
    }

    private static func unannounced(_ world: World) -> [String] {
        world.cluster.journal.compactMap { call in
            guard case .applyIntended(let intent)? = intent(before: call, world)?.event else {
                return "\(call.verb) \(call.object) was not announced"
            }
            let actions: Set<StepAction> =
                switch call.verb {
                case "create": [.createHook]
                case "delete": [.prune, .deleteHook]
                default: [.apply, .createNamespace]
                }
            guard actions.contains(intent.action) else {
                return "\(call.verb) \(call.object) was announced as \(intent.action)"
            }
            return nil
        }
    }

    /// The last step event about an object when a call was carried out: its intent, if all is well.
    private static func intent(before call: SimulatedCluster.Call, _ world: World)
        -> RecordedEvent?
    {
        world.store.events.prefix(call.position).last { recorded in
            guard recorded.subjects.object?.shortText == call.object else { return false }
            switch recorded.event {
            case .applyIntended, .objectApplied, .objectPruned, .objectFailed, .applyRecovered:
                return true
            default: return false
            }
        }
    }
}

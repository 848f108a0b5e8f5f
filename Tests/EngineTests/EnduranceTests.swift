import Engine
import EventLog
import Model
import Projections
import Testing

/// What goes wrong for long: refused objects, empty folders, clusters that never answer, large fleets.
@Suite("Endurance", .timeLimit(.minutes(1)))
struct EnduranceTests {
    private let web = World.key("Deployment", "web", group: "apps")

    @Test func failedSyncsAreTriedAgainWithPausesAndSelfHealGoesOnAfterTheLast() async throws {
        let world = World()
        world.source.commit(
            "deploy",
            [
                "applications/shop.yaml": World.application(limit: 2),
                "apps/shop/web.yaml": World.deployment("web", image: "web:refused"),
            ])
        let goesOn = try await world.run {
            $0.store.state.syncs.all.values.contains { $0.trigger == .selfHeal }
        }
        #expect(goesOn)
        let syncs = (1...4).compactMap { world.store.state.syncs["sync-\($0)"] }
        #expect(syncs.map(\.attempt) == [0, 1, 2, 3])
        #expect(syncs.map(\.trigger) == [.automated, .automated, .automated, .selfHeal])
        for (earlier, later) in zip(syncs, syncs.dropFirst()) {
            let pause = later.requestedAt - (earlier.finishedAt ?? earlier.requestedAt)
            #expect(pause >= .seconds(1))
        }
        world.cluster.setLenient()
        #expect(try await world.run { $0.isSynced })
    }

    @Test func aFailedHookIsRunAgainThoughEveryObjectIsInSync() async throws {
        let world = brokenSmokeTest()
        let isSyncedAndFailed = try await world.run {
            $0.store.state.syncs["sync-1"]?.phase == .failed
                && $0.store.state.applications["shop"]?.syncStatus == .synced
        }
        #expect(isSyncedAndFailed)
        world.cluster.setLenient()
        // How many attempts fail before the cluster is mended is a matter of chance.
        let isRunAgain = try await world.run {
            $0.store.state.syncs.all.values.contains { $0.phase == .succeeded && $0.attempt > 0 }
        }
        #expect(isRunAgain)
    }

    @Test func aHookThatKeepsFailingIsGivenUpAfterTheLastAttempt() async throws {
        let world = brokenSmokeTest()
        let givesUp = try await world.run {
            $0.store.state.applications["shop"]?.refusal?.reason == .alreadyAttempted
        }
        #expect(givesUp)
        let syncs = world.store.state.syncs.all.values.sorted { $0.requestedAt < $1.requestedAt }
        #expect(syncs.map(\.attempt) == [0, 1, 2])
        #expect(syncs.allSatisfy { $0.phase == .failed })
    }

    private func brokenSmokeTest() -> World {
        let world = World()
        world.source.commit(
            "deploy",
            [
                "applications/shop.yaml": World.application(limit: 2),
                "apps/shop/web.yaml": World.deployment("web", image: "web:1"),
                "apps/shop/smoke.yaml": World.hook("smoke", "PostSync", image: "job:broken"),
            ])
        return world
    }

    @Test func anEmptyFolderDoesNotPruneEverything() async throws {
        let world = World()
        let application = World.application()
        world.source.commit(
            "deploy",
            [
                "applications/shop.yaml": application,
                "apps/shop/web.yaml": World.deployment("web", image: "web:1"),
            ])
        #expect(try await world.run { $0.isSynced })
        world.source.commit(
            "empty", ["applications/shop.yaml": application, "apps/shop/README.md": "moved"])
        let isRefused = try await world.run {
            $0.store.state.applications["shop"]?.refusal?.reason == .wouldPruneEverything
        }
        #expect(isRefused)
        #expect(world.cluster.objects[web] != nil)
    }

    @Test func aClusterThatNeverAnswersDelaysNobodyElse() async throws {
        let world = World(environments: ["dev", "staging"])
        world.staging.setHanging(true)
        world.source.commit(
            "deploy",
            [
                "applications/shop.yaml": World.application(),
                "applications/stock.yaml": World.application("stock", environment: "staging"),
                "apps/shop/web.yaml": World.deployment("web", image: "web:1"),
                "apps/stock/web.yaml": World.deployment("web", image: "web:1"),
            ])
        let isRefreshed = Box<Bool>()
        let isSynced = try await world.run(until: { $0.isSynced && isRefreshed.value == true }) {
            engine in
            try await engine.refresh("shop")
            isRefreshed.value = true
        }
        #expect(isSynced)
        #expect(world.staging.calls.isEmpty)
        #expect(world.timeline(of: "stock") == ["application.declared"])
        world.staging.setHanging(false)
        #expect(
            try await world.run { $0.store.state.applications["stock"]?.syncStatus == .synced })
    }

    @Test func aSyncThatHangsDelaysNoOtherEnvironment() async throws {
        let world = World(environments: ["dev", "staging"])
        func commit(_ image: String) {
            world.source.commit(
                image,
                [
                    "applications/shop.yaml": World.application(),
                    "applications/stock.yaml": World.application("stock", environment: "staging"),
                    "apps/shop/web.yaml": World.deployment("web", image: image),
                    "apps/stock/web.yaml": World.deployment("web", image: image),
                ])
        }
        commit("web:1")
        let areSynced: @Sendable (World) -> Bool = {
            $0.isSynced && $0.store.state.applications["stock"]?.lastSynced != nil
        }
        #expect(try await world.run(until: areSynced))
        commit("web:2")
        let isUpgraded = try await world.run(until: {
            $0.isSynced && $0.store.state.applications["shop"]?.attempts.commit.last == "2"
        }) { _ in world.staging.setHanging(true) }
        #expect(isUpgraded)
    }

    @Test func aLookAtAFleetInWhichNothingChangedCallsAndWritesNothing() async throws {
        let world = World()
        world.source.commit("fleet", World.fleet(applications: 20, objects: 20))
        let fate = Fate()
        let counts = Box<[Int]>()
        let isLooked = try await world.run(fate, seconds: 30, until: { _ in counts.value != nil }) {
            engine in
            try await world.until { world in
                let rows = world.store.state.applications.all
                return rows.count == 20 && rows.values.allSatisfy { $0.isAtRest }
            }
            let (effects, events) = (fate.count, world.store.events.count)
            for _ in 0..<3 { try await engine.refresh() }
            counts.value = [fate.count - effects, world.store.events.count - events]
        }
        #expect(isLooked)
        #expect(counts.value == [0, 0])
    }
}

extension ApplicationRow {
    fileprivate var isAtRest: Bool {
        syncStatus == .synced && health == .healthy && runningSync == nil
    }
}

extension World {
    /// Applications of ConfigMaps.
    static func fleet(applications: Int, objects: Int) -> [String: String] {
        var files: [String: String] = [:]
        for number in 1...applications {
            let name = "app-\(number)"
            files["applications/\(name).yaml"] = application(name)
            for object in 1...objects {
                files["apps/\(name)/\(object).yaml"] = configMap("settings-\(object)", "one")
            }
        }
        return files
    }
}

import Declarations
import EventLog
import Model
import Planning
import Projections
import Testing

@Suite("Reconciling")
struct ReconcilingTests {
    private let world = World()
    private let web = World.key("Deployment", "web", group: "apps")

    private func deploy(_ files: [String: String], _ message: String = "deploy") {
        var all = ["applications/shop.yaml": World.application()]
        for (name, text) in files { all["apps/shop/\(name).yaml"] = text }
        world.source.commit(message, all)
    }

    private var shop: [String: String] {
        [
            "config": World.configMap("config", "one"),
            "web": World.deployment("web", image: "web:1"),
            "migrate": World.hook("migrate", "PreSync"),
            "smoke": World.hook("smoke", "PostSync"),
        ]
    }

    @Test func aFirstCommitIsDeployedInOrder() async throws {
        deploy(shop)
        #expect(try await world.run { $0.isSynced })
        #expect(
            world.cluster.calls == [
                "create Job/migrate", "apply ConfigMap/config", "apply Deployment/web",
                "create Job/smoke",
            ])
        let sync = world.store.state.syncs["sync-1"]
        #expect(sync?.phase == .succeeded)
        #expect(sync?.trigger == .automated)
    }

    @Test func everyEffectHasItsIntentBeforeAndItsOutcomeAfter() async throws {
        deploy(shop)
        try await world.run { $0.isSynced }
        let timeline = world.timeline().filter {
            $0.hasPrefix("sync.") || $0.hasPrefix("apply.") || $0.hasPrefix("object.applied")
                || $0.hasPrefix("hook.")
        }
        #expect(
            timeline == [
                "sync.requested", "sync.planned", "sync.started", "apply.intended",
                "object.applied",
                "hook.started", "hook.finished", "apply.intended", "object.applied",
                "apply.intended",
                "object.applied", "apply.intended", "object.applied", "hook.started",
                "hook.finished",
                "sync.succeeded",
            ])
    }

    @Test func anIdleEnvironmentAppendsNothing() async throws {
        deploy(shop)
        try await world.run { $0.isSynced }
        let events = world.store.events.count
        let trees = world.source.trees
        let calls = world.cluster.calls.count
        let fetches = world.source.fetches
        // A restart renders once; then twenty polls change nothing.
        try await world.run { $0.source.fetches > fetches + 20 }
        #expect(world.store.events.count == events)
        #expect(world.cluster.calls.count == calls)
        #expect(world.source.trees <= trees + 2)
    }

    @Test func handMadeChangesAreDetectedWithTheirFieldAndHealed() async throws {
        deploy(shop)
        try await world.run { $0.isSynced }
        let before = world.store.events.count
        try await world.run(until: { $0.timeline(after: before).contains("drift.resolved") }) { _ in
            world.cluster.edit(web) { $0["spec"]?["replicas"] = 3 }
        }
        let drift = world.store.events.dropFirst(before).compactMap { event -> DriftDetected? in
            if case .driftDetected(let payload) = event.event { payload } else { nil }
        }.first
        #expect(
            drift?.fields.map { "\($0.path) \($0.desired ?? "") \($0.live ?? "")" } == [
                "spec.replicas 1 3"
            ])
        #expect(world.cluster.objects[web]?["spec"]?["replicas"] == 1)
        let sync = world.store.state.syncs["sync-2"]
        #expect(sync?.trigger == .selfHeal)
        #expect(sync?.onlyObjects == [web])
    }

    @Test func aDeletedObjectComesBack() async throws {
        deploy(shop)
        try await world.run { $0.isSynced }
        let before = world.store.events.count
        try await world.run(until: { $0.timeline(after: before).contains("drift.resolved") }) { _ in
            world.cluster.remove(web)
        }
        #expect(world.cluster.objects[web] != nil)
    }

    @Test func anObjectThatLeavesGitIsPruned() async throws {
        deploy(shop)
        try await world.run { $0.isSynced }
        var files = shop
        files["config"] = nil
        deploy(files, "remove the config")
        try await world.run { $0.isSynced && $0.store.state.syncs["sync-2"]?.phase == .succeeded }
        #expect(world.cluster.objects[World.key("ConfigMap", "config")] == nil)
        #expect(world.timeline().contains("object.pruned"))
    }

    @Test func aBadReleaseIsDegradedAndTheNextCommitBringsItBack() async throws {
        deploy(shop)
        try await world.run { $0.isSynced }
        var files = shop
        files["web"] = World.deployment("web", image: "web:broken")
        deploy(files, "bad release")
        #expect(
            try await world.run {
                $0.store.state.applications["shop"]?.health == .degraded
                    && $0.store.state.syncs["sync-2"]?.phase == .failed
            })
        deploy(shop, "revert")
        #expect(try await world.run { $0.isSynced })
    }

    @Test func anObjectTheClusterRefusesStopsTheSyncBeforeAnythingIsTouched() async throws {
        var files = shop
        files["web"] = World.deployment("web", image: "web:refused")
        deploy(files)
        try await world.run { $0.store.state.syncs["sync-1"]?.phase == .failed }
        #expect(world.cluster.calls.isEmpty)
        #expect(
            world.store.state.syncs["sync-1"]?.message
                == "one or more objects failed to apply (dry run)")
    }

    @Test func observeModeRecordsAndNeverWrites() async throws {
        deploy(shop)
        try await world.run(mode: .observe) {
            $0.store.state.applications["shop"]?.refusal?.reason == .observeOnly
        }
        #expect(world.cluster.calls.isEmpty)
        #expect(world.store.state.applications["shop"]?.syncStatus == .outOfSync)
    }

    @Test func withoutSelfHealDriftStaysAndTheRefusalIsRecordedOnce() async throws {
        var files = ["applications/shop.yaml": World.application(selfHeal: false)]
        for (name, text) in shop { files["apps/shop/\(name).yaml"] = text }
        world.source.commit("deploy", files)
        try await world.run { $0.isSynced }
        let fetches = world.source.fetches
        try await world.run(until: { $0.source.fetches > fetches + 10 }) { _ in
            world.cluster.edit(web) { $0["spec"]?["replicas"] = 3 }
        }
        #expect(world.cluster.objects[web]?["spec"]?["replicas"] == 3)
        #expect(world.timeline().filter { $0 == "sync.refused" }.count == 1)
    }

    @Test func anUnreachableRepositoryIsRecordedOnceAndWorkGoesOn() async throws {
        deploy(shop)
        try await world.run { $0.isSynced }
        world.source.setUnreachable(true)
        let fetches = world.source.fetches
        try await world.run(until: {
            $0.source.fetches > fetches + 5
                && $0.cluster.objects[self.web]?["spec"]?["replicas"] == 1
        }) { _ in
            world.cluster.edit(web) { $0["spec"]?["replicas"] = 3 }
        }
        let types = world.store.events.map(\.envelope.type)
        #expect(types.filter { $0 == "repository.unreachable" }.count == 1)
        #expect(world.cluster.objects[web]?["spec"]?["replicas"] == 1)
        world.source.setUnreachable(false)
        #expect(
            try await world.run {
                $0.store.events.contains { $0.envelope.type == "repository.reachable" }
            })
    }

    @Test func aFullLedgerStopsEveryEffectUntilThereIsSpace() async throws {
        deploy(shop)
        world.store.setFull(true)
        try await world.run(seconds: 0.3) { _ in false }
        #expect(world.cluster.calls.isEmpty)
        world.store.setFull(false)
        #expect(try await world.run { $0.isSynced })
    }
}

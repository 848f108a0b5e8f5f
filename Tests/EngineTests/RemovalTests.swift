import Declarations
import Engine
import EventLog
import Model
import Planning
import Projections
import Testing

/// Applications that leave Git.
@Suite("Removal", .timeLimit(.minutes(1)))
struct RemovalTests {
    private let world = World()

    private static func leaving(_ name: String = "shop") -> String {
        World.application(name).replacing(
            "metadata: {name: \(name)}",
            with:
                "metadata: {name: \(name), finalizers: [resources-finalizer.argocd.argoproj.io]}")
    }

    private let stays = [
        "applications/stock.yaml": World.application("stock"),
        "apps/stock/a.yaml": World.configMap("stock", "one"),
    ]

    private func deploy(_ application: String, _ files: [String: String], isAlone: Bool = false)
        async throws
    {
        var all = isAlone ? [:] : stays
        all["applications/shop.yaml"] = application
        for (name, text) in files { all["apps/shop/\(name).yaml"] = text }
        world.source.commit("deploy", all)
        let isSynced = try await world.run { world in
            let rows = world.store.state.applications.all
            return rows.count == (isAlone ? 1 : 2)
                && rows.values.allSatisfy { $0.syncStatus == .synced && $0.runningSync == nil }
        }
        #expect(isSynced)
    }

    private let files = [
        "config": World.configMap("config", "one", wave: 0),
        "web": World.deployment("web", image: "web:1", wave: 1),
        "kept": World.configMap("kept", "one").replacing(
            "annotations: {", with: "annotations: {argocd.argoproj.io/sync-options: Prune=false, "),
        "smoke": World.hook("smoke", "PostSync"),
    ]

    private static let isRemoved: @Sendable (World) -> Bool = {
        $0.store.state.applications["shop"]?.isRemoved == true
    }

    @Test func withoutTheFinalizerItsObjectsStay() async throws {
        try await deploy(World.application(), files)
        world.source.commit("remove", stays)
        #expect(try await world.run(until: Self.isRemoved))
        #expect(world.cluster.objects[World.key("ConfigMap", "config")] != nil)
        #expect(!world.cluster.calls.contains { $0.hasPrefix("delete") })
    }

    @Test func withTheFinalizerTheyGoInReverseOrderAndThenTheApplication() async throws {
        try await deploy(Self.leaving(), files)
        let before = world.store.events.count
        world.source.commit("remove", stays)
        #expect(try await world.run(until: Self.isRemoved))
        // Of one wave in parallel.
        let deletions = world.cluster.calls.filter { $0.hasPrefix("delete") }
        #expect(deletions.first == "delete Deployment/web")
        #expect(
            deletions.dropFirst().sorted() == ["delete ConfigMap/config", "delete Job/smoke"])
        #expect(world.cluster.objects[World.key("ConfigMap", "kept")] != nil)
        let sync = world.store.state.syncs["sync-3"]
        #expect(sync?.trigger == .removal)
        #expect(sync?.phase == .succeeded)
        let types = world.timeline(after: before)
        #expect(types.last == "application.removed")
        #expect(types.filter { $0 == "object.pruned" }.count == 3)
    }

    private func deletions(of sync: String) -> [String] {
        world.store.state.steps(of: sync).map {
            "\($0.intent.phase) \($0.intent.action) \($0.object.shortText)"
        }
    }

    @Test func hooksOfDeletionRunBeforeAndAfterTheObjectsGo() async throws {
        var files = files
        files["before"] = World.hook("before", "PreDelete", policy: "HookSucceeded")
        files["both"] = World.hook("both", "PostSync").replacing(
            "argocd.argoproj.io/hook: PostSync", with: "helm.sh/hook: 'post-install,post-delete'")
        try await deploy(Self.leaving(), files)
        let both = World.key("Job", "both", group: "batch")
        #expect(world.cluster.objects[both] != nil)
        #expect(world.cluster.calls.filter { $0.contains("before") } == [])
        let row = world.store.state.applications["shop"]
        #expect(row?.deletionHooks.map(\.key.name) == ["before", "both"])

        let calls = world.cluster.calls.count
        world.source.commit("remove", stays)
        #expect(try await world.run(until: Self.isRemoved))
        let made = world.cluster.calls.dropFirst(calls)
        #expect(
            made.prefix(3) == ["create Job/before", "delete Job/before", "delete Deployment/web"])
        #expect(made.suffix(2) == ["delete Job/both", "create Job/both"])
        #expect(made.filter { $0.hasPrefix("create") }.count == 2)
        #expect(world.store.state.syncs["sync-3"]?.phase == .succeeded)
        #expect(world.store.state.syncs["sync-4"] == nil)
    }

    @Test func aHookThatFailsKeepsTheObjectsAndIsTriedAgain() async throws {
        var files = files
        files["before"] = World.hook("before", "PreDelete", image: "broken")
        try await deploy(Self.leaving(), files)
        world.source.commit("remove", stays)
        let isTriedTwice = try await world.run {
            $0.store.state.syncs["sync-4"]?.phase == .failed
        }
        #expect(isTriedTwice)
        #expect(world.cluster.objects[World.key("ConfigMap", "config")] != nil)
        #expect(world.store.state.applications["shop"]?.isRemoved == false)
    }

    @Test func whereNothingWasDeployedTheHooksRunAlone() async throws {
        try await deploy(
            Self.leaving(),
            ["after": World.hook("after", "PostDelete"), "config": files["config"] ?? ""])
        world.cluster.remove(World.key("ConfigMap", "config"))
        world.source.commit("remove", stays)
        #expect(try await world.run(until: Self.isRemoved))
        #expect(world.cluster.calls.last == "create Job/after")
    }

    @Test func withoutTheFinalizerNoHookOfDeletionRuns() async throws {
        try await deploy(
            World.application(),
            ["after": World.hook("after", "PostDelete"), "config": files["config"] ?? ""])
        world.source.commit("remove", stays)
        #expect(try await world.run(until: Self.isRemoved))
        #expect(!world.cluster.calls.contains("create Job/after"))
    }

    @Test func inObserveModeNothingIsDeleted() async throws {
        try await deploy(Self.leaving(), files)
        world.source.commit("remove", stays)
        #expect(try await world.run(mode: .observe, until: Self.isRemoved))
        #expect(world.cluster.objects[World.key("ConfigMap", "config")] != nil)
    }

    @Test func theLastOneOfItsFolderWaitsForAPerson() async throws {
        try await deploy(Self.leaving(), files, isAlone: true)
        world.source.commit(
            "moved",
            [
                "applications/README.md": "moved",
                "apps/shop/config.yaml": World.configMap("config", "one"),
            ])
        let isRefused = try await world.run {
            $0.store.state.applications["shop"]?.refusal?.reason == .wouldPruneEverything
        }
        #expect(isRefused)
        #expect(world.cluster.objects[World.key("ConfigMap", "config")] != nil)
        let person = Actor(kind: .user, id: "engineer-a", authentication: .unixPeer)
        let id = EventID(at: world.clock.now(), random: world.clock.randomBytes(10))
        let isGone = try await world.run(until: Self.isRemoved) { engine in
            _ = try await engine.sync(
                SyncCommand(application: "shop", isPruning: true), actor: person, id: id)
        }
        #expect(isGone)
        #expect(world.cluster.objects[World.key("ConfigMap", "config")] == nil)
    }

    @Test func anEmptiedRepositoryFolderThatCannotBeReadRemovesNothing() async throws {
        try await deploy(Self.leaving(), files)
        world.source.commit("broken", ["applications/shop.yaml": "kind: ["])
        let isRejected = try await world.run {
            $0.store.state.repositories["platform"]?.rejected.isEmpty == false
        }
        #expect(isRejected)
        #expect(world.store.state.applications["shop"]?.isRemoved == false)
        #expect(!world.cluster.calls.contains { $0.hasPrefix("delete") })
    }
}

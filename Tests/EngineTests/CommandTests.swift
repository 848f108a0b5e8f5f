import Declarations
import Engine
import EventLog
import Model
import Projections
import Testing

/// What people ask of a running engine.
@Suite("Commands", .timeLimit(.minutes(1)))
struct CommandTests {
    private let world = World()
    private let web = World.key("Deployment", "web", group: "apps")
    private let token = World.key("Secret", "token")
    private let person = Actor(kind: .user, id: "engineer-a", authentication: .unixPeer)

    private func deploy(_ image: String, password: String = "one", automated: Bool = true) {
        world.source.commit(
            image,
            [
                "applications/shop.yaml": World.application(automated: automated),
                "apps/shop/web.yaml": World.deployment("web", image: image),
                "apps/shop/token.yaml": World.secret("token", password),
            ])
    }

    private func id() -> EventID {
        EventID(at: world.clock.now(), random: world.clock.randomBytes(10))
    }

    private func image() -> String? {
        let template = world.cluster.objects[web]?["spec"]?["template"]?["spec"]
        return template?["containers"]?[0]?["image"]?.stringValue
    }

    private func deployTwice(password: String = "one") async throws {
        deploy("web:1")
        #expect(try await world.run { $0.isSynced })
        deploy("web:2", password: password)
        let isSynced = try await world.run {
            $0.isSynced && $0.store.state.syncs["sync-2"]?.phase == .succeeded
        }
        #expect(isSynced)
    }

    private func rollBack(until isOver: @escaping @Sendable (World) -> Bool) async throws -> Bool {
        try await world.run(until: isOver) { [person, id] engine in
            _ = try await engine.rollback(
                "shop", to: "sync-1", isPruning: nil, actor: person, id: id())
        }
    }

    @Test func aRollbackNeedsNoGitLeavesAnEqualSecretAloneAndHoldsAutoSync() async throws {
        try await deployTwice()
        world.source.setUnreachable(true)
        let calls = world.cluster.calls.count
        let isRolledBack: @Sendable (World) -> Bool = {
            $0.store.state.syncs["sync-3"]?.phase == .succeeded
                && $0.store.state.applications["shop"]?.refusal?.reason == .held
        }
        let isOver = try await rollBack(until: isRolledBack)
        #expect(isOver)
        #expect(image() == "web:1")
        #expect(world.cluster.calls.dropFirst(calls) == ["apply Deployment/web"])
        let shop = world.store.state.applications["shop"]
        #expect(shop?.heldBecause?.contains("rolled back to sync-1") == true)

        world.source.setUnreachable(false)
        let isReleased: @Sendable (World) -> Bool = {
            $0.isSynced && $0.store.state.syncs["sync-4"]?.phase == .succeeded
        }
        let isSynced = try await world.run(until: isReleased) { [person] engine in
            try await engine.release("shop", actor: person, reason: "fixed")
        }
        #expect(isSynced)
        #expect(image() == "web:2")
    }

    @Test func aRollbackOfAChangedSecretTakesItsValueFromItsCommit() async throws {
        try await deployTwice(password: "two")
        let isOver = try await rollBack { $0.store.state.syncs["sync-3"]?.phase == .succeeded }
        #expect(isOver)
        #expect(world.cluster.objects[token]?["stringData"]?["password"] == nil)
        #expect(world.cluster.objects[token]?["data"]?["password"] == "b25l")
    }

    @Test func aRollbackWhoseSecretCannotBeReadIsRefusedBeforeAnythingIsRecorded() async throws {
        try await deployTwice(password: "two")
        let before = world.timeline()
        let refused = Box<String>()
        try await world.run(until: { _ in refused.value != nil }) { [world, person, id] engine in
            world.source.setUnreadable(true)
            do {
                _ = try await engine.rollback(
                    "shop", to: "sync-1", isPruning: nil, actor: person, id: id())
                refused.value = "not refused"
            } catch let error as SyncError {
                refused.value = error.cause
            }
        }
        #expect(refused.value?.contains("Secret shop/token cannot be read") == true)
        #expect(world.timeline() == before)
        #expect(image() == "web:2")
    }

    @Test func aSavedPlanRunsAndIsStaleOnceAnInputMoved() async throws {
        deploy("web:1", automated: false)
        let stale = Box<[String]>()
        try await world.run(until: { _ in stale.value != nil }) { [world, web, person, id] engine in
            let plan = try await engine.plan(SyncCommand(application: "shop"))
            let name = try await engine.save(plan, actor: person, id: id())
            #expect(name == "plan-1")
            let sync = try await engine.sync(plan: name, actor: person, id: id())
            #expect(sync == "sync-1")
            try await world.until { $0.store.state.syncs["sync-1"]?.phase == .succeeded }
            #expect(
                world.store.state.syncs["sync-1"]?.plan?.plan
                    == world.store.state.plans["plan-1"]?.saved.plan)
            let second = try await engine.plan(SyncCommand(application: "shop"))
            let saved = try await engine.save(second, actor: person, id: id())
            world.cluster.edit(web) { $0["spec"]?["replicas"] = 3 }
            try await engine.refresh("shop")
            do {
                _ = try await engine.sync(plan: saved, actor: person, id: id())
                stale.value = []
            } catch SyncError.stalePlan(_, let moved) {
                stale.value = moved
            }
        }
        #expect(stale.value == ["live set"])
        #expect(world.store.state.applications["shop"]?.refusal?.reason == .stalePlan)
    }

    @Test func aRequestThatIsSentTwiceMakesOneSync() async throws {
        deploy("web:1", automated: false)
        let names = Box<[String]>()
        let request = id()
        try await world.run(until: { _ in names.value != nil }) { [world, person] engine in
            let command = SyncCommand(application: "shop")
            let first = try await engine.sync(command, actor: person, id: request)
            try await world.until { $0.store.state.syncs["sync-1"]?.phase == .succeeded }
            let second = try await engine.sync(command, actor: person, id: request)
            names.value = [first, second]
        }
        #expect(names.value == ["sync-1", "sync-1"])
        #expect(world.store.state.syncs.all.count == 1)
    }

    @Test func aSyncThatWaitsCanBeTerminated() async throws {
        deploy("web:slow")
        let isWaiting: @Sendable (World) -> Bool = {
            $0.cluster.calls.last == "apply Deployment/web"
        }
        try await world.run(until: { $0.store.state.syncs["sync-1"]?.phase == .terminated }) {
            [world, person] engine in
            try await world.until(isWaiting)
            let sync = try await engine.terminate("shop", actor: person)
            #expect(sync == "sync-1")
        }
        #expect(world.store.state.syncs["sync-1"]?.phase == .terminated)
        #expect(world.store.state.syncs["sync-1"]?.message == "terminated by engineer-a")
    }
}

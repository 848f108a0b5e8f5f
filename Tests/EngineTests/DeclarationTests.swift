import EventLog
import Model
import Projections
import Testing

/// Declarations that name what is not there, and declarations that cannot be read.
@Suite("Declarations of a running engine", .timeLimit(.minutes(1)))
struct DeclarationTests {
    private let world = World()
    private let web = World.key("Deployment", "web", group: "apps")

    private func check(
        _ application: String, isRefusedFor reason: SyncRefused.Reason, saying text: String
    ) async throws {
        world.source.commit(
            "deploy",
            [
                "applications/shop.yaml": application,
                "apps/shop/web.yaml": World.deployment("web", image: "web:1"),
            ])
        let isRefused = try await world.run {
            $0.store.state.applications["shop"]?.refusal?.reason == reason
                && $0.store.state.environments["dev"]?.isConnected == true
        }
        #expect(isRefused)
        #expect(world.store.state.applications["shop"]?.refusal?.message.contains(text) == true)
        let events = world.store.events.count
        let fetches = world.source.fetches
        try await world.run { $0.source.fetches > fetches + 5 }
        #expect(world.store.events.count == events)
    }

    @Test func anUnknownDestinationIsOnRecordUntilItIsRight() async throws {
        try await check(
            World.application(environment: "nowhere"), isRefusedFor: .unknownDestination,
            saying: "no environment of tidemark.yaml is nowhere")
        world.source.commit(
            "right",
            [
                "applications/shop.yaml": World.application(),
                "apps/shop/web.yaml": World.deployment("web", image: "web:1"),
            ])
        #expect(try await world.run { $0.isSynced })
        #expect(world.store.state.applications["shop"]?.refusal == nil)
    }

    @Test func anUnknownRepositoryIsOnRecord() async throws {
        try await check(
            World.application().replacing("file:///platform", with: "https://example.org/x"),
            isRefusedFor: .unknownRepository, saying: "no repository of tidemark.yaml has the URL")
    }

    @Test func declarationsThatCannotBeReadAtTheStartAreTakenFromTheLedger() async throws {
        let files = [
            "applications/shop.yaml": World.application(),
            "apps/shop/web.yaml": World.deployment("web", image: "web:1"),
        ]
        world.source.commit("deploy", files)
        #expect(try await world.run { $0.isSynced })
        var broken = files
        broken["applications/shop.yaml"] = "apiVersion: argoproj.io/v1alpha1\nkind: Nothing\n"
        world.source.commit("broken", broken)
        let isHealed = try await world.run(until: {
            $0.timeline().contains("drift.resolved")
                && $0.store.state.repositories["platform"]?.rejected.isEmpty == false
        }) { [world, web] engine in
            try await world.until { _ in true }
            world.cluster.edit(web) { $0["spec"]?["replicas"] = 3 }
        }
        #expect(isHealed)
        #expect(world.cluster.objects[web]?["spec"]?["replicas"] == 1)
        #expect(!world.timeline().contains("application.changed"))
        #expect(!world.timeline().contains("application.removed"))
        let rejections = world.store.events.filter { $0.envelope.type == "declarations.rejected" }
        // A restart finds the same problems and does not repeat them.
        let fetches = world.source.fetches
        try await world.run { $0.source.fetches > fetches + 5 }
        let again = world.store.events.filter { $0.envelope.type == "declarations.rejected" }
        #expect(again.count == rejections.count)
        world.source.commit("right again", files)
        let isRight = try await world.run {
            $0.store.state.repositories["platform"]?.rejected.isEmpty == true && $0.isSynced
        }
        #expect(isRight)
    }
}

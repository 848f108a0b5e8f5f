import EventLog
import Model
import Projections
import Testing

/// Objects of kinds that nobody desires and Tidemark never deployed.
@Suite("Exploring", .timeLimit(.minutes(1)))
struct ExploringTests {
    private let world = World()

    @Test(arguments: [true, false])
    func whatAnOlderToolLeftBehindIsSeenAsExtra(_ isPruning: Bool) async throws {
        let key = World.key("Service", "left")
        world.cluster.put(
            [
                "apiVersion": "v1", "kind": "Service",
                "metadata": [
                    "name": "left", "namespace": "shop", "uid": "left",
                    "annotations": ["argocd.argoproj.io/tracking-id": "shop:/Service:shop/left"],
                ],
            ], key)
        world.cluster.put(
            [
                "apiVersion": "v1", "kind": "Secret",
                "metadata": ["name": "strange", "namespace": "shop", "uid": "strange"],
            ], World.key("Secret", "strange"))
        world.source.commit(
            "deploy",
            [
                "applications/shop.yaml": World.application(prune: isPruning),
                "apps/shop/config.yaml": World.configMap("config", "one"),
            ])
        if isPruning {
            let isPruned = try await world.run { $0.cluster.objects[key] == nil && $0.isSynced }
            #expect(isPruned)
            #expect(world.timeline().contains("object.pruned"))
        } else {
            let isSeen = try await world.run {
                $0.store.state.applications["shop"]?.outOfSync.map(\.verdict) == [.extra]
            }
            #expect(isSeen)
            #expect(world.cluster.objects[key] != nil)
        }
        #expect(world.cluster.objects[World.key("Secret", "strange")] != nil)
    }
}

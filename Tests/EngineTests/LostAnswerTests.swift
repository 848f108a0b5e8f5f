import EventLog
import Model
import Projections
import Testing

/// Calls whose answer never comes, and answers that come late.
@Suite("Lost answers", .timeLimit(.minutes(1)))
struct LostAnswerTests {
    private let world = World()
    private let config = World.key("ConfigMap", "config")

    private func deploy(_ files: [String: String]) {
        var all = ["applications/shop.yaml": World.application(limit: 5)]
        for (name, text) in files { all["apps/shop/\(name).yaml"] = text }
        world.source.commit("deploy", all)
    }

    /// What was recorded of the steps of syncs, without the health of objects.
    private func outcomes() -> [String] {
        world.store.events.compactMap { recorded in
            switch recorded.event {
            case .applyIntended: "intended"
            case .objectApplied: "applied"
            case .objectPruned: "pruned"
            case .objectFailed: "failed"
            case .applyRecovered(let payload): "recovered \(payload.outcome.rawValue)"
            case .syncSucceeded: "succeeded"
            case .syncFailed: "sync failed"
            default: nil
            }
        }
    }

    @Test func anApplyThatHappenedGoesOn() async throws {
        deploy(["config": World.configMap("config", "one")])
        world.cluster.loseAnswer("apply ConfigMap/config", isCarriedOut: true)
        #expect(try await world.run { $0.isSynced })
        #expect(outcomes() == ["intended", "recovered applied", "succeeded"])
        #expect(world.cluster.calls == ["apply ConfigMap/config"])
    }

    @Test func anApplyThatDidNotHappenIsMadeAgain() async throws {
        deploy(["config": World.configMap("config", "one")])
        world.cluster.loseAnswer("apply ConfigMap/config", isCarriedOut: false)
        #expect(try await world.run { $0.isSynced })
        #expect(
            outcomes() == [
                "intended", "recovered notApplied", "intended", "applied", "succeeded",
            ])
    }

    @Test func aClusterThatNeverAnswersACallFailsTheSync() async throws {
        deploy(["config": World.configMap("config", "one")])
        world.cluster.loseAnswer("apply ConfigMap/config", isCarriedOut: false, times: 3)
        #expect(try await world.run { $0.isSynced })
        let attempt = ["intended", "recovered notApplied"]
        #expect(
            outcomes() == attempt + attempt + attempt + [
                "sync failed", "intended", "applied", "succeeded",
            ])
        let message = world.store.state.syncs["sync-1"]?.message
        #expect(message?.hasSuffix("it was not carried out") == true)
    }

    @Test(arguments: [true, false]) func aPruneIsLookedUp(_ isCarriedOut: Bool) async throws {
        let web = World.deployment("web", image: "web:1")
        deploy(["config": World.configMap("config", "one"), "web": web])
        #expect(try await world.run { $0.isSynced })
        let before = outcomes().count
        deploy(["web": web])
        world.cluster.loseAnswer("delete ConfigMap/config", isCarriedOut: isCarriedOut)
        let isPruned = try await world.run {
            $0.isSynced && $0.cluster.objects[World.key("ConfigMap", "config")] == nil
                && $0.store.state.applications["shop"]?.outOfSync.isEmpty == true
                && $0.store.state.syncs.all.values.allSatisfy(\.phase.isFinished)
        }
        #expect(isPruned)
        let expected =
            isCarriedOut
            ? ["intended", "recovered applied"]
            : ["intended", "recovered notApplied", "intended", "pruned"]
        #expect(Array(outcomes().dropFirst(before).prefix(expected.count)) == expected)
    }

    @Test func aHookThatHappenedRunsOnce() async throws {
        deploy([
            "migrate": World.hook("migrate", "PreSync"), "config": World.configMap("config", "one"),
        ])
        world.cluster.loseAnswer("create Job/migrate", isCarriedOut: true)
        #expect(try await world.run { $0.isSynced })
        #expect(world.cluster.calls == ["create Job/migrate", "apply ConfigMap/config"])
    }

    @Test func aClusterThatIsGoneMeanwhileIsAskedLater() async throws {
        deploy(["config": World.configMap("config", "one")])
        world.cluster.loseAnswer("apply ConfigMap/config", isCarriedOut: true)
        world.cluster.loseAnswer("get ConfigMap/config", isCarriedOut: false)
        #expect(try await world.run { $0.isSynced })
        #expect(outcomes() == ["intended", "recovered applied", "succeeded"])
    }

    @Test func anObjectThatIsDeletedBeforeItsAnswerArrivesDoesNotComeBack() async throws {
        deploy(["config": World.configMap("config", "one")])
        world.cluster.overtake("apply ConfigMap/config")
        // Healed only if its absence is seen: a ghost in memory would be taken for the object.
        #expect(
            try await world.run { $0.isSynced && $0.cluster.objects[self.config] != nil })
        #expect(
            world.cluster.calls == ["apply ConfigMap/config", "apply ConfigMap/config"])
    }
}

import Declarations
import Engine
import EventLog
import Model
import Planning
import Projections
import Testing

extension ChartSourceTests {
    @Test func whoChoseAVersionDoesNotApproveIt() async throws {
        declare()
        publish("1.0.0")
        let author = Actor(kind: .user, id: "a@example.com", authentication: .unixPeer)
        let other = Actor(kind: .user, id: "uid:1000", authentication: .unixPeer)
        let answers = Box<[String]>()
        let ids = (0..<2).map { _ in
            EventID(at: world.clock.now(), random: world.clock.randomBytes(10))
        }
        try await world.run(requireApproval: .standard, until: { _ in answers.value != nil }) {
            [world] engine in
            try await world.until {
                $0.store.state.applications["shop"]?.refusal?.reason == .waitingForApproval
            }
            var all: [String] = []
            for (actor, id) in zip([author, other], ids) {
                all.append(
                    try await engine.judge(
                        PlanJudgement(plan: "plan-1", verdict: .approved, comment: "because"),
                        actor: actor, id: id))
            }
            answers.value = all
        }
        #expect(answers.value?.first?.contains("a@example.com is an author of the change") == true)
        #expect(answers.value?.last == "plan-1 is approved")
    }

    /// Also when somebody else touched the manifest after them, and when a range comes to mean another version.
    @Test func everybodyWhoChoseTheVersionIsAnAuthor() async throws {
        declare("1.0.0")
        publish("1.0.0")
        publish("2.0.0")
        try await reach("version", "1.0.0")
        declare("^2", by: "b@example.com")
        world.source.commit(
            "white space",
            world.source.files.mapValues { $0 + "\n" }, by: "c@example.com")
        declare("^2", others: ["docs/x": "y"], by: "c@example.com")
        let accounts = ["b@example.com", "c@example.com", "engineer-b", "engineer-c"]
        let other = Actor(kind: .user, id: "uid:1000", authentication: .unixPeer)
        let id = EventID(at: world.clock.now(), random: world.clock.randomBytes(10))
        let isThere = World.isThere("m", "version", "2.0.0")
        let isSynced = try await world.run(requireApproval: .standard, until: isThere) {
            [world] engine in
            try await world.until { $0.store.state.plans["plan-1"] != nil }
            _ = try await engine.judge(
                PlanJudgement(plan: "plan-1", verdict: .approved, comment: "because"),
                actor: other, id: id)
        }
        #expect(isSynced && world.store.state.plans["plan-1"]?.saved.authors == accounts)
        publish("2.1.0")
        #expect(
            try await world.run(requireApproval: .standard) {
                $0.store.state.plans["plan-2"] != nil
            } _: {
                try await $0.refresh()
            })
        #expect(world.store.state.plans["plan-2"]?.saved.authors == accounts)
    }
}

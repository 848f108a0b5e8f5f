import Declarations
import Digests
import Engine
import EventLog
import Foundation
import GitRepository
import Model
import Planning
import Projections
import Testing

/// Syncs that people must agree to, in a running engine.
@Suite("Approval in a running engine", .timeLimit(.minutes(1)))
struct ApprovalTests {
    private let world = World()
    private let web = World.key("Deployment", "web", group: "apps")
    private let approver = Actor(kind: .user, id: "uid:1000", authentication: .unixPeer)

    private func deploy(
        _ image: String, replicas: Int = 1, by author: String = "a@example.com",
        more: [String: String] = [:]
    ) {
        world.source.commit(
            image,
            [
                "applications/shop.yaml": World.application(),
                "apps/shop/web.yaml": World.deployment("web", image: image, replicas: replicas),
            ].merging(more) { $1 }, by: author)
    }

    private func id() -> EventID {
        EventID(at: world.clock.now(), random: world.clock.randomBytes(10))
    }

    /// Runs an engine in whose settings every sync of dev needs an approval.
    @discardableResult
    private func run(
        rule: Settings.ApprovalRule? = .standard, _ fate: Fate = Fate(),
        until condition: @escaping @Sendable (World) -> Bool,
        _ during: @escaping @Sendable (Engine) async throws -> Void = { _ in }
    ) async throws -> Bool {
        try await world.run(fate, requireApproval: rule, until: condition, during)
    }

    private func refusal(_ world: World) -> String? {
        world.store.state.applications["shop"]?.refusal?.message
    }

    private static let waits: @Sendable (World, String) -> Bool = { world, plan in
        let refusal = world.store.state.applications["shop"]?.refusal
        return refusal?.reason == .waitingForApproval
            && refusal?.message.contains("approval of \(plan):") == true
    }

    private func judge(
        _ engine: Engine, _ plan: String, _ verdict: Judgement.Verdict = .approved,
        by actor: Actor? = nil, id: EventID? = nil
    ) async throws -> String {
        try await engine.judge(
            PlanJudgement(plan: plan, verdict: verdict, comment: "because"),
            actor: actor ?? approver, id: id ?? self.id())
    }

    @Test func aChangeWaitsForAnApprovalAndThenRunsAsItWasShown() async throws {
        deploy("web:1")
        let isSynced = try await run(until: { $0.isSynced && $0.store.state.syncs.count == 1 }) {
            [world, self] engine in
            try await world.until { Self.waits($0, "plan-1") }
            #expect(world.cluster.calls.isEmpty)
            // Another look changes nothing: the refusal is on record once.
            try await engine.refresh("shop")
            #expect(try await self.judge(engine, "plan-1") == "plan-1 is approved")
        }
        #expect(isSynced)
        let state = world.store.state
        #expect(state.syncs["sync-1"]?.trigger == .automated)
        #expect(state.plans["plan-1"]?.usedBy == "sync-1")
        #expect(state.syncs["sync-1"]?.plan?.plan == state.plans["plan-1"]?.saved.plan)
        let types = world.timeline()
        #expect(types.count { $0 == "plan.saved" } == 1)
        #expect(types.count { $0 == "sync.refused" } == 1)
    }

    @Test func aPlanSurvivesTheProcessThatOfferedIt() async throws {
        deploy("web:1")
        #expect(try await run { Self.waits($0, "plan-1") })
        let isSynced = try await run(until: { $0.isSynced }) { [self] engine in
            _ = try await self.judge(engine, "plan-1")
        }
        #expect(isSynced)
        #expect(world.store.state.plans.count == 1)
    }

    @Test func whatDoesNotCountIsOnRecordAndChangesNothing() async throws {
        deploy("web:1")
        let asserted = Actor(
            kind: .user, id: "uid:1000", authentication: .unixPeer, onBehalfOf: "engineer-b")
        let author = Actor(kind: .user, id: "a@example.com", authentication: .unixPeer)
        let answers = Box<[String]>()
        try await run(until: { _ in answers.value != nil }) { [world, self] engine in
            try await world.until { Self.waits($0, "plan-1") }
            let first = try await self.judge(engine, "plan-1", by: asserted)
            let second = try await self.judge(engine, "plan-1", by: author)
            try await engine.refresh("shop")
            answers.value = [first, second]
        }
        let missing =
            "plan-1 waits: 1 more person must approve it, by SSH signature or account, "
            + "and none of its authors"
        #expect(
            answers.value == [
                "recorded, but it does not count: engineer-b is not known by a way that counts\n"
                    + missing,
                "recorded, but it does not count: a@example.com is an author of the change, "
                    + "or who asked for it\n" + missing,
            ])
        #expect(world.store.state.syncs.count == 0)
        let given = world.store.state.plans["plan-1"]?.judgements.map(\.actor)
        #expect(
            given == [Actor(kind: .user, id: "engineer-b", authentication: .asserted), author])
    }

    @Test func aStalePlanIsRefusedAndANewOneWaits() async throws {
        deploy("web:1")
        let refused = Box<ApprovalError>()
        let isSynced = try await run(until: { $0.isSynced && refused.value != nil }) {
            [world, web, self] engine in
            try await world.until { Self.waits($0, "plan-1") }
            _ = try await self.judge(engine, "plan-1")
            try await world.until { $0.isSynced }
            self.deploy("web:2")
            try await engine.refresh()
            try await world.until { Self.waits($0, "plan-2") }
            world.cluster.edit(web) { $0["spec"]?["replicas"] = 7 }
            try await engine.refresh("shop")
            do { _ = try await self.judge(engine, "plan-2") } catch let error as ApprovalError {
                refused.value = error
            }
            try await world.until { Self.waits($0, "plan-3") }
            _ = try await self.judge(engine, "plan-3")
            try await world.until { $0.store.state.syncs["sync-2"]?.phase == .succeeded }
        }
        #expect(isSynced)
        #expect(
            refused.value
                == .stale(plan: "plan-2", moved: ["live set"], replacement: "plan-3"))
        #expect(world.store.state.plans["plan-2"]?.usedBy == nil)
        #expect(world.store.state.plans["plan-3"]?.usedBy == "sync-2")
    }

    @Test func aStatusThatChangesLeavesAWaitingPlanAsItIs() async throws {
        deploy("web:1")
        let isSynced = try await run(until: { $0.store.state.syncs["sync-2"]?.phase == .succeeded })
        {
            [world, web, self] engine in
            try await world.until { Self.waits($0, "plan-1") }
            _ = try await self.judge(engine, "plan-1")
            try await world.until { $0.isSynced }
            self.deploy("web:2")
            try await engine.refresh()
            try await world.until { Self.waits($0, "plan-2") }
            let before = world.cluster.objects[web]?["metadata"]?["resourceVersion"]
            world.cluster.edit(web) { $0["status"]?["observedGeneration"] = 99 }
            #expect(world.cluster.objects[web]?["metadata"]?["resourceVersion"] != before)
            try await engine.refresh("shop")
            #expect(try await self.judge(engine, "plan-2") == "plan-2 is approved")
        }
        #expect(isSynced)
        #expect(world.store.state.plans["plan-2"]?.usedBy == "sync-2")
        #expect(world.store.state.plans["plan-3"] == nil)
    }

    /// Whoever wrote any commit since the last sync, not only the newest one.
    @Test func everyAuthorOfWhatAPlanBringsIsOnRecordWithIt() async throws {
        deploy("web:1")
        let answers = Box<[String]>()
        try await run(until: { _ in answers.value != nil }) { [world, self] engine in
            try await world.until { Self.waits($0, "plan-1") }
            _ = try await self.judge(engine, "plan-1")
            try await world.until { $0.isSynced }
            self.deploy("web:2", by: "b@example.com")
            self.deploy("web:2", by: "d@example.com", more: ["elsewhere/x": "y"])
            self.deploy("web:2", replicas: 2, by: "c@example.com", more: ["elsewhere/x": "y"])
            try await engine.refresh()
            try await world.until { Self.waits($0, "plan-2") }
            answers.value = try await self.approveInTurn(
                engine, ["b@example.com", "engineer-c", "d@example.com"])
        }
        expectTwoAuthorsAndOneApproval(answers.value)
    }

    /// What each of these people is told who approves of the second plan.
    private func approveInTurn(_ engine: Engine, _ people: [String]) async throws -> [String] {
        var texts: [String] = []
        for person in people {
            let actor = Actor(kind: .user, id: person, authentication: .unixPeer)
            texts.append(try await judge(engine, "plan-2", by: actor))
        }
        return texts
    }

    /// Of three people the first two wrote what the second plan brings.
    private func expectTwoAuthorsAndOneApproval(
        _ answers: [String]?, at place: Testing.SourceLocation = #_sourceLocation
    ) {
        #expect(
            world.store.state.plans["plan-2"]?.saved.authors
                == ["b@example.com", "c@example.com", "engineer-b", "engineer-c"],
            sourceLocation: place)
        #expect(
            answers?.prefix(2).allSatisfy { $0.contains("is an author") } == true,
            sourceLocation: place)
        #expect(answers?.last == "plan-2 is approved", sourceLocation: place)
    }

    /// Whatever it chooses: here which files of the folder are read.
    @Test func whoChangedTheManifestAloneIsAnAuthor() async throws {
        let below = ["apps/shop/more/m.yaml": World.configMap("m", "one")]
        deploy("web:1", more: below)
        let answers = Box<[String]>()
        try await run(until: { _ in answers.value != nil }) { [world, self] engine in
            try await world.until { Self.waits($0, "plan-1") }
            _ = try await self.judge(engine, "plan-1")
            try await world.until { $0.isSynced }
            let before = World.application()
            let after = before.replacingOccurrences(
                of: "path: apps/shop}", with: "path: apps/shop, directory: {recurse: true}}")
            let rest = world.source.files
            for (person, manifest, readme) in [
                ("b@example.com", after, ""), ("c@example.com", after + "# x\n", ""),
                ("d@example.com", after + "# x\n", "read me"),
            ] {
                world.source.commit(
                    person,
                    rest.merging(["applications/shop.yaml": manifest, "README.md": readme]) { $1 },
                    by: person)
            }
            try await engine.refresh()
            try await world.until { Self.waits($0, "plan-2") }
            answers.value = try await self.approveInTurn(
                engine, ["b@example.com", "c@example.com", "d@example.com"])
        }
        expectTwoAuthorsAndOneApproval(answers.value)
    }

    @Test func aRejectedPlanIsNotOfferedAgainUntilGitWantsSomethingElse() async throws {
        deploy("web:1")
        let again = Box<ApprovalError>()
        try await run(until: { Self.waits($0, "plan-2") }) { [world, self] engine in
            try await world.until { Self.waits($0, "plan-1") }
            let standing = try await self.judge(engine, "plan-1", .rejected)
            #expect(standing == "plan-1 is rejected by uid:1000")
            try await world.until {
                self.refusal($0) == "plan-1 was rejected by uid:1000: because"
            }
            try await engine.refresh("shop")
            do { _ = try await self.judge(engine, "plan-1") } catch let error as ApprovalError {
                again.value = error
            }
            #expect(world.store.state.plans.count == 1)
            self.deploy("web:2")
            try await engine.refresh()
        }
        #expect(again.value == .rejected(plan: "plan-1", by: "uid:1000", reason: "because"))
        #expect(world.cluster.calls.isEmpty)
        #expect(world.store.state.plans.count == 2)
    }

    @Test func driftIsHealedBackToWhatWasApproved() async throws {
        deploy("web:1")
        let isHealed = try await run(until: {
            $0.isSynced && $0.store.state.syncs["sync-2"]?.phase == .succeeded
        }) { [world, web, self] engine in
            try await world.until { Self.waits($0, "plan-1") }
            _ = try await self.judge(engine, "plan-1")
            try await world.until { $0.isSynced }
            world.cluster.edit(web) { $0["spec"]?["replicas"] = 3 }
        }
        #expect(isHealed)
        #expect(world.store.state.syncs["sync-2"]?.trigger == .selfHeal)
        #expect(world.store.state.plans.count == 1)
    }

    @Test func syncsByHandNeedAnApprovedPlan() async throws {
        deploy("web:1")
        let errors = Box<[ApprovalError]>()
        let isSynced = try await run(
            rule: Settings.ApprovalRule(isNotAuthor: false),
            until: { $0.isSynced && errors.value != nil }
        ) { [world, approver, self] engine in
            try await world.until { Self.waits($0, "plan-1") }
            var found: [ApprovalError] = []
            func note(_ work: () async throws -> Void) async throws {
                do { try await work() } catch let error as ApprovalError { found.append(error) }
            }
            try await note {
                _ = try await engine.sync(
                    SyncCommand(application: "shop"), actor: approver, id: self.id())
            }
            try await note {
                _ = try await engine.sync(plan: "plan-1", actor: approver, id: self.id())
            }
            try await note { _ = try await self.judge(engine, "plan-9") }
            let saved = try await engine.save(
                try await engine.plan(SyncCommand(application: "shop")), actor: approver,
                id: self.id())
            let request = self.id()
            #expect(try await self.judge(engine, saved, id: request) == "plan-2 is approved")
            let sync = try await engine.sync(plan: saved, actor: approver, id: self.id())
            try await world.until { $0.store.state.syncs[sync]?.phase == .succeeded }
            try await note { _ = try await self.judge(engine, saved) }
            // The very request that was carried out before is answered as then.
            #expect(try await self.judge(engine, saved, id: request) == "plan-2 is approved")
            errors.value = found
        }
        #expect(isSynced)
        #expect(
            errors.value == [
                .needsPlan(application: "shop"),
                .waiting(
                    plan: "plan-1",
                    missing: "1 more person must approve it, by SSH signature or account"),
                .unknownPlan("plan-9", saved: ["plan-1"]), .used(plan: "plan-2", by: "sync-1"),
            ])
    }

    /// Wherever the process dies between the offer of a plan and the end of its sync, it goes on.
    @Test func aProcessThatDiesAtAnyEffectGoesOnWithTheApprovedPlan() async throws {
        for happens in [false, true] {
            for killAt in 1...40 {
                let test = ApprovalTests()
                test.deploy("web:1")
                let approve: @Sendable (Engine) async throws -> Void = { engine in
                    try await test.world.until {
                        Self.waits($0, "plan-1")
                            || $0.store.state.plans["plan-1"]?.judgements.isEmpty == false
                    }
                    guard test.world.store.state.plans["plan-1"]?.judgements.isEmpty == true else {
                        return
                    }
                    _ = try? await test.judge(engine, "plan-1")
                }
                let fate = Fate(killAt: killAt, happens: happens)
                try await test.run(fate, until: { $0.isSynced }, approve)
                let isSynced = try await test.run(until: { $0.isSynced }, approve)
                #expect(
                    isSynced,
                    """
                    killed at effect \(killAt), which happens: \(happens): \
                    \(test.world.timeline()) \(test.world.store.state.syncs.all)
                    """)
                let state = test.world.store.state
                #expect(state.plans.count == 1 && state.plans["plan-1"]?.usedBy == "sync-1")
                // One that was interrupted before it was planned is tried again under the same approval.
                #expect(state.syncs.all.values.allSatisfy { $0.trigger == .automated })
                #expect(state.syncs.count <= 2)
                if !fate.isDead { break }
            }
        }
    }
}

import Engine
import EventLog
import GitRepository
import Model
import Projections
import Testing

/// Commits that revert, and pushes that go astray.
@Suite("Reverting", .timeLimit(.minutes(1)))
struct RevertTests {
    private let world = World()
    private let person = Actor(kind: .user, id: "engineer-a", authentication: .unixPeer)

    private func commit(_ message: String, image: String, others: [String: String] = [:]) {
        var files = [
            "applications/shop.yaml": World.application(),
            "apps/shop/web.yaml": World.deployment("web", image: image),
        ]
        files.merge(others) { $1 }
        world.source.commit(message, files)
    }

    private func id() -> EventID {
        EventID(at: world.clock.now(), random: world.clock.randomBytes(10))
    }

    private func deployTwice() async throws {
        commit("first", image: "web:1")
        #expect(try await world.run { $0.isSynced })
        commit("second", image: "web:2")
    }

    /// What each of two equal requests answers.
    private func revertTwice(losing arriving: [Bool], between: @escaping @Sendable () -> Void = {})
        async throws -> [String]
    {
        try await deployTwice()
        let answers = Box<[String]>()
        let request = id()
        world.source.losePushes(arriving: arriving)
        try await world.run(until: { _ in answers.value?.count == 2 }) { [person] engine in
            var all: [String] = []
            for _ in 0..<2 {
                do {
                    let made = try await engine.revert(
                        "shop", to: nil, actor: person, id: request)
                    all.append("\(made.commit.short.suffix(1)) \(made.note ?? "pushed")")
                } catch { all.append("failed") }
                between()
            }
            answers.value = all
        }
        return answers.value ?? []
    }

    private var pushes: [String] {
        world.store.events.compactMap { recorded in
            switch recorded.event {
            case .pushIntended: "intended"
            case .pushFinished(let payload): payload.outcome.rawValue
            default: nil
            }
        }
    }

    @Test func aRepeatedRequestNamesTheCommitThatArrived() async throws {
        let answers = try await revertTwice(losing: [])
        #expect(answers == ["0 pushed", "0 it was pushed before"])
        #expect(pushes == ["intended", "pushed"])
        #expect(world.source.messages == ["first", "second", "Revert"])
    }

    @Test func aPushWhoseAnswerWasLostIsFoundInTheBranch() async throws {
        let answers = try await revertTwice(losing: [true])
        #expect(answers == ["failed", "0 it was pushed before"])
        #expect(pushes == ["intended", "unknown"])
        #expect(world.source.messages == ["first", "second", "Revert"])
    }

    @Test func aPushThatDidNotArriveIsMadeAgain() async throws {
        let answers = try await revertTwice(losing: [false])
        #expect(
            answers == ["failed", "0 an earlier push had not arrived; it was pushed again"])
        #expect(pushes == ["intended", "unknown", "intended", "pushed"])
        #expect(world.source.messages == ["first", "second", "Revert"])
    }

    @Test func aCommitThatTheBranchHasOvertakenIsMadeAnew() async throws {
        let count = Box<Int>()
        let answers = try await revertTwice(losing: [false]) { [self] in
            if count.value == nil { commit("third", image: "web:2", others: ["README": "new"]) }
            count.value = 1
        }
        #expect(answers.last?.contains("main has moved on; it was made anew") == true)
        #expect(world.source.messages == ["first", "second", "third", "Revert"])
    }

    @Test func whatElseACommitChangedIsSaidFirstAndInItsMessage() async throws {
        commit("first", image: "web:1")
        #expect(try await world.run { $0.isSynced })
        commit("both", image: "web:2", others: ["apps/stock/web.yaml": "kind: none"])
        commit("unrelated", image: "web:2", others: ["docs/a.md": "new"])
        let plan = Box<RevertPlan>()
        try await world.run(until: { $0.source.messages.count == 4 }) { [person] engine in
            plan.value = try await engine.revertPlan("shop", to: nil)
            _ = try await engine.revert("shop", to: nil, actor: person, id: self.id())
        }
        #expect(plan.value?.reverted.map(\.subject) == ["both"])
        #expect(
            plan.value?.warning
                == "whole commits are taken back, also outside of the folder of shop: apps/stock/web.yaml"
        )
        #expect(world.source.messages.last?.contains("apps/stock/web.yaml") == true)
    }

    @Test func aBranchThatMovedSinceThePlanWasShownIsRefused() async throws {
        try await deployTwice()
        let cause = Box<String>()
        try await world.run(until: { _ in cause.value != nil }) { [person] engine in
            let plan = try await engine.revertPlan("shop", to: nil)
            self.commit("third", image: "web:3")
            do {
                _ = try await engine.revert(
                    "shop", to: nil, expecting: CommitID(plan.head), actor: person, id: self.id())
                cause.value = "not refused"
            } catch let error as SyncError { cause.value = error.cause }
        }
        #expect(cause.value == "main has moved to 0000000 since it was shown")
    }
}

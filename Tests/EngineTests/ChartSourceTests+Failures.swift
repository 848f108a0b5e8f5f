import Engine
import EventLog
import Foundation
import Model
import Projections
import Testing

extension ChartSourceTests {
    private func other(_ name: String, _ chart: String) -> [String: String] {
        [
            "applications/\(name).yaml": World.application(name).replacingOccurrences(
                of: #"{repoURL: "file:///platform", targetRevision: main, path: apps/\#(name)}"#,
                with: #"{repoURL: "https://charts.example.com", chart: "# + chart
                    + #", targetRevision: "^1"}"#)
        ]
    }

    @Test func anArchiveThatIsNotToBeHadHoldsUpNoOtherChart() async throws {
        // Asked for before `web`.
        declare(others: other("stock", "api"))
        publish("1.0.0")
        world.chartSource.publish("api", "1.0.0", [:])
        world.chartSource.loseArchive(of: "api")
        try await reach("version", "1.0.0")
        publish("1.1.0")
        try await reach("version", "1.1.0")
        let refusal = world.store.state.applications["stock"]?.refusal?.message
        #expect(refusal?.contains("dead.example.com") == true, "\(refusal ?? "")")
        #expect(world.store.state.repositories["charts"]?.unreachableSince == nil)
    }

    @Test func aVersionThatLeftTheIndexIsNoSilenceOfItsRepository() async throws {
        declare()
        publish("1.0.0")
        try await reach("version", "1.0.0")
        world.chartSource.withdraw("web", "1.0.0")
        let before = world.chartSource.resolutions
        #expect(
            try await world.run {
                $0.isSynced && $0.chartSource.resolutions > before
            } _: {
                try await $0.refresh()
            })
        try await reach("version", "1.0.0")
        #expect(world.store.state.repositories["charts"]?.unreachableSince == nil)
    }

    @Test func aRepositoryOfChartsThatHangsHoldsUpNothingElse() async throws {
        let files = [
            "applications/stock.yaml": World.application("stock"),
            "apps/stock/a.yaml": World.configMap("stock", "one"),
        ]
        declare(others: files)
        world.chartSource.setHanging(true)
        let isSynced: @Sendable (World, String) -> Bool = { world, value in
            world.cluster.objects.values.contains { $0["data"]?["key"]?.stringValue == value }
        }
        let isDone = Box<Bool>()
        let changed = files.merging(["apps/stock/a.yaml": World.configMap("stock", "two")]) { $1 }
        try await world.run(until: { _ in isDone.value == true }) { [world, self] engine in
            try await world.until { isSynced($0, "one") }
            self.declare(others: changed)
            try await engine.refresh("stock")
            try await world.until { isSynced($0, "two") }
            isDone.value = true
        }
        #expect(isDone.value == true)
    }

    @Test func chartsThatWereNotReachedAreRefusedAsTheOneThatWasAsked() async throws {
        declare(others: other("stock", "api"))
        publish("1.0.0")
        world.chartSource.publish("api", "1.0.0", [:])
        world.chartSource.setUnreachable(true)
        let isRefused: @Sendable (World) -> Bool = { world in
            ["shop", "stock"].allSatisfy {
                world.store.state.applications[$0]?.refusal?.message.contains("no route") == true
            }
        }
        #expect(try await world.run(until: isRefused))
    }
}

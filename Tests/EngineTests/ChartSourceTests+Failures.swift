import Engine
import EventLog
import Foundation
import Model
import Projections
import Synchronization
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

    /// A chart is synced, and then its repository answers no more.
    private func reachAndFallSilent() async throws {
        declare()
        publish("1.0.0")
        try await reach("version", "1.0.0")
        world.chartSource.setUnreachable(true)
        let isSilent: @Sendable (World) -> Bool = {
            $0.store.state.repositories["charts"]?.unreachableSince != nil
        }
        #expect(try await world.run(until: isSilent))
    }

    @Test func aRepositoryThatNobodyAsksIsNotSaidToBeUnreachable() async throws {
        try await reachAndFallSilent()
        world.source.commit(
            "no chart",
            [
                "applications/shop.yaml": World.application(),
                "apps/shop/m.yaml": World.configMap("m", "plain"),
            ])
        let isDropped: @Sendable (World) -> Bool = {
            $0.isSynced && $0.store.state.repositories["charts"]?.unreachableSince == nil
        }
        #expect(try await world.run(until: isDropped) { try await $0.refresh() })
        let reason = world.store.events.compactMap {
            if case .repositoryDropped(let payload)? = $0.event { payload.reason } else { nil }
        }
        #expect(reason == ["no application has a chart of it"])
    }

    @Test func aRepositoryThatLeftTheSettingsIsNotSaidToBeUnreachable() async throws {
        try await reachAndFallSilent()
        world.hasCharts.withLock { $0 = false }
        #expect(
            try await world.run { $0.store.state.repositories["charts"]?.unreachableSince == nil })
    }

    @Test(arguments: [false, true]) func whatHangsEndsByTheDeadlineOfItsRepository(
        _ isArchive: Bool
    )
        async throws
    {
        declare(others: other("stock", "api"))
        publish("1.0.0")
        world.chartSource.publish("api", "1.0.0", [:])
        world.chartDeadline.withLock { $0 = .seconds(100) }
        if isArchive {
            world.chartSource.hangArchive(of: "web")
        } else {
            world.chartSource.setHanging(true)
        }
        let started = world.clock.now()
        let isSaid: @Sendable (World) -> Bool = { $0.shop?.refusal != nil }
        #expect(try await world.run(until: isSaid))
        #expect(world.clock.now() - started >= .seconds(100))
        let what = isArchive ? "the archive of chart web ^1" : "chart web ^1"
        // The index was asked for the chart that comes first among several.
        let message = world.shop?.refusal?.message ?? ""
        #expect(message.contains("web ^1 of charts: "), "\(message)")
        #expect(
            message.hasSuffix(
                "\(isArchive ? what : "chart api ^1") of https://charts.example.com cannot be reached: "
                    + "it did not answer within 100.0 seconds"), "\(message)")
        // An archive on a host that is silent is no silence of the repository.
        let isSilent = world.store.state.repositories["charts"]?.unreachableSince != nil
        #expect(isSilent != isArchive)
    }

    @Test func oneCommandWaitsForTheChartsOfItsApplicationAloneAndNotForEver() async throws {
        let files = [
            "applications/stock.yaml": World.application("stock"),
            "apps/stock/a.yaml": World.configMap("stock", "one"),
        ]
        declare(others: files)
        world.chartSource.setHanging(true)
        // What is about another application waits for nothing.
        let isReady = Box<Bool>()
        var started = world.clock.now()
        try await world.run(
            servingOneCommandAbout: "stock", until: { _ in isReady.value == true }
        ) { _ in isReady.value = true }
        #expect(isReady.value == true && world.clock.now() - started < .seconds(5000))
        world.chartDeadline.withLock { $0 = .seconds(100) }
        started = world.clock.now()
        let failure = Box<String>()
        try await world.run(servingOneCommandAbout: "shop", until: { _ in failure.value != nil }) {
            do { _ = try await $0.plan(SyncCommand(application: "shop")) } catch {
                failure.value = (error as? any Diagnostic)?.cause ?? "\(error)"
            }
        }
        #expect(world.clock.now() - started >= .seconds(100))
        let message = failure.value ?? ""
        #expect(message.contains("web ^1 of charts"), "\(message)")
        #expect(message.contains("did not answer within 100.0 seconds"), "\(message)")
    }

    @Test func manyArchivesThatHangHoldUpOneCommandForOneDeadline() async throws {
        let sources = (0..<6).map {
            #"      - {repoURL: "https://charts.example.com", chart: c\#($0), targetRevision: "^1"}"#
        }
        world.source.commit(
            "many",
            [
                "applications/shop.yaml": World.shop(
                    "sources:\n" + sources.joined(separator: "\n"))
            ])
        for number in 0..<6 {
            world.chartSource.publish("c\(number)", "1.0.0", [:])
            world.chartSource.hangArchive(of: "c\(number)")
        }
        world.chartDeadline.withLock { $0 = .seconds(1000) }
        let started = world.clock.now()
        let failure = Box<String>()
        try await world.run(servingOneCommandAbout: "shop", until: { _ in failure.value != nil }) {
            do { _ = try await $0.plan(SyncCommand(application: "shop")) } catch {
                failure.value = (error as? any Diagnostic)?.cause ?? "\(error)"
            }
        }
        #expect(failure.value?.contains("did not answer within 1000.0 seconds") == true)
        #expect(world.clock.now() - started < .seconds(4000))
    }
}

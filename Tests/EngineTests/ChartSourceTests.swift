import Declarations
import Engine
import EventLog
import Foundation
import GitRepository
import Model
import Planning
import Projections
import Synchronization
import TestSupport
import Testing

/// Applications whose charts lie in a repository of charts.
@Suite("Charts of repositories", .timeLimit(.minutes(1)))
struct ChartSourceTests {
    let world = World()
    private let folder: TemporaryFolder

    init() throws {
        folder = try world.keepKeys()
        world.hasCharts.withLock { $0 = true }
    }

    @discardableResult
    func declare(
        _ revision: String = "^1", _ message: String = "declare", more: String = "",
        others: [String: String] = [:], by author: String = "a@example.com"
    ) -> CommitID {
        let source =
            #"{repoURL: "https://charts.example.com", chart: web, targetRevision: "REVISION" MORE}"#
            .replacingOccurrences(of: "REVISION", with: revision)
            .replacingOccurrences(of: "MORE", with: more)
        return world.source.commit(
            message,
            [
                "applications/shop.yaml": World.shop("source: \(source)")
            ].merging(others) { $1 }, by: author)
    }

    func publish(_ version: String, _ text: String? = nil, more: [String: String] = [:]) {
        world.chartSource.publish(
            "web", version,
            [
                "values.yaml": "a: default",
                "templates/m.yaml": """
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: m}
                data: {version: {{ .Chart.Version | quote }}, a: {{ .Values.a | quote }}, text: "\(text ?? version)"}
                ---
                apiVersion: v1
                kind: Secret
                metadata: {name: s}
                stringData: {drawn: {{ randAlphaNum 12 | quote }}}
                """,
            ].merging(more) { $1 })
    }

    func live(_ field: String, kind: String = "ConfigMap", name: String = "m") -> String? {
        world.live(name, field, kind: kind)
    }

    func reach(_ field: String, _ value: String) async throws {
        try await world.reach("m", field, value)
    }

    var row: ApplicationRow? { world.shop }

    func versions(of sync: String?) -> [String?]? {
        world.sources(of: sync)?.map(\.version)
    }

    @Test func aRangeThatComesToMeanAnotherVersionIsSyncedAndOnRecord() async throws {
        let declared = declare().description
        publish("1.0.0")
        try await reach("version", "1.0.0")
        let source = try #require(row?.renderedSources?.first)
        #expect(source.chart == "web" && source.version == "1.0.0" && source.digest != nil)
        #expect(source.repository == "charts" && source.targetRevision == "^1")
        #expect(source.commit == nil && row?.renderedCommit == declared)
        #expect(row?.desired.map(\.file) == ["web:templates/m.yaml", "web:templates/m.yaml"])
        #expect(versions(of: "sync-1") == ["1.0.0"])

        publish("1.1.0")
        publish("2.0.0")
        try await reach("version", "1.1.0")
        #expect(versions(of: row?.lastSynced) == ["1.1.0"])
        // The commit is that of the manifest still.
        #expect(row?.renderedCommit == declared)
        let position = world.store.events.count
        try await reach("version", "1.1.0")
        #expect(world.timeline(after: position) == [])
    }

    @Test func everyEffectOfAnUpgradeCanBeTheLast() async throws {
        /// A world in which one process upgrades, and another goes on when that was killed.
        func upgraded(_ fate: Fate) async throws -> ChartSourceTests {
            let tests = try ChartSourceTests()
            tests.declare()
            tests.publish("1.0.0")
            try await tests.reach("version", "1.0.0")
            tests.publish("1.1.0")
            let isThere = World.isThere("m", "version", "1.1.0")
            try await tests.world.run(fate, until: isThere)
            #expect(try await tests.world.run(until: isThere), "\(fate.log)")
            return tests
        }
        let whole = Fate()
        let drawn = try await upgraded(whole).live("drawn", kind: "Secret", name: "s")
        #expect(whole.count > 5 && drawn != nil)
        for k in 1...whole.count {
            for happens in [false, true] {
                let tests = try await upgraded(Fate(killAt: k, happens: happens))
                #expect(tests.versions(of: tests.row?.lastSynced) == ["1.1.0"], "\(k)")
                #expect(tests.live("drawn", kind: "Secret", name: "s") == drawn, "\(k)")
            }
        }
    }

    @Test func commitsThatDoNotTouchTheManifestChangeNothing() async throws {
        let declared = declare().description
        publish("1.0.0")
        try await reach("version", "1.0.0")
        let position = world.store.events.count
        declare("^1", "elsewhere", others: ["docs/x": "y"])
        let head = "refs/heads/main"
        let hasMoved: @Sendable (World) -> Bool = {
            $0.store.state.repositories["platform"]?.commit(of: head)?.hasSuffix("2") == true
        }
        #expect(try await world.run(until: hasMoved) { try await $0.refresh() })
        try await reach("version", "1.0.0")
        #expect(world.timeline(after: position) == [])
        #expect(row?.attempts.commit == declared)
    }

    @Test func anArchiveThatIsReplacedUnderItsVersionIsAnother() async throws {
        declare("1.0.0")
        publish("1.0.0")
        try await reach("text", "1.0.0")
        let before = try #require(row?.renderedSources?.first?.digest)
        #expect(row?.replacedArchives == nil)
        publish("1.0.0", "replaced")
        try await reach("text", "replaced")
        let after = try #require(row?.renderedSources?.first?.digest)
        #expect(row?.replacedArchives?.map(\.from) == [before])
        #expect(row?.replacedArchives?.map(\.to) == [after] && after != before)
        let position = world.store.events.count
        try await reach("text", "replaced")
        #expect(world.timeline(after: position) == [])

        // It is said also where nothing that a template reads is another, and until another version comes.
        publish("1.0.0", "replaced", more: ["README.md": "new"])
        let isThird: @Sendable (World) -> Bool = {
            $0.isSynced
                && $0.store.state.applications["shop"]?.replacedArchives?.first?.from == after
        }
        #expect(try await world.run(until: isThird) { try await $0.refresh() })
        declare("1.1.0")
        publish("1.1.0")
        try await reach("text", "1.1.0")
        #expect(row?.replacedArchives == nil)
    }

    @Test func anArchiveThatWasReplacedWhileAnotherVersionStoodIsNoticedWhenItComesBack()
        async throws
    {
        declare("1.0.0")
        publish("1.0.0")
        try await reach("text", "1.0.0")
        let before = try #require(row?.renderedSources?.first?.digest)
        declare("1.1.0")
        publish("1.1.0")
        try await reach("text", "1.1.0")
        // As it was, it is no other.
        declare("1.0.0")
        try await reach("text", "1.0.0")
        #expect(row?.replacedArchives == nil)
        declare("1.1.0")
        try await reach("text", "1.1.0")

        publish("1.0.0", "replaced")
        declare("1.0.0", "back")
        try await reach("text", "replaced")
        let after = try #require(row?.renderedSources?.first?.digest)
        let replaced = try #require(row?.replacedArchives)
        #expect(replaced.map(\.from) == [before] && replaced.map(\.to) == [after])
        // And once more, after another had its place again.
        declare("1.1.0")
        try await reach("text", "1.1.0")
        #expect(row?.replacedArchives == nil)
        declare("1.0.0")
        try await reach("text", "replaced")
        #expect(row?.replacedArchives == replaced)
    }

    @Test func whatIsOnRecordNeedsNoNetwork() async throws {
        declare()
        publish("1.0.0")
        try await reach("version", "1.0.0")
        let position = world.store.events.count
        world.chartSource.setUnreachable(true)
        publish("1.1.0")
        let isKnown: @Sendable (World) -> Bool = {
            $0.isSynced && $0.store.state.repositories["charts"]?.unreachableSince != nil
        }
        #expect(try await world.run(until: isKnown))
        #expect(world.timeline(after: position) == [])
        #expect(world.store.state.repositories["charts"]?.reason?.contains("no route") == true)

        // Drift is put right from what is kept.
        world.cluster.remove(World.key("ConfigMap", "m"))
        let isBack: @Sendable (World) -> Bool = {
            $0.cluster.objects[World.key("ConfigMap", "m")] != nil && $0.isSynced
        }
        let id = EventID(at: world.clock.now(), random: world.clock.randomBytes(10))
        let isSynced = try await world.run(until: isBack) { engine in
            _ = try await engine.sync(
                SyncCommand(application: "shop"), actor: World.person, id: id)
        }
        #expect(isSynced && live("version") == "1.0.0")

        world.chartSource.setUnreachable(false)
        try await reach("version", "1.1.0")
        #expect(world.store.state.repositories["charts"]?.unreachableSince == nil)
    }

    @Test func aChartThatWasNeverHadIsARefusalUntilItIs() async throws {
        declare("^3")
        publish("1.0.0")
        let isRefused: @Sendable (World) -> Bool = {
            $0.store.state.applications["shop"]?.refusal?.reason == .unknownRepository
        }
        #expect(try await world.run(until: isRefused))
        #expect(
            row?.refusal?.message
                == "web ^3 of charts: chart \"web\" version \"^3\" not found in https://charts.example.com repository"
        )
        #expect(world.store.state.repositories["charts"]?.unreachableSince == nil)
        publish("3.0.0")
        try await reach("version", "3.0.0")
        #expect(row?.refusal == nil)
    }

    @Test func anArchiveThatIsGoneFromTheFolderIsPulledAgain() async throws {
        declare()
        publish("1.0.0")
        try await reach("version", "1.0.0")
        world.chartSource.forgetKept()
        world.chartSource.setUnreachable(true)
        let isSaid: @Sendable (World) -> Bool = {
            $0.store.state.applications["shop"]?.renderProblems.contains {
                $0.contains("no route") && $0.contains("tried again")
            } == true
        }
        #expect(try await world.run(until: isSaid))
        world.chartSource.setUnreachable(false)
        try await reach("version", "1.0.0")
        #expect(row?.renderProblems == [])
    }

    @Test func aRollbackBringsBackTheChartThatWas() async throws {
        declare()
        publish("1.0.0")
        try await reach("version", "1.0.0")
        let drawn = live("drawn", kind: "Secret", name: "s")
        publish("1.1.0")
        try await reach("version", "1.1.0")
        #expect(live("drawn", kind: "Secret", name: "s") != drawn)
        let sync = try await world.rollback(to: "sync-1")
        #expect(sync != nil && live("version") == "1.0.0")
        #expect(live("drawn", kind: "Secret", name: "s") == drawn)
        #expect(versions(of: sync) == ["1.0.0"])
    }

    @Test func aRollbackFindsTheChartOfAnExactVersionThatWasDeclaredThen() async throws {
        publish("1.0.0")
        publish("2.0.0")
        declare("1.0.0")
        try await reach("version", "1.0.0")
        let drawn = live("drawn", kind: "Secret", name: "s")
        declare("2.0.0", "to version 2")
        try await reach("version", "2.0.0")
        let sync = try await world.rollback(to: "sync-1")
        #expect(sync != nil && live("version") == "1.0.0")
        #expect(live("drawn", kind: "Secret", name: "s") == drawn)
    }

    @Test func aRevertTakesBackTheCommitsOfTheManifest() async throws {
        publish("1.0.0")
        publish("2.0.0")
        declare("^1")
        try await reach("version", "1.0.0")
        declare("^2", "to version 2")
        declare("^2", "elsewhere", others: ["docs/x": "y"])
        try await reach("version", "2.0.0")
        let plan = Box<RevertPlan>()
        #expect(
            try await world.run { _ in
                plan.value != nil
            } _: { engine in
                plan.value = try await engine.revertPlan("shop", to: "sync-1")
            })
        #expect(plan.value?.reverted.map(\.subject) == ["to version 2"])
        #expect(row?.renderedCommit?.hasSuffix("2") == true)
    }

    @Test func valuesOfGitAndAChartOfARepositoryGoTogether() async throws {
        let sources = """
            sources:
                  - {repoURL: "https://charts.example.com", chart: web, targetRevision: "^1", helm: {valueFiles: [$values/a.yaml]}}
                  - {repoURL: "file:///platform", ref: values}
            """
        func values(_ value: String) -> String {
            world.source.commit(
                value,
                [
                    "a.yaml": "a: \(value)",
                    "applications/shop.yaml": World.shop(sources, selfHeal: true),
                ]
            ).description
        }
        publish("1.0.0")
        _ = values("one")
        try await reach("a", "one")
        let second = values("two")
        try await reach("a", "two")
        publish("1.1.0")
        try await reach("version", "1.1.0")
        #expect(live("a") == "two")
        #expect(row?.renderedSources?.map(\.version) == ["1.1.0", nil])
        #expect(row?.renderedSources?.map(\.commit) == [nil, second])
        #expect(row?.renderedCommit == second)
    }

    @Test func hooksOfDeletionRunFromTheChartThatIsKept() async throws {
        publish(
            "1.0.0",
            more: [
                "templates/hook.yaml": """
                apiVersion: batch/v1
                kind: Job
                metadata: {name: goodbye, annotations: {helm.sh/hook: pre-delete}}
                spec: {template: {spec: {restartPolicy: Never, containers: [{name: main, image: "job:1"}]}}}
                """
            ])
        declare()
        let manifest = world.source.files["applications/shop.yaml"] ?? ""
        world.source.commit(
            "finalizer",
            [
                "applications/shop.yaml": manifest.replacingOccurrences(
                    of: "{name: shop}",
                    with: "{name: shop, finalizers: [resources-finalizer.argocd.argoproj.io]}")
            ])
        try await reach("version", "1.0.0")
        world.chartSource.setUnreachable(true)
        world.source.commit(
            "leave",
            [
                "applications/stock.yaml": World.application("stock"),
                "apps/stock/a.yaml": World.configMap("stock", "one"),
            ])
        let isGone: @Sendable (World) -> Bool = {
            $0.store.state.applications["shop"]?.isRemoved == true
        }
        #expect(try await world.run(until: isGone))
        #expect(live("version") == nil)
        #expect(world.cluster.calls.contains { $0.contains("create Job/goodbye") })
    }
}

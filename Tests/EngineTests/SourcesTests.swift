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

/// Applications with several sources.
@Suite("Several sources", .timeLimit(.minutes(1)))
struct SourcesTests {
    private let world = World()
    private let folder: TemporaryFolder
    private let person = Actor(kind: .user, id: "engineer-a", authentication: .unixPeer)

    init() throws {
        folder = try TemporaryFolder()
        let path = folder.url.path
        world.vault.withLock { $0 = path + "/charts" }
        world.hasValues.withLock { $0 = true }
    }

    private static let standard = """
        - {repoURL: "file:///platform", path: chart, helm: {valueFiles: [$values/shop/a.yaml]}}
        - {repoURL: "file:///values", ref: values}
        - {repoURL: "file:///values", path: plain}
        """

    private static func application(_ sources: String, selfHeal: Bool = false) -> String {
        let indented = sources.split(separator: "\n").map { "      \($0)" }.joined(separator: "\n")
        return World.application(selfHeal: selfHeal).replacingOccurrences(
            of: #"source: {repoURL: "file:///platform", targetRevision: main, path: apps/shop}"#,
            with: "sources:\n\(indented)")
    }

    @discardableResult
    private func platform(
        _ message: String = "declare", sources: String = SourcesTests.standard,
        others: [String: String] = [:]
    ) -> CommitID {
        world.source.commit(
            message,
            [
                "applications/shop.yaml": Self.application(sources),
                "chart/Chart.yaml": "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
                "chart/templates/m.yaml": """
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: {{ .Release.Name }}-m}
                data: {a: {{ .Values.a | quote }}, drawn: {{ randAlphaNum 12 | quote }}}
                ---
                apiVersion: v1
                kind: Secret
                metadata: {name: {{ .Release.Name }}-s}
                stringData: {a: {{ .Values.a | quote }}}
                ---
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: both}
                data: {a: chart}
                """,
            ].merging(others) { $1 })
    }

    @discardableResult
    private func values(_ value: String) -> CommitID {
        world.values.commit(
            "values",
            [
                "shop/a.yaml": "a: \(value)",
                "plain/both.yaml":
                    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: both}\ndata: {a: plain}\n",
            ])
    }

    private func live(_ name: String, _ field: String = "a", kind: String = "ConfigMap") -> String?
    {
        world.cluster.objects[World.key(kind, name)]?["data"]?[field]?.stringValue
    }

    private func reach(_ value: String, of name: String = "shop-m") async throws {
        #expect(
            try await world.run {
                $0.isSynced
                    && $0.cluster.objects[World.key("ConfigMap", name)]?["data"]?["a"]?.stringValue
                        == value
            } _: { engine in
                try await engine.refresh()
            })
    }

    private var row: ApplicationRow? { world.store.state.applications["shop"] }

    private func sources(of sync: String) -> [String?]? {
        world.store.state.syncs[sync]?.plan?.sources?.map(\.commit)
    }

    @Test func aCommitOfAnySourceIsSyncedAndOnRecord() async throws {
        let declared = platform().description
        let first = values("one").description
        try await reach("one")
        // Of an object that two give, the later one counts.
        #expect(live("both") == "plain")
        #expect(row?.renderedSources?.map(\.repository) == ["platform", "values", "values"])
        #expect(row?.renderedSources?.map(\.ref) == [nil, "values", nil])
        #expect(row?.renderedSources?.map(\.commit) == [declared, first, first])
        #expect(row?.renderedCommit == declared)
        #expect(row?.renderWarnings.contains { $0.contains("RepeatedResourceWarning") } == true)
        #expect(
            row.map { Set($0.desired.map(\.file)) }
                == ["platform:chart/templates/m.yaml", "values:plain/both.yaml"])

        let second = values("two").description
        try await reach("two")
        let sync = try #require(row?.lastSynced)
        #expect(sources(of: sync) == [declared, second, second])

        let position = world.store.events.count
        try await reach("two")
        #expect(world.timeline(after: position) == [])
    }

    @Test func aSourceThatIsOnlyReferredToIsRenderedAnewWhenWhatIsReadOfItChanges() async throws {
        platform()
        values("one")
        try await reach("one")
        let trees = world.values.trees
        let elsewhere = world.values.commit(
            "elsewhere", world.values.files.merging(["other/b.yaml": "b: 1"]) { $1 }
        ).description
        #expect(
            try await world.run {
                $0.isSynced
                    && $0.store.state.repositories["values"]?.commit(of: "refs/heads/main")
                        == elsewhere
            } _: {
                try await $0.refresh()
            })
        // Each engine renders once; what nobody reads causes no second rendering.
        #expect(world.values.trees - trees <= 2)
        #expect(live("shop-m") == "one")
    }

    @Test func aFileThatTheOtherSourceDoesNotHaveIsNamed() async throws {
        platform()
        world.values.commit("empty", ["plain/x.yaml": "{}"])
        #expect(
            try await world.run {
                $0.store.state.applications["shop"]?.renderProblems.contains {
                    $0.contains("shop/a.yaml")
                } == true
            })
    }

    @Test func aRollbackBringsBackWhatEverySourceWas() async throws {
        platform()
        values("one")
        try await reach("one")
        let before = [live("shop-m", "drawn"), live("shop-s", kind: "Secret")]
        values("two")
        try await reach("two")
        let done = Box<String>()
        let id = EventID(at: world.clock.now(), random: world.clock.randomBytes(10))
        let isDone: @Sendable (World) -> Bool = { world in
            guard let name = done.value else { return false }
            return world.store.state.syncs[name]?.phase == .succeeded
        }
        let isRolledBack = try await world.run(until: isDone) { [person] engine in
            done.value = try await engine.rollback(
                "shop", to: "sync-1", isPruning: nil, actor: person, id: id)
        }
        #expect(isRolledBack)
        #expect(live("shop-m") == "one")
        #expect([live("shop-m", "drawn"), live("shop-s", kind: "Secret")] == before)
        #expect(sources(of: done.value ?? "") == sources(of: "sync-1"))
    }

    @Test func twoChartsOfOneNameShareNoKeysAndFurtherSourcesChangeNone() async throws {
        let two = """
            - {repoURL: "file:///platform", path: chart, helm: {valuesObject: {a: x}}}
            - {repoURL: "file:///platform", path: chart, helm: {releaseName: twin, valuesObject: {a: x}}}
            """
        platform(sources: two)
        values("one")
        try await reach("x")
        let drawn = [live("shop-m", "drawn"), live("twin-m", "drawn")]
        #expect(drawn[0] != drawn[1])
        platform("more", sources: #"- {repoURL: "file:///values", path: plain}"# + "\n" + two)
        #expect(
            try await world.run {
                $0.isSynced && $0.store.state.applications["shop"]?.renderedSources?.count == 3
            } _: {
                try await $0.refresh()
            })
        #expect([live("shop-m", "drawn"), live("twin-m", "drawn")] == drawn)
    }

    @Test func aRevertTakesBackWhatTheSourcesReadAndNothingElse() async throws {
        // The second source is in the same repository, and read for one file alone.
        let here = """
            - {repoURL: "file:///platform", path: chart, helm: {valueFiles: [$values/shop/a.yaml]}}
            - {repoURL: "file:///platform", ref: values}
            """
        values("none")
        platform(sources: here, others: ["shop/a.yaml": "a: one"])
        try await reach("one")
        platform("two", sources: here, others: ["shop/a.yaml": "a: two"])
        platform("elsewhere", sources: here, others: ["shop/a.yaml": "a: two", "docs/x": "x"])
        try await reach("two")
        let plan = Box<RevertPlan>()
        #expect(
            try await world.run { _ in
                plan.value != nil
            } _: { engine in
                plan.value = try await engine.revertPlan("shop", to: "sync-1")
            })
        #expect(plan.value?.reverted.map(\.subject) == ["two"])
    }

    @Test func everySourceIsHeldToTheSignaturesOfItsRepository() async throws {
        platform()
        let unsigned = values("one").description
        #expect(
            try await world.run(requireSignature: true) {
                $0.store.state.applications["shop"]?.refusal?.message.contains(unsigned.prefix(7))
                    == true
            })
        #expect(live("shop-m") == nil)
    }
}

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

    init() throws {
        folder = try world.keepKeys()
        world.hasValues.withLock { $0 = true }
    }

    private static let standard = """
        - {repoURL: "file:///platform", path: chart, helm: {valueFiles: [$values/shop/a.yaml]}}
        - {repoURL: "file:///values", ref: values}
        - {repoURL: "file:///values", path: plain}
        """

    private static func application(_ sources: String, selfHeal: Bool = false) -> String {
        let indented = sources.split(separator: "\n").map { "      \($0)" }.joined(separator: "\n")
        return World.shop("sources:\n\(indented)", selfHeal: selfHeal)
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
        world.live(name, field, kind: kind)
    }

    private func reach(_ value: String, of name: String = "shop-m") async throws {
        try await world.reach(name, "a", value)
    }

    private var row: ApplicationRow? { world.shop }

    private func sources(of sync: String) -> [String?]? {
        world.sources(of: sync)?.map(\.commit)
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
        let missing = world.values.commit("empty", ["plain/x.yaml": "{}"]).short
        #expect(
            try await world.run {
                $0.store.state.applications["shop"]?.renderProblems.contains {
                    $0.hasSuffix(
                        "open $values/shop/a.yaml: no such file or directory in file:///values at "
                            + "HEAD (\(missing)), the source with ref values")
                } == true
            }, "\(row?.renderProblems ?? [])")
    }

    @Test func aRollbackBringsBackWhatEverySourceWas() async throws {
        platform()
        values("one")
        try await reach("one")
        let before = [live("shop-m", "drawn"), live("shop-s", kind: "Secret")]
        values("two")
        try await reach("two")
        let sync = try #require(try await world.rollback(to: "sync-1"))
        #expect(live("shop-m") == "one")
        #expect([live("shop-m", "drawn"), live("shop-s", kind: "Secret")] == before)
        #expect(sources(of: sync) == sources(of: "sync-1"))
    }

    /// The helm block, and the number of sources, are those of the time that is gone back to.
    @Test func aRollbackRendersAsTheApplicationWasDeclaredThen() async throws {
        func declare(_ value: String, _ more: String = "") {
            platform(
                sources: more
                    + #"- {repoURL: "file:///platform", path: chart, helm: {valuesObject: {a: "#
                    + value + "}}}")
        }
        declare("first")
        values("one")
        try await reach("first")
        let before = [live("shop-m", "drawn"), live("shop-s", kind: "Secret")]
        declare("second", #"- {repoURL: "file:///values", path: plain}"# + "\n")
        try await reach("second")
        #expect(live("shop-s", kind: "Secret") != before[1])
        let sync = try #require(try await world.rollback(to: "sync-1"))
        #expect([live("shop-m", "drawn"), live("shop-s", kind: "Secret")] == before)
        // Also to a sync that went back itself.
        world.cluster.remove(World.key("Secret", "shop-s"))
        #expect(try await world.rollback(to: sync) != nil)
        #expect([live("shop-m", "drawn"), live("shop-s", kind: "Secret")] == before)
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

    /// The manifest and the chart are in one repository, the values in another.
    @Test func aRevertGoesToTheRepositoryOfTheNewestCommitThatConcerns() async throws {
        platform()
        values("one")
        try await reach("one")
        /// `revertPlan`, or why there is none.
        func reverts(to sync: String? = nil) async throws -> String? {
            let text = Box<String>()
            try await world.run { _ in
                text.value != nil
            } _: { engine in
                do {
                    let plan = try await engine.revertPlan("shop", to: sync)
                    text.value =
                        "\(plan.repository): \(plan.reverted.map(\.subject)), \(plan.otherApplications)"
                } catch {
                    text.value = "\(error)"
                }
            }
            return text.value
        }
        let two = world.values.files.merging(["shop/a.yaml": "a: two"]) { $1 }
        world.values.commit("two", two, at: 1_700_000_001)
        #expect(try await reverts() == "values: [\"two\"], []")
        #expect(try await reverts(to: "sync-1") == "values: [\"two\"], []")
        // A file of the manifest's name is none elsewhere.
        world.values.commit(
            "namesake", two.merging(["applications/shop.yaml": "a: 1"]) { $1 }, at: 1_700_000_002)
        #expect(try await reverts() == "values: [\"two\"], []")
        let bumped = world.source.files.merging(["chart/values.yaml": "b: 1"]) { $1 }
        world.source.commit("bump", bumped, at: 1_700_000_003)
        #expect(try await reverts() == "platform: [\"bump\"], []")
        let refusal = try await reverts(to: "sync-1")
        #expect(
            refusal?.contains("main of platform and of main of values") == true, "\(refusal ?? "")")
    }

    /// Nothing of the manifest's repository is among the sources.
    @Test func aRevertTakesBackTheManifestWhereverItIs() async throws {
        let sources = #"- {repoURL: "file:///values", path: plain}"#
        platform(sources: sources)
        values("one")
        try await reach("plain", of: "both")
        let more = #"- {repoURL: "file:///values", path: plain, directory: {recurse: true}}"#
        world.values.commit(
            "older", world.values.files.merging(["plain/n.txt": "x"]) { $1 }, at: 1_700_000_001)
        let manifest = ["applications/shop.yaml": Self.application(more)]
        world.source.commit(
            "bump", world.source.files.merging(manifest) { $1 }, at: 1_700_000_002)
        let pushed = Box<String>()
        let refusal = Box<String>()
        let id = EventID(at: world.clock.now(), random: world.clock.randomBytes(10))
        let before = world.values.messages
        try await world.run { _ in
            pushed.value != nil
        } _: { engine in
            do { _ = try await engine.revertPlan("shop", to: "sync-1") } catch {
                refusal.value = "\(error)"
            }
            _ = try await engine.revert("shop", to: nil, actor: World.person, id: id)
            // Sent twice it is the same commit.
            let again = try await engine.revert("shop", to: nil, actor: World.person, id: id)
            pushed.value = again.note
        }
        #expect(world.source.messages.last == "Revert" && world.values.messages == before)
        #expect(world.source.files["applications/shop.yaml"]?.contains("recurse") == false)
        #expect(pushed.value == "it was pushed before")
        #expect(refusal.value?.contains("applications/shop.yaml of platform, has changed") == true)
    }

    @Test func aValueFileThatIsMissingIsNamedWithItsSource() async throws {
        platform(others: ["shop/a.yaml": "a: of this one"])
        world.values.commit("no values", ["plain/x": "y"])
        #expect(
            try await world.run {
                $0.store.state.applications["shop"]?.renderProblems.contains {
                    $0.contains("open $values/shop/a.yaml: no such file or directory")
                } == true
            })
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

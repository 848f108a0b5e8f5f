import Declarations
import Engine
import EventLog
import Foundation
import HelmTool
import Model
import Projections
import Synchronization
import TestSupport
import Testing

/// Charts that the installed `helm` renders; a script stands for it.
@Suite("Charts rendered by helm", .timeLimit(.minutes(1)))
struct HelmProgramTests {
    private let world = World()
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        world.charts.withLock { $0["shop"] = Settings.ChartRules(renderer: .helm) }
        let helm = HelmProgram(name: script.path)
        world.helm.withLock { $0 = helm }
    }

    private var script: URL { folder.url.appendingPathComponent("helm") }

    private func install(_ text: String) throws {
        try "#!/bin/sh\n[ $1 = version ] && { echo v9.9.9; exit; }\n\(text)\n".write(
            to: script, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o755], ofItemAtPath: script.path)
    }

    private func deploy() {
        let helm = """
            path: apps/shop, helm: {valueFiles: [/values/shop.yaml], valuesObject: {b: 2}, parameters: [{name: c, \
            value: "1,2"}], fileParameters: [{name: d, path: notes.txt}], skipTests: true}}
            """
        world.source.commit(
            "deploy",
            [
                "applications/shop.yaml": World.application().replacingOccurrences(
                    of: "path: apps/shop}", with: helm),
                "apps/shop/Chart.yaml": "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
                "apps/shop/values.yaml": "password: hunter2\n", "apps/shop/notes.txt": "notes",
                "apps/shop/templates/m.yaml": "a: {{ .Values.a }}", "values/shop.yaml": "a: 1\n",
            ])
    }

    private func problems() async throws -> [String] {
        deploy()
        try await world.run {
            $0.store.state.applications["shop"]?.renderProblems.isEmpty == false
        }
        return world.store.state.applications["shop"]?.renderProblems ?? []
    }

    @Test func theProgramGetsWhatTheApplicationSaysAndIsOnRecord() async throws {
        try install(
            """
            echo ---
            echo '# Source: shop/templates/m.yaml'
            echo 'apiVersion: v1'
            echo 'kind: ConfigMap'
            echo 'metadata: {name: m}'
            echo "data:"
            echo "  arguments: '$(echo "$@" | sed 's/--api-versions [^ ]* //g')'"
            echo "  files: '$(find chart values-* parameter-* -type f | sort | tr '\\n' ' ')'"
            echo "  values: '$(cat values-0.yaml values-1.yaml parameter-0 | tr '\\n' ' ')'"
            echo ---
            echo '# Source: shop/charts/sub/templates/n.yaml'
            echo '{apiVersion: v1, kind: ConfigMap, metadata: {name: other}}'
            """)
        deploy()
        let isSynced = try await world.run { $0.isSynced }
        #expect(isSynced, "\(world.store.state.applications["shop"]?.renderProblems ?? [])")
        let data = world.cluster.objects[World.key("ConfigMap", "m")]?["data"]
        #expect(
            data?["arguments"]?.stringValue
                == "template shop chart --namespace shop --kube-version v1.36.2 --include-crds "
                + "--skip-tests --values values-0.yaml --values values-1.yaml --set c=1\\,2 "
                + "--set-file d=parameter-0")
        #expect(
            data?["files"]?.stringValue
                == "chart/Chart.yaml chart/notes.txt chart/templates/m.yaml chart/values.yaml "
                + "parameter-0 values-0.yaml values-1.yaml ")
        #expect(data?["values"]?.stringValue == #"a: 1 {"b":2}notes"#)
        let event = world.store.events.compactMap {
            if case .manifestsRendered(let payload)? = $0.event { payload } else { nil }
        }.last
        #expect(event?.program == "helm v9.9.9" && event?.renderer == "helm")
        #expect(event?.chart == "shop 1.0.0")
        #expect(
            event?.objects.map { "\($0.file):\($0.line)" } == [
                "apps/shop/templates/m.yaml:1", "apps/shop/charts/sub/templates/n.yaml:1",
            ])
    }

    @Test func aChartOfARepositoryIsGivenToTheProgram() async throws {
        try install(
            """
            echo ---
            echo '# Source: web/templates/m.yaml'
            echo 'apiVersion: v1'
            echo 'kind: ConfigMap'
            echo 'metadata: {name: m}'
            echo "data: {version: '$(grep version chart/Chart.yaml)'}"
            """)
        world.hasCharts.withLock { $0 = true }
        world.chartSource.publish("web", "1.0.0", ["templates/m.yaml": "a: 1"])
        world.source.commit(
            "deploy",
            [
                "applications/shop.yaml": World.application().replacingOccurrences(
                    of: #"{repoURL: "file:///platform", targetRevision: main, path: apps/shop}"#,
                    with:
                        #"{repoURL: "https://charts.example.com", chart: web, targetRevision: "^1"}"#
                )
            ])
        #expect(try await world.run { $0.isSynced })
        let data = world.cluster.objects[World.key("ConfigMap", "m")]?["data"]
        #expect(data?["version"]?.stringValue == "version: 1.0.0")
        let row = world.store.state.applications["shop"]
        #expect(row?.renderedSources?.map(\.version) == ["1.0.0"])
        #expect(row?.desired.map(\.file) == ["web:templates/m.yaml"])
    }

    private static let severalSources = """
        sources:
              - {repoURL: "https://charts.example.com", chart: web, targetRevision: "^1", helm: {valueFiles: [$v/shop/web.yaml]}}
              - {repoURL: "file:///platform", path: chart, helm: {valueFiles: [$v/shop/shop.yaml]}}
              - {repoURL: "file:///platform", path: plain}
              - {repoURL: "file:///values", ref: v}
        """

    @Test func severalSourcesAreRenderedEachWithValueFilesOfOthers() async throws {
        try install(
            """
            chart=$(sed -n 's/^name: //p' chart/Chart.yaml)
            echo ---
            echo "# Source: $chart/templates/m.yaml"
            echo 'apiVersion: v1'
            echo 'kind: ConfigMap'
            echo "metadata: {name: $chart}"
            echo "data: {values: '$(cat values-0.yaml | tr '\\n' ' ')', files: '$(find . -type f | wc -l)'}"
            """)
        world.hasCharts.withLock { $0 = true }
        world.hasValues.withLock { $0 = true }
        world.chartSource.publish("web", "1.0.0", ["templates/m.yaml": "a: 1"])
        world.values.commit("values", ["shop/web.yaml": "a: web", "shop/shop.yaml": "a: shop"])
        world.source.commit(
            "deploy",
            [
                "applications/shop.yaml": World.application().replacingOccurrences(
                    of:
                        #"source: {repoURL: "file:///platform", targetRevision: main, path: apps/shop}"#,
                    with: Self.severalSources),
                "chart/Chart.yaml": "apiVersion: v2\nname: shop\nversion: 2.0.0\n",
                "plain/a.yaml": World.configMap("plain", "p"),
            ])
        let isSynced = try await world.run { $0.isSynced }
        let row = try #require(world.store.state.applications["shop"])
        #expect(isSynced, "\(row.renderProblems)")
        func data(_ name: String) -> Node? {
            world.cluster.objects[World.key("ConfigMap", name)]?["data"]
        }
        #expect(data("web")?["values"]?.stringValue == "a: web")
        #expect(data("shop")?["values"]?.stringValue == "a: shop")
        #expect(data("plain")?["key"]?.stringValue == "p")
        // Chart.yaml and its template, and the values: nothing of the other sources.
        #expect(data("web")?["files"]?.stringValue == "3")
        #expect(
            Set(row.desired.map(\.file)) == [
                "web:templates/m.yaml", "platform:chart/templates/m.yaml", "platform:plain/a.yaml",
            ])
        #expect(row.renderedSources?.map(\.version) == ["1.0.0", nil, nil, nil])
        let event = world.store.events.compactMap {
            if case .manifestsRendered(let payload)? = $0.event { payload } else { nil }
        }.last
        #expect(event?.program == "helm v9.9.9" && event?.chart == "web 1.0.0, shop 2.0.0")

        // A value file of another source is an input.
        world.values.commit("values", ["shop/web.yaml": "a: new", "shop/shop.yaml": "a: shop"])
        let isNew: @Sendable (World) -> Bool = { world in
            let live = world.cluster.objects[World.key("ConfigMap", "web")]
            return world.isSynced && live?["data"]?["values"]?.stringValue == "a: new"
        }
        #expect(try await world.run(until: isNew) { try await $0.refresh() })
    }

    @Test func whatHelmRefusesIsAProblemWithoutSecrets() async throws {
        try install("echo 'Error: execution error at x: hunter2' >&2; exit 1")
        #expect(
            try await problems() == ["apps/shop: helm: Error: execution error at x: (secret)"])
    }

    @Test func aProgramThatIsInstalledLaterIsFound() async throws {
        #expect(
            try await problems() == [
                "the program \(script.path) is not installed; that is tried again"
            ])
        try install("echo '{apiVersion: v1, kind: ConfigMap, metadata: {name: m}}'")
        #expect(try await world.run { $0.isSynced })
    }
}

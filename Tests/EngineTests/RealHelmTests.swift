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

/// `renderer: helm` with the real program, as `tools/helm-oracle` keeps it.
@Suite("Charts rendered by the real Helm", .timeLimit(.minutes(2)))
struct RealHelmTests {
    private static let version = "4.3.1"

    private static let program: String? = {
        let environment = ProcessInfo.processInfo.environment
        let user = environment["XDG_CACHE_HOME"] ?? NSHomeDirectory() + "/.cache"
        let cache = environment["HELM_ORACLE_CACHE"] ?? user + "/helm-oracle"
        let program = "\(cache)/\(version)/helm"
        return FileManager.default.isExecutableFile(atPath: program) ? program : nil
    }()

    /// A chart of a repository and one of Git with a chart below it, each with values of a third source, and a folder.
    private static let sources = """
        sources:
              - repoURL: "https://charts.example.com"
                chart: web
                targetRevision: "^1"
                helm: {releaseName: front, valueFiles: [$v/web/base.yaml, "$v/web/*.local.yaml"], parameters: [{name: size, value: "3"}]}
              - repoURL: "file:///platform"
                path: charts/shop
                helm:
                  valueFiles: [values-prod.yaml, $v/shop.yaml]
                  valuesObject: {labels: {team: "a,b", tier: 1}}
                  fileParameters: [{name: notes, path: notes.txt}]
                  skipTests: true
              - {repoURL: "file:///platform", path: plain}
              - {repoURL: "file:///values", ref: v}
        """

    private static let web = [
        "values.yaml": "size: 1\nlevel: none\nlocal: false\n",
        "templates/_names.tpl": """
        {{- define "web.name" -}}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 63 }}{{- end }}

        """,
        "templates/m.yaml": """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: {{ include "web.name" . }}}
        data:
          {{- range $key, $value := .Values }}
          {{ $key }}: {{ $value | quote }}
          {{- end }}
          cluster: {{ .Capabilities.KubeVersion.Minor | quote }}

        """,
    ]

    private static let shop = [
        "charts/shop/Chart.yaml": """
        apiVersion: v2
        name: shop
        version: 2.0.0
        dependencies: [{name: db, version: 0.1.0, condition: db.enabled}]

        """,
        "charts/shop/values.yaml": "labels: {app: shop}\nnotes: \"\"\ndb: {enabled: false}\n",
        "charts/shop/values-prod.yaml":
            "db: {enabled: true}\nhosts: [a.example.com, b.example.com]\n",
        "charts/shop/notes.txt": "first\nsecond\n",
        "charts/shop/conf/a.ini": "a = 1\n",
        "charts/shop/templates/all.yaml": """
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: shop
          labels: {{- toYaml .Values.labels | nindent 4 }}
        data:
          hosts: {{ .Values.hosts | join "," }}
          notes: {{ .Values.notes | quote }}
          {{- (.Files.Glob "conf/*").AsConfig | nindent 2 }}
        ---
        apiVersion: v1
        kind: Secret
        metadata: {name: shop}
        stringData: {password: {{ .Values.password | quote }}}

        """,
        "charts/shop/templates/tests/t.yaml": """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: tested, annotations: {"helm.sh/hook": test}}

        """,
        "charts/shop/charts/db/Chart.yaml": "apiVersion: v2\nname: db\nversion: 0.1.0\n",
        "charts/shop/charts/db/values.yaml": "disk: 1Gi\n",
        "charts/shop/charts/db/templates/m.yaml": """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: {{ .Release.Name }}-db}
        data: {disk: {{ .Values.disk | quote }}}

        """,
    ]

    /// What the application becomes: the world, with each desired object as key, digest and file.
    private func deployed(by renderer: Settings.ChartRules.Renderer) async throws -> (
        World, [String]
    ) {
        let world = World()
        world.charts.withLock { $0["shop"] = Settings.ChartRules(renderer: renderer) }
        let helm = HelmProgram(name: Self.program ?? "")
        world.helm.withLock { $0 = helm }
        world.hasCharts.withLock { $0 = true }
        world.hasValues.withLock { $0 = true }
        world.chartSource.publish("web", "1.2.0", Self.web)
        world.values.commit(
            "values",
            [
                "web/base.yaml": "level: base\n", "web/a.local.yaml": "local: true\n",
                "shop.yaml": "password: hunter2\ndb: {disk: 8Gi}\n",
            ])
        world.source.commit(
            "deploy",
            [
                "applications/shop.yaml": World.shop(Self.sources),
                "plain/a.yaml": World.configMap("plain", "p"),
            ].merging(Self.shop) { $1 })
        let isSynced = try await world.run(seconds: 60) { $0.isSynced }
        let row = try #require(world.store.state.applications["shop"])
        #expect(isSynced, "\(renderer): \(row.renderProblems)")
        return (world, row.desired.map { "\($0.key) \($0.digest) \($0.file)" })
    }

    @Test(
        .enabled(
            if: program != nil,
            "SKIPPED: the real Helm is not here; tools/helm-oracle --which downloads it"))
    func severalSourcesBecomeWhatTidemarkMakesOfThem() async throws {
        let (world, byHelm) = try await deployed(by: .helm)
        let (_, byTidemark) = try await deployed(by: .tidemark)
        #expect(byHelm == byTidemark)
        #expect(byHelm.count == 5, "\(byHelm)")
        #expect(world.live("front-web", "level") == "base")
        #expect(world.live("front-web", "local") == "true")
        #expect(world.live("front-web", "size") == "3")
        #expect(world.live("shop", "hosts") == "a.example.com,b.example.com")
        #expect(world.live("shop-db", "disk") == "8Gi")
        let event = world.store.events.compactMap {
            if case .manifestsRendered(let payload)? = $0.event { payload } else { nil }
        }.last
        #expect(event?.program == "helm v\(Self.version)", "\(event?.program ?? "")")
        #expect(event?.chart == "web 1.2.0, shop 2.0.0")
    }
}

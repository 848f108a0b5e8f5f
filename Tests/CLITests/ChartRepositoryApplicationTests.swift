import Digests
import Foundation
import Synchronization
import TestSupport
import Testing

/// An application whose chart lies in a repository that wants a password, as people see it.
@Suite("Applications of charts from a repository")
struct ChartRepositoryApplicationTests {
    private static let chart = packed("level: info\n")

    private static func packed(_ values: String, _ more: [(String, String)] = []) -> [UInt8] {
        let template = """
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: settings}
            data:
              level: {{ .Values.level }}

            """
        return tarGzip(
            of: [
                ("web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.2.0\n"),
                ("web/values.yaml", values), ("web/templates/config.yaml", template),
            ] + more)
    }

    /// As people see it: a version alone says nothing of the bytes.
    private static let archive = "web 1.2.0 (sha256:\(Digest(of: chart).shortText))"

    private static let index = """
        apiVersion: v1
        entries:
          web:
          - {name: web, version: 1.2.0, urls: [web-1.2.0.tgz]}
          - {name: web, version: 2.0.0, urls: [web-2.0.0.tgz]}
        """

    private static func answer(_ request: ServedRequest) -> ServedAnswer {
        answer(request, chart)
    }

    private static func answer(_ request: ServedRequest, _ chart: [UInt8]) -> ServedAnswer {
        guard request["authorization"] == "Basic bWU6czNjcmV0" else { return ServedAnswer(401) }
        switch request.target {
        case "/charts/index.yaml": return ServedAnswer(text: index)
        case "/charts/web-1.2.0.tgz": return ServedAnswer(chart)
        default: return ServedAnswer(404)
        }
    }

    /// A registry with the same chart.
    private static func answerAsRegistry(_ request: ServedRequest) -> ServedAnswer {
        guard request["authorization"] == "Basic bWU6czNjcmV0" else {
            return ServedAnswer(401, headers: [("www-authenticate", "Basic realm=\"charts\"")])
        }
        let config = Array(#"{"name": "web", "version": "1.2.0"}"#.utf8)
        func descriptor(_ type: String, _ bytes: [UInt8]) -> String {
            #"{"mediaType": "\#(type)", "digest": "sha256:\#(Digest(of: bytes))", "size": \#(bytes.count)}"#
        }
        let configuration = descriptor("application/vnd.cncf.helm.config.v1+json", config)
        let content = descriptor("application/vnd.cncf.helm.chart.content.v1.tar+gzip", chart)
        switch request.target {
        case "/v2/charts/web/tags/list":
            return ServedAnswer(text: #"{"name": "charts/web", "tags": ["1.2.0", "2.0.0"]}"#)
        case "/v2/charts/web/manifests/1.2.0":
            return ServedAnswer(
                text: #"{"schemaVersion": 2, "config": \#(configuration), "layers": [\#(content)]}"#
            )
        case "/v2/charts/web/blobs/sha256:\(Digest(of: config))": return ServedAnswer(config)
        case "/v2/charts/web/blobs/sha256:\(Digest(of: chart))": return ServedAnswer(chart)
        default: return ServedAnswer(404)
        }
    }

    private static func declare(
        _ type: String, _ url: String, asked repoURL: String, values: String = "{}",
        in platform: Platform
    ) async throws {
        let session = platform.session
        try session.write("password", "s3cret\n")
        let settings = try String(contentsOfFile: session.path + "/tidemark.yaml", encoding: .utf8)
        if !settings.contains("name: charts") {
            try session.write(
                "tidemark.yaml",
                settings.replacingOccurrences(
                    of: "applications:\n",
                    with: """
                          - name: charts
                            type: \(type)
                            url: \(url)
                            credentials: {username: me, passwordFile: password}
                            poll: 600s
                        applications:

                        """))
        }
        let manifest = """
            apiVersion: argoproj.io/v1alpha1
            kind: Application
            metadata: {name: web-dev}
            spec:
              source: {repoURL: "\(repoURL)", chart: web, targetRevision: ^1, helm: {valuesObject: \(values)}}
              destination: {name: dev, namespace: default}
            """
        try await platform.commit(["applications/web-dev.yaml": manifest], "use the chart")
    }

    @Test func itIsPulledFromARegistry() async throws {
        let platform = try await Platform()
        let session = platform.session
        try await withLoopbackServer(answer: Self.answerAsRegistry) { server in
            // As Argo CD's applications name registries: without a scheme.
            let place = "127.0.0.1:\(server.port)/charts"
            try await Self.declare("oci", "oci://\(place)", asked: place, in: platform)
            let synced = await session.run("sync", "web-dev", "--yes")
            #expect(synced.code == 0, "\(synced.text)")
        }
        let status = await session.run("status", "web-dev")
        #expect(
            status.output.firstMatch(of: /web of charts +1\.2\.0 \(sha256:[0-9a-f]{12}\) +\^1/)
                != nil, "\(status.text)")
        let plan = await session.run("plan", "web-dev", "--save")
        #expect(plan.code == 0 && plan.output.contains("  of \(Self.archive)\n"), "\(plan.text)")
        let document = await session.run("show", "plan-1", "-o", "json")
        #expect(document.output.contains("\"digest\": \"\(Digest(of: Self.chart))\""))
        #expect(document.output.contains("\"a@example.org\""), "\(document.text)")
        let shown = await session.run("show", "plan-1")
        #expect(shown.output.contains("  of \(Self.archive)\n"), "\(shown.text)")
    }

    @Test func anArchiveThatIsReplacedUnderItsVersionIsSaid() async throws {
        let platform = try await Platform()
        let session = platform.session
        let served = Mutex(Self.chart)
        let other = Self.packed("level: debug\n")
        let text =
            "web 1.2.0 of charts was replaced under its version: "
            + "sha256:\(Digest(of: Self.chart).shortText) → sha256:\(Digest(of: other).shortText)"
        try await withLoopbackServer(answer: { request in
            Self.answer(request, served.withLock { $0 })
        }) { server in
            let url = "http://127.0.0.1:\(server.port)/charts"
            try await Self.declare("helm", url, asked: url, in: platform)
            let synced = await session.run("sync", "web-dev", "--yes")
            #expect(synced.code == 0, "\(synced.text)")
            #expect(await !session.run("status").output.contains("replaced"))
            served.withLock { $0 = other }
            let plan = await session.run("plan", "web-dev", "--save")
            #expect(plan.code == 1 && plan.output.contains("  ! \(text)\n"), "\(plan.text)")
            #expect(plan.output.contains("  by Engineer A, a@example.org\n"), "\(plan.text)")
        }
        for (arguments, part) in [
            (["status"], "! web-dev: chart \(text)\n"),
            (["show", "plan-1"], "  ! \(text)\n"),
            (["log", "--type", "manifests.rendered", "-o", "wide"], text),
            (["show", "plan-1", "-o", "json"], "\"from\": \"\(Digest(of: Self.chart))\""),
            (["status", "-o", "json"], "\"to\": \"\(Digest(of: other))\""),
        ] {
            let ended = await session.run(arguments)
            #expect(ended.output.contains(part), "\(arguments): \(ended.text)")
        }
    }

    @Test func aRollbackOfOneCommandRendersSecretsAsTheyWereDeclared() async throws {
        let platform = try await Platform()
        let session = platform.session
        let secret = """
            apiVersion: v1
            kind: Secret
            metadata: {name: key}
            stringData: {p: {{ .Values.p | quote }}}

            """
        let chart = Self.packed("level: info\n", [("web/templates/secret.yaml", secret)])
        try await withLoopbackServer(answer: { Self.answer($0, chart) }) { server in
            let url = "http://127.0.0.1:\(server.port)/charts"
            for value in ["one", "two"] {
                let values = "{p: \(value)}"
                try await Self.declare("helm", url, asked: url, values: values, in: platform)
                let synced = await session.run("sync", "web-dev", "--yes")
                #expect(synced.code == 0, "\(synced.text)")
            }
            let back = await session.run("rollback", "web-dev", "--to", "sync-1", "--yes")
            #expect(back.code == 0, "\(back.text)")
        }
        let log = await session.run("log", "--type", "object.applied", "-o", "wide")
        let lines = log.output.split(separator: "\n").filter { $0.contains("Secret/key changed") }
        #expect(lines.count == 3, "\(log.text)")
    }

    @Test func itIsPulledSyncedAndExplainedAndNeedsNoNetworkThen() async throws {
        let platform = try await Platform()
        let session = platform.session
        try await withLoopbackServer(answer: Self.answer) { server in
            let url = "http://127.0.0.1:\(server.port)/charts"
            try await Self.declare("helm", url, asked: url, in: platform)
            let synced = await session.run("sync", "web-dev", "--yes")
            #expect(synced.code == 0, "\(synced.text)")
            let doctor = await session.run("doctor", "-o", "wide")
            #expect(doctor.output.contains("/charts: web 1.2.0"), "\(doctor.text)")
        }
        let status = await session.run("status", "web-dev")
        #expect(
            status.output.firstMatch(of: /web of charts +1\.2\.0 \(sha256:[0-9a-f]{12}\) +\^1/)
                != nil, "\(status.text)")
        let explained = await session.run("explain", "sync-1")
        #expect(
            explained.output.contains("\(Self.archive), declared by"), "\(explained.text)")
        #expect(explained.output.contains("by Engineer A; asked for by"), "\(explained.text)")
        let application = await session.run("explain", "web-dev")
        #expect(
            application.output.contains("^1 of charts, web: 1.2.0 (sha256:"), "\(application.text)")
        let why = await session.run(
            "why", "configmap/settings", "--field", "data.level", "-o", "wide")
        #expect(why.output.contains("template  templates/config.yaml:5"), "\(why.text)")
        #expect(why.output.contains("level (default, values.yaml:1)"), "\(why.text)")
        #expect(why.output.contains("chart     \(Self.archive) of charts"), "\(why.text)")

        // Nobody listens any more.
        let plan = await session.run("plan", "web-dev")
        #expect(plan.code == 0, "\(plan.text)")
        let whole = await session.run("status")
        #expect(whole.output.contains("repository charts is unreachable"), "\(whole.text)")
        let doctor = await session.run("doctor", "-o", "wide")
        #expect(doctor.code == 1, "\(doctor.text)")
        #expect(doctor.output.contains("it refuses connections"), "\(doctor.text)")
        #expect(doctor.output.contains("rules of applications  ok     none"), "\(doctor.text)")
        let log = await session.run("log", "-o", "json")
        #expect(!(log.text + doctor.text + whole.text).contains("s3cret"))

        let settings = try String(contentsOfFile: session.path + "/tidemark.yaml", encoding: .utf8)
        try session.write("tidemark.yaml", settings + "charts: {web-dve: {lookup: true}}\n")
        let named = await session.run("doctor", "-o", "wide")
        #expect(
            named.output.contains("charts.web-dve: there is no application web-dve"),
            "\(named.text)")
        #expect(named.output.contains("did you mean web-dev?"), "\(named.text)")
    }
}

import Foundation
import GitRepository
import Model
import TestSupport
import Testing

/// An application whose chart is in one repository and its values in another, as people see it.
@Suite("Several sources as people see them")
struct SeveralSourcesTests {
    private static func commit(
        _ files: [String: String], _ message: String, to repository: GitRepository
    ) async throws {
        try await repository.commit(
            to: "main", changes: files.mapValues { Array($0.utf8) },
            author: Commit.Identity(
                name: "Engineer B", email: "b@example.org",
                time: Timestamp(nanoseconds: 1_760_000_000_000_000_000)), message: message)
    }

    /// A platform whose `web-dev` is a chart with values from elsewhere.
    private static func platform() async throws -> Platform {
        let platform = try await Platform()
        let session = platform.session
        let values = try await GitRepository.open(session.path + "/values.git")
        try await commit(
            ["production/web.yaml": "level: info\n"], "quiet", to: values)
        try session.write(
            "tidemark.yaml",
            String(contentsOfFile: session.path + "/tidemark.yaml", encoding: .utf8)
                .replacingOccurrences(
                    of: "applications:\n",
                    with: """
                          - name: values
                            url: file://\(session.path)/values.git
                            poll: 600s
                        applications:

                        """))
        let manifest = """
            apiVersion: argoproj.io/v1alpha1
            kind: Application
            metadata: {name: web-dev}
            spec:
              sources:
              - repoURL: file://\(session.path)/platform.git
                path: charts/web
                helm: {valueFiles: [$values/production/web.yaml]}
              - repoURL: file://\(session.path)/values.git
                targetRevision: main
                ref: values
              destination: {name: dev, namespace: default}
            """
        try await platform.commit(
            [
                "applications/web-dev.yaml": manifest,
                "charts/web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n",
                "charts/web/templates/config.yaml": """
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: settings}
                data:
                  level: {{ .Values.level }}

                """,
            ], "a chart")
        return platform
    }

    @Test func everyCommitIsNamedAndEveryLineLeadsToItsAuthor() async throws {
        let session = try await Self.platform().session
        let synced = await session.run("sync", "web-dev", "--yes")
        #expect(synced.code == 0, "\(synced.text)")

        let why = await session.run(
            "why", "configmap/settings", "--field", "data.level", "-o", "wide")
        #expect(
            why.output.contains("template  charts/web/templates/config.yaml:5 — "), "\(why.text)")
        #expect(why.output.contains("\"a chart\" by Engineer A"), "\(why.text)")
        #expect(why.output.contains("$values/production/web.yaml:1"), "\(why.text)")
        #expect(why.output.contains("\"quiet\" by Engineer B"), "\(why.text)")

        let commits = "at platform [0-9a-f]{7}, values [0-9a-f]{7}"
        let explained = await session.run("explain", "sync-1")
        #expect(explained.output.firstMatch(of: try Regex(commits)) != nil, "\(explained.text)")
        let log = await session.run("log", "--type", "manifests.rendered", "-o", "wide")
        #expect(
            log.output.firstMatch(of: try Regex("at platform [0-9a-f]{7}, values [0-9a-f]{7}"))
                != nil, "\(log.text)")
        let status = await session.run("status", "web-dev")
        #expect(status.output.contains("platform:charts/web"), "\(status.text)")
        #expect(status.output.contains("values as $values"), "\(status.text)")
        let json = await session.run("status", "web-dev", "-o", "json")
        #expect(json.output.contains("\"renderedSources\""), "\(json.text)")
    }
}

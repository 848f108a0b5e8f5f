import Foundation
import TestSupport
import Testing

/// `why`: from a live field to the line, the commit and the author.
@Suite("Why a field is as it is")
struct WhyTests {
    private static let chart = [
        "prod/web.yaml": "",
        "prod/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n",
        "prod/values.yaml": "level: info\nsettings:\n  color: blue\n  size: small\n",
        "prod/templates/config.yaml": """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: settings}
        data:
          level: {{ .Values.level }}
          {{- toYaml .Values.settings | nindent 2 }}

        """,
    ]

    @Test func aFieldLeadsToItsLineAndItsAuthor() async throws {
        let platform = try await Platform()
        let session = platform.session
        _ = await session.run("sync", "web-prod", "--yes")
        try await platform.release("1.28")
        _ = await session.run("sync", "web-prod", "--yes")
        let ended = await session.run(
            "why", "configmap/web", "--env", "prod", "--field", "data.version", "-o", "wide")
        #expect(ended.code == 0, "\(ended.text)")
        #expect(ended.output.contains("data.version = \"1.28\"\nset by    Tidemark\n"))
        #expect(ended.output.contains("line      prod/web.yaml:4"), "\(ended.output)")
        #expect(ended.output.contains("\"web 1.28\" by Engineer A <a@example.org>"))
        #expect(ended.output.contains("by sync-2 at"))

        let before = await session.run(
            "why", "configmap/web", "--env", "prod", "--field", "data.version", "--at", "sync-1")
        #expect(before.output.contains("data.version = \"1.27\""), "\(before.text)")
        #expect(before.output.contains("\"web 1.27\""))
    }

    @Test func aFieldOfAChartLeadsToItsValues() async throws {
        let platform = try await Platform()
        try await platform.commit(Self.chart, "a chart")
        try await platform.commit(
            ["prod/values.yaml": "level: info\nsettings:\n  color: red\n  size: small\n"],
            "red is better")
        _ = await platform.session.run("sync", "web-prod", "--yes")
        for (field, line, value) in [
            ("data.color", "config.yaml:6", "settings.color (default, prod/values.yaml:3)"),
            ("data.level", "config.yaml:5", "level (default, prod/values.yaml:1)"),
        ] {
            let ended = await platform.session.run(
                "why", "configmap/settings", "--field", field, "-o", "wide")
            #expect(ended.output.contains("template  prod/templates/\(line)"), "\(ended.text)")
            #expect(ended.output.contains("value     \(value)"), "\(ended.output)")
        }
        let color = await platform.session.run(
            "why", "configmap/settings", "--field", "data.color", "-o", "wide")
        #expect(
            color.output.contains("values.yaml:3) — ") && color.output.contains("red is better"))
    }

    @Test func whatCannotBeAnsweredIsSaid() async throws {
        let platform = try await Platform()
        _ = await platform.session.run("sync", "web-prod", "--yes")
        for (arguments, text) in [
            (["configmap/web", "--field", "data.none"], "has no field data.none"),
            (["configmap/web", "--field", "a["], "is no path of a field"),
            (["configmap/none", "--field", "data"], "was never seen"),
        ] {
            let ended = await platform.session.run(["why"] + arguments)
            #expect(ended.code == 2 && ended.errors.contains(text), "\(ended.text)")
        }
    }
}

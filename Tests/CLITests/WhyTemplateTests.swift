import Foundation
import GitRepository
import Model
import TestSupport
import Testing

/// Fields that a chart's templates write and no value has a part in: their lines, held against `git blame`.
extension WhyTests {
    private static let chart = [
        "prod/web.yaml": "",
        "prod/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n",
        "prod/values.yaml": "extra: true\n",
        "prod/templates/_names.tpl": """
        {{- define "web.labels" }}
        app: web
        tier: back
        {{- end }}

        """,
        "prod/templates/config.yaml": """
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: settings
          labels: {{- include "web.labels" . | nindent 4 }}
        data:
          fixed: constant
          {{- if .Values.extra }}
          extra: "yes"
          {{- end }}
          script: |
            first
            second

        """,
    ]

    private static let subchart = [
        "prod/charts/db/Chart.yaml": "apiVersion: v2\nname: db\nversion: 1.0.0\n",
        "prod/charts/db/templates/config.yaml": """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: db}
        data:
          engine: postgres

        """,
    ]

    private func commit(
        _ platform: Platform, _ author: String, _ files: [String: String], _ message: String
    ) async throws {
        try await platform.repository.commit(
            to: "main", changes: files.mapValues { Array($0.utf8) },
            author: Commit.Identity(
                name: "Engineer \(author)", email: "\(author.lowercased())@example.org",
                time: Timestamp(nanoseconds: 1_760_000_000_000_000_000)), message: message)
    }

    /// A chart to which four people had a hand.
    private func written() async throws -> Platform {
        let platform = try await Platform()
        var files = Self.chart
        try await commit(platform, "A", files, "a chart")
        try await commit(platform, "B", Self.subchart, "a database")
        let edit = { (file: String, old: String, new: String) in
            files[file] = files[file]?.replacingOccurrences(of: old, with: new)
            return [file: files[file] ?? ""]
        }
        try await commit(
            platform, "C", edit("prod/templates/_names.tpl", "tier: back", "tier: front"),
            "it is a front")
        // Everything below moves down.
        try await commit(
            platform, "D",
            edit("prod/templates/config.yaml", "apiVersion", "# Settings\n\napiVersion"), "a title")
        try await commit(
            platform, "B",
            edit("prod/templates/config.yaml", "extra: \"yes\"", "extra: \"indeed\""), "louder")
        return platform
    }

    /// A chart that is packed below another has no lines in Git: whoever brought the archive is named.
    @Test func aLineInAnArchiveLeadsToTheCommitOfTheArchive() async throws {
        let platform = try await Platform()
        try await commit(platform, "A", Self.chart, "a chart")
        let files = Self.subchart.map { path, text in
            (key: String(path.dropFirst("prod/charts/".count)), value: text)
        }
        let archive = tarGzip(of: files.sorted { $0.key < $1.key })
        try await platform.repository.commit(
            to: "main", changes: ["prod/charts/db-1.0.0.tgz": archive],
            author: Commit.Identity(
                name: "Engineer E", email: "e@example.org", time: Timestamp(seconds: 1_760_000_000)),
            message: "a packed database")
        try await commit(platform, "F", ["prod/values.yaml": "extra: false\n"], "later")
        _ = await platform.session.run("sync", "web-prod", "--yes")
        let why = await platform.session.run(
            "why", "configmap/db", "--field", "data.engine", "-o", "wide")
        #expect(
            why.output.contains("template  prod/charts/db/templates/config.yaml:5 — "),
            "\(why.text)")
        #expect(why.output.contains("\"a packed database\" by Engineer E"), "\(why.text)")
        #expect(why.output.contains("packed    in prod/charts/db-1.0.0.tgz\n"), "\(why.text)")
    }

    @Test func aLineOfATemplateLeadsToItsCommit() async throws {
        let platform = try await written()
        let synced = await platform.session.run("sync", "web-prod", "--yes")
        #expect(synced.code == 0, "\(synced.text)")
        let git = OracleGit(folder: URL(fileURLWithPath: platform.session.path + "/platform.git"))
        for (object, field, file, text) in [
            ("settings", "data.fixed", "templates/config.yaml", "fixed:"),
            ("settings", "data.extra", "templates/config.yaml", "extra: "),
            ("settings", "data.script", "templates/config.yaml", "script:"),
            ("settings", "kind", "templates/config.yaml", "kind:"),
            ("settings", "metadata.labels.tier", "templates/_names.tpl", "tier:"),
            ("db", "data.engine", "charts/db/templates/config.yaml", "engine:"),
        ] {
            let path = "prod/" + file
            let lines = try git("show", "main:" + path).components(separatedBy: "\n")
            let number = try #require(lines.firstIndex { $0.contains(text) }) + 1
            let blame = try git.lines(
                "blame", "--porcelain", "-L", "\(number),\(number)", "main", "--", path)
            let id = try #require(blame.first?.prefix(40))
            let author = try #require(blame.first { $0.hasPrefix("author ") }?.dropFirst(7))
            let subject = try #require(blame.first { $0.hasPrefix("summary ") }?.dropFirst(8))
            let why = await platform.session.run(
                "why", "configmap/\(object)", "--field", field, "-o", "wide")
            let credit =
                "template  \(path):\(number) — \(id.prefix(7)) \"\(subject)\" by \(author) <"
            #expect(why.output.contains(credit), "\(field): \(credit)\n\(why.text)")
            let json = await platform.session.run(
                "why", "configmap/\(object)", "--field", field, "-o", "json")
            #expect(json.output.contains("\"id\": \"\(id)\""), "\(json.text)")
        }
    }
}

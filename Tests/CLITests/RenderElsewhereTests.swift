import Foundation
import TestSupport
import Testing

@Suite("Charts that lie elsewhere")
struct RenderElsewhereTests {
    private static let chart = tarGzip([
        "web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.2.0\n",
        "web/values.yaml": "replicas: 1\n",
        "web/templates/a.yaml": "a: {{ .Values.replicas }}\nb: {{ .Chart.Version }}\n",
    ])

    private static let rendered = "---\n# Source: web/templates/a.yaml\na: 3\nb: 1.2.0\n[exit 0]\n"

    private static let index = """
        apiVersion: v1
        entries:
          web: [{name: web, version: 1.2.0, urls: [web-1.2.0.tgz]}]
          climbing: [{name: climbing, version: 1.0.0, urls: [climbing.tgz]}]
          cut: [{name: cut, version: 1.0.0, urls: [cut.tgz]}]
        """

    private static func answer(_ request: ServedRequest) -> ServedAnswer {
        guard request["authorization"] == "Basic bWU6czNjcmV0" else { return ServedAnswer(401) }
        switch request.target {
        case "/index.yaml": return ServedAnswer(text: index)
        case "/web-1.2.0.tgz": return ServedAnswer(chart)
        case "/cut.tgz": return ServedAnswer(Array(chart.dropLast(600)))
        case "/climbing.tgz":
            return ServedAnswer(tarGzip(["web/Chart.yaml": "name: web", "web/../../etc/x": "y"]))
        default: return ServedAnswer(404)
        }
    }

    /// Runs `render` against a server that wants a password; its port is written as PORT.
    private func check(_ arguments: [String], gives expected: String) async throws {
        let session = try Session()
        try session.write("password", "s3cret\n")
        let text = try await withLoopbackServer(answer: Self.answer) { server in
            let ended = await session.run(
                ["render"] + arguments.map { $0.replacing("PORT", with: "\(server.port)") }
                    + ["--set", "replicas=3", "--chart-cache", "kept"])
            return ended.text.replacing(":\(server.port)", with: ":PORT")
        }
        #expect(text == expected)
    }

    private static let credentials = ["--username", "me", "--password-file", "password"]
    private static let repo = ["--repo", "http://127.0.0.1:PORT"] + credentials

    @Test func repositoriesAndAddressesGiveWhatTheFolderGives() async throws {
        try await check(["web"] + Self.repo, gives: Self.rendered)
        try await check(["web", "--version", "^1"] + Self.repo, gives: Self.rendered)
        try await check(
            ["http://127.0.0.1:PORT/web-1.2.0.tgz", "--username", "me", "--password", "s3cret"],
            gives: Self.rendered)
    }

    @Test func whatCannotBeHadIsSaidSo() async throws {
        try await check(
            ["shop", "--version", "2"] + Self.repo,
            gives:
                "! error: chart \"shop\" not found in http://127.0.0.1:PORT repository\n[exit 2]\n")
        try await check(
            ["web", "--repo", "http://127.0.0.1:PORT"],
            gives: """
                ! error: http://127.0.0.1:PORT/index.yaml does not let us in
                !   because 401
                !   try: look at the user name and password, or the token, for this repository
                [exit 2]

                """)
        try await check(
            ["web", "--version", "^1", "--repo", "http://127.0.0.1:1"],
            gives: """
                ! error: http://127.0.0.1:1/index.yaml cannot be reached
                !   because it refuses connections; it was asked for web ^1 of http://127.0.0.1:1
                [exit 2]

                """)
        try await check(
            ["climbing"] + Self.repo,
            gives: "! error: chart illegally references parent directory\n[exit 2]\n")
        try await check(["cut"] + Self.repo, gives: "! error: gzip: invalid header\n[exit 2]\n")
        try await check(
            ["oci://127.0.0.1:PORT/web", "--version", "a b"] + Self.credentials,
            gives: """
                ! error: http://127.0.0.1:PORT/v2/web/tags/list does not let us in
                !   because 401
                !   try: look at the user name and password, or the token, for this repository
                [exit 2]

                """)
    }

    @Test func optionsThatMeanNothingAreRefused() async throws {
        let session = try Session()
        for (arguments, expected) in [
            (["chart", "--version", "1"], "chart is on this machine"),
            (["http://h/a.tgz", "--version", "1"], "cannot choose a version of http://h/a.tgz"),
            (
                ["web", "--repo", "http://h", "--username", "me", "--chart-cache", "c"],
                "a user name and a password belong together"
            ),
            (["web", "--repo", "http://h"], "there is no folder to keep charts in"),
            (["web", "--repo", "http://h", "--recurse"], "web is a chart"),
        ] {
            let ended = await session.run(["render"] + arguments)
            #expect(ended.errors.hasPrefix("error: \(expected)\n"), "\(ended.text)")
            #expect(ended.code == 2)
        }
    }
}

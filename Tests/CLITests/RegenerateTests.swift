import Foundation
import TestSupport
import Testing

/// What a chart draws and makes, and how it is renewed.
@Suite("Regenerating", .timeLimit(.minutes(3)))
struct RegenerateTests {
    private static let chart = [
        "prod/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n", "prod/web.yaml": "",
        "prod/templates/web.yaml": """
        {{- $c := genSelfSignedCert "web" nil nil 20 }}
        apiVersion: v1
        kind: Secret
        metadata: {name: web}
        stringData: {password: {{ randAlphaNum 20 }}}
        data: {tls.crt: {{ $c.Cert | b64enc }}, tls.key: {{ $c.Key | b64enc }}}

        """,
    ]

    private let platform: Platform
    private var session: Session { platform.session }

    init() async throws {
        platform = try await Platform()
        try await platform.commit(Self.chart, "a chart")
    }

    /// The token of the password that was rendered last.
    private func token() async throws -> String {
        let shown = await session.run("show", "secret/web", "--env", "prod", "--desired")
        let encoded = shown.output.split(separator: "\n").first { $0.contains("password:") }
        return String(try #require(encoded, "\(shown.text)"))
    }

    private func regenerate() async throws {
        let before = try await token()
        let ended = await session.run("regenerate", "web-prod", "--reason", "it leaked")
        #expect(
            ended.output
                == "web-prod is rendered with new values: OutOfSync; deploy them with: tidemark sync web-prod\n",
            "\(ended.text)")
        #expect(try await token() != before)
        let synced = await session.run("sync", "web-prod", "--yes")
        #expect(synced.code == 0, "\(synced.text)")
        let plan = await session.run("plan", "web-prod")
        #expect(plan.code == 0, "\(plan.text)")
    }

    @Test func aloneAndThroughTheSocket() async throws {
        let first = await session.run("sync", "web-prod", "--yes")
        #expect(first.code == 0, "\(first.text)")
        let status = await session.run("status", "web-prod")
        let note = status.output.split(separator: "\n").first { $0.contains("certificate") }
        let days = try #require(note).replacing(/ends on [0-9-]+/, with: "ends on DAY")
        #expect(
            days
                == #"! web-prod: the certificate in Secret/web -n default data["tls.crt"] ends on DAY, "#
                + "in 19 days; renew it with: tidemark regenerate web-prod, then tidemark sync web-prod"
        )
        let document = await session.run("status", "web-prod", "-o", "json")
        #expect(
            document.output.contains(#""certificatesEnding""#)
                && document.output.contains(#""generated": true"#), "\(document.text)")
        try await regenerate()

        let running = try RunningProgram(["run"], in: session.path)
        #expect(await running.says("listening on"))
        try await regenerate()
        running.send(SIGTERM)
        _ = await running.end()
        let log = await session.run("log", "--type", "regeneration.requested")
        #expect(
            log.output.components(separatedBy: "regeneration requested  random")
                .count
                == 3, "\(log.text)")
        let refused = await session.run("regenerate", "web-dev")
        #expect(refused.code == 2 && refused.errors.contains("web-dev has no chart"))
    }
}

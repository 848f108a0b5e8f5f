import ChartRepository
import Digests
import TestSupport
import Testing

@Suite("Servers that cannot be trusted")
struct HostileServerTests {
    private static let credentials = ChartCredentials(username: "me", password: "s3cret")
    private static let basic = "Basic bWU6czNjcmV0"

    private func check(
        limits: PullLimits = .testing, _ expected: String,
        answer: @escaping @Sendable (ServedRequest) -> ServedAnswer
    ) async throws {
        try await withPulling(limits: limits, answer: answer) { pulling, server in
            let text = await pulling.text(
                of: try ChartReference(archive: "http://127.0.0.1:\(server.port)/web.tgz"),
                Self.credentials, port: server.port)
            #expect(text == expected)
            #expect(pulling.keptFiles.isEmpty)
        }
    }

    @Test func passwordsAreAskedForAndNotShown() async throws {
        let answer: @Sendable (ServedRequest) -> ServedAnswer = { request in
            request["authorization"] == Self.basic
                ? ServedAnswer(archive("1.0.0"))
                : ServedAnswer(
                    403,
                    text:
                        "{\"errors\": [{\"code\": \"DENIED\", \"message\": \"\(request["authorization"]) wr0ng\\u001b[2J\"}]}"
                )
        }
        try await withPulling(answer: answer) { pulling, server in
            let reference = try ChartReference(archive: "http://127.0.0.1:\(server.port)/web.tgz")
            var text = await pulling.text(
                of: reference, ChartCredentials(username: "me", password: "wr0ng"),
                port: server.port)
            #expect(
                text == "http://127.0.0.1:PORT/web.tgz does not let us in: "
                    + "403: DENIED: Basic (hidden) (hidden) [2J")
            text = await pulling.text(of: reference, Self.credentials, port: server.port)
            #expect(text == "web.tgz - of http://127.0.0.1:PORT/web.tgz")
        }
        var printed = "\(Self.credentials) "
        dump(Self.credentials, to: &printed)
        printed += String(reflecting: Self.credentials)
        #expect(!printed.contains("s3cret") && !printed.contains("me"))
    }

    @Test func aRedirectToAnotherServerCarriesNoPassword() async throws {
        try await withLoopbackServer(answer: { request in
            request.headers["authorization"] == nil
                ? ServedAnswer(archive("1.0.0")) : ServedAnswer(500)
        }) { other in
            let target = "http://127.0.0.1:\(other.port)/store/web.tgz?sig=1"
            try await withPulling(answer: { request in
                request.target == "/web.tgz"
                    ? ServedAnswer(302, headers: [("location", "/moved.tgz")])
                    : ServedAnswer(307, headers: [("location", target)])
            }) { pulling, server in
                let text = await pulling.text(
                    of: try ChartReference(archive: "http://127.0.0.1:\(server.port)/web.tgz"),
                    Self.credentials, port: server.port)
                #expect(text == "web.tgz - of http://127.0.0.1:PORT/web.tgz")
                #expect(server.requests.map { $0["authorization"] } == [Self.basic, Self.basic])
            }
            #expect(other.requests.map { $0.headers["authorization"] } == [nil])
            // The same port of another name is another server, too.
            try await withPulling(answer: { request in
                ServedAnswer(302, headers: [("location", "http://localhost:\(other.port)/x.tgz")])
            }) { pulling, server in
                _ = await pulling.text(
                    of: try ChartReference(archive: "http://127.0.0.1:\(server.port)/web.tgz"),
                    Self.credentials, port: server.port)
            }
            #expect(other.requests.map { $0.headers["authorization"] } == [nil, nil])
        }
    }

    @Test func anArchiveElsewhereIsPulledWithoutThePassword() async throws {
        try await withLoopbackServer(answer: { _ in ServedAnswer(archive("1.0.0")) }) { other in
            let index = """
                apiVersion: v1
                entries: {web: [{name: web, version: 1.0.0, urls: ["http://127.0.0.1:\(other.port)/w.tgz"]}]}
                """
            try await withPulling(answer: { _ in ServedAnswer(text: index) }) { pulling, server in
                let text = await pulling.text(
                    of: try ChartReference(
                        repository: "http://127.0.0.1:\(server.port)", chart: "web"),
                    Self.credentials, port: other.port)
                #expect(text == "web 1.0.0 of http://127.0.0.1:PORT/w.tgz")
                #expect(server.requests.map { $0["authorization"] } == [Self.basic])
            }
            #expect(other.requests.map { $0.headers["authorization"] } == [nil])
        }
    }

    @Test func redirectsEnd() async throws {
        try await check(
            "http://127.0.0.1:PORT/web.tgz is not followed: it redirects more than 5 times"
        ) { _ in ServedAnswer(302, headers: [("location", "/web.tgz")]) }
        try await check(
            "cannot pull file:///etc/passwd: only http, https and oci addresses are known"
        ) {
            _ in ServedAnswer(302, headers: [("location", "file:///etc/passwd")])
        }
    }

    @Test func bodiesAreBounded() async throws {
        let large = "http://127.0.0.1:PORT/web.tgz is larger than 1048576 bytes"
        try await check(large) { _ in
            ServedAnswer([UInt8](repeating: 0x1F, count: (1 << 20) + 1))
        }
        // Without a length that would tell.
        try await check(large) { _ in
            ServedAnswer(
                pieces: Array(repeating: .bytes([UInt8](repeating: 1, count: 1 << 18)), count: 5))
        }
    }

    @Test func cutAndSilentAnswersEnd() async throws {
        let place = "http://127.0.0.1:PORT/web.tgz cannot be reached: "
        try await check(place + "the connection was closed in the middle of an answer") { _ in
            ServedAnswer(pieces: [.bytes(Array(archive("1.0.0").prefix(700))), .cut])
        }
        var limits = PullLimits.testing
        limits.silence = .milliseconds(200)
        try await check(limits: limits, place + "it fell silent in the middle of an answer") { _ in
            ServedAnswer(pieces: [.bytes([0x1F, 0x8B]), .silence])
        }
        limits = .testing
        limits.request = .milliseconds(200)
        try await check(limits: limits, place + "no answer within 0.2 seconds") { _ in
            ServedAnswer(pieces: [.bytes([0x1F, 0x8B]), .silence])
        }
    }

    @Test func aServerThatIsGoneIsSaidSo() async throws {
        let port = try await withLoopbackServer(answer: { _ in ServedAnswer() }) { $0.port }
        try await withPulling(answer: { _ in ServedAnswer() }) { pulling, _ in
            for host in ["127.0.0.1", "localhost"] {
                let reference = try ChartReference(archive: "http://\(host):\(port)/web.tgz")
                let text = await pulling.text(of: reference, port: port)
                #expect(
                    text == "http://\(host):PORT/web.tgz cannot be reached: it refuses connections")
            }
        }
    }
}

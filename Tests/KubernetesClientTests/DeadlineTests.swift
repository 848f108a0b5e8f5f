import KubernetesClient
import Model
import TestSupport
import Testing

@Suite("A cluster that does not answer")
struct DeadlineTests {
    private static let short = Deadlines(
        connect: .seconds(2), request: .milliseconds(500), watch: .seconds(60),
        watchIdle: .seconds(70))

    /// Expects every kind of request to fail in time with a cause that begins with `expected`.
    private func check(
        _ server: String, _ expected: String, tls: ClusterConnection.TLS = .init(),
        deadlines: Deadlines = short
    ) async throws {
        let client = try KubernetesClient(
            cluster: "dev", connection: ClusterConnection(server: server, tls: tls),
            deadlines: deadlines, log: .silent)
        try await client.closing { client in
            let started = ContinuousClock.now
            let attempts: [@Sendable () async throws -> Void] = [
                { _ = try await client.discovery() },
                { _ = try await client.get(configMaps, namespace: "t", name: "a") },
                { _ = try await client.listAll(configMaps) },
                { _ = try await client.apply(WritingTests.object, configMaps) },
                { _ = try await client.openWatch(configMaps, resourceVersion: "1") },
            ]
            let texts = await withTaskGroup(of: String.self) { group in
                for attempt in attempts {
                    group.addTask {
                        do { try await attempt() } catch let error as ClusterError {
                            return "\(error.summary), because \(error.cause ?? "?")"
                        } catch { return "\(error)" }
                        return "no error"
                    }
                }
                return await group.reduce(into: Set<String>()) { $0.insert($1) }
            }
            let start = "cluster dev does not answer, because \(expected)"
            #expect(texts.allSatisfy { $0.hasPrefix(start) }, "\(texts.sorted())")
            #expect(ContinuousClock.now - started < .seconds(4))
        }
    }

    @Test func silenceAfterAcceptingEndsWithTheDeadline() async throws {
        let silent = try SilentPort()
        try await check("http://127.0.0.1:\(silent.port)", "no answer within 0.5 seconds")
        let tls = ClusterConnection.TLS(isInsecure: true)
        try await check(
            "https://127.0.0.1:\(silent.port)", "no answer within 0.5 seconds", tls: tls)
        // Of the connection or of the handshake, whichever timer is first.
        var patient = Deadlines.testing
        patient.connect = .milliseconds(400)
        try await check(
            "https://127.0.0.1:\(silent.port)", "no ", tls: tls, deadlines: patient)
    }

    @Test func aRefusedConnectionIsSaidAtOnce() async throws {
        let closed = try SilentPort(isListening: false)
        try await check(
            "http://127.0.0.1:\(closed.port)",
            "127.0.0.1:\(closed.port) refuses connections",
            deadlines: .testing)
    }

    @Test func anAnswerThatStopsInTheMiddleEndsWithTheDeadline() async throws {
        let script: [String: [PlayedAnswer]] = [
            "GET /api/v1/namespaces/t/configmaps/a": [.pieces([.text("{\"a\":"), .silence])]
        ]
        try await withClient(script, deadlines: Self.short) { client, _ in
            await #expect(
                throws: ClusterError.unreachable(
                    cluster: "dev", message: "no answer within 0.5 seconds")
            ) { try await client.get(configMaps, namespace: "t", name: "a") }
        }
    }

    @Test func aCancelledRequestEndsAtOnce() async throws {
        let silent = try SilentPort()
        var deadlines = Self.short
        deadlines.request = .seconds(60)
        let client = try KubernetesClient(
            cluster: "dev", connection: .init(server: "http://127.0.0.1:\(silent.port)"),
            deadlines: deadlines, log: .silent)
        try await client.closing { client in
            let started = ContinuousClock.now
            let request = Task {
                _ = try await client.get(configMaps, namespace: "t", name: "a")
            }
            request.cancel()
            let result = await request.result
            #expect(throws: ClusterError.unreachable(cluster: "dev", message: "cancelled")) {
                try result.get()
            }
            #expect(ContinuousClock.now - started < .seconds(2))
        }
    }
}

import Foundation
import KubernetesClient
import Logging
import Model
import Synchronization
import TestSupport
import Testing

@Suite("Credentials")
struct SecretTests {
    private static let target = "GET /api/v1/namespaces/t/configmaps/a"
    private static let script: [String: [PlayedAnswer]] = [
        target: [
            .json(["kind": "ConfigMap"]),
            // A server that repeats what it was told.
            .json(
                [
                    "kind": "Status", "reason": "Unauthorized", "code": 401,
                    "message": "bad token s3cr3t-value",
                ], status: 401),
            .whole(status: 500, headers: [], body: "token s3cr3t-value is bad"),
            .whole(status: 200, headers: [], body: "s3cr3t-value"),
        ]
    ]

    /// The Authorization header that is sent; neither errors nor the log may show the secret.
    private func check(_ credential: ClusterConnection.Credential, _ expected: String) async throws
    {
        let lines = LogLines()
        let log = Logger(label: "test") { _ in lines.handler }
        let texts = try await withClient(Self.script, credential: credential, log: log) {
            client, server in
            _ = try await client.get(configMaps, namespace: "t", name: "a")
            #expect(server.requests.first?["authorization"] == expected)
            var texts: [String] = []
            for _ in 0..<3 {
                do throws(ClusterError) {
                    _ = try await client.get(configMaps, namespace: "t", name: "a")
                } catch { texts.append("\(error) \(error.summary) \(error.cause ?? "")") }
            }
            return texts + ["\(client)"]
        }
        #expect(texts.count == 4 && texts[0].contains("bad token (hidden)"))
        #expect(!lines.all.isEmpty)
        for text in texts + lines.all {
            #expect(!text.contains("s3cr3t") && !text.contains("czNjcjN0"))
        }
    }

    @Test func tokensAndPasswordsAreSentAndNeverShown() async throws {
        try await check(.token("s3cr3t-value"), "Bearer s3cr3t-value")
        try await check(
            .basic(username: "me", password: "s3cr3t-value"), "Basic bWU6czNjcjN0LXZhbHVl")
        let folder = try TemporaryFolder()
        let file = folder.url.appendingPathComponent("token")
        try Data("s3cr3t-value\n".utf8).write(to: file)
        try await check(.tokenFile(file.path), "Bearer s3cr3t-value")
    }

    @Test func aTokenFileIsReadAgainForEveryRequest() async throws {
        let folder = try TemporaryFolder()
        let file = folder.url.appendingPathComponent("token")
        try Data("one\n".utf8).write(to: file)
        try await withClient(Self.script, credential: .tokenFile(file.path)) { client, server in
            _ = try? await client.get(configMaps, namespace: "t", name: "a")
            try Data("two\n".utf8).write(to: file)
            _ = try? await client.get(configMaps, namespace: "t", name: "a")
            #expect(server.requests.map { $0["authorization"] } == ["Bearer one", "Bearer two"])
            try FileManager.default.removeItem(at: file)
            await #expect(
                throws: ClusterError.unreachable(
                    cluster: "dev", message: "the token file \(file.path) cannot be read")
            ) { try await client.get(configMaps, namespace: "t", name: "a") }
        }
    }

    @Test func valuesDescribeThemselvesWithoutTheirSecrets() throws {
        let text = """
            clusters: [{name: c, cluster: {server: "https://10.0.0.1:6443"}}]
            users: [{name: u, user: {username: me, password: s3cr3t-value,
              client-certificate-data: czNjcjN0LXZhbHVl, client-key-data: czNjcjN0LXZhbHVl}}]
            contexts: [{name: x, context: {cluster: c, user: u}}]
            current-context: x
            """
        let kubeconfig = try Kubeconfig.parse(Array(text.utf8), file: "config")
        let connection = try kubeconfig.connection()
        for value in [
            "\(connection)", String(reflecting: connection), "\(connection.credential)",
            "\(connection.tls)", String(reflecting: connection.tls), "\(kubeconfig)",
            String(reflecting: kubeconfig), dumped(connection), dumped(kubeconfig),
        ] {
            #expect(!value.contains("s3cr3t") && !value.contains("115, 51"), "\(value)")
        }
    }

    private func dumped(_ value: some Any) -> String {
        var text = ""
        dump(value, to: &text)
        return text
    }
}

/// Every line and its metadata, of every level.
private final class LogLines: Sendable {
    private let lines = Mutex<[String]>([])
    var all: [String] { lines.withLock { $0 } }
    var handler: Handler { Handler(lines: self) }

    struct Handler: LogHandler {
        let lines: LogLines
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        init(lines: LogLines) { self.lines = lines }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            lines.lines.withLock { $0.append("\(event.message) \(event.metadata ?? [:])") }
        }
    }
}

import KubernetesClient
import Model
import TestSupport
import Testing

@Suite("TLS")
struct TLSTests {
    private static let script: [String: [PlayedAnswer]] = [
        "GET /api/v1/namespaces/t/configmaps/a": [.json(["kind": "ConfigMap"])]
    ]

    /// Expects `worked`, or why a get does not.
    private func check(_ server: PlayedServer, _ tls: ClusterConnection.TLS, _ expected: String)
        async throws
    {
        let found = try await server.client(tls).closing { client in
            do throws(ClusterError) {
                _ = try await client.get(configMaps, namespace: "t", name: "a")
                return "worked"
            } catch { return error.cause ?? error.summary }
        }
        #expect(found == expected)
    }

    @Test func aClientCertificateOpensTheDoor() async throws {
        let made = try Certificates(serverNames: "IP:127.0.0.1")
        try await withServer(Self.script, tls: try made.serverConfiguration()) { server in
            var tls = ClusterConnection.TLS(
                authority: .file(made.path("ca.pem")),
                certificate: .file(made.path("client.pem")), key: .file(made.path("client.key")))
            try await check(server, tls, "worked")
            // All of it in the kubeconfig itself.
            let text = """
                clusters: [{name: c, cluster: {server: "https://127.0.0.1:\(server.port)",
                  certificate-authority-data: \(try made.base64("ca.pem"))}}]
                users: [{name: u, user: {client-certificate-data: \(try made.base64("client.pem")),
                  client-key-data: \(try made.base64("client.key"))}}]
                contexts: [{name: x, context: {cluster: c, user: u}}]
                current-context: x
                """
            let connection = try Kubeconfig.parse(Array(text.utf8), file: "config").connection()
            try await check(server, connection.tls, "worked")

            tls.certificate = nil
            tls.key = nil
            try await check(
                server, tls,
                "TLS: tlsv1 alert certificate required")
        }
    }

    @Test func aServerOfAnotherAuthorityIsNotTrusted() async throws {
        let made = try Certificates(serverNames: "IP:127.0.0.1")
        let other = try Certificates(serverNames: "IP:127.0.0.1")
        let configuration = try made.serverConfiguration(asksForCertificate: false)
        try await withServer(Self.script, tls: configuration) { server in
            let untrusted = "TLS: certificate verify failed"
            try await check(server, .init(), untrusted)
            try await check(server, .init(authority: .file(other.path("ca.pem"))), untrusted)
            try await check(server, .init(isInsecure: true), "worked")
        }
    }

    @Test func theNameAskedForMustBeInTheCertificate() async throws {
        let made = try Certificates(serverNames: "DNS:kubernetes.test")
        let configuration = try made.serverConfiguration(asksForCertificate: false)
        try await withServer(Self.script, tls: configuration) { server in
            var tls = ClusterConnection.TLS(authority: .file(made.path("ca.pem")))
            try await check(server, tls, "the server's certificate is not for the name 127.0.0.1")
            tls.serverName = "kubernetes.test"
            try await check(server, tls, "worked")
            #expect(server.requests.last?["host"] == "127.0.0.1:\(server.port)")
            tls.serverName = "other.test"
            try await check(server, tls, "the server's certificate is not for the name other.test")
        }
    }

    @Test func settingsThatCannotBeUsedAreRefusedAtOnce() throws {
        let made = try Certificates(serverNames: "IP:127.0.0.1")
        func check(_ tls: ClusterConnection.TLS, _ expected: ConnectionError) {
            #expect(throws: expected) {
                try KubernetesClient(
                    cluster: "dev",
                    connection: .init(server: "https://127.0.0.1:1", tls: tls), log: .silent)
            }
        }
        check(.init(authority: .bytes(Array("x".utf8))), .badPEM(what: "certificate authority"))
        check(.init(authority: .file("/nowhere/ca")), .unreadableFile(path: "/nowhere/ca"))
        check(
            .init(certificate: .file(made.path("client.pem")), key: .file(made.path("ca.pem"))),
            .badPEM(what: "client key"))
        check(
            .init(certificate: .file(made.path("client.pem")), key: .file(made.path("ca.key"))),
            .keyOfAnotherCertificate)
        for server in [
            "ftp://host", "host:6443", "https://", "https://me:word@host", "https://h?x",
        ] {
            #expect(throws: ConnectionError.self, "\(server)") {
                try KubernetesClient(
                    cluster: "dev", connection: .init(server: server), log: .silent)
            }
        }
    }
}

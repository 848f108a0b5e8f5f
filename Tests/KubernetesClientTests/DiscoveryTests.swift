import KubernetesClient
import Model
import TestSupport
import Testing

@Suite("Discovery")
struct DiscoveryTests {
    /// `group/version kind plural scope`, only the kinds a test asks about.
    private func text(_ discovery: Discovery, _ kinds: [String]) -> [String] {
        discovery.resources.filter { kinds.contains($0.kind) }.map {
            "\($0.apiVersion) \($0.kind) \($0.plural)\($0.isNamespaced ? "" : " cluster-wide")"
        }
    }

    @Test func aggregatedDocumentsAreReadInThreeRequests() async throws {
        let recording = try Recording("03-aggregated-discovery")
        let script = [
            "GET /version": [try Recording("01-version-and-health").answer("version")],
            "GET /api": [try recording.answer("api")],
            "GET /apis": [try recording.answer("apis")],
        ]
        try await withClient(script) { client, server in
            let discovery = try await client.discovery()
            #expect(discovery.serverVersion == "v1.36.2")
            #expect(
                text(discovery, ["Namespace", "Pod", "Deployment", "Scale"]) == [
                    "v1 Namespace namespaces cluster-wide", "v1 Pod pods",
                    "apps/v1 Deployment deployments",
                ])
            #expect(server.requestLines.sorted() == ["GET /api", "GET /apis", "GET /version"])
            #expect(
                server.requests.filter { $0.line != "GET /version" }.allSatisfy {
                    $0["accept"]
                        == "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,"
                        + "application/json"
                })
        }
    }

    @Test func anOlderServerIsAskedGroupByGroup() async throws {
        let recording = try Recording("02-legacy-discovery")
        let script = [
            "GET /version": [try Recording("01-version-and-health").answer("version")],
            "GET /api": [try recording.answer("api")],
            "GET /apis": [try recording.answer("apis")],
            "GET /api/v1": [try recording.answer("v1")],
            "GET /apis/apps/v1": [try recording.answer("apps/v1")],
            "GET /apis/batch/v1": [try recording.answer("batch/v1")],
            // A group whose extension server is down hides no other.
            "GET /apis/autoscaling/v2": [.json(["kind": "Status", "code": 503], status: 503)],
            "GET /apis/autoscaling/v1": [try recording.answer("no version")],
        ]
        try await withClient(script) { client, server in
            let discovery = try await client.discovery()
            #expect(
                text(discovery, ["Namespace", "Deployment", "Scale", "CronJob"]) == [
                    "v1 Namespace namespaces cluster-wide", "apps/v1 Deployment deployments",
                    "batch/v1 CronJob cronjobs",
                ])
            #expect(
                discovery.resource(GroupKind(group: "batch", kind: "Job"))?.verbs.contains("watch")
                    == true)
            #expect(server.requests.count == 8)
        }
    }

    @Test func aServerThatIsNoneIsNamed() async throws {
        let script: [String: [PlayedAnswer]] = [
            "GET /version": [.whole(status: 200, headers: [], body: "<html>hello</html>")]
        ]
        try await withClient(script) { client, _ in
            await #expect(throws: ClusterError.self) { try await client.discovery() }
        }
    }
}

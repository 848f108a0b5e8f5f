import KubernetesClient
import Model
import TestSupport
import Testing

let configMaps = APIResource(
    group: "", version: "v1", kind: "ConfigMap", plural: "configmaps", isNamespaced: true,
    verbs: ["get", "list", "watch", "patch", "create", "delete"])
let deployments = APIResource(
    group: "apps", version: "v1", kind: "Deployment", plural: "deployments", isNamespaced: true,
    verbs: ["get", "list", "watch", "patch", "create", "delete"])

func names(_ objects: [Node]) -> [String] {
    objects.map { $0["metadata"]?["name"]?.stringValue ?? "?" }
}

@Suite("Get and list")
struct ReadingTests {
    static let list = "GET /api/v1/namespaces/t49/configmaps?limit=3"

    @Test func pagesAreJoinedAndItemsSayWhatTheyAre() async throws {
        let recording = try Recording("49-paging")
        let script = [
            Self.list: [try recording.answer("first")],
            Self.list + "&continue=%3Ccontinue-1%3E": [try recording.answer("second")],
            Self.list + "&continue=%3Ccontinue-2%3E": [try recording.answer("third")],
        ]
        try await withClient(script) { client, server in
            let all = try await client.listAll(configMaps, namespace: "t49", limit: 3)
            #expect(names(all.items) == ["c0", "c1", "c2", "c3", "c4", "c5", "c6"])
            #expect(all.resourceVersion == "<rv-8>" && all.continueToken == nil)
            #expect(all.items.allSatisfy { $0["kind"] == "ConfigMap" && $0["apiVersion"] == "v1" })
            #expect(server.requests.count == 3)

            let page = try await client.list(configMaps, namespace: "t49", limit: 3)
            #expect(
                names(page.items) == ["c0", "c1", "c2"] && page.continueToken == "<continue-1>")
        }
    }

    @Test func aListThatExpiresBetweenPagesBeginsAgain() async throws {
        let recording = try Recording("49-paging")
        let gone = try Recording("56-watch-gone").answer("gone list")
        let script = [
            Self.list: [try recording.answer("first")],
            Self.list + "&continue=%3Ccontinue-1%3E": [gone, try recording.answer("third")],
        ]
        try await withClient(script) { client, server in
            let all = try await client.listAll(configMaps, namespace: "t49", limit: 3)
            #expect(names(all.items) == ["c0", "c1", "c2", "c6"])
            #expect(server.requests.count == 4)
        }
        let always = [
            Self.list: [try recording.answer("first")],
            Self.list + "&continue=%3Ccontinue-1%3E": [gone],
        ]
        try await withClient(always) { client, server in
            await #expect(
                throws: ClusterError.expired(
                    message: "The resourceVersion for the provided list is too old.")
            ) { try await client.listAll(configMaps, namespace: "t49", limit: 3) }
            #expect(server.requests.count == 8)
        }
    }

    @Test func pathsNameNamespaceAndObject() async throws {
        let object: Node = ["metadata": ["name": "x"]]
        let page: Node = ["metadata": ["resourceVersion": "5"], "items": []]
        let script: [String: [PlayedAnswer]] = [
            "GET /apis/apps/v1/namespaces/shop/deployments/web": [.json(object)],
            "GET /apis/rbac.authorization.k8s.io/v1/clusterroles/system%3Anode": [.json(object)],
            "GET /apis/apps/v1/deployments?limit=500": [.json(page)],
        ]
        let clusterRoles = APIResource(
            group: "rbac.authorization.k8s.io", version: "v1", kind: "ClusterRole",
            plural: "clusterroles", isNamespaced: false, verbs: [])
        try await withClient(script) { client, server in
            _ = try await client.get(deployments, namespace: "shop", name: "web")
            _ = try await client.get(clusterRoles, namespace: "ignored", name: "system:node")
            _ = try await client.list(deployments)
            #expect(server.requests.count == 3)
        }
    }
}

import KubernetesClient
import Model
import TestSupport
import Testing
import YAML

@Suite("Apply, create, patch and delete")
struct WritingTests {
    static let object: Node = [
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": ["name": "a", "namespace": "t23"], "data": ["k": "v"],
    ]

    @Test func applyIsServerSideAsTidemark() async throws {
        let path = "PATCH /api/v1/namespaces/t23/configmaps/a"
        let query = "fieldManager=tidemark&fieldValidation=Strict"
        let script = [
            "\(path)?force=true&\(query)": [try Recording("23-ssa-create").answer("created")],
            "\(path)?force=false&\(query)&dryRun=All": [
                try Recording("25-ssa-conflict").answer("conflict")
            ],
        ]
        try await withClient(script) { client, server in
            let answer = try await client.apply(Self.object, configMaps)
            #expect(answer.object["metadata"]?["uid"] == "<uid-2>" && answer.warnings.isEmpty)
            let request = try #require(server.requests.first)
            #expect(request["content-type"] == "application/apply-patch+yaml")
            #expect(try parseJSON(Array(request.body.utf8)) == Self.object)
            await #expect(
                throws: ClusterError.refused(
                    code: 409, reason: "Conflict",
                    message: "Apply failed with 1 conflict: conflict with \"alpha\": .data.k")
            ) { try await client.apply(Self.object, configMaps, force: false, isDryRun: true) }
            await #expect(throws: ClusterError.self) {
                try await client.apply(["kind": "ConfigMap"], configMaps)
            }
            #expect(server.requests.count == 2)
        }
    }

    @Test func createPostsTheObject() async throws {
        let path = "POST /api/v1/namespaces/t23/configmaps?fieldManager=tidemark"
        let script = [
            "\(path)&fieldValidation=Strict": [
                try Recording("15-field-validation").answer("strict")
            ],
            "\(path)&fieldValidation=Strict&dryRun=All": [
                try Recording("18-generate-name").answer("dry run")
            ],
        ]
        try await withClient(script) { client, server in
            await #expect(
                throws: ClusterError.refused(
                    code: 400, reason: "BadRequest",
                    message: "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: strict "
                        + "decoding error: unknown field \"spec\", unknown field \"datas\"")
            ) { try await client.create(Self.object, configMaps) }
            let answer = try await client.create(Self.object, configMaps, isDryRun: true)
            #expect(answer.object["metadata"]?["name"]?.stringValue?.hasPrefix("dry-") == true)
            #expect(server.requests.last?["content-type"] == "application/json")
        }
    }

    @Test func ownershipMovesOnlyFromTheVersionSeen() async throws {
        let line =
            "PATCH /apis/apps/v1/namespaces/shop/deployments/web"
            + "?fieldManager=tidemark&fieldValidation=Strict"
        let script: [String: [PlayedAnswer]] = [line: [.json(["metadata": ["name": "web"]])]]
        try await withClient(script) { client, server in
            _ = try await client.setManagedFields(
                [["manager": "tidemark"]], deployments, namespace: "shop", name: "web",
                resourceVersion: "41")
            let request = try #require(server.requests.first)
            #expect(request["content-type"] == "application/json-patch+json")
            #expect(
                request.body
                    == #"[{"op":"replace","path":"/metadata/managedFields","#
                    + #""value":[{"manager":"tidemark"}]},"#
                    + #"{"op":"replace","path":"/metadata/resourceVersion","value":"41"}]"#)
        }
    }

    @Test func deleteSaysWhichObjectItMeans() async throws {
        let recording = try Recording("40-delete-basic")
        let line = "DELETE /api/v1/namespaces/t40/configmaps/a"
        let script = [line: [try recording.answer("deleted"), try recording.answer("again")]]
        try await withClient(script) { client, server in
            let answer = try await client.delete(
                configMaps, namespace: "t40", name: "a", uid: "u1", resourceVersion: "7",
                propagation: .foreground, isDryRun: true)
            #expect(answer.object["status"] == "Success")
            do throws(ClusterError) {
                try await client.delete(configMaps, namespace: "t40", name: "a")
                Issue.record("the second delete is refused")
            } catch { #expect(error.isNotFound) }
            #expect(
                server.requests.map(\.body) == [
                    #"{"apiVersion":"v1","kind":"DeleteOptions","propagationPolicy":"Foreground","#
                        + #""preconditions":{"uid":"u1","resourceVersion":"7"},"dryRun":["All"]}"#,
                    #"{"apiVersion":"v1","kind":"DeleteOptions","propagationPolicy":"Background"}"#,
                ])
        }
    }

    @Test func warningsComeWithTheAnswer() async throws {
        let line =
            "POST /api/v1/namespaces/t23/configmaps?fieldManager=tidemark&fieldValidation=Strict"
        let deprecated = try Recording("68-admission-warnings-and-policies").answer("deprecated")
        let script = [line: [try Recording("15-field-validation").answer("warned"), deprecated]]
        try await withClient(script) { client, _ in
            let two = try await client.create(Self.object, configMaps)
            #expect(two.warnings == ["unknown field \"spec\"", "unknown field \"datas\""])
            let one = try await client.create(Self.object, configMaps)
            #expect(
                one.warnings == [
                    "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"
                ])
        }
    }
}

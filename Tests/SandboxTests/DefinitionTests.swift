import Foundation
import Model
import TestSupport
import Testing
import YAML

@testable import Sandbox

@Suite("Definitions and their objects")
struct DefinitionTests {
    /// What is wrong with each schema of `Fixtures/schemas.yaml`, its objects and their changes.
    @Test func schemasAndObjectsAreChecked() throws {
        let file = fixtures().appendingPathComponent("schemas.yaml")
        let documents = try parseYAML([UInt8](Data(contentsOf: file)), file: "schemas.yaml")
        var text = ""
        for document in documents {
            let test = document.root
            let schema = try #require(test["schema"])
            text += "# \(test["name"]?.stringValue ?? "")\n"
            text += lines(StructuralSchema.causes(of: schema, at: "schema"))
            let validator = SchemaValidator(schema)
            func complete(_ object: Node) -> Node {
                CustomResources.defaulted(object, schema: schema)
            }
            for object in test["objects"]?.arrayValue ?? [] {
                text += "object \(object.compactText)\n"
                text += lines(validator.causes(of: complete(object), old: nil))
            }
            for change in test["changes"]?.arrayValue ?? [] {
                let (old, new) = (try #require(change[0]), try #require(change[1]))
                text += "from \(old.compactText)\n  to \(new.compactText)\n"
                text += lines(validator.causes(of: complete(new), old: complete(old)))
            }
        }
        #expect(try goldenDifference(text, "schemas.txt") == nil)
    }

    private func lines(_ causes: [APIStatus.Cause]) -> String {
        if causes.isEmpty { return "    fine\n" }
        return causes.map {
            "    \($0.reason) \($0.field): \($0.message.replacing("\n", with: "\\n"))\n"
        }.joined()
    }

    @Test func aChangedStorageVersionIsRemembered() async throws {
        let stored = try await withSandbox(SandboxConfiguration(runsControllers: false)) { client in
            let path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
            func definition(_ storage: String) -> Node {
                let versions = ["v1", "v2"].map { name -> Node in
                    [
                        "name": .string(name), "served": true, "storage": .bool(name == storage),
                        "schema": ["openAPIV3Schema": ["type": "object"]],
                    ]
                }
                return [
                    "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
                    "metadata": ["name": "things.example.org"],
                    "spec": [
                        "group": "example.org", "scope": "Cluster",
                        "names": ["plural": "things", "kind": "Thing"],
                        "versions": .array(versions),
                    ],
                ]
            }
            _ = try await client.json("POST", path, definition("v1"))
            let answer = try await client.json(
                "PUT", path + "/things.example.org", definition("v2"))
            return answer.node["status"]?["storedVersions"]
        }
        #expect(stored == ["v1", "v2"])
    }
}

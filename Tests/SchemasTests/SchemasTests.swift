import Foundation
import Model
import Schemas
import TestSupport
import Testing
import YAML

@Suite("Schemas")
struct SchemasTests {
    @Test func builtInFieldsHaveTheirMergeKinds() throws {
        let registry = SchemaRegistry.builtIn
        let deployment = try #require(
            registry.schema(group: "apps", version: "v1", kind: "Deployment"))
        let pod = deployment.field("spec")?.field("template")?.field("spec")
        let ports = pod?.field("containers")?.element?.field("ports")
        #expect(ports?.listKind == .map(keys: ["containerPort", "protocol"]))
        let keys = ports?.keyValues(of: ["containerPort": 80])?.map(\.value)
        #expect(keys == [80, "TCP"])
        #expect(deployment.field("metadata")?.field("finalizers")?.listKind == .set)
        #expect(deployment.field("spec")?.field("selector")?.isAtomicObject == true)
        #expect(pod?.attributes(of: "volumes")?.patch?.retainsKeys == true)
        #expect(pod?.field("bogus") == nil)
    }

    @Test func everyKindOfTheTableHasASchema() {
        let known = APIResource.builtIn.filter {
            SchemaRegistry.builtIn.schema(group: $0.group, version: $0.version, kind: $0.kind)
                != nil
        }
        #expect(known.count > 45)
        #expect(APIResource.builtIn.contains { $0.plural == "pods" && $0.shortNames == ["po"] })
    }

    @Test func customKindsAreRegisteredFromOpenAPI() throws {
        var registry = SchemaRegistry.builtIn
        let parts: Node = [
            "type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["id"],
            "items": ["type": "object", "properties": ["id": ["type": "string"]]],
        ]
        registry.register(
            group: "ex.org", version: "v1", kind: "Thing",
            schema: ["type": "object", "properties": ["parts": parts]])
        let thing = try #require(registry.schema(group: "ex.org", version: "v1", kind: "Thing"))
        #expect(thing.field("parts")?.listKind == .map(keys: ["id"]))
        #expect(thing.field("metadata")?.field("labels")?.takesAnyKey == true)
    }

    @Test func quantitiesReadAsTheServerReadsThem() throws {
        let data = try Data(contentsOf: fixtures().appendingPathComponent("quantities.json"))
        let facts = try parseJSON(Array(data))
        var wrong: [String] = []
        for fact in facts["canonical"]?.arrayValue ?? [] {
            guard let text = fact["in"]?.scalarText, let out = fact["out"]?.stringValue,
                fact["in"] != .null
            else { continue }
            let found = (try? Quantity(text))?.roundedToMilli.canonical ?? "refused"
            if found != out { wrong.append("\(text): \(found), not \(out)") }
        }
        for fact in facts["invalid"]?.arrayValue ?? [] {
            guard let text = fact["in"]?.stringValue else { continue }
            if let read = try? Quantity(text) { wrong.append("\(text) read as \(read.canonical)") }
        }
        #expect(wrong == [])
    }

    @Test func quantitiesCompareByValue() throws {
        #expect(try Quantity("1000m") == Quantity("1"))
        #expect(try Quantity("1Gi") > Quantity("1G"))
        #expect(try Quantity("-1") < Quantity("100n"))
    }
}

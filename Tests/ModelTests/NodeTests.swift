import Model
import TestSupport
import Testing

@Suite("Manifest tree")
struct NodeTests {
    @Test func theOrderOfKeysDoesNotCount() {
        let a: Node = ["a": 1, "b": ["c": 2]]
        let b: Node = ["b": ["c": 2], "a": 1]
        #expect(a == b)
        #expect(a.hashValue == b.hashValue)
        #expect(a != ["a": 1])
    }

    @Test func aPathNamesListElementsByTheirKeys() {
        let node: Node = [
            "spec": [
                "containers": [["name": "a", "image": "x"], ["name": "web", "image": "y"]],
                "args": ["one", "two"],
            ]
        ]
        let element = FieldPath.Step.element([.init(field: "name", value: "web")])
        let image = FieldPath([.key("spec"), .key("containers"), element, .key("image")])
        #expect(node.value(at: image) == "y")
        #expect(image.description == "spec.containers[name=web].image")
        #expect(node.value(at: FieldPath([.key("spec"), .key("args"), .value("two")])) == "two")
        #expect(node.value(at: FieldPath("spec", "none")) == nil)
    }

    @Test(arguments: [
        (FieldPath("metadata", "annotations", "a.b/c"), #"metadata.annotations["a.b/c"]"#),
        (FieldPath([.key("spec"), .index(3)]), "spec[3]"),
        (FieldPath([.key("l"), .element([.init(field: "k", value: "x,y")])]), #"l[k="x,y"]"#),
        (FieldPath([.key("f"), .value("")]), #"f[=""]"#),
        (
            FieldPath([
                .key("c"),
                .element([.init(field: "port", value: "80"), .init(field: "proto", value: "TCP")]),
                .key(#"a"b\c"#), .value("x]y"),
            ]), #"c[port=80,proto=TCP]["a\"b\\c"][="x]y"]"#
        ),
    ])
    func pathsHaveOneText(path: FieldPath, text: String) {
        #expect(path.description == text)
        #expect(FieldPath(parsing: text) == path)
    }

    @Test(arguments: [
        "", ".", "a.", "a..b", "a.[0]", "a[", "a[]", "a[x]", "a[-1]", "a[=", "a[=\"x]", "a[k=v",
        "a[=v,]", "a[\"b]", "a[k=v,=w]", "a[0]]",
    ])
    func whatIsNoPathIsNotRead(text: String) {
        #expect(FieldPath(parsing: text) == nil)
    }

    @Test func kubectlsPathsBeginWithADot() {
        #expect(FieldPath(parsing: ".spec.replicas") == FieldPath("spec", "replicas"))
    }

    @Test func aMappingBehavesAlikeBelowAndBeyondItsIndex() {
        for seed in 0..<100 {
            var generator = SeededGenerator(seed: seed)
            var mapping = Mapping()
            var model: [String: Int64] = [:]
            for _ in 0..<120 {
                let key = "k\(Int.random(in: 0..<40, using: &generator))"
                let value: Int64? =
                    Bool.random(using: &generator)
                    ? Int64.random(in: 0..<9, using: &generator) : nil
                mapping[key] = value.map(Node.int)
                model[key] = value
            }
            #expect(mapping.count == model.count, "seed \(seed)")
            for (key, value) in model { #expect(mapping[key] == .int(value), "seed \(seed)") }
        }
    }

    @Test func anObjectKeyReadsBackFromItsText() {
        let key = ObjectKey(group: "apps", kind: "Deployment", namespace: "shop", name: "web")
        #expect(ObjectKey(key.description) == key)
        let core = ObjectKey(group: "", kind: "Namespace", namespace: "", name: "shop")
        #expect(core.description == "/Namespace//shop")
        #expect(ObjectKey(core.description) == core)
        #expect(ObjectKey("apps/Deployment") == nil)
        #expect(ObjectKey(manifest: ["apiVersion": "v1", "kind": "Pod"]) == nil)
    }

    @Test func assigningThroughASubscriptMakesObjects() {
        var node: Node = .null
        node["a"] = ["b": 1]
        node["a"]?["b"] = nil
        node["c"] = "d"
        #expect(node == ["a": [:], "c": "d"])
    }
}

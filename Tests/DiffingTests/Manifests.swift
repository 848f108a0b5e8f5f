import Foundation
import Model
import YAML

/// Made-up manifests, and what an API server would make of them.
enum Manifests {
    static func workload(using source: inout some RandomNumberGenerator) -> Node {
        let containers = (0..<Int.random(in: 1...4, using: &source)).map { index in
            container("c\(index)", using: &source)
        }
        return [
            "apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": [
                "name": "web", "namespace": "shop", "labels": map(using: &source),
                "annotations": map(using: &source),
            ],
            "spec": [
                "replicas": .int(Int64.random(in: 1...9, using: &source)),
                "selector": ["matchLabels": ["app": "web"]],
                "template": [
                    "metadata": ["labels": ["app": "web"]],
                    "spec": [
                        "containers": .array(containers), "nodeSelector": map(using: &source),
                    ],
                ],
            ],
        ]
    }

    private static func container(_ name: String, using source: inout some RandomNumberGenerator)
        -> Node
    {
        var node: Node = [
            "name": .string(name), "image": .string("r/" + text(6, using: &source)),
            "resources": ["limits": ["cpu": "500m"]],
            "args": .array(
                (0..<Int.random(in: 0...3, using: &source)).map { _ in
                    .string("--" + text(5, using: &source))
                }),
        ]
        node["env"] = .array(
            (0..<Int.random(in: 0...5, using: &source)).map {
                ["name": .string("E\($0)"), "value": .string("v" + text(4, using: &source))]
            })
        node["ports"] = .array(
            (0..<Int.random(in: 0...2, using: &source)).map {
                ["containerPort": .int(Int64(8000 + $0)), "name": .string("p\($0)")]
            })
        return node
    }

    private static func map(using source: inout some RandomNumberGenerator) -> Node {
        .object(
            Mapping(
                (0..<Int.random(in: 0...4, using: &source)).map {
                    ("example.com/k\($0)", .string("v" + text(4, using: &source)))
                }))
    }

    static func text(_ count: Int, using source: inout some RandomNumberGenerator) -> String {
        let letters = Array("abcdefghijklmnopqrstuvwxyz0123456789+/\"\\ ")
        return String((0..<count).map { _ in letters.randomElement(using: &source) ?? "a" })
    }

    static func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }

    static func secret(_ values: [String], asText: Bool) -> Node {
        let entries = values.enumerated().map {
            ("key\($0.offset)", Node.string(asText ? $0.element : base64($0.element)))
        }
        return [
            "apiVersion": "v1", "kind": "Secret", "metadata": ["name": "s"],
            asText ? "stringData" : "data": .object(Mapping(entries)),
        ]
    }

    /// With defaults, other lists' order, status, and the owners of what was applied.
    static func served(_ desired: Node, using source: inout some RandomNumberGenerator) -> Node {
        var live = withoutEmpties(desired)
        live["metadata"]?["uid"] = "9b1f"
        live["metadata"]?["resourceVersion"] = "77"
        live["metadata"]?["managedFields"] = [
            [
                "manager": "tidemark", "operation": "Apply", "apiVersion": "apps/v1",
                "time": "2026-11-02T10:00:00Z", "fieldsType": "FieldsV1",
                "fieldsV1": owners(of: desired),
            ]
        ]
        live["status"] = ["replicas": 2]
        live["spec"]?["progressDeadlineSeconds"] = 600
        var containers = live["spec"]?["template"]?["spec"]?["containers"]?.arrayValue ?? []
        for index in containers.indices {
            containers[index]["imagePullPolicy"] = "Always"
            let ports = containers[index]["ports"]?.arrayValue?.map { port in
                var port = port
                port["protocol"] = "TCP"
                return port
            }
            if let ports { containers[index]["ports"] = .array(ports) }
            if Bool.random(using: &source) {
                let environment = containers[index]["env"]?.arrayValue?.shuffled(using: &source)
                if let environment { containers[index]["env"] = .array(environment) }
            }
        }
        live["spec"]?["template"]?["spec"]?["containers"] = .array(
            containers.shuffled(using: &source))
        return live
    }

    private static func withoutEmpties(_ node: Node) -> Node {
        switch node {
        case .array(let elements): return .array(elements.map(withoutEmpties))
        case .object(let mapping):
            return .object(
                Mapping(
                    mapping.compactMap { entry -> (key: String, value: Node)? in
                        let value = withoutEmpties(entry.value)
                        let isEmpty = value == [] || value == [:]
                        return isEmpty ? nil : (key: entry.key, value: value)
                    }))
        default: return node
        }
    }

    private static let listKeys = ["containers": "name", "env": "name", "ports": "containerPort"]

    static func owners(of node: Node, _ isRoot: Bool = true) -> Node {
        guard case .object(let mapping) = node, !mapping.isEmpty else { return [:] }
        var result = Mapping()
        for (key, value) in mapping where !isRoot || key != "apiVersion" && key != "kind" {
            if case .array(let elements) = value, let name = listKeys[key] {
                var list = Mapping()
                for element in elements {
                    var keys: Mapping = Mapping([(name, element[name] ?? .null)])
                    if name == "containerPort" { keys["protocol"] = "TCP" }
                    var owned = owners(of: element, false)
                    owned["."] = [:]
                    list["k:" + String(decoding: printJSON(.object(keys)), as: UTF8.self)] = owned
                }
                result["f:" + key] = .object(list)
            } else {
                result["f:" + key] = owners(of: value, false)
            }
        }
        if isRoot { result["f:metadata"]?["f:name"] = nil }
        return .object(result)
    }

    /// The paths of all texts and numbers that are no keys of lists.
    static func leaves(of node: Node, _ path: FieldPath) -> [FieldPath] {
        switch node {
        case .object(let mapping):
            return mapping.flatMap { key, value -> [FieldPath] in
                if case .array(let elements) = value, let name = listKeys[key] {
                    return elements.flatMap { element -> [FieldPath] in
                        var keys = [
                            FieldPath.ElementKey(
                                field: name, value: element[name]?.scalarText ?? "")
                        ]
                        if key == "ports" { keys.append(.init(field: "protocol", value: "TCP")) }
                        let inside = path.appending(key).appending(.element(keys))
                        return leaves(of: element, inside).filter { $0 != inside.appending(name) }
                    }
                }
                return leaves(of: value, path.appending(key))
            }
        case .array(let elements):
            return elements.enumerated().flatMap { leaves(of: $1, path.appending(.index($0))) }
        default: return [path]
        }
    }

    static func replacing(_ node: Node, at path: ArraySlice<FieldPath.Step>, by value: Node) -> Node
    {
        guard let step = path.first else { return value }
        let rest = path.dropFirst()
        switch (step, node) {
        case (.key(let key), .object(var mapping)):
            mapping[key] = replacing(mapping[key] ?? .null, at: rest, by: value)
            return .object(mapping)
        case (.index(let index), .array(var elements)):
            elements[index] = replacing(elements[index], at: rest, by: value)
            return .array(elements)
        case (.element, .array(var elements)):
            let found = node.value(at: FieldPath([step]))
            if let index = elements.firstIndex(where: { $0 == found }) {
                elements[index] = replacing(elements[index], at: rest, by: value)
            }
            return .array(elements)
        default: return node
        }
    }
}

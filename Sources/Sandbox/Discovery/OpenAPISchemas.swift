import Model
import Schemas

/// The types of kinds as components of an OpenAPI v3 document.
///
/// Descriptions are left out; names, types, what is required, and how lists are merged are there, so that
/// `kubectl explain` has something to show and `kubectl apply` patches by the right keys.
/// Source: https://kubernetes.io/docs/concepts/overview/kubernetes-api/#openapi-v3
struct OpenAPISchemas {
    private(set) var components = Mapping()
    private var open: [SchemaType] = []
    private var seen: Set<Int> = []

    /// Adds a built-in kind and all that it consists of.
    mutating func add(_ type: SchemaType, _ resource: ServedResource) {
        visit(type)
        var root = object(type)
        root["x-kubernetes-group-version-kind"] = [Self.groupVersionKind(resource)]
        components[Self.name(of: type)] = root
        finish()
    }

    /// Adds a custom resource, whose definition holds its schema already.
    mutating func add(_ schema: Node, _ resource: ServedResource) {
        var root = schema
        root["x-kubernetes-group-version-kind"] = [Self.groupVersionKind(resource)]
        var properties = Mapping([("apiVersion", ["type": "string"]), ("kind", ["type": "string"])])
        if let metadata = SchemaRegistry.objectMetadata {
            properties["metadata"] = reference(metadata)
        }
        for (name, property) in schema["properties"]?.objectValue ?? Mapping()
        where properties[name] == nil { properties[name] = property }
        root["properties"] = .object(properties)
        let group = resource.group.split(separator: ".").reversed().joined(separator: ".")
        components["\(group).\(resource.version).\(resource.kind)"] = root
        finish()
    }

    private static func groupVersionKind(_ resource: ServedResource) -> Node {
        [
            "group": .string(resource.group), "kind": .string(resource.kind),
            "version": .string(resource.version),
        ]
    }

    /// Types of the same name in different groups stay apart by their number.
    private static func name(of type: SchemaType) -> String {
        "io.k8s.\(type.id).\((type.name ?? "").prefix { $0 != "@" })"
    }

    private mutating func visit(_ type: SchemaType) {
        if seen.insert(type.id).inserted { open.append(type) }
    }

    private mutating func finish() {
        while let type = open.popLast() {
            let name = Self.name(of: type)
            if components[name] == nil { components[name] = object(type) }
        }
    }

    private mutating func reference(_ type: SchemaType) -> Node {
        visit(type)
        return ["allOf": [["$ref": .string("#/components/schemas/\(Self.name(of: type))")]]]
    }

    private mutating func object(_ type: SchemaType) -> Node {
        var result: Node = ["type": "object"]
        var properties = Mapping()
        var required: [Node] = []
        for name in type.declaredNames {
            guard let field = type.field(name), let attributes = type.attributes(of: name) else {
                continue
            }
            var property = schema(field)
            if let given = attributes.defaultValue { property["default"] = given }
            if let patch = attributes.patch {
                let merge = patch.mergeKey == nil ? [] : ["merge"]
                let strategies = merge + (patch.retainsKeys ? ["retainKeys"] : [])
                if !strategies.isEmpty {
                    property["x-kubernetes-patch-strategy"] =
                        .string(strategies.joined(separator: ","))
                }
                if let key = patch.mergeKey, !key.isEmpty {
                    property["x-kubernetes-patch-merge-key"] = .string(key)
                }
            }
            properties[name] = property
            if attributes.isRequired { required.append(.string(name)) }
        }
        if !properties.isEmpty { result["properties"] = .object(properties) }
        if !required.isEmpty { result["required"] = .array(required) }
        if let values = type.values { result["additionalProperties"] = schema(values) }
        if type.isAtomicObject { result["x-kubernetes-map-type"] = "atomic" }
        return result
    }

    private mutating func schema(_ type: SchemaType) -> Node {
        if type.isObject { return type.name == nil ? object(type) : reference(type) }
        if let element = type.element {
            var list: Node = ["type": "array", "items": schema(element)]
            switch type.listKind {
            case .set: list["x-kubernetes-list-type"] = "set"
            case .map(let keys):
                list["x-kubernetes-list-type"] = "map"
                list["x-kubernetes-list-map-keys"] = strings(keys)
            case .atomic, nil: list["x-kubernetes-list-type"] = "atomic"
            }
            return list
        }
        switch type.scalar {
        case .string: return ["type": "string"]
        case .integer: return ["type": "integer"]
        case .number: return ["type": "number"]
        case .boolean: return ["type": "boolean"]
        case .bytes: return ["type": "string", "format": "byte"]
        case .time, .microTime: return ["type": "string", "format": "date-time"]
        case .quantity: return ["oneOf": [["type": "string"], ["type": "number"]]]
        case .intOrString: return ["oneOf": [["type": "integer"], ["type": "string"]]]
        case .any, nil: return ["x-kubernetes-preserve-unknown-fields": true]
        }
    }
}

public import Model

/// What a structural schema makes of custom resources: pruning and defaults.
///
/// Works on `openAPIV3Schema` as it stands in the definition.
/// Source: https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/
public enum CustomResources {
    /// The object without fields that its schema does not declare.
    public static func pruned(_ object: Node, schema: Node) -> Node {
        prune(object, schema, isRoot: true)
    }

    private static func prune(_ value: Node, _ schema: Node, isRoot: Bool) -> Node {
        switch value {
        case .object(let mapping):
            let keepsAll = schema["x-kubernetes-preserve-unknown-fields"] == true
            let isResource = isRoot || schema["x-kubernetes-embedded-resource"] == true
            let values = schema["additionalProperties"]
            var kept: [Mapping.Element] = []
            for (name, child) in mapping {
                if isResource, ["apiVersion", "kind", "metadata"].contains(name) {
                    kept.append((name, child))
                } else if let property = schema["properties"]?[name] {
                    kept.append((name, prune(child, property, isRoot: false)))
                } else if let values, values.objectValue != nil {
                    kept.append((name, prune(child, values, isRoot: false)))
                } else if keepsAll || values == true {
                    kept.append((name, child))
                }
            }
            return .object(Mapping(uniqueKeys: kept))
        case .array(let items):
            guard let element = schema["items"] else { return value }
            return .array(items.map { prune($0, element, isRoot: false) })
        default: return value
        }
    }

    /// The object with the schema's defaults; a null where null is not allowed counts as absent.
    public static func defaulted(_ value: Node, schema: Node) -> Node {
        switch value {
        case .object(var mapping):
            for (name, property) in schema["properties"]?.objectValue ?? Mapping() {
                guard let given = property["default"] else { continue }
                let isNull = mapping[name]?.isNull == true && property["nullable"] != true
                if mapping[name] == nil || isNull { mapping[name] = given }
            }
            for (name, child) in mapping {
                if let property = schema["properties"]?[name] ?? schema["additionalProperties"] {
                    mapping[name] = defaulted(child, schema: property)
                }
            }
            return .object(mapping)
        case .array(let items):
            guard let element = schema["items"] else { return value }
            return .array(items.map { defaulted($0, schema: element) })
        default: return value
        }
    }
}

extension CustomResources {
    /// The schema with what every object has, which definitions need not declare.
    static func withIdentity(_ schema: Node) -> Node {
        var schema = schema
        var properties = schema["properties"]?.objectValue ?? Mapping()
        for name in ["apiVersion", "kind"] where properties[name] == nil {
            properties[name] = ["type": "string"]
        }
        var metadata = properties["metadata"] ?? ["type": "object"]
        var fields = metadata["properties"]?.objectValue ?? Mapping()
        for name in ["name", "generateName"] where fields[name] == nil {
            fields[name] = ["type": "string"]
        }
        metadata["properties"] = .object(fields)
        properties["metadata"] = metadata
        schema["properties"] = .object(properties)
        return schema
    }

    /// The schemas of what a value consists of, with their paths: `properties[a]`, `items`.
    static func subschemas(of schema: Node) -> [(path: String, schema: Node)] {
        var found: [(path: String, schema: Node)] = []
        for (name, property) in schema["properties"]?.objectValue?.sortedByKey ?? [] {
            found.append(("properties[\(name)]", property))
        }
        for name in ["items", "additionalProperties"] {
            if let inner = schema[name], inner.objectValue != nil { found.append((name, inner)) }
        }
        return found
    }
}

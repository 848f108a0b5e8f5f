public import Model

/// The rules of a structural schema on custom resources: pruning, defaults, validation.
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

    /// What a schema asks for that is not checked here; the definition is refused for it.
    public static func unsupported(in schema: Node, at path: String = "openAPIV3Schema") -> [String]
    {
        var found: [String] = []
        for name in ["pattern", "x-kubernetes-validations", "not", "allOf", "anyOf", "oneOf"]
        where schema[name] != nil && schema["x-kubernetes-int-or-string"] != true {
            found.append("\(path).\(name)")
        }
        for (name, property) in schema["properties"]?.objectValue ?? Mapping() {
            found += unsupported(in: property, at: "\(path).properties[\(name)]")
        }
        for name in ["items", "additionalProperties"] {
            if let inner = schema[name] { found += unsupported(in: inner, at: "\(path).\(name)") }
        }
        return found
    }

    /// Everything in which the object breaks its schema.
    public static func causes(of object: Node, schema: Node) -> [APIStatus.Cause] {
        var found: [APIStatus.Cause] = []
        check(object, schema, "", &found)
        if !found.isEmpty, hasRules(schema) {
            found.append(
                .init(
                    reason: "FieldValueInvalid",
                    message: "Invalid value: null: some validation rules were not checked because "
                        + "the object was invalid; correct the existing errors to complete "
                        + "validation", field: "<nil>"))
        }
        return found
    }

    private static func hasRules(_ schema: Node) -> Bool {
        if schema["x-kubernetes-validations"] != nil { return true }
        let properties = schema["properties"]?.objectValue ?? Mapping()
        return properties.contains { hasRules($0.value) }
            || ["items", "additionalProperties"].contains { schema[$0].map(hasRules) ?? false }
    }

    private static func check(
        _ value: Node, _ schema: Node, _ path: String, _ found: inout [APIStatus.Cause]
    ) {
        if value.isNull, schema["nullable"] == true { return }
        if let expected = mismatch(value, schema) {
            let message =
                "Invalid value: \(quoted(typeName(value))): \(path) in body must be of type "
                + "\(expected): \(quoted(typeName(value)))"
            found.append(.init(reason: "FieldValueTypeInvalid", message: message, field: path))
            return
        }
        if let allowed = schema["enum"]?.arrayValue, !allowed.contains(value) {
            let texts = allowed.map(text).joined(separator: ", ")
            found.append(
                .init(
                    reason: "FieldValueNotSupported",
                    message: "Unsupported value: \(text(value)): supported values: \(texts)",
                    field: path))
        }
        switch value {
        case .object(let mapping):
            for name in schema["required"]?.arrayValue?.compactMap(\.stringValue) ?? []
            where mapping[name] == nil {
                let field = path.isEmpty ? name : "\(path).\(name)"
                found.append(
                    .init(reason: "FieldValueRequired", message: "Required value", field: field))
            }
            for (name, child) in mapping {
                guard let property = schema["properties"]?[name] ?? schema["additionalProperties"],
                    property.objectValue != nil
                else { continue }
                check(child, property, path.isEmpty ? name : "\(path).\(name)", &found)
            }
        case .array(let items): checkItems(items, schema, path, &found)
        case .string(let string): checkLength(string, schema, path, &found)
        case .int, .double: checkRange(value, schema, path, &found)
        case .null, .bool: break
        }
    }

    private static func checkItems(
        _ items: [Node], _ schema: Node, _ path: String, _ found: inout [APIStatus.Cause]
    ) {
        if let most = schema["maxItems"]?.intValue, items.count > most {
            found.append(
                .init(
                    reason: "FieldValueTooMany",
                    message: "Too many: \(items.count): must have at most \(most) items",
                    field: path))
        }
        if let least = schema["minItems"]?.intValue, items.count < least {
            let problem = "\(path) in body should have at least \(least) items"
            found.append(invalidValue(.int(Int64(items.count)), problem, path))
        }
        let keys = schema["x-kubernetes-list-map-keys"]?.arrayValue?.compactMap(\.stringValue)
        let isUnique = keys != nil || schema["x-kubernetes-list-type"] == "set"
        var seen: Set<Node> = []
        for (index, item) in items.enumerated() {
            let field = "\(path)[\(index)]"
            if let element = schema["items"] { check(item, element, field, &found) }
            guard isUnique else { continue }
            let identity =
                keys.map { names in
                    Node.object(Mapping(names.compactMap { name in item[name].map { (name, $0) } }))
                } ?? item
            if !seen.insert(identity).inserted {
                found.append(
                    .init(
                        reason: "FieldValueDuplicate",
                        message: "Duplicate value: \(text(identity))", field: field))
            }
        }
    }

    private static func checkLength(
        _ string: String, _ schema: Node, _ path: String, _ found: inout [APIStatus.Cause]
    ) {
        let count = string.unicodeScalars.count
        if let most = schema["maxLength"]?.intValue, count > most {
            found.append(
                .init(
                    reason: "FieldValueTooLong",
                    message: "Too long: may not be more than \(most) bytes", field: path))
        }
        if let least = schema["minLength"]?.intValue, count < least {
            let problem = "\(path) in body should be at least \(least) chars long"
            found.append(invalidValue(.string(string), problem, path))
        }
    }

    private static func checkRange(
        _ value: Node, _ schema: Node, _ path: String, _ found: inout [APIStatus.Cause]
    ) {
        func number(_ node: Node?) -> Double? {
            switch node {
            case .int(let value): Double(value)
            case .double(let value): value
            default: nil
            }
        }
        guard let given = number(value) else { return }
        if let most = number(schema["maximum"]) {
            let isStrict = schema["exclusiveMaximum"] == true
            if isStrict ? given >= most : given > most {
                let bound = text(schema["maximum"] ?? .null)
                let problem =
                    "\(path) in body should be less than \(isStrict ? "" : "or equal to ")\(bound)"
                found.append(invalidValue(value, problem, path))
            }
        }
        if let least = number(schema["minimum"]) {
            let isStrict = schema["exclusiveMinimum"] == true
            if isStrict ? given <= least : given < least {
                let bound = text(schema["minimum"] ?? .null)
                let problem =
                    "\(path) in body should be greater than "
                    + "\(isStrict ? "" : "or equal to ")\(bound)"
                found.append(invalidValue(value, problem, path))
            }
        }
    }

    private static func mismatch(_ value: Node, _ schema: Node) -> String? {
        let name = typeName(value)
        if schema["x-kubernetes-int-or-string"] == true {
            return name == "integer" || name == "string" ? nil : "integer,string"
        }
        guard let expected = schema["type"]?.stringValue else { return nil }
        return name == expected || expected == "number" && name == "integer" ? nil : expected
    }

    private static func typeName(_ value: Node) -> String {
        switch value {
        case .int: "integer"
        case .double(let number): number.rounded() == number ? "integer" : "number"
        default: value.kindName
        }
    }

    private static func text(_ value: Node) -> String {
        value.stringValue.map(quoted) ?? value.compactText
    }
}

import Model

/// What `value` has against a JSON Schema, as far as schemas in this repository use the language.
///
/// Source: https://json-schema.org/draft/2020-12/json-schema-validation
func schemaProblems(_ value: Node, _ schema: Node, at path: String = "$") -> [String] {
    var problems: [String] = []
    if let type = schema["type"]?.stringValue, !isOfType(value, type) {
        return ["\(path) is no \(type)"]
    }
    if let allowed = schema["enum"]?.arrayValue, !allowed.contains(value) {
        problems.append("\(path) is none of the allowed texts")
    }
    if let pattern = schema["pattern"]?.stringValue, let text = value.stringValue,
        let regex = try? Regex(pattern), text.firstMatch(of: regex) == nil
    {
        problems.append("\(path) does not match \(pattern)")
    }
    if let number = value.intValue {
        if let minimum = schema["minimum"]?.intValue, number < minimum {
            problems.append("\(path) is below \(minimum)")
        }
        if let maximum = schema["maximum"]?.intValue, number > maximum {
            problems.append("\(path) is above \(maximum)")
        }
    }
    if let elements = value.arrayValue, let items = schema["items"] {
        for (index, element) in elements.enumerated() {
            problems += schemaProblems(element, items, at: "\(path)[\(index)]")
        }
    }
    if let object = value.objectValue { problems += objectProblems(object, schema, at: path) }
    return problems
}

private func objectProblems(_ object: Mapping, _ schema: Node, at path: String) -> [String] {
    var problems: [String] = []
    for name in schema["required"]?.arrayValue?.compactMap(\.stringValue) ?? []
    where object[name] == nil {
        problems.append("\(path).\(name) is missing")
    }
    for (name, value) in object {
        if let property = schema["properties"]?[name] {
            problems += schemaProblems(value, property, at: "\(path).\(name)")
        } else if schema["additionalProperties"] == false {
            problems.append("\(path).\(name) is unknown")
        }
    }
    return problems
}

private func isOfType(_ value: Node, _ type: String) -> Bool {
    switch type {
    case "string": value.stringValue != nil
    case "boolean": value.boolValue != nil
    case "integer": value.intValue != nil
    case "array": value.arrayValue != nil
    case "object": value.objectValue != nil
    default: false
    }
}

/// The properties that a schema names and `value` does not have, and the lists that are empty.
func unfilledParts(_ value: Node, _ schema: Node, at path: String = "$") -> [String] {
    if let elements = value.arrayValue, let items = schema["items"] {
        return elements.isEmpty
            ? ["\(path)[]"] : elements.flatMap { unfilledParts($0, items, at: "\(path)[]") }
    }
    return (schema["properties"]?.objectValue ?? Mapping()).flatMap { name, property in
        value[name].map { unfilledParts($0, property, at: "\(path).\(name)") } ?? [
            "\(path).\(name)"
        ]
    }
}

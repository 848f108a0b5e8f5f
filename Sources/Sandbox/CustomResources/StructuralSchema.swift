import Model

/// Finds what is wrong with the schema of a CustomResourceDefinition.
///
/// A schema has to be structural: the type of every part is named, and combinations only restrict.
/// Expressions and patterns that this server cannot evaluate count as wrong too, so that no rule of a
/// stored definition goes unchecked.
/// Source: https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema
struct StructuralSchema {
    private var forms: [APIStatus.Cause] = []
    private var structure: [APIStatus.Cause] = []
    private var types: [APIStatus.Cause] = []
    private var details: [APIStatus.Cause] = []

    /// All problems, in the order in which the API server reports them.
    ///
    /// - Parameter path: Of the schema in the definition, as in the messages.
    static func causes(of schema: Node, at path: String) -> [APIStatus.Cause] {
        var run = StructuralSchema()
        run.visit(schema, path, isRoot: true)
        let found = run.forms + run.structure + run.types
        // Defaults and rules mean nothing in a schema that is none.
        if !found.isEmpty { return found }
        run.visitDetails(schema, path, isRoot: true)
        return run.details
    }

    private static func forbidden(_ why: String, _ field: String) -> APIStatus.Cause {
        .init(reason: "FieldValueForbidden", message: "Forbidden: " + why, field: field)
    }

    private static func required(_ why: String, _ field: String) -> APIStatus.Cause {
        .init(reason: "FieldValueRequired", message: "Required value: " + why, field: field)
    }

    static func unsupported(_ value: String, _ allowed: [String], _ field: String)
        -> APIStatus.Cause
    {
        .init(
            reason: "FieldValueNotSupported",
            message: "Unsupported value: \(quoted(value)): supported values: "
                + allowed.map(quoted).joined(separator: ", "), field: field)
    }

    // MARK: Structure

    private mutating func visit(_ schema: Node, _ path: String, isRoot: Bool = false) {
        checkForm(schema, path)
        for inner in CustomResources.subschemas(of: schema) {
            visit(inner.schema, "\(path).\(inner.path)")
        }
        checkType(schema, path, isRoot: isRoot)
        checkCombinations(schema, path)
    }

    private mutating func checkType(_ schema: Node, _ path: String, isRoot: Bool) {
        let type = schema["type"]?.stringValue ?? ""
        let isFree =
            schema["x-kubernetes-int-or-string"] == true
            || schema["x-kubernetes-preserve-unknown-fields"] == true && !isRoot
        if type.isEmpty, !isFree {
            let what = isRoot ? "at the root" : Self.parentText(path)
            structure.append(Self.required("must not be empty \(what)", "\(path).type"))
        } else if isRoot, !type.isEmpty, type != "object" {
            structure.append(
                invalidValue(.string(type), "must be object at the root", "\(path).type"))
        }
        let allowed = ["array", "boolean", "integer", "number", "object", "string"]
        if !type.isEmpty, !allowed.contains(type) {
            types.append(Self.unsupported(type, allowed, "\(path).type"))
        }
        if schema["x-kubernetes-int-or-string"] == true, !type.isEmpty {
            structure.append(
                Self.forbidden(
                    "must be empty if x-kubernetes-int-or-string is true", "\(path).type"))
        }
        if type == "array", schema["items"] == nil {
            forms.append(
                Self.required("must be specified", "\(path).items"))
        }
        if schema["x-kubernetes-embedded-resource"] == true, type != "object" {
            structure.append(
                invalidValue(
                    .string(type), "must be object if x-kubernetes-embedded-resource is true",
                    "\(path).type"))
        }
    }

    private static func parentText(_ path: String) -> String {
        path.hasSuffix(".items")
            ? "for specified array items"
            : "for specified object fields"
    }

    /// Fields of JSON Schema that definitions must not use, and those that exclude each other.
    private mutating func checkForm(_ schema: Node, _ path: String) {
        for name in [
            "$ref", "id", "additionalItems", "patternProperties", "definitions", "dependencies",
        ] where schema[name] != nil {
            forms.append(Self.forbidden("\(name) is not supported", "\(path).\(name)"))
        }
        if schema["uniqueItems"] == true {
            let why =
                "uniqueItems cannot be set to true since the runtime complexity becomes quadratic"
            forms.append(Self.forbidden(why, "\(path).uniqueItems"))
        }
        if schema["additionalProperties"] == false {
            let why = "additionalProperties cannot be set to false"
            forms.append(Self.forbidden(why, "\(path).additionalProperties"))
        } else if schema["additionalProperties"] != nil,
            !(schema["properties"]?.objectValue?.isEmpty ?? true)
        {
            let why = "additionalProperties and properties are mutual exclusive"
            forms.append(Self.forbidden(why, "\(path).additionalProperties"))
        }
        if case .array = schema["items"] {
            let why = "items must be a schema object and not an array"
            forms.append(Self.forbidden(why, "\(path).items"))
        }
        checkListType(schema, path)
    }

    private mutating func checkListType(_ schema: Node, _ path: String) {
        let keys = schema["x-kubernetes-list-map-keys"]?.arrayValue?.compactMap(\.stringValue) ?? []
        let field = "\(path).x-kubernetes-list-map-keys"
        guard let type = schema["x-kubernetes-list-type"]?.stringValue else {
            if !keys.isEmpty {
                let name = "\(path).x-kubernetes-list-type"
                forms.append(
                    Self.required("must be map if x-kubernetes-list-map-keys is non-empty", name))
            }
            return
        }
        let allowed = ["atomic", "map", "set"]
        guard allowed.contains(type) else {
            forms.append(Self.unsupported(type, allowed, "\(path).x-kubernetes-list-type"))
            return
        }
        if schema["type"] != "array" {
            let given = schema["type"] ?? ""
            let problem = "must be array if x-kubernetes-list-type is specified"
            forms.append(invalidValue(given, problem, "\(path).type"))
        }
        guard type == "map" else { return }
        if keys.isEmpty {
            let why = "must not be empty if x-kubernetes-list-type is map"
            forms.append(Self.required(why, field))
        }
        let element = schema["items"]
        let needed = element?["required"]?.arrayValue ?? []
        for (index, key) in keys.enumerated() {
            guard let property = element?["properties"]?[key] else {
                let problem = "entries must all be names of item properties"
                forms.append(invalidValue(.string(key), problem, "\(field)[\(index)]"))
                continue
            }
            if !needed.contains(.string(key)), property["default"] == nil {
                let why =
                    "this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property"
                forms.append(Self.required(why, "\(path).items.properties[\(key)].default"))
            }
        }
    }

    /// In combinations only rules may stand, about what is declared outside.
    private mutating func checkCombinations(_ schema: Node, _ path: String) {
        var parts: [(String, Node)] = []
        for name in ["allOf", "anyOf", "oneOf"] {
            for (index, part) in (schema[name]?.arrayValue ?? []).enumerated() {
                parts.append(("\(path).\(name)[\(index)]", part))
            }
        }
        if let part = schema["not"] { parts.append(("\(path).not", part)) }
        let mayHaveType = schema["x-kubernetes-int-or-string"] == true
        for (place, part) in parts {
            checkInner(part, place, mayHaveType: mayHaveType)
            for (name, property) in part["properties"]?.objectValue?.sortedByKey ?? []
            where schema["properties"]?[name] == nil && schema["additionalProperties"] == nil {
                _ = property
                let why = "must be defined in \(path).properties[\(name)]"
                structure.append(Self.required(why, "\(place).properties[\(name)]"))
            }
        }
    }

    private mutating func checkInner(_ schema: Node, _ path: String, mayHaveType: Bool) {
        for name in ["additionalProperties", "default", "description", "nullable", "title", "type"]
        where schema[name] != nil && !(name == "type" && mayHaveType) {
            structure.append(
                Self.forbidden("must be empty to be structural", "\(path).\(name)"))
        }
        checkForm(schema, path)
        for inner in CustomResources.subschemas(of: schema) {
            checkInner(inner.schema, "\(path).\(inner.path)", mayHaveType: false)
        }
        for name in ["allOf", "anyOf", "oneOf"] {
            for (index, part) in (schema[name]?.arrayValue ?? []).enumerated() {
                checkInner(part, "\(path).\(name)[\(index)]", mayHaveType: mayHaveType)
            }
        }
    }

    // MARK: Patterns, defaults and rules

    private mutating func visitDetails(_ schema: Node, _ path: String, isRoot: Bool = false) {
        if let text = schema["pattern"]?.stringValue {
            do throws(PatternError) { _ = try Pattern(text) } catch {
                let problem = "must be a valid regular expression, but isn't: \(error.message)"
                details.append(invalidValue(.string(text), problem, "\(path).pattern"))
            }
        }
        if let given = schema["default"] {
            var found: [APIStatus.Cause] = []
            let complete = CustomResources.defaulted(given, schema: schema)
            SchemaValidator(schema, isResource: false)
                .check(complete, old: nil, schema, "", &found)
            details += found.map { cause in
                let field = cause.field.isEmpty ? "" : ".\(cause.field)"
                return .init(
                    reason: cause.reason, message: cause.message, field: "\(path).default\(field)")
            }
        }
        checkRules(schema, path, isRoot: isRoot)
        for inner in CustomResources.subschemas(of: schema) {
            visitDetails(inner.schema, "\(path).\(inner.path)")
        }
        for name in ["allOf", "anyOf", "oneOf"] {
            for (index, part) in (schema[name]?.arrayValue ?? []).enumerated() {
                visitDetails(part, "\(path).\(name)[\(index)]")
            }
        }
        if let part = schema["not"] { visitDetails(part, "\(path).not") }
    }

    private mutating func checkRules(_ schema: Node, _ path: String, isRoot: Bool) {
        let typed = isRoot ? CustomResources.withIdentity(schema) : schema
        let rules = schema["x-kubernetes-validations"]?.arrayValue ?? []
        for (index, rule) in rules.enumerated() {
            let field = "\(path).x-kubernetes-validations[\(index)]"
            let text = rule["rule"]?.stringValue ?? ""
            if text.trimmingSpaces.isEmpty {
                details.append(Self.required("rule is not specified", "\(field).rule"))
                continue
            }
            let message = rule["message"]?.stringValue ?? ""
            if text.contains("\n"), message.isEmpty {
                let why = "message must be specified if rule contains line breaks"
                details.append(Self.required(why, "\(field).message"))
            }
            if message.contains("\n") {
                let problem = "message must not contain line breaks"
                details.append(invalidValue(.string(message), problem, "\(field).message"))
            }
            let reasons = [
                "FieldValueRequired", "FieldValueInvalid", "FieldValueForbidden",
                "FieldValueDuplicate",
            ]
            if let reason = rule["reason"]?.stringValue, !reasons.contains(reason) {
                details.append(Self.unsupported(reason, reasons, "\(field).reason"))
            }
            for source in CELSource.all(of: rule) {
                do throws(CELProblem) { _ = try source.program(schema: typed) } catch {
                    let name = source.result == .bool ? "rule" : "messageExpression"
                    let value = source.result == .bool ? Self.goText(rule) : source.text
                    details.append(
                        .init(
                            reason: "FieldValueInvalid",
                            message: "Invalid value: \(value): compilation failed: "
                                + error.text(in: source.text), field: "\(field).\(name)"))
                }
            }
        }
    }

    /// A rule as Go's `%#v` prints it.
    private static func goText(_ rule: Node) -> String {
        func text(_ name: String) -> String { quoted(rule[name]?.stringValue ?? "") }
        return "apiextensions.ValidationRule{Rule:\(text("rule")), Message:\(text("message")), "
            + "MessageExpression:\(text("messageExpression")), Reason:(*apiextensions."
            + "FieldValueErrorReason)(nil), FieldPath:\(text("fieldPath")), "
            + "OptionalOldSelf:(*bool)(nil)}"
    }
}

import Model

/// Holds custom resources to their schema, worded as the API server words it.
///
/// Made once for each version of a definition: expressions are read here, not for every object.
/// Source: https://github.com/kubernetes/kube-openapi/tree/master/pkg/validation/validate
struct SchemaValidator: Sendable {
    let schema: Node
    private var patterns: [String: Pattern] = [:]
    var programs: [CELSource: CELProgram] = [:]

    /// - Parameter isResource: Whether it is the schema of a whole object.
    init(_ schema: Node, isResource: Bool = true) {
        self.schema = isResource ? CustomResources.withIdentity(schema) : schema
        prepare(self.schema)
    }

    private mutating func prepare(_ schema: Node) {
        if let text = schema["pattern"]?.stringValue { patterns[text] = try? Pattern(text) }
        for rule in schema["x-kubernetes-validations"]?.arrayValue ?? [] {
            for source in CELSource.all(of: rule) {
                programs[source] = try? source.program(schema: schema)
            }
        }
        for inner in CustomResources.subschemas(of: schema) { prepare(inner.schema) }
        for name in ["allOf", "anyOf", "oneOf"] {
            for part in schema[name]?.arrayValue ?? [] { prepare(part) }
        }
        if let part = schema["not"] { prepare(part) }
    }

    /// Everything in which an object breaks its schema and its rules.
    ///
    /// - Parameter old: The object before the change: what has not changed is not held against it.
    ///   Source: https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#validation-ratcheting
    func causes(of object: Node, old: Node?) -> [APIStatus.Cause] {
        var found: [APIStatus.Cause] = []
        check(object, old: old, schema, "", &found)
        guard !programs.isEmpty else { return found }
        guard !found.contains(where: { Self.blocking.contains($0.reason) }) else {
            let problem =
                "Invalid value: null: some validation rules were not checked because the object "
                + "was invalid; correct the existing errors to complete validation"
            return found + [.init(reason: "FieldValueInvalid", message: problem, field: "<nil>")]
        }
        return found + ruleCauses(of: object, old: old)
    }

    /// After these no rule is evaluated, since it may rely on what is wrong.
    private static let blocking: Set<String> = [
        "FieldValueNotSupported", "FieldValueRequired", "FieldValueTooLong", "FieldValueTooMany",
        "FieldValueTypeInvalid",
    ]

    func check(
        _ value: Node, old: Node?, _ schema: Node, _ path: String, _ found: inout [APIStatus.Cause]
    ) {
        if let old, old == value { return }
        if value.isNull, schema["nullable"] == true { return }
        if let expected = Self.mismatch(value, schema) {
            let name = quoted(Self.typeName(value))
            let message =
                "Invalid value: \(name): \(path) in body must be of type \(expected): \(name)"
            found.append(.init(reason: "FieldValueTypeInvalid", message: message, field: path))
        }
        if let allowed = schema["enum"]?.arrayValue, !allowed.contains(value) {
            let texts = allowed.map(Self.text).joined(separator: ", ")
            let message = "Unsupported value: \(Self.text(value)): supported values: \(texts)"
            found.append(.init(reason: "FieldValueNotSupported", message: message, field: path))
        }
        switch value {
        case .object(let mapping): checkFields(mapping, old: old, schema, path, &found)
        case .array(let items): checkItems(items, old: old, schema, path, &found)
        case .string(let string):
            if let cause = stringCause(string, schema, path) { found.append(cause) }
        case .int, .double: found += Self.numberCauses(value, schema, path)
        case .null, .bool: break
        }
        checkCombinations(value, schema, path, &found)
    }

    // MARK: Containers

    private func checkFields(
        _ mapping: Mapping, old: Node?, _ schema: Node, _ path: String,
        _ found: inout [APIStatus.Cause]
    ) {
        if let most = schema["maxProperties"]?.intValue, mapping.count > most {
            found.append(Self.tooMany(mapping.count, most, path))
        }
        if let least = schema["minProperties"]?.intValue, mapping.count < least {
            let problem = "\(path) in body should have at least \(least) properties"
            found.append(invalidValue(.int(Int64(mapping.count)), problem, path))
        }
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
            let field = path.isEmpty ? name : "\(path).\(name)"
            check(child, old: old?[name], property, field, &found)
        }
    }

    private static func tooMany(_ count: Int, _ most: Int64, _ path: String) -> APIStatus.Cause {
        .init(
            reason: "FieldValueTooMany",
            message: "Too many: \(count): must have at most \(most) items", field: path)
    }

    private func checkItems(
        _ items: [Node], old: Node?, _ schema: Node, _ path: String,
        _ found: inout [APIStatus.Cause]
    ) {
        if let most = schema["maxItems"]?.intValue, items.count > most {
            found.append(Self.tooMany(items.count, most, path))
        }
        if let least = schema["minItems"]?.intValue, items.count < least {
            let problem = "\(path) in body should have at least \(least) items"
            found.append(invalidValue(.int(Int64(items.count)), problem, path))
        }
        let list = CorrelatedList(schema: schema, old: old)
        let isUnique = list.keys != nil || schema["x-kubernetes-list-type"] == "set"
        var seen: Set<Node> = []
        for (index, item) in items.enumerated() {
            let field = "\(path)[\(index)]"
            if let element = schema["items"] {
                check(item, old: list.old(of: item), element, field, &found)
            }
            guard isUnique else { continue }
            let identity = list.identity(of: item)
            if !seen.insert(identity).inserted {
                let message = "Duplicate value: \(Self.text(identity))"
                found.append(.init(reason: "FieldValueDuplicate", message: message, field: field))
            }
        }
    }

    // MARK: Scalars

    /// The first rule that a text breaks; the server looks no further either.
    private func stringCause(_ string: String, _ schema: Node, _ path: String) -> APIStatus.Cause? {
        let count = string.unicodeScalars.count
        if let most = schema["maxLength"]?.intValue, count > most {
            return .init(
                reason: "FieldValueTooLong",
                message: "Too long: may not be more than \(most) bytes", field: path)
        }
        if let least = schema["minLength"]?.intValue, count < least {
            let problem = "\(path) in body should be at least \(least) chars long"
            return invalidValue(.string(string), problem, path)
        }
        if let text = schema["pattern"]?.stringValue {
            guard let pattern = patterns[text] else {
                let problem = "the pattern '\(text)' of \(path) is none that this server can match"
                return invalidValue(.string(string), problem, path)
            }
            if !pattern.isFound(in: string) {
                let problem = "\(path) in body should match '\(text)'"
                return invalidValue(.string(string), problem, path)
            }
        }
        return nil
    }

    // MARK: Combinations

    private func checkCombinations(
        _ value: Node, _ schema: Node, _ path: String, _ found: inout [APIStatus.Cause]
    ) {
        func holds(_ alternative: Node) -> Bool {
            var problems: [APIStatus.Cause] = []
            check(value, old: nil, alternative, path, &problems)
            return problems.isEmpty
        }
        func report(_ problem: String) {
            found.append(invalidValue("", "\(path) in body \(problem)", path))
        }
        for part in schema["allOf"]?.arrayValue ?? [] {
            check(value, old: nil, part, path, &found)
        }
        if let alternatives = schema["anyOf"]?.arrayValue, !alternatives.contains(where: holds) {
            report("must validate at least one schema (anyOf)")
        }
        if let alternatives = schema["oneOf"]?.arrayValue {
            let count = alternatives.count(where: holds)
            if count != 1 {
                let what = count == 0 ? "none valid" : "\(count) valid alternatives"
                report("must validate one and only one schema (oneOf). Found \(what)")
            }
        }
        if let excluded = schema["not"], holds(excluded) {
            report("must not validate the schema (not)")
        }
    }
}

/// Finds the former element for each of a list.
struct CorrelatedList {
    /// Of a list of type `map`.
    let keys: [String]?
    private var former: [Node: Node] = [:]

    init(schema: Node, old: Node?) {
        keys = schema["x-kubernetes-list-map-keys"]?.arrayValue?.compactMap(\.stringValue)
        guard keys != nil else { return }
        for item in old?.arrayValue ?? [] { former[identity(of: item)] = item }
    }

    func identity(of item: Node) -> Node {
        guard let keys else { return item }
        return .object(Mapping(keys.compactMap { name in item[name].map { (name, $0) } }))
    }

    /// `nil` also where elements have no identity.
    func old(of item: Node) -> Node? { former[identity(of: item)] }
}

import Model

/// Finds what is wrong with an expression before it is evaluated: names, fields, functions and types
/// that cannot be.
///
/// Types are known as far as the schema tells them; where it does not, anything is allowed and the
/// evaluation decides.
struct CELChecker {
    /// The names that an expression may use, and what they stand for.
    private var variables: [(name: String, shape: CELShape)]

    init(_ variables: [(name: String, shape: CELShape)]) { self.variables = variables }

    mutating func check(_ node: CELNode) throws(CELProblem) -> CELShape {
        switch node.kind {
        case .literal(let value):
            return CELShape(type: CELType(rawValue: value.typeName) ?? .any)
        case .name(let name): return try shape(named: name, at: node.offset)
        case .field(let inner, let name, let isOptional):
            let found = try field(name, of: try check(inner), at: node.offset)
            return isOptional ? CELShape(type: .optional) : found
        case .has(let inner, let name):
            _ = try field(name, of: try check(inner), at: node.offset)
            return CELShape(type: .bool)
        case .index(let inner, let key, let isOptional):
            let found = try element(of: try check(inner), at: try check(key), node.offset)
            return isOptional ? CELShape(type: .optional) : found
        case .call(let name, let receiver, let arguments):
            return try call(name, receiver, arguments, at: node.offset)
        case .and(let terms), .or(let terms):
            for term in terms { try expect(.bool, term) }
            return CELShape(type: .bool)
        case .conditional(let condition, let yes, let no):
            try expect(.bool, condition)
            let (first, second) = (try check(yes), try check(no))
            return first.type == second.type ? first : .unknown
        case .list(let items):
            for item in items { _ = try check(item) }
            return CELShape(type: .list)
        case .map(let entries):
            for entry in entries {
                _ = try check(entry.key)
                _ = try check(entry.value)
            }
            return CELShape(type: .map)
        case .comprehension(let macro, let range, let variable, let body):
            return try comprehension(macro, try check(range), variable, body, at: node.offset)
        }
    }

    private func shape(named name: String, at offset: Int) throws(CELProblem) -> CELShape {
        if let found = variables.last(where: { $0.name == name }) { return found.shape }
        if CELFunction.typeNames.contains(name) { return CELShape(type: .type) }
        throw CELProblem(
            offset: offset, message: "undeclared reference to '\(name)' (in container '')")
    }

    private mutating func expect(_ type: CELType, _ node: CELNode) throws(CELProblem) {
        let found = try check(node).type
        guard found == type || found == .any else {
            throw CELProblem(
                offset: node.offset,
                message: "expected type '\(type.rawValue)' but found '\(found.rawValue)'")
        }
    }

    // MARK: Members

    private func field(_ name: String, of shape: CELShape, at offset: Int) throws(CELProblem)
        -> CELShape
    {
        switch shape.type {
        case .any, .optional: return .unknown
        case .map: break
        default:
            throw CELProblem(
                offset: offset,
                message: "type '\(shape.type.rawValue)' does not support field selection")
        }
        guard let schema = shape.schema else { return .unknown }
        if let property = schema["properties"]?[name] ?? schema["properties"]?[celUnescaped(name)] {
            return CELShape(schema: property)
        }
        if let values = schema["additionalProperties"] { return CELShape(schema: values) }
        if schema["x-kubernetes-preserve-unknown-fields"] == true { return .unknown }
        throw CELProblem(offset: offset, message: "undefined field '\(name)'")
    }

    private func element(of shape: CELShape, at key: CELShape, _ offset: Int) throws(CELProblem)
        -> CELShape
    {
        switch shape.type {
        case .any, .optional: return .unknown
        case .list where key.type.isNumber || key.type == .any: return shape.member
        case .map: return CELShape(schema: shape.schema?["additionalProperties"])
        default: throw noOverload("_[_]", [shape.type, key.type], offset)
        }
    }

    private mutating func comprehension(
        _ macro: CELMacro, _ range: CELShape, _ variable: String, _ body: [CELNode], at offset: Int
    ) throws(CELProblem) -> CELShape {
        guard [.list, .map, .any].contains(range.type) else {
            throw CELProblem(
                offset: offset,
                message:
                    "expression of type '\(range.type.rawValue)' cannot be range of a comprehension"
            )
        }
        variables.append((variable, range.member))
        defer { variables.removeLast() }
        switch macro {
        case .all, .exists, .existsOne:
            for term in body { try expect(.bool, term) }
            return CELShape(type: .bool)
        case .filter:
            for term in body { try expect(.bool, term) }
            return range.type == .list ? range : CELShape(type: .list)
        case .map:
            if body.count == 2, let condition = body.first { try expect(.bool, condition) }
            if let value = body.last { _ = try check(value) }
            return CELShape(type: .list)
        }
    }

    // MARK: Calls

    private mutating func call(
        _ name: String, _ receiver: CELNode?, _ arguments: [CELNode], at offset: Int
    ) throws(CELProblem) -> CELShape {
        if case .name("optional")? = receiver?.kind, ["none", "of"].contains(name) {
            for argument in arguments { _ = try check(argument) }
            return CELShape(type: .optional)
        }
        var types: [CELType] = []
        if let receiver { types.append(try check(receiver).type) }
        for argument in arguments { types.append(try check(argument).type) }
        if let type = try operatorType(name, types, offset) { return CELShape(type: type) }
        guard let function = CELFunction.find(name, isMethod: receiver != nil) else {
            throw CELProblem(
                offset: offset,
                message: "undeclared reference to '\(name)' (in container ''): "
                    + "this server does not know the function")
        }
        guard function.counts.contains(arguments.count),
            function.receivers.isEmpty || receiver == nil || types[0] == .any
                || function.receivers.contains(types[0])
        else { throw noOverload(name, types, offset) }
        if name == "matches", case .literal(.string(let text))? = arguments.last?.kind {
            do throws(PatternError) { _ = try Pattern(text) } catch {
                throw CELProblem(offset: offset, message: error.message)
            }
        }
        return CELShape(type: function.result)
    }

    /// The type of an operator's value; `nil` when the name is no operator.
    private func operatorType(_ name: String, _ types: [CELType], _ offset: Int) throws(CELProblem)
        -> CELType?
    {
        let isUnknown = types.contains(.any)
        guard let first = types.first, let second = types.last else { return nil }
        let isSame = first == second
        let bothNumbers = first.isNumber && second.isNumber
        let allowed: Bool
        let result: CELType
        switch name {
        case "_==_", "_!=_":
            (allowed, result) = (isSame || bothNumbers || types.contains(.null), .bool)
        case "_<_", "_<=_", "_>_", "_>=_":
            let isOrdered = ![.list, .map, .null, .type, .optional].contains(first)
            (allowed, result) = (isSame && isOrdered || bothNumbers, .bool)
        case "@in": (allowed, result) = ([.list, .map, .any].contains(second), .bool)
        case "_+_":
            let isTime = [.duration, .timestamp].contains(first) && second == .duration
            let adds = first.isNumber || [.string, .bytes, .list].contains(first)
            (allowed, result) = (isSame && adds || isTime, first)
        case "_-_":
            let isTime = first == .timestamp && [.duration, .timestamp].contains(second)
            let isSpan = isSame && (first == .duration || first == .timestamp)
            (allowed, result) = (
                isSame && first.isNumber || isTime || isSpan,
                first == .timestamp && isSame ? .duration : first
            )
        case "_*_", "_/_": (allowed, result) = (isSame && first.isNumber, first)
        case "_%_": (allowed, result) = (isSame && (first == .int || first == .uint), first)
        case "-_": (allowed, result) = (first == .int || first == .double, first)
        case "!_": (allowed, result) = (first == .bool, .bool)
        default: return nil
        }
        guard allowed || isUnknown && name != "@in" else { throw noOverload(name, types, offset) }
        return isUnknown && result != .bool ? .any : result
    }

    private func noOverload(_ name: String, _ types: [CELType], _ offset: Int) -> CELProblem {
        let list = types.map(\.rawValue).joined(separator: ", ")
        return CELProblem(
            offset: offset,
            message: "found no matching overload for '\(name)' applied to '(\(list))'")
    }
}

/// The property that an escaped name stands for: `__dash__` is a dash, `__namespace__` a reserved
/// word.
///
/// Source: https://kubernetes.io/docs/reference/using-api/cel/#escaping
func celUnescaped(_ name: String) -> String {
    guard name.contains("__") else { return name }
    let reserved: Set<String> = [
        "true", "false", "null", "in", "as", "break", "const", "continue", "else", "for",
        "function", "if", "import", "let", "loop", "package", "namespace", "return", "var", "void",
        "while",
    ]
    if name.hasPrefix("__"), name.hasSuffix("__"), name.count > 4 {
        let inner = String(name.dropFirst(2).dropLast(2))
        if reserved.contains(inner) { return inner }
    }
    let codes: [(code: String, text: String)] = [
        ("__underscores__", "__"), ("__dot__", "."), ("__dash__", "-"), ("__slash__", "/"),
    ]
    var result = ""
    var rest = Substring(name)
    while !rest.isEmpty {
        if let code = codes.first(where: { rest.hasPrefix($0.code) }) {
            result += code.text
            rest = rest.dropFirst(code.code.count)
        } else {
            result.append(rest.removeFirst())
        }
    }
    return result
}

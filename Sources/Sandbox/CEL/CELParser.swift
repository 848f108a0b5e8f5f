/// Reads an expression by recursive descent.
///
/// Limits: 100 levels, of the text and of what is built from it. Source: https://github.com/google/cel-spec/blob/master/doc/langdef.md#syntax
struct CELParser {
    private static let maxDepth = 100

    private let tokens: [(token: CELToken, offset: Int)]
    private var position = 0
    private var depth = 0

    static func parse(_ text: String) throws(CELProblem) -> CELNode {
        var parser = CELParser(tokens: try CELLexer.tokens(of: text))
        let node = try parser.expression()
        guard parser.next == .end else { throw parser.unexpected() }
        return node
    }

    private init(tokens: [(token: CELToken, offset: Int)]) { self.tokens = tokens }

    private var next: CELToken { tokens[position].token }
    private var offset: Int { tokens[position].offset }

    private mutating func take(_ symbol: String) -> Bool {
        guard next == .symbol(symbol) else { return false }
        position += 1
        return true
    }

    private mutating func expect(_ symbol: String) throws(CELProblem) {
        guard take(symbol) else { throw unexpected() }
    }

    private func unexpected() -> CELProblem {
        CELProblem(offset: offset, message: "Syntax error: unexpected '\(next.text)'")
    }

    /// - Throws: When what is built is too high to be walked by recursion.
    private func made(_ kind: CELNode.Kind, at offset: Int) throws(CELProblem) -> CELNode {
        let node = CELNode(kind: kind, offset: offset)
        guard node.height <= Self.maxDepth else {
            throw CELProblem(offset: offset, message: "expression recursion limit exceeded")
        }
        return node
    }

    // MARK: Operators

    private mutating func expression() throws(CELProblem) -> CELNode {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maxDepth else {
            throw CELProblem(offset: offset, message: "expression recursion limit exceeded")
        }
        let condition = try disjunction()
        let start = offset
        guard take("?") else { return condition }
        let yes = try disjunction()
        try expect(":")
        return try made(.conditional(condition, yes, try expression()), at: start)
    }

    private mutating func disjunction() throws(CELProblem) -> CELNode {
        let start = offset
        var terms = [try conjunction()]
        while take("||") { terms.append(try conjunction()) }
        return try terms.count == 1 ? terms[0] : made(.or(terms), at: start)
    }

    private mutating func conjunction() throws(CELProblem) -> CELNode {
        let start = offset
        var terms = [try binary(0)]
        while take("&&") { terms.append(try binary(0)) }
        return try terms.count == 1 ? terms[0] : made(.and(terms), at: start)
    }

    /// Left-associative operators, the weakest first.
    private static let levels = [
        ["<", "<=", ">=", ">", "==", "!=", "in"], ["+", "-"], ["*", "/", "%"],
    ]

    private mutating func binary(_ level: Int) throws(CELProblem) -> CELNode {
        guard level < Self.levels.count else { return try unary() }
        var left = try binary(level + 1)
        var length = 0
        while let name = operatorName(level) {
            let start = offset
            position += 1
            length += 1
            guard length < Self.maxDepth else {
                throw CELProblem(offset: start, message: "expression recursion limit exceeded")
            }
            let right = try binary(level + 1)
            left = try made(.call(name, receiver: nil, [left, right]), at: start)
        }
        return left
    }

    private func operatorName(_ level: Int) -> String? {
        switch next {
        case .symbol(let text) where Self.levels[level].contains(text): "_\(text)_"
        case .identifier("in") where level == 0: "@in"
        default: nil
        }
    }

    private mutating func unary() throws(CELProblem) -> CELNode {
        let start = offset
        var signs = 0
        var nots = 0
        while take("!") { nots += 1 }
        if nots == 0 { while take("-") { signs += 1 } }
        if signs > 0, signs % 2 == 1 {
            switch next {
            case .int(let value):
                position += 1
                return try members(of: made(.literal(.int(-value)), at: start))
            case .uint(9_223_372_036_854_775_808):
                position += 1
                return try made(.literal(.int(.min)), at: start)
            default: break
            }
        }
        if next == .symbol("!") || next == .symbol("-") { throw unexpected() }
        let operand = try members(of: try primary())
        let name = nots % 2 == 1 ? "!_" : signs % 2 == 1 ? "-_" : nil
        guard let name else { return operand }
        return try made(.call(name, receiver: nil, [operand]), at: start)
    }

    // MARK: Members

    private mutating func members(of node: CELNode) throws(CELProblem) -> CELNode {
        var node = node
        var length = 0
        while true {
            let start = offset
            length += 1
            guard length < Self.maxDepth else {
                throw CELProblem(offset: start, message: "expression recursion limit exceeded")
            }
            if take(".") {
                let name = try identifier()
                if take("(") {
                    node = try method(name, of: node, at: start)
                } else {
                    node = try made(.field(node, name, isOptional: false), at: start)
                }
            } else if take(".?") {
                let name = try identifier()
                node = try made(.field(node, name, isOptional: true), at: start)
            } else if next == .symbol("[") || next == .symbol("[?") {
                let isOptional = next == .symbol("[?")
                position += 1
                let key = try expression()
                try expect("]")
                node = try made(.index(node, key, isOptional: isOptional), at: start)
            } else {
                return node
            }
        }
    }

    private mutating func identifier() throws(CELProblem) -> String {
        guard case .identifier(let name) = next else { throw unexpected() }
        position += 1
        return name
    }

    private mutating func arguments(until end: String) throws(CELProblem) -> [CELNode] {
        var list: [CELNode] = []
        while !take(end) {
            list.append(try expression())
            if !take(",") {
                try expect(end)
                break
            }
        }
        return list
    }

    private mutating func method(_ name: String, of receiver: CELNode, at start: Int)
        throws(CELProblem) -> CELNode
    {
        let arguments = try arguments(until: ")")
        guard let macro = CELMacro(rawValue: name) else {
            return try made(.call(name, receiver: receiver, arguments), at: start)
        }
        guard arguments.count == 2 || macro == .map && arguments.count == 3 else {
            throw CELProblem(
                offset: start, message: "\(name)() with \(arguments.count) arguments is not known")
        }
        guard case .name(let variable) = arguments[0].kind else {
            throw CELProblem(
                offset: arguments[0].offset, message: "argument must be a simple name")
        }
        return try made(
            .comprehension(
                macro, over: receiver, variable: variable, Array(arguments.dropFirst())),
            at: start)
    }

    // MARK: Primaries

    private mutating func primary() throws(CELProblem) -> CELNode {
        let start = offset
        let token = next
        position += token == .end ? 0 : 1
        switch token {
        case .int(let value): return try made(.literal(.int(value)), at: start)
        case .uint(let value): return try made(.literal(.uint(value)), at: start)
        case .double(let value): return try made(.literal(.double(value)), at: start)
        case .string(let value): return try made(.literal(.string(value)), at: start)
        case .bytes(let value): return try made(.literal(.bytes(value)), at: start)
        case .identifier(let name): return try named(name, at: start)
        case .symbol("("):
            let inner = try expression()
            try expect(")")
            return inner
        case .symbol("["): return try made(.list(try arguments(until: "]")), at: start)
        case .symbol("{"): return try made(.map(try entries()), at: start)
        default:
            position -= token == .end ? 0 : 1
            throw unexpected()
        }
    }

    private mutating func entries() throws(CELProblem) -> [(key: CELNode, value: CELNode)] {
        var list: [(key: CELNode, value: CELNode)] = []
        while !take("}") {
            let key = try expression()
            try expect(":")
            list.append((key, try expression()))
            if !take(",") {
                try expect("}")
                break
            }
        }
        return list
    }

    private mutating func named(_ name: String, at start: Int) throws(CELProblem) -> CELNode {
        switch name {
        case "true": return try made(.literal(.bool(true)), at: start)
        case "false": return try made(.literal(.bool(false)), at: start)
        case "null": return try made(.literal(.null), at: start)
        case "in": throw CELProblem(offset: start, message: "Syntax error: unexpected 'in'")
        default: break
        }
        guard take("(") else { return try made(.name(name), at: start) }
        let arguments = try arguments(until: ")")
        guard name == "has" else {
            return try made(.call(name, receiver: nil, arguments), at: start)
        }
        guard arguments.count == 1, case .field(let node, let field, false) = arguments[0].kind
        else { throw CELProblem(offset: start, message: "invalid argument to has() macro") }
        return try made(.has(node, field), at: start)
    }
}

/// Reads an expression by recursive descent.
///
/// Limits: 100 levels. Source: https://github.com/google/cel-spec/blob/master/doc/langdef.md#syntax
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
        return CELNode(kind: .conditional(condition, yes, try expression()), offset: start)
    }

    private mutating func disjunction() throws(CELProblem) -> CELNode {
        let start = offset
        var terms = [try conjunction()]
        while take("||") { terms.append(try conjunction()) }
        return terms.count == 1 ? terms[0] : CELNode(kind: .or(terms), offset: start)
    }

    private mutating func conjunction() throws(CELProblem) -> CELNode {
        let start = offset
        var terms = [try binary(0)]
        while take("&&") { terms.append(try binary(0)) }
        return terms.count == 1 ? terms[0] : CELNode(kind: .and(terms), offset: start)
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
            left = CELNode(kind: .call(name, receiver: nil, [left, right]), offset: start)
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
                return try members(of: CELNode(kind: .literal(.int(-value)), offset: start))
            case .uint(9_223_372_036_854_775_808):
                position += 1
                return CELNode(kind: .literal(.int(.min)), offset: start)
            default: break
            }
        }
        if next == .symbol("!") || next == .symbol("-") { throw unexpected() }
        let operand = try members(of: try primary())
        let name = nots % 2 == 1 ? "!_" : signs % 2 == 1 ? "-_" : nil
        guard let name else { return operand }
        return CELNode(kind: .call(name, receiver: nil, [operand]), offset: start)
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
                    node = CELNode(kind: .field(node, name, isOptional: false), offset: start)
                }
            } else if take(".?") {
                let name = try identifier()
                node = CELNode(kind: .field(node, name, isOptional: true), offset: start)
            } else if next == .symbol("[") || next == .symbol("[?") {
                let isOptional = next == .symbol("[?")
                position += 1
                let key = try expression()
                try expect("]")
                node = CELNode(kind: .index(node, key, isOptional: isOptional), offset: start)
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
            return CELNode(kind: .call(name, receiver: receiver, arguments), offset: start)
        }
        guard arguments.count == 2 || macro == .map && arguments.count == 3 else {
            throw CELProblem(
                offset: start, message: "\(name)() with \(arguments.count) arguments is not known")
        }
        guard case .name(let variable) = arguments[0].kind else {
            throw CELProblem(
                offset: arguments[0].offset, message: "argument must be a simple name")
        }
        return CELNode(
            kind: .comprehension(
                macro, over: receiver, variable: variable, Array(arguments.dropFirst())),
            offset: start)
    }

    // MARK: Primaries

    private mutating func primary() throws(CELProblem) -> CELNode {
        let start = offset
        let token = next
        position += token == .end ? 0 : 1
        switch token {
        case .int(let value): return CELNode(kind: .literal(.int(value)), offset: start)
        case .uint(let value): return CELNode(kind: .literal(.uint(value)), offset: start)
        case .double(let value): return CELNode(kind: .literal(.double(value)), offset: start)
        case .string(let value): return CELNode(kind: .literal(.string(value)), offset: start)
        case .bytes(let value): return CELNode(kind: .literal(.bytes(value)), offset: start)
        case .identifier(let name): return try named(name, at: start)
        case .symbol("("):
            let inner = try expression()
            try expect(")")
            return inner
        case .symbol("["): return CELNode(kind: .list(try arguments(until: "]")), offset: start)
        case .symbol("{"): return CELNode(kind: .map(try entries()), offset: start)
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
        case "true": return CELNode(kind: .literal(.bool(true)), offset: start)
        case "false": return CELNode(kind: .literal(.bool(false)), offset: start)
        case "null": return CELNode(kind: .literal(.null), offset: start)
        case "in": throw CELProblem(offset: start, message: "Syntax error: unexpected 'in'")
        default: break
        }
        guard take("(") else { return CELNode(kind: .name(name), offset: start) }
        let arguments = try arguments(until: ")")
        guard name == "has" else {
            return CELNode(kind: .call(name, receiver: nil, arguments), offset: start)
        }
        guard arguments.count == 1, case .field(let node, let field, false) = arguments[0].kind
        else { throw CELProblem(offset: start, message: "invalid argument to has() macro") }
        return CELNode(kind: .has(node, field), offset: start)
    }
}

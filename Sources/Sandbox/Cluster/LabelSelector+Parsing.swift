extension LabelSelector {
    /// Reads the text form: `app=x,tier!=back,env in (a,b),!legacy,n>3`.
    ///
    /// - Throws: 400 in the words of the API server.
    ///   Source: https://github.com/kubernetes/apimachinery/blob/v0.36.0/pkg/labels/selector.go (Parser)
    init(parsing text: String) throws(APIStatus) {
        var parser = SelectorParser(text)
        self.init(try parser.requirements())
    }
}

private struct SelectorParser {
    enum Token: Equatable {
        case identifier(String)
        case symbol(String)
        case end

        var text: String {
            switch self {
            case .identifier(let text), .symbol(let text): text
            case .end: ""
            }
        }
    }

    private var tokens: [Token]
    private var position = 0

    init(_ text: String) { tokens = Self.tokens(of: text) }

    private var next: Token { position < tokens.count ? tokens[position] : .end }

    private mutating func take() -> Token {
        defer { position += 1 }
        return next
    }

    mutating func requirements() throws(APIStatus) -> [LabelSelector.Requirement] {
        var result: [LabelSelector.Requirement] = []
        if next == .end { return [] }
        while true {
            switch next {
            case .identifier, .symbol("!"): result.append(try requirement())
            default:
                throw .badRequest(
                    "found '\(next.text)', expected: !, identifier, or 'end of string'")
            }
            switch take() {
            case .end: return result
            case .symbol(","):
                guard case .identifier = next else {
                    if next == .symbol("!") { continue }
                    throw .badRequest("found '\(next.text)', expected: identifier after ','")
                }
            case let other:
                throw .badRequest("found '\(other.text)', expected: ',' or 'end of string'")
            }
        }
    }

    private mutating func requirement() throws(APIStatus) -> LabelSelector.Requirement {
        let isNegated = next == .symbol("!")
        if isNegated { _ = take() }
        guard case .identifier(let key) = take() else {
            throw .badRequest(
                "unable to parse requirement: found '\(next.text)', expected: identifier")
        }
        if let problem = qualifiedNameProblem(key) {
            throw .badRequest(
                "unable to parse requirement: key: Invalid value: \"\(key)\": \(problem)")
        }
        if isNegated { return .absent(key) }
        if next == .end || next == .symbol(",") { return .exists(key) }
        let symbol = take()
        switch symbol {
        case .symbol("="), .symbol("=="): return .among(key, [try value(key)])
        case .symbol("!="): return .notAmong(key, [try value(key)])
        case .identifier("in"): return .among(key, try values(key))
        case .identifier("notin"): return .notAmong(key, try values(key))
        case .symbol(">"), .symbol("<"):
            let text = try value(key)
            guard let bound = Int64(text) else {
                throw .badRequest(
                    "unable to parse requirement: values[0][\(key)]: Invalid value: \"\(text)\": "
                        + "for 'Gt', 'Lt' operators, the value must be an integer")
            }
            return symbol == .symbol(">") ? .greater(key, bound) : .less(key, bound)
        default:
            throw .badRequest(
                "unable to parse requirement: found '\(symbol.text)', "
                    + "expected: in, notin, =, ==, !=, gt, lt")
        }
    }

    /// One value, which may be empty.
    private mutating func value(_ key: String) throws(APIStatus) -> String {
        guard case .identifier(let text) = next else {
            if next == .end || next == .symbol(",") { return "" }
            throw .badRequest(
                "unable to parse requirement: found '\(next.text)', expected: identifier")
        }
        _ = take()
        try check(text, at: 0, of: key)
        return text
    }

    private mutating func values(_ key: String) throws(APIStatus) -> Set<String> {
        let open = take()
        guard open == .symbol("(") else {
            throw .badRequest(
                "unable to parse requirement: found '\(open.text)' expected: '('")
        }
        var result: [String] = []
        while true {
            switch take() {
            case .identifier(let text):
                try check(text, at: result.count, of: key)
                result.append(text)
                if next == .symbol(",") { _ = take() }
            case .symbol(","): result.append("")
            case .symbol(")"): return Set(result)
            case let other:
                throw .badRequest(
                    "unable to parse requirement: found '\(other.text)', expected: ',', ')' or identifier"
                )
            }
        }
    }

    private func check(_ value: String, at index: Int, of key: String) throws(APIStatus) {
        if let problem = labelValueProblem(value) {
            throw .badRequest(
                "unable to parse requirement: values[\(index)][\(key)]: Invalid value: \"\(value)\": "
                    + problem)
        }
    }

    private static func tokens(of text: String) -> [Token] {
        var result: [Token] = []
        var word = ""
        let characters = Array(text)
        var index = 0
        func isSpecial(_ character: Character) -> Bool { "=!(),<>".contains(character) }
        while index < characters.count {
            let character = characters[index]
            let isSpace = character == " " || character == "\t"
            if isSpace || isSpecial(character) {
                if !word.isEmpty { result.append(.identifier(word)) }
                word = ""
            }
            if isSpecial(character) {
                let pair = String(characters[index...].prefix(2))
                if pair == "==" || pair == "!=" {
                    result.append(.symbol(pair))
                    index += 1
                } else {
                    result.append(.symbol(String(character)))
                }
            } else if !isSpace {
                word.append(character)
            }
            index += 1
        }
        if !word.isEmpty { result.append(.identifier(word)) }
        return result
    }
}

/// A part of an expression's text.
enum CELToken: Hashable, Sendable {
    case identifier(String)
    case int(Int64)
    case uint(UInt64)
    case double(Double)
    case string(String)
    case bytes([UInt8])
    /// Operators and punctuation.
    case symbol(String)
    case end

    var text: String {
        switch self {
        case .identifier(let name): name
        case .int(let value): String(value)
        case .uint(let value): "\(value)u"
        case .double(let value): String(value)
        case .string(let value): quoted(value)
        case .bytes: "bytes"
        case .symbol(let text): text
        case .end: "<EOF>"
        }
    }
}

/// Why an expression cannot be used.
struct CELProblem: Error, Hashable, Sendable {
    /// In characters from the start.
    var offset: Int
    var message: String

    /// As the compiler of the API server prints it: the place, the line and a mark under it.
    func text(in source: String) -> String {
        let before = source.unicodeScalars.prefix(offset)
        let lineNumber = before.count { $0 == "\n" } + 1
        let column = before.reversed().prefix { $0 != "\n" }.count
        let lines = source.split(separator: "\n", omittingEmptySubsequences: false)
        let line = lines.indices.contains(lineNumber - 1) ? String(lines[lineNumber - 1]) : ""
        return "ERROR: <input>:\(lineNumber):\(column + 1): \(message)\n | \(line)\n | "
            + String(repeating: ".", count: column) + "^"
    }
}

/// Cuts an expression into tokens, each with its offset in characters.
///
/// Source: https://github.com/google/cel-spec/blob/master/doc/langdef.md#syntax
struct CELLexer {
    private let scalars: [Unicode.Scalar]
    private var position = 0

    init(_ text: String) { scalars = Array(text.unicodeScalars) }

    static func tokens(of text: String) throws(CELProblem) -> [(token: CELToken, offset: Int)] {
        var lexer = CELLexer(text)
        var result: [(token: CELToken, offset: Int)] = []
        while true {
            lexer.skipSpace()
            let offset = lexer.position
            let token = try lexer.token()
            result.append((token, offset))
            if token == .end { return result }
        }
    }

    private func scalar(_ ahead: Int = 0) -> Unicode.Scalar? {
        position + ahead < scalars.count ? scalars[position + ahead] : nil
    }

    private mutating func skipSpace() {
        while let next = scalar() {
            if next == "/", scalar(1) == "/" {
                while let other = scalar(), other != "\n" { position += 1 }
            } else if [" ", "\t", "\n", "\r", "\u{0C}"].contains(next) {
                position += 1
            } else {
                return
            }
        }
    }

    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "_" || ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
    }

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

    private mutating func token() throws(CELProblem) -> CELToken {
        guard let first = scalar() else { return .end }
        if let quote = try quotedToken() { return quote }
        if Self.isDigit(first) || first == "." && scalar(1).map(Self.isDigit) == true {
            return try number()
        }
        if Self.isLetter(first) {
            return .identifier(take { Self.isLetter($0) || Self.isDigit($0) })
        }
        for symbol in ["==", "!=", "<=", ">=", "&&", "||", ".?", "[?"] {
            let parts = Array(symbol.unicodeScalars)
            if scalars[position...].starts(with: parts) {
                position += parts.count
                return .symbol(symbol)
            }
        }
        guard "+-*/%<>!?:.,()[]{}".unicodeScalars.contains(first) else {
            throw CELProblem(
                offset: position, message: "Syntax error: token recognition error at: '\(first)'")
        }
        position += 1
        return .symbol(String(first))
    }

    private mutating func take(while isPart: (Unicode.Scalar) -> Bool) -> String {
        var text = String.UnicodeScalarView()
        while let next = scalar(), isPart(next) {
            text.append(next)
            position += 1
        }
        return String(text)
    }

    private mutating func number() throws(CELProblem) -> CELToken {
        let start = position
        func problem() -> CELProblem {
            CELProblem(offset: start, message: "Syntax error: invalid number")
        }
        if scalar() == "0", scalar(1) == "x" || scalar(1) == "X" {
            position += 2
            let digits = take { $0.properties.isASCIIHexDigit }
            if scalar() == "u" || scalar() == "U" {
                position += 1
                guard let value = UInt64(digits, radix: 16) else { throw problem() }
                return .uint(value)
            }
            guard let value = Int64(digits, radix: 16) else { throw problem() }
            return .int(value)
        }
        var text = take(while: Self.isDigit)
        var isDouble = false
        if scalar() == ".", scalar(1).map(Self.isDigit) == true {
            isDouble = true
            position += 1
            text += "." + take(while: Self.isDigit)
        }
        if scalar() == "e" || scalar() == "E" {
            isDouble = true
            position += 1
            text += "e"
            if let sign = scalar(), sign == "-" || sign == "+" {
                position += 1
                text.unicodeScalars.append(sign)
            }
            text += take(while: Self.isDigit)
        }
        if isDouble {
            guard let value = Double(text) else { throw problem() }
            return .double(value)
        }
        if scalar() == "u" || scalar() == "U" {
            position += 1
            guard let value = UInt64(text) else { throw problem() }
            return .uint(value)
        }
        // The smallest Int64 has no positive counterpart; the parser joins it with its sign.
        if text == "9223372036854775808" { return .uint(9_223_372_036_854_775_808) }
        guard let value = Int64(text) else { throw problem() }
        return .int(value)
    }

    // MARK: Strings

    /// A string or bytes literal with its prefix; `nil` when none starts here.
    private mutating func quotedToken() throws(CELProblem) -> CELToken? {
        var ahead = 0
        var isRaw = false
        var isBytes = false
        while let next = scalar(ahead), ahead < 2 {
            if !isRaw, next == "r" || next == "R" {
                isRaw = true
            } else if !isBytes, next == "b" || next == "B" {
                isBytes = true
            } else {
                break
            }
            ahead += 1
        }
        guard let quote = scalar(ahead), quote == "\"" || quote == "'" else { return nil }
        let start = position
        position += ahead
        let isTriple = scalar(1) == quote && scalar(2) == quote
        let closing = Array(repeating: quote, count: isTriple ? 3 : 1)
        position += closing.count
        var text = String.UnicodeScalarView()
        var bytes: [UInt8] = []
        while !scalars[position...].starts(with: closing) {
            guard let next = scalar(), isTriple || next != "\n" else {
                throw CELProblem(offset: start, message: "Syntax error: unterminated string")
            }
            if next == "\\", !isRaw {
                let escaped = try escape()
                if isBytes, escaped.isByte {
                    bytes.append(UInt8(truncatingIfNeeded: escaped.scalar.value))
                    continue
                }
                text.append(escaped.scalar)
                bytes += Array(String(escaped.scalar).utf8)
            } else {
                position += 1
                text.append(next)
                bytes += Array(String(next).utf8)
            }
        }
        position += closing.count
        return isBytes ? .bytes(bytes) : .string(String(text))
    }

    private mutating func escape() throws(CELProblem) -> (scalar: Unicode.Scalar, isByte: Bool) {
        let start = position
        position += 1
        let kind = scalar()
        position += 1
        func digits(_ count: Int, radix: Int, from first: Int) -> Unicode.Scalar? {
            guard first + count <= scalars.count else { return nil }
            let text = scalars[first..<first + count].map { String($0) }.joined()
            return UInt32(text, radix: radix).flatMap(Unicode.Scalar.init)
        }
        let simple: [Unicode.Scalar: Unicode.Scalar] = [
            "a": "\u{07}", "b": "\u{08}", "f": "\u{0C}", "n": "\n", "r": "\r", "t": "\t",
            "v": "\u{0B}", "\\": "\\", "'": "'", "\"": "\"", "`": "`", "?": "?",
        ]
        if let kind, let found = simple[kind] { return (found, false) }
        let lengths: [Unicode.Scalar: Int] = ["x": 2, "X": 2, "u": 4, "U": 8]
        if let kind, let count = lengths[kind], let found = digits(count, radix: 16, from: position)
        {
            position += count
            return (found, count == 2)
        }
        if let kind, ("0"..."3").contains(kind),
            let found = digits(3, radix: 8, from: position - 1)
        {
            position += 2
            return (found, true)
        }
        throw CELProblem(offset: start, message: "Syntax error: invalid escape sequence")
    }
}

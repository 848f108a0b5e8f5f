/// A function, initializer or computed property, from its first to its last line.
struct FunctionSpan {
    var name: String
    var line: Int
    var lineCount: Int
}

/// The declarations with a body of braces in code without comments and strings.
func functions(in code: [String]) -> [FunctionSpan] {
    let tokens = tokens(of: code)
    var spans: [FunctionSpan] = []
    for (index, token) in tokens.enumerated() {
        guard let name = declaredName(at: index, in: tokens),
            let opening = bodyStart(after: index, in: tokens),
            let closing = matchingBrace(of: opening, in: tokens)
        else { continue }
        spans.append(
            FunctionSpan(
                name: name, line: token.line, lineCount: tokens[closing].line - token.line + 1))
    }
    return spans
}

private struct Token {
    /// A word, or one character that is no space.
    var text: String
    var line: Int
}

private func tokens(of code: [String]) -> [Token] {
    var tokens: [Token] = []
    for (index, line) in code.enumerated() {
        let bytes = Array(line.utf8)
        var start = 0
        while start < bytes.count {
            var end = start + 1
            if isWord(bytes[start]) {
                while end < bytes.count, isWord(bytes[end]) { end += 1 }
            }
            if bytes[start] != UInt8(ascii: " ") {
                let text = String(decoding: bytes[start..<end], as: UTF8.self)
                tokens.append(Token(text: text, line: index + 1))
            }
            start = end
        }
    }
    return tokens
}

private func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...:
        true
    default: false
    }
}

private func declaredName(at index: Int, in tokens: [Token]) -> String? {
    let before = index > 0 ? tokens[index - 1].text : ""
    guard before != ".", before != "`", index + 1 < tokens.count else { return nil }
    switch tokens[index].text {
    case "func", "var": return tokens[index + 1].text
    case "init", "subscript":
        return ["(", "<", "?"].contains(tokens[index + 1].text) ? tokens[index].text : nil
    case "deinit": return "deinit"
    default: return nil
    }
}

/// The `{` of the body; `nil` for a requirement of a protocol, a stored property and a call.
private func bodyStart(after index: Int, in tokens: [Token]) -> Int? {
    let isProperty = tokens[index].text == "var"
    var depth = 0
    for next in (index + 1)..<tokens.count {
        switch tokens[next].text {
        case "(", "[": depth += 1
        case ")", "]":
            depth -= 1
            if depth < 0 { return nil }
        case "{" where depth == 0: return next
        case "}" where depth == 0: return nil
        case "=" where depth == 0 && isProperty: return nil
        case "func", "var", "let", "case", "static", "mutating", "public", "private", "package",
            "internal", "fileprivate", "associatedtype", "extension", "struct", "enum", "return",
            "deinit", "@":
            if depth == 0 { return nil }
        default: break
        }
    }
    return nil
}

private func matchingBrace(of opening: Int, in tokens: [Token]) -> Int? {
    var depth = 0
    for index in opening..<tokens.count {
        if tokens[index].text == "{" { depth += 1 }
        if tokens[index].text == "}" {
            depth -= 1
            if depth == 0 { return index }
        }
    }
    return nil
}

extension Parser {
    mutating func next() -> Token {
        let token = peek()
        skip(token)
        return token
    }

    /// The next token; after the last one that one again.
    mutating func peek() -> Token {
        furthest = max(furthest, place)
        return tokens[place]
    }

    mutating func nextAfterSpace() -> Token {
        let token = peekAfterSpace()
        skip(token)
        return token
    }

    mutating func peekAfterSpace() -> Token {
        // The last token is no space.
        while tokens[place].kind == .space { place += 1 }
        return peek()
    }

    /// Goes on behind a token that was looked at, unless it is the last one.
    private mutating func skip(_ token: Token) {
        if token.kind != .end, token.kind != .error { place += 1 }
    }

    @discardableResult
    mutating func expect(_ kind: Token.Kind, _ context: String) throws(TemplateError) -> Token {
        let token = nextAfterSpace()
        guard token.kind == kind else { throw unexpected(token, context) }
        return token
    }

    func text(of token: Token) -> ArraySlice<UInt8> { builder.source[token.start..<token.end] }

    func unquotedText(_ token: Token) throws(TemplateError) -> ByteString {
        guard let text = unquoted(text(of: token)) else { throw failure("invalid syntax") }
        return text
    }

    // MARK: Errors

    /// An error at the line of the furthest token seen, as Go gives it.
    func failure(_ message: String) -> TemplateError {
        TemplateError(
            "template: \(builder.name):\(builder.line(at: tokens[furthest].start)): \(message)",
            kind: .parse)
    }

    func unexpected(_ token: Token, _ context: String) -> TemplateError {
        guard token.kind == .error else {
            return failure("unexpected \(description(of: token)) in \(context)")
        }
        var extra = ""
        if let action = frame.actionStart {
            let line = builder.line(at: action)
            let start = "started at \(builder.name):\(line)"
            if line != builder.line(at: token.start) {
                extra =
                    errorText.utf8.elementsEqual("unclosed action".utf8)
                    ? " \(start)" : " in action \(start)"
            }
        }
        return failure(errorText + extra)
    }

    /// The token as Go's errors show it: `<if>`, `"x"`, at most ten characters.
    private func description(of token: Token) -> String {
        if token.kind == .end { return "EOF" }
        let text = ByteString(text(of: token))
        if token.kind.isKeyword { return "<\(text)>" }
        if text.count > 10 { return "\(formatted("%.10q...", [.string(text)]))" }
        return "\(quoted(text))"
    }
}

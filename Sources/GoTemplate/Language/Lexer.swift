/// Cuts the text of a template into tokens, by the rules of Go's text/template/parse.
///
/// https://pkg.go.dev/text/template#hdr-Text_and_spaces
///
/// The last token is `end`, or `error` with `errorText` saying what is wrong.
struct Lexer: ~Copyable {
    private var tokens: [Token] = []
    private var errorText = ""

    let source: UnsafeBufferPointer<UInt8>
    private let left: [UInt8]
    private let right: [UInt8]
    /// Where the token begins, and where reading has come to.
    private(set) var start = 0
    var place = 0
    private var parenthesisDepth = 0
    /// Functions named `break` or `continue` hide the keywords.
    private let hiddenKeywords: [Token.Kind]

    private init(
        _ source: UnsafeBufferPointer<UInt8>, _ delimiters: Delimiters,
        hiding hiddenKeywords: [Token.Kind]
    ) {
        self.source = source
        left = delimiters.left.bytes
        right = delimiters.right.bytes
        self.hiddenKeywords = hiddenKeywords
        // Most templates of charts have a token for that many bytes.
        tokens.reserveCapacity(min(source.count, 1 << 16) / 6 + 8)
    }

    /// What a text was cut into.
    struct Result {
        var tokens: [Token]
        var errorText: String
    }

    static func read(
        _ text: ByteString, _ delimiters: Delimiters, hiding hiddenKeywords: [Token.Kind]
    ) -> Result {
        text.bytes.withUnsafeBufferPointer { source in
            var lexer = Lexer(source, delimiters, hiding: hiddenKeywords)
            while lexer.readText(), lexer.readAction() {}
            return Result(tokens: lexer.tokens, errorText: lexer.errorText)
        }
    }

    // Loops count in a variable of their own: `place` itself would be read and written in every turn.

    // MARK: Text and delimiters

    /// Reads text up to the next action; false at the end.
    private mutating func readText() -> Bool {
        while true {
            guard let action = find(left, from: place) else {
                place = source.count
                if place > start { emit(.text) }
                emit(.end)
                return false
            }
            let afterLeft = action + left.count
            let isTrimmed = hasLeftTrim(at: afterLeft)
            place = action
            if isTrimmed {
                var end = action
                while end > start, isSpace(source[end - 1]) { end -= 1 }
                place = end
            }
            if place > start { emit(.text) }
            place = action
            skip()
            let content = afterLeft + (isTrimmed ? 2 : 0)
            guard hasPrefix(Self.commentStart, at: content) else {
                place = afterLeft
                emit(.leftDelimiter)
                place = content
                skip()
                parenthesisDepth = 0
                return true
            }
            place = content
            skip()
            guard skipComment() else { return false }
        }
    }

    private static let commentStart = Array("/*".utf8)
    private static let commentEnd = Array("*/".utf8)

    private mutating func skipComment() -> Bool {
        guard let end = find(Self.commentEnd, from: place + 2) else {
            return fail("unclosed comment")
        }
        place = end + 2
        guard let isTrimmed = rightDelimiter() else {
            return fail("comment ends before closing delimiter")
        }
        skip()
        passRightDelimiter(isTrimmed)
        return true
    }

    /// Whether the right delimiter stands here, and if so, whether it trims what follows.
    private func rightDelimiter() -> Bool? {
        if hasRightTrim(at: place), hasPrefix(right, at: place + 2) { return true }
        return hasPrefix(right, at: place) ? false : nil
    }

    private mutating func passRightDelimiter(_ isTrimmed: Bool) {
        place += right.count + (isTrimmed ? 2 : 0)
        if isTrimmed { skipSpaces() }
        skip()
    }

    private mutating func emitRightDelimiter(_ isTrimmed: Bool) {
        if isTrimmed {
            place += 2
            skip()
        }
        place += right.count
        emit(.rightDelimiter)
        if isTrimmed { skipSpaces() }
        skip()
    }

    private mutating func skipSpaces() {
        var end = place
        while end < source.count, isSpace(source[end]) { end += 1 }
        place = end
    }

    private func hasLeftTrim(at place: Int) -> Bool {
        place + 1 < source.count && source[place] == UInt8(ascii: "-") && isSpace(source[place + 1])
    }

    private func hasRightTrim(at place: Int) -> Bool {
        place + 1 < source.count && isSpace(source[place]) && source[place + 1] == UInt8(ascii: "-")
    }

    // MARK: Actions

    /// Reads the tokens of an action up to its right delimiter; false after an error.
    private mutating func readAction() -> Bool {
        while true {
            if let isTrimmed = rightDelimiter() {
                guard parenthesisDepth == 0 else { return fail("unclosed left paren") }
                emitRightDelimiter(isTrimmed)
                return true
            }
            guard place < source.count else { return fail("unclosed action") }
            let byte = source[place]
            if isSpace(byte) {
                readSpace()
                continue
            }
            guard readToken(byte) else { return false }
        }
    }

    /// Spaces are one token, but for the last one before a delimiter that trims.
    private mutating func readSpace() {
        skipSpaces()
        if hasRightTrim(at: place - 1), hasPrefix(right, at: place + 1) { place -= 1 }
        if place > start { emit(.space) }
    }

    private mutating func readToken(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "="): return emitByte(.assign)
        case UInt8(ascii: "|"): return emitByte(.pipe)
        case UInt8(ascii: ":"):
            place += 1
            guard place < source.count, source[place] == UInt8(ascii: "=") else {
                return fail("expected :=")
            }
            return emitByte(.declare)
        case UInt8(ascii: "\""):
            return readQuoted(.string, "unterminated quoted string")
        case UInt8(ascii: "'"):
            return readQuoted(.characterConstant, "unterminated character constant")
        case UInt8(ascii: "`"): return readRawString()
        case UInt8(ascii: "$"):
            place += 1
            return readName(.variable, alone: .variable)
        case UInt8(ascii: "."):
            if place + 1 < source.count, isDigit(source[place + 1]) { return readNumber() }
            if place + 1 == source.count { return readNumber() }
            place += 1
            return readName(.field, alone: .dot)
        case UInt8(ascii: "("):
            parenthesisDepth += 1
            return emitByte(.leftParenthesis)
        case UInt8(ascii: ")"):
            parenthesisDepth -= 1
            guard parenthesisDepth >= 0 else {
                place += 1
                return fail("unexpected right paren")
            }
            return emitByte(.rightParenthesis)
        case UInt8(ascii: "+"), UInt8(ascii: "-"): return readNumber()
        case _ where isDigit(byte): return readNumber()
        default: break
        }
        if isNamePart(byte) { return readIdentifier() }
        let (character, length) = scalar(at: place)
        if isNamePart(character) { return readIdentifier() }
        if (0x20..<0x7F).contains(byte) { return emitByte(.character) }
        place += length
        return fail("unrecognized character in action: \(codePointText(character))")
    }

    private mutating func readIdentifier() -> Bool {
        skipName()
        guard isAtTerminator() else {
            return fail("bad character \(codePointText(scalar(at: place).0))")
        }
        let kind = Token.kind(of: start..<place, in: source)
        emit(hiddenKeywords.isEmpty || !hiddenKeywords.contains(kind) ? kind : .identifier)
        return true
    }

    /// Reads what follows a dot or a dollar sign.
    private mutating func readName(_ kind: Token.Kind, alone: Token.Kind) -> Bool {
        if isAtTerminator() {
            emit(alone)
            return true
        }
        skipName()
        guard isAtTerminator() else {
            return fail("bad character \(codePointText(scalar(at: place).0))")
        }
        emit(kind)
        return true
    }

    private mutating func skipName() {
        var end = place
        defer { place = end }
        while end < source.count {
            if source[end] < 0x80 {
                guard isNamePart(source[end]) else { return }
                end += 1
                continue
            }
            let (character, length) = scalar(at: end)
            guard isNamePart(character) else { return }
            end += length
        }
    }

    /// Whether a name may end here.
    private func isAtTerminator() -> Bool {
        guard place < source.count else { return true }
        switch source[place] {
        case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n"),
            UInt8(ascii: "."), UInt8(ascii: ","), UInt8(ascii: "|"), UInt8(ascii: ":"),
            UInt8(ascii: ")"), UInt8(ascii: "("):
            return true
        default: return hasPrefix(right, at: place)
        }
    }

    private mutating func readQuoted(_ kind: Token.Kind, _ unterminated: String) -> Bool {
        let quote = source[place]
        var end = place + 1
        while end < source.count, source[end] != UInt8(ascii: "\n") {
            let byte = source[end]
            end += 1
            if byte == quote {
                place = end
                emit(kind)
                return true
            }
            if byte == UInt8(ascii: "\\") {
                guard end < source.count, source[end] != UInt8(ascii: "\n") else { break }
                end += 1
            }
        }
        place = end
        return fail(unterminated)
    }

    private mutating func readRawString() -> Bool {
        guard
            let end = UnsafeRawBufferPointer(source).place(of: UInt8(ascii: "`"), from: place + 1)
        else {
            place = source.count
            return fail("unterminated raw quoted string")
        }
        place = end + 1
        emit(.rawString)
        return true
    }

    // MARK: Reading

    private mutating func emitByte(_ kind: Token.Kind) -> Bool {
        place += 1
        emit(kind)
        return true
    }

    mutating func emit(_ kind: Token.Kind) {
        tokens.append(Token(kind: kind, start..<place))
        start = place
    }

    /// Leaves what was read since the last token.
    private mutating func skip() { start = place }

    mutating func fail(_ text: String) -> Bool {
        errorText = text
        tokens.append(Token(kind: .error, start..<place))
        return false
    }

    private func hasPrefix(_ prefix: [UInt8], at place: Int) -> Bool {
        guard place + prefix.count <= source.count else { return false }
        for offset in prefix.indices where source[place + offset] != prefix[offset] {
            return false
        }
        return true
    }

    private func find(_ text: [UInt8], from place: Int) -> Int? {
        var place = place
        while let first = UnsafeRawBufferPointer(source).place(of: text[0], from: place) {
            if hasPrefix(text, at: first) { return first }
            place = first + 1
        }
        return nil
    }

    func scalar(at place: Int) -> (Unicode.Scalar, Int) {
        guard place < source.count else { return ("\u{FFFD}", 0) }
        let bytes = Array(source[place..<min(place + 4, source.count)])
        return decodedScalar(bytes, at: 0) ?? ("\u{FFFD}", 1)
    }
}

func isSpace(_ byte: UInt8) -> Bool {
    // A bit for each of tab, line feed, carriage return and space.
    byte <= 0x20 && (0x1_0000_2600 as UInt64) >> UInt64(byte) & 1 != 0
}

func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

/// Whether a name may hold the character: a letter, a digit, or `_`; each is a bit.
private func isNamePart(_ byte: UInt8) -> Bool {
    let bits: UInt64 = byte < 0x40 ? 0x03FF_0000_0000_0000 : 0x07FF_FFFE_87FF_FFFE
    return byte < 0x80 && bits >> UInt64(byte & 0x3F) & 1 != 0
}

func isNamePart(_ character: Unicode.Scalar) -> Bool {
    if character.isASCII { return isNamePart(UInt8(truncatingIfNeeded: character.value)) }
    switch character.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
        .decimalNumber:
        return true
    default: return false
    }
}

/// A character as `%#U` writes it.
private func codePointText(_ character: Unicode.Scalar) -> ByteString {
    formatted("%#U", [.int(Int(character.value))])
}

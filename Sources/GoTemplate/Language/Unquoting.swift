/// The text of a literal between double quotes or backquotes; nil when it is no Go literal.
///
/// https://pkg.go.dev/strconv#Unquote
func unquoted(_ literal: ArraySlice<UInt8>) -> ByteString? {
    guard literal.count >= 2, let quote = literal.first else { return nil }
    let content = literal.dropFirst().dropLast()
    if quote == UInt8(ascii: "`") {
        return ByteString(content.filter { $0 != UInt8(ascii: "\r") })
    }
    guard content.contains(UInt8(ascii: "\\")) else { return ByteString(content) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(content.count)
    var rest = content
    while let first = rest.first {
        if first == UInt8(ascii: "\\") {
            guard let character = readEscape(&rest, quote: quote) else { return nil }
            switch character {
            case .byte(let byte): bytes.append(byte)
            case .scalar(let scalar): appendUTF8(scalar, to: &bytes)
            }
        } else {
            bytes.append(first)
            rest.removeFirst()
        }
    }
    return ByteString(bytes)
}

/// The number of a character between single quotes.
func unquotedCharacter(_ literal: ArraySlice<UInt8>) throws(TemplateError) -> UInt32 {
    var rest = literal.dropFirst()
    let value: UInt32
    if rest.first == UInt8(ascii: "\\") {
        guard let character = readEscape(&rest, quote: UInt8(ascii: "'")) else {
            throw TemplateError("invalid syntax")
        }
        switch character {
        case .byte(let byte): value = UInt32(byte)
        case .scalar(let scalar): value = scalar.value
        }
    } else {
        guard let first = rest.first, first != UInt8(ascii: "'") else {
            throw TemplateError("invalid syntax")
        }
        let (scalar, length) = decodedScalar(Array(rest), at: 0) ?? ("\u{FFFD}", 1)
        value = scalar.value
        rest.removeFirst(length)
    }
    guard rest.elementsEqual([UInt8(ascii: "'")]) else {
        throw TemplateError("malformed character constant: \(ByteString(literal))")
    }
    return value
}

/// What an escape stands for: `\x80` is a byte, `\u0080` a character of two.
private enum Unescaped {
    case byte(UInt8)
    case scalar(Unicode.Scalar)
}

private func readEscape(_ rest: inout ArraySlice<UInt8>, quote: UInt8) -> Unescaped? {
    rest.removeFirst()
    guard let mark = rest.popFirst() else { return nil }
    switch mark {
    case UInt8(ascii: "a"): return .byte(0x07)
    case UInt8(ascii: "b"): return .byte(0x08)
    case UInt8(ascii: "f"): return .byte(0x0C)
    case UInt8(ascii: "n"): return .byte(0x0A)
    case UInt8(ascii: "r"): return .byte(0x0D)
    case UInt8(ascii: "t"): return .byte(0x09)
    case UInt8(ascii: "v"): return .byte(0x0B)
    case UInt8(ascii: "\\"): return .byte(mark)
    case UInt8(ascii: "'"), UInt8(ascii: "\""): return mark == quote ? .byte(mark) : nil
    case UInt8(ascii: "x"):
        return readDigits(&rest, count: 2, radix: 16).map { .byte(UInt8($0)) }
    case UInt8(ascii: "u"), UInt8(ascii: "U"):
        let count = mark == UInt8(ascii: "u") ? 4 : 8
        return readDigits(&rest, count: count, radix: 16).flatMap { Unicode.Scalar($0) }
            .map { .scalar($0) }
    case UInt8(ascii: "0")...UInt8(ascii: "7"):
        guard let low = readDigits(&rest, count: 2, radix: 8) else { return nil }
        return UInt8(exactly: UInt32(mark - UInt8(ascii: "0")) << 6 | low).map { .byte($0) }
    default: return nil
    }
}

private func readDigits(_ rest: inout ArraySlice<UInt8>, count: Int, radix: UInt32) -> UInt32? {
    guard rest.count >= count else { return nil }
    var value: UInt32 = 0
    for _ in 0..<count {
        guard let digit = rest.popFirst().flatMap(digitValue), digit < radix else { return nil }
        value = value &* radix &+ digit
    }
    return value
}

func digitValue(_ byte: UInt8) -> UInt32? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a") + 10)
    case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A") + 10)
    default: nil
    }
}

/// A number of a template's text, which takes the type that is wanted of it.
///
/// https://pkg.go.dev/text/template/parse#NumberNode
struct NumberLiteral: Sendable {
    var int: Int64?
    var unsigned: UInt64?
    var float: Double?
    /// Whether it is a float where no type is wanted: written with a point or an exponent.
    var isFloat = false

    init(character: UInt32) {
        int = Int64(character)
        unsigned = UInt64(character)
        float = Double(character)
    }

    /// A number of a few decimal digits, as most are; nil for any other.
    private init?(short text: ArraySlice<UInt8>) {
        guard let first = text.first, text.count < 19, first != UInt8(ascii: "0") || text.count == 1
        else { return nil }
        var value: Int64 = 0
        for byte in text {
            guard isDigit(byte) else { return nil }
            value = value * 10 + Int64(byte - UInt8(ascii: "0"))
        }
        int = value
        unsigned = UInt64(value)
        float = Double(value)
    }

    init(_ text: ArraySlice<UInt8>) throws(TemplateError) {
        if let short = NumberLiteral(short: text) {
            self = short
            return
        }
        if text.last == UInt8(ascii: "i") {
            throw TemplateError(
                "complex number \(quoted(ByteString(text))) is not supported; write a real one")
        }
        let magnitude = parseMagnitude(text)
        let isNegative = text.first == UInt8(ascii: "-")
        let isSigned = isNegative || text.first == UInt8(ascii: "+")
        if let magnitude {
            if !isSigned || magnitude == 0 { unsigned = magnitude }
            if isNegative {
                int =
                    magnitude <= UInt64(Int64.max) + 1
                    ? Int64(truncatingIfNeeded: 0 &- magnitude) : nil
            } else {
                int = Int64(exactly: magnitude)
            }
        }
        if let int {
            float = Double(int)
        } else if let unsigned {
            float = Double(unsigned)
        } else if let value = parseFloat(text) {
            guard text.contains(where: { ".eEpP".utf8.contains($0) }) else {
                throw TemplateError("integer overflow: \(quoted(ByteString(text)))")
            }
            float = value
            int = Int64(exactly: value)
            unsigned = UInt64(exactly: value)
        } else {
            throw TemplateError("illegal number syntax: \(quoted(ByteString(text)))")
        }
        let isHexadecimalInteger =
            text.count > 2 && text.first == UInt8(ascii: "0")
            && text[text.startIndex + 1] | 0x20 == UInt8(ascii: "x")
            && !text.contains { "pP".utf8.contains($0) }
        isFloat = !isHexadecimalInteger && text.contains { ".eEpP".utf8.contains($0) }
    }
}

/// An integer without its sign, in the base that its prefix says; nil when it is none below 2⁶⁴.
///
/// https://pkg.go.dev/strconv#ParseInt
private func parseMagnitude(_ text: ArraySlice<UInt8>) -> UInt64? {
    var digits = text
    if let sign = digits.first, "+-".utf8.contains(sign) { digits.removeFirst() }
    guard !digits.isEmpty else { return nil }
    var radix: UInt32 = 10
    var mayBeginWithUnderscore = false
    if digits.count > 1, digits.first == UInt8(ascii: "0") {
        switch digits[digits.startIndex + 1] | 0x20 {
        case UInt8(ascii: "x"): radix = 16
        case UInt8(ascii: "o"): radix = 8
        case UInt8(ascii: "b"): radix = 2
        default: radix = 0
        }
        digits.removeFirst(radix == 0 ? 1 : 2)
        if radix == 0 { radix = 8 }
        mayBeginWithUnderscore = true
        guard !digits.isEmpty else { return nil }
    }
    guard hasGoodUnderscores(digits, mayBegin: mayBeginWithUnderscore) else { return nil }
    var value: UInt64 = 0
    for byte in digits where byte != UInt8(ascii: "_") {
        guard let digit = digitValue(byte), digit < radix else { return nil }
        let (product, isTooLarge) = value.multipliedReportingOverflow(by: UInt64(radix))
        let (sum, isOver) = product.addingReportingOverflow(UInt64(digit))
        guard !isTooLarge, !isOver else { return nil }
        value = sum
    }
    return value
}

/// Whether every underscore stands between two digits, or after the prefix.
private func hasGoodUnderscores(_ text: ArraySlice<UInt8>, mayBegin: Bool) -> Bool {
    var wasDigit = mayBegin
    var wasUnderscore = false
    for byte in text {
        if byte == UInt8(ascii: "_") {
            guard wasDigit else { return false }
            wasUnderscore = true
            wasDigit = false
        } else {
            wasDigit = digitValue(byte) != nil
            if wasUnderscore, !wasDigit { return false }
            wasUnderscore = false
        }
    }
    return !wasUnderscore
}

/// A decimal or hexadecimal float; nil when it is none, or too large.
///
/// https://pkg.go.dev/strconv#ParseFloat
private func parseFloat(_ text: ArraySlice<UInt8>) -> Double? {
    var digits = text
    if let sign = digits.first, "+-".utf8.contains(sign) { digits.removeFirst() }
    let isHexadecimal =
        digits.count > 2 && digits.first == UInt8(ascii: "0")
        && digits[digits.startIndex + 1] | 0x20 == UInt8(ascii: "x")
    guard hasGoodUnderscores(isHexadecimal ? digits.dropFirst(2) : digits, mayBegin: isHexadecimal)
    else { return nil }
    if isHexadecimal, !digits.contains(where: { $0 | 0x20 == UInt8(ascii: "p") }) { return nil }
    let plain = String(
        decoding: text.filter { $0 != UInt8(ascii: "_") && $0 != UInt8(ascii: "+") }, as: UTF8.self)
    guard let value = Double(plain), value.isFinite else { return nil }
    return value
}

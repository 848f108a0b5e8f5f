/// Why a text is no number, in the words of Go's strconv.
enum NumberFault: String, Error {
    case syntax = "invalid syntax"
    case range = "value out of range"
}

/// A number that was read, or what comes nearest to it, with what is wrong.
struct ReadNumber<Value> {
    var value: Value
    var fault: NumberFault?
}

/// Reads an integer as `strconv.ParseInt(text, base, 64)` does; base 0 takes prefixes and underscores.
///
/// Beyond the range the value is the nearest end of it.
///
/// Source: https://pkg.go.dev/strconv#ParseInt
func readInteger(_ text: [UInt8], base: Int = 10) -> ReadNumber<Int64> {
    var digits = text[...]
    let isNegative = digits.first == UInt8(ascii: "-")
    if isNegative || digits.first == UInt8(ascii: "+") { digits = digits.dropFirst() }
    let magnitude = readUnsigned(digits, base: base)
    guard magnitude.fault != .syntax else { return ReadNumber(value: 0, fault: .syntax) }
    let limit = UInt64(Int64.max) + (isNegative ? 1 : 0)
    guard magnitude.fault == nil, magnitude.value <= limit else {
        return ReadNumber(value: isNegative ? .min : .max, fault: .range)
    }
    let value = Int64(truncatingIfNeeded: magnitude.value)
    return ReadNumber(value: isNegative ? 0 &- value : value)
}

func readUnsigned(_ text: ArraySlice<UInt8>, base: Int) -> ReadNumber<UInt64> {
    let takesUnderscores = base == 0
    var base = UInt64(base)
    var digits = text
    if takesUnderscores {
        guard hasProperUnderscores(text) else { return ReadNumber(value: 0, fault: .syntax) }
        base = takePrefix(&digits)
    }
    guard !digits.isEmpty else { return ReadNumber(value: 0, fault: .syntax) }
    var value: UInt64 = 0
    var isTooLarge = false
    for byte in digits {
        if takesUnderscores, byte == UInt8(ascii: "_") { continue }
        guard let digit = hexadecimalDigit(byte), digit < base else {
            return ReadNumber(value: 0, fault: .syntax)
        }
        let (product, overflow) = value.multipliedReportingOverflow(by: base)
        let (sum, carry) = product.addingReportingOverflow(digit)
        isTooLarge = isTooLarge || overflow || carry
        value = sum
    }
    return isTooLarge ? ReadNumber(value: .max, fault: .range) : ReadNumber(value: value)
}

/// The base that `0x`, `0o`, `0b` or a leading zero asks for.
private func takePrefix(_ digits: inout ArraySlice<UInt8>) -> UInt64 {
    guard digits.count > 1, digits.first == UInt8(ascii: "0") else { return 10 }
    switch digits[digits.startIndex + 1] | 0x20 {
    case UInt8(ascii: "x"):
        digits = digits.dropFirst(2)
        return 16
    case UInt8(ascii: "o"):
        digits = digits.dropFirst(2)
        return 8
    case UInt8(ascii: "b"):
        digits = digits.dropFirst(2)
        return 2
    default:
        digits = digits.dropFirst()
        return 8
    }
}

func hexadecimalDigit(_ byte: UInt8) -> UInt64? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(byte - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt64(byte - UInt8(ascii: "a")) + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt64(byte - UInt8(ascii: "A")) + 10
    default: nil
    }
}

/// Whether each underscore stands between digits, or between a prefix of the base and a digit.
///
/// Source: https://go.dev/ref/spec#Integer_literals
private func hasProperUnderscores(_ text: ArraySlice<UInt8>) -> Bool {
    guard text.contains(UInt8(ascii: "_")) else { return true }
    var rest = text
    if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") {
        rest = rest.dropFirst()
    }
    var isHexadecimal = false
    var afterDigit = false
    var afterUnderscore = false
    if rest.first == UInt8(ascii: "0"), let mark = rest.dropFirst().first.map({ $0 | 0x20 }),
        "xob".utf8.contains(mark)
    {
        isHexadecimal = mark == UInt8(ascii: "x")
        afterDigit = true
        rest = rest.dropFirst(2)
    }
    for byte in rest {
        if let digit = hexadecimalDigit(byte), digit < 10 || isHexadecimal {
            (afterDigit, afterUnderscore) = (true, false)
        } else if byte == UInt8(ascii: "_") {
            guard afterDigit else { return false }
            (afterDigit, afterUnderscore) = (false, true)
        } else {
            if afterUnderscore { return false }
            afterDigit = false
        }
    }
    return !afterUnderscore
}

/// Reads a number as `strconv.ParseFloat(text, 64)` does, hexadecimal ones and infinities too.
///
/// Source: https://pkg.go.dev/strconv#ParseFloat
func readFloat(_ text: [UInt8]) -> ReadNumber<Double> {
    let wrong = ReadNumber(value: 0.0, fault: .syntax)
    if let special = specialFloat(text) { return ReadNumber(value: special) }
    guard FloatForm.matches(text), hasProperUnderscores(text[...]) else { return wrong }
    let plain = text.filter { $0 != UInt8(ascii: "_") }
    guard let value = Double(String(decoding: plain, as: UTF8.self)) else { return wrong }
    return ReadNumber(value: value, fault: value.isInfinite ? .range : nil)
}

private func specialFloat(_ text: [UInt8]) -> Double? {
    guard text.count <= 9 else { return nil }
    switch String(decoding: text, as: UTF8.self).lowercased() {
    case "inf", "+inf", "infinity", "+infinity": return .infinity
    case "-inf", "-infinity": return -.infinity
    case "nan": return .nan
    default: return nil
    }
}

/// Whether a text has the form of a number, underscores aside.
private struct FloatForm {
    private var rest: ArraySlice<UInt8>

    static func matches(_ text: [UInt8]) -> Bool {
        var form = FloatForm(rest: text[...])
        return form.takeAll() && form.rest.isEmpty
    }

    private mutating func takeAll() -> Bool {
        takeSign()
        let isHexadecimal = rest.starts(with: "0x".utf8) || rest.starts(with: "0X".utf8)
        if isHexadecimal { rest = rest.dropFirst(2) }
        let base: UInt64 = isHexadecimal ? 16 : 10
        var hasDigits = takeDigits(below: base)
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            hasDigits = takeDigits(below: base) || hasDigits
        }
        guard hasDigits else { return false }
        let mark = isHexadecimal ? UInt8(ascii: "p") : UInt8(ascii: "e")
        guard let first = rest.first, first | 0x20 == mark else { return !isHexadecimal }
        rest = rest.dropFirst()
        takeSign()
        return takeDigits(below: 10)
    }

    private mutating func takeSign() {
        if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") {
            rest = rest.dropFirst()
        }
    }

    private mutating func takeDigits(below base: UInt64) -> Bool {
        var found = false
        while let byte = rest.first {
            if byte != UInt8(ascii: "_") {
                guard let digit = hexadecimalDigit(byte), digit < base else { break }
                found = true
            }
            rest = rest.dropFirst()
        }
        return found
    }
}

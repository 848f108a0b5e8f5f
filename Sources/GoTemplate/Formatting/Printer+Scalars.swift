extension Printer {
    mutating func write(signed number: Int64, verb: Verb, _ value: Value) {
        write(magnitude: number.magnitude, isNegative: number < 0, isSigned: true, verb, value)
    }

    mutating func write(unsigned number: UInt64, verb: Verb, _ value: Value) {
        write(magnitude: number, isNegative: false, isSigned: false, verb, value)
    }

    private mutating func write(
        magnitude: UInt64, isNegative: Bool, isSigned: Bool, _ verb: Verb, _ value: Value
    ) {
        switch verb.scalar {
        case "v" where flags.sharpV && !isSigned:
            let sharp = flags.sharp
            flags.sharp = true
            writeInteger(magnitude, isNegative: false, radix: 16, verb)
            flags.sharp = sharp
        case "v", "d": writeInteger(magnitude, isNegative: isNegative, radix: 10, verb)
        case "b": writeInteger(magnitude, isNegative: isNegative, radix: 2, verb)
        case "o", "O": writeInteger(magnitude, isNegative: isNegative, radix: 8, verb)
        case "x", "X": writeInteger(magnitude, isNegative: isNegative, radix: 16, verb)
        case "c":
            var text: [UInt8] = []
            appendUTF8(character(magnitude, isNegative), to: &text)
            pad(text)
        case "q":
            var text: [UInt8] = []
            appendQuotedCharacter(
                character(magnitude, isNegative), isASCII: flags.plus, to: &text)
            pad(text)
        case "U": writeCodePoint(magnitude, isNegative)
        default: explain(verb, value)
        }
    }

    /// The character of a number, U+FFFD when it has none.
    private func character(_ magnitude: UInt64, _ isNegative: Bool) -> Unicode.Scalar {
        guard !isNegative, let value = UInt32(exactly: magnitude) else { return "\u{FFFD}" }
        return Unicode.Scalar(value) ?? "\u{FFFD}"
    }

    private mutating func writeInteger(
        _ magnitude: UInt64, isNegative: Bool, radix: Int, _ verb: Verb
    ) {
        if flags.precision == 0, magnitude == 0 {
            bytes += [UInt8](repeating: UInt8(ascii: " "), count: flags.width ?? 0)
            return
        }
        var least = flags.precision ?? 0
        if flags.precision == nil, flags.zero, !flags.minus, let width = flags.width {
            least = isNegative || flags.plus || flags.space ? width - 1 : width
        }
        let isUpper = verb == .upperX
        var text = Array(String(magnitude, radix: radix, uppercase: isUpper).utf8)
        if text.count < least {
            text.insert(
                contentsOf: [UInt8](repeating: UInt8(ascii: "0"), count: least - text.count), at: 0)
        }
        if flags.sharp {
            switch radix {
            case 2: text.insert(contentsOf: "0b".utf8, at: 0)
            case 8 where text.first != UInt8(ascii: "0"): text.insert(UInt8(ascii: "0"), at: 0)
            case 16: text.insert(contentsOf: (isUpper ? "0X" : "0x").utf8, at: 0)
            default: break
            }
        }
        if verb.scalar == "O" { text.insert(contentsOf: "0o".utf8, at: 0) }
        if isNegative {
            text.insert(UInt8(ascii: "-"), at: 0)
        } else if flags.plus {
            text.insert(UInt8(ascii: "+"), at: 0)
        } else if flags.space {
            text.insert(UInt8(ascii: " "), at: 0)
        }
        padWithSpaces(text)
    }

    /// `U+0041`, and with `#` the character after it.
    private mutating func writeCodePoint(_ magnitude: UInt64, _ isNegative: Bool) {
        let value = isNegative ? 0 &- magnitude : magnitude
        var digits = String(value, radix: 16, uppercase: true)
        let least = max(flags.precision ?? 4, 4)
        if digits.utf8.count < least {
            digits = String(repeating: "0", count: least - digits.utf8.count) + digits
        }
        var text = Array("U+\(digits)".utf8)
        if flags.sharp, let code = UInt32(exactly: value), let scalar = Unicode.Scalar(code),
            isPrintable(scalar)
        {
            text += " '".utf8
            appendUTF8(scalar, to: &text)
            text += "'".utf8
        }
        padWithSpaces(text)
    }

    mutating func write(float number: Double, verb: Verb, _ value: Value) {
        let format: FloatFormat
        var precision = flags.precision
        switch verb.scalar {
        case "v", "g": format = .general
        case "G": format = .upperGeneral
        case "b": format = .binary
        case "x": format = .hexadecimal
        case "X": format = .upperHexadecimal
        case "f", "F":
            format = .fixed
            precision = precision ?? 6
        case "e":
            format = .exponent
            precision = precision ?? 6
        case "E":
            format = .upperExponent
            precision = precision ?? 6
        default:
            explain(verb, value)
            return
        }
        var writer = FloatWriter()
        writer.write(number, format, precision: precision)
        var text = writer.bytes
        if text[0] != UInt8(ascii: "-"), text[0] != UInt8(ascii: "+") {
            text.insert(UInt8(ascii: "+"), at: 0)
        }
        if flags.space, text[0] == UInt8(ascii: "+"), !flags.plus { text[0] = UInt8(ascii: " ") }
        if !number.isFinite {
            // The sign of +Inf is shown, that of NaN only when asked for.
            if number.isNaN, !flags.space, !flags.plus { text.removeFirst() }
            padWithSpaces(text)
            return
        }
        if flags.sharp, format != .binary { addPoint(&text, format, precision) }
        pad(signed: text)
    }

    /// `#`: a decimal point always, and for `%g` the zeros at the end.
    private func addPoint(_ text: inout [UInt8], _ format: FloatFormat, _ precision: Int?) {
        let isHexadecimal = format == .hexadecimal || format == .upperHexadecimal
        var missing = 0
        if format == .general || format == .upperGeneral || format == .hexadecimal {
            missing = precision ?? 6
        }
        let marks: [UInt8] =
            isHexadecimal
            ? [UInt8(ascii: "p"), UInt8(ascii: "P")] : [UInt8(ascii: "e"), UInt8(ascii: "E")]
        let end = text.firstIndex { marks.contains($0) } ?? text.count
        let tail = text[end...]
        var body = Array(text[..<end])
        var sawDigit = false
        for byte in body.dropFirst() where byte != UInt8(ascii: ".") {
            if byte != UInt8(ascii: "0") { sawDigit = true }
            if sawDigit { missing -= 1 }
        }
        if !body.contains(UInt8(ascii: ".")) {
            if body.count == 2, body[1] == UInt8(ascii: "0") { missing -= 1 }
            body.append(UInt8(ascii: "."))
        }
        if missing > 0 { body += [UInt8](repeating: UInt8(ascii: "0"), count: missing) }
        text = body + tail
    }

    /// A number with its sign first, which is shown when it is not `+` or was asked for.
    private mutating func pad(signed text: [UInt8]) {
        guard flags.plus || text[0] != UInt8(ascii: "+") else {
            pad(Array(text.dropFirst()))
            return
        }
        if flags.zero, !flags.minus, let width = flags.width, width > text.count {
            bytes.append(text[0])
            bytes += [UInt8](repeating: UInt8(ascii: "0"), count: width - text.count)
            bytes += text.dropFirst()
        } else {
            pad(text)
        }
    }

    /// - Returns: false when the verb is not one for strings; nothing is written then.
    @discardableResult
    mutating func write(string text: [UInt8], verb: Verb) -> Bool {
        switch verb.scalar {
        case "v" where flags.sharpV, "q": writeQuoted(truncated(text))
        case "v", "s":
            if flags.width == nil, flags.precision == nil {
                bytes += text
            } else {
                pad(truncated(text))
            }
        case "x": writeHexadecimal(text, isUpper: false)
        case "X": writeHexadecimal(text, isUpper: true)
        default: return false
        }
        return true
    }

    private mutating func writeQuoted(_ text: [UInt8]) {
        var quotedText: [UInt8] = []
        if flags.sharp, canStandInBackquotes(text) {
            quotedText = [UInt8(ascii: "`")] + text + [UInt8(ascii: "`")]
        } else {
            appendQuoted(text, isASCII: flags.plus, to: &quotedText)
        }
        pad(quotedText)
    }

    private mutating func writeHexadecimal(_ text: [UInt8], isUpper: Bool) {
        let prefix = flags.sharp ? Array((isUpper ? "0X" : "0x").utf8) : []
        var encoded: [UInt8] = []
        for (place, byte) in text.prefix(flags.precision ?? text.count).enumerated() {
            if flags.space, place > 0 { encoded.append(UInt8(ascii: " ")) }
            if place == 0 || flags.space { encoded += prefix }
            encoded.append(hexDigit(byte >> 4, isUpper: isUpper))
            encoded.append(hexDigit(byte & 15, isUpper: isUpper))
        }
        pad(encoded)
    }

    /// The first characters, as many as the precision says.
    private func truncated(_ text: [UInt8]) -> [UInt8] {
        guard let precision = flags.precision else { return text }
        var place = 0
        var count = 0
        while place < text.count, count < precision {
            place += decodedScalar(text, at: place)?.length ?? 1
            count += 1
        }
        return Array(text[..<place])
    }

    mutating func pad(_ text: String) { pad(Array(text.utf8)) }

    /// Fills up to the width, on the left with zeros if so asked.
    mutating func pad(_ text: [UInt8]) {
        padded(text, with: flags.zero && !flags.minus ? UInt8(ascii: "0") : UInt8(ascii: " "))
    }

    mutating func padWithSpaces(_ text: [UInt8]) { padded(text, with: UInt8(ascii: " ")) }

    private mutating func padded(_ text: [UInt8], with filler: UInt8) {
        guard let width = flags.width else {
            bytes += text
            return
        }
        let missing = max(width - characterCount(text), 0)
        if !flags.minus { bytes += [UInt8](repeating: filler, count: missing) }
        bytes += text
        if flags.minus { bytes += [UInt8](repeating: UInt8(ascii: " "), count: missing) }
    }
}

/// Whether the text can stand between backquotes: no control but the tab, no backquote, nothing odd.
///
/// https://pkg.go.dev/strconv#CanBackquote
func canStandInBackquotes(_ text: [UInt8]) -> Bool {
    var place = 0
    while place < text.count {
        guard let (scalar, length) = decodedScalar(text, at: place) else { return false }
        switch scalar.value {
        case 0x09: break
        case ..<0x20, 0x60, 0x7F, 0xFEFF: return false
        default: break
        }
        place += length
    }
    return true
}

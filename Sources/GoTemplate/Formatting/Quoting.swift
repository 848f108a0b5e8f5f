/// A string between double quotes with Go's escapes, as `strconv.Quote` gives it.
///
/// - Parameter isASCII: escapes everything beyond ASCII too, as `QuoteToASCII` does.
public func quoted(_ text: ByteString, isASCII: Bool = false) -> ByteString {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count + 2)
    appendQuoted(text.bytes, isASCII: isASCII, to: &bytes)
    return ByteString(bytes)
}

func appendQuoted(_ text: [UInt8], isASCII: Bool = false, to bytes: inout [UInt8]) {
    let quote = UInt8(ascii: "\"")
    bytes.append(quote)
    var place = 0
    while place < text.count {
        let plain = place
        while place < text.count, isPlain(text[place]) { place += 1 }
        bytes += text[plain..<place]
        guard place < text.count else { break }
        let byte = text[place]
        if byte < 0x80 {
            place += 1
            appendEscaped(Unicode.Scalar(byte), quote: quote, isASCII: isASCII, to: &bytes)
        } else if let (scalar, length) = decodedScalar(text, at: place) {
            place += length
            appendEscaped(scalar, quote: quote, isASCII: isASCII, to: &bytes)
        } else {
            place += 1
            appendHexEscape(UInt32(byte), mark: UInt8(ascii: "x"), digits: 2, to: &bytes)
        }
    }
    bytes.append(quote)
}

/// Whether the byte stands for itself between double quotes.
private func isPlain(_ byte: UInt8) -> Bool {
    byte >= 0x20 && byte < 0x7F && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
}

/// A character between single quotes, as `strconv.QuoteRune` gives it.
func appendQuotedCharacter(_ scalar: Unicode.Scalar, isASCII: Bool, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "'"))
    appendEscaped(scalar, quote: UInt8(ascii: "'"), isASCII: isASCII, to: &bytes)
    bytes.append(UInt8(ascii: "'"))
}

private func appendEscaped(
    _ scalar: Unicode.Scalar, quote: UInt8, isASCII: Bool, to bytes: inout [UInt8]
) {
    let backslash = UInt8(ascii: "\\")
    let value = scalar.value
    if value == UInt32(quote) || value == UInt32(backslash) {
        bytes += [backslash, UInt8(value)]
        return
    }
    if value < 0x80 ? (0x20..<0x7F).contains(value) : !isASCII && isPrintable(scalar) {
        appendUTF8(scalar, to: &bytes)
        return
    }
    switch value {
    case 0x07: bytes += [backslash, UInt8(ascii: "a")]
    case 0x08: bytes += [backslash, UInt8(ascii: "b")]
    case 0x0C: bytes += [backslash, UInt8(ascii: "f")]
    case 0x0A: bytes += [backslash, UInt8(ascii: "n")]
    case 0x0D: bytes += [backslash, UInt8(ascii: "r")]
    case 0x09: bytes += [backslash, UInt8(ascii: "t")]
    case 0x0B: bytes += [backslash, UInt8(ascii: "v")]
    case ..<0x20, 0x7F: appendHexEscape(value, mark: UInt8(ascii: "x"), digits: 2, to: &bytes)
    case ..<0x10000: appendHexEscape(value, mark: UInt8(ascii: "u"), digits: 4, to: &bytes)
    default: appendHexEscape(value, mark: UInt8(ascii: "U"), digits: 8, to: &bytes)
    }
}

private func appendHexEscape(
    _ value: UInt32, mark: UInt8, digits: Int, to bytes: inout [UInt8]
) {
    bytes += [UInt8(ascii: "\\"), mark]
    for place in (0..<digits).reversed() {
        bytes.append(hexDigit(UInt8(truncatingIfNeeded: value >> UInt32(place * 4)) & 15))
    }
}

func hexDigit(_ value: UInt8, isUpper: Bool = false) -> UInt8 {
    value < 10
        ? UInt8(ascii: "0") + value : (isUpper ? UInt8(ascii: "A") : UInt8(ascii: "a")) + value - 10
}

/// Whether Go prints the character as it is: letters, marks, numbers, punctuation, symbols, the space.
///
/// https://pkg.go.dev/strconv#IsPrint
func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.value < 0x7F { return scalar.value >= 0x20 }
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
        .paragraphSeparator, .spaceSeparator:
        return false
    default: return true
    }
}

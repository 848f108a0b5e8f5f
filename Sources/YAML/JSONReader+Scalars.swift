import Model

extension JSONReader {
    /// Stands at the opening quote; leaves the position after the closing one.
    mutating func readString() throws(Stop) -> String {
        position += 1
        let start = position
        skipPlainText()
        guard position < bytes.count else { throw stop(.unexpectedEnd) }
        switch bytes[position] {
        case UInt8(ascii: "\""):
            let text = String(
                decoding: UnsafeBufferPointer(rebasing: bytes[start..<position]), as: UTF8.self)
            position += 1
            return text
        case UInt8(ascii: "\\"): return try readEscapedString(from: start)
        default: throw stop(.controlCharacter)
        }
    }

    /// Goes on to the next quote, backslash or control character, eight bytes at a time.
    ///
    /// A byte of `found` has its highest bit set where a byte of `word` is one of them; above the first
    /// such byte there may be more, which are not looked at.
    ///
    /// Source: https://graphics.stanford.edu/~seander/bithacks.html#ZeroInWord
    @inline(__always)
    private mutating func skipPlainText() {
        let raw = UnsafeRawBufferPointer(bytes)
        let ones: UInt64 = 0x0101_0101_0101_0101
        while position + 8 <= bytes.count {
            let word = UInt64(
                littleEndian: raw.loadUnaligned(fromByteOffset: position, as: UInt64.self))
            let quotes = word ^ (ones &* UInt64(UInt8(ascii: "\"")))
            let backslashes = word ^ (ones &* UInt64(UInt8(ascii: "\\")))
            let found =
                ((quotes &- ones) & ~quotes | (backslashes &- ones) & ~backslashes
                    | (word &- (ones &* 0x20)) & ~word) & (ones &* 0x80)
            if found != 0 {
                position += found.trailingZeroBitCount / 8
                return
            }
            position += 8
        }
        while position < bytes.count, bytes[position] >= 0x20,
            bytes[position] != UInt8(ascii: "\""), bytes[position] != UInt8(ascii: "\\")
        {
            position += 1
        }
    }

    private mutating func readEscapedString(from start: Int) throws(Stop) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(2 * (position - start) + 32)
        text.append(contentsOf: bytes[start..<position])
        while position < bytes.count {
            let byte = bytes[position]
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"): try readEscape(into: &text)
            case 0..<0x20: throw stop(.controlCharacter)
            default:
                text.append(byte)
                position += 1
            }
        }
        throw stop(.unexpectedEnd)
    }

    private mutating func readEscape(into text: inout [UInt8]) throws(Stop) {
        guard position + 1 < bytes.count else {
            position = bytes.count
            throw stop(.unexpectedEnd)
        }
        switch bytes[position + 1] {
        case UInt8(ascii: "\""): text.append(UInt8(ascii: "\""))
        case UInt8(ascii: "\\"): text.append(UInt8(ascii: "\\"))
        case UInt8(ascii: "/"): text.append(UInt8(ascii: "/"))
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            let scalar = try readUnicodeEscape()
            text.append(contentsOf: String(Character(scalar)).utf8)
            return
        default: throw stop(.invalidEscape)
        }
        position += 2
    }

    /// `\uXXXX`, or two of them that are a surrogate pair.
    private mutating func readUnicodeEscape() throws(Stop) -> Unicode.Scalar {
        let first = try hexDigits(at: position + 2)
        if let scalar = Unicode.Scalar(first) {
            position += 6
            return scalar
        }
        guard first < 0xDC00, position + 8 <= bytes.count,
            bytes[position + 6] == UInt8(ascii: "\\"), bytes[position + 7] == UInt8(ascii: "u")
        else { throw stop(.loneSurrogate) }
        let second = try hexDigits(at: position + 8)
        guard (0xDC00...0xDFFF).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        else { throw stop(.loneSurrogate) }
        position += 12
        return scalar
    }

    private func hexDigits(at start: Int) throws(Stop) -> UInt32 {
        guard start + 4 <= bytes.count else {
            throw Stop(reason: .unexpectedEnd, offset: bytes.count)
        }
        var value: UInt32 = 0
        for byte in bytes[start..<start + 4] {
            guard let digit = hexDigitValue(byte) else { throw stop(.invalidEscape) }
            value = value << 4 | UInt32(digit)
        }
        return value
    }

    mutating func readNumber() throws(Stop) -> Node {
        let start = position
        let isNegative = take(UInt8(ascii: "-"))
        let firstDigit = position
        var magnitude: UInt64 = 0
        while position < bytes.count, let digit = decimalDigitValue(bytes[position]) {
            // Wraps only beyond 19 digits, where the value is not used.
            magnitude = magnitude &* 10 &+ UInt64(digit)
            position += 1
        }
        let digits = position - firstDigit
        guard digits > 0 else {
            throw position < bytes.count ? stop(.invalidNumber) : stop(.unexpectedEnd)
        }
        guard digits == 1 || bytes[firstDigit] != UInt8(ascii: "0") else {
            throw Stop(reason: .invalidNumber, offset: start)
        }
        let isInteger = try skipFractionAndExponent()
        if isInteger, digits <= 19 {
            if !isNegative, let value = Int64(exactly: magnitude) { return .int(value) }
            if isNegative, magnitude <= UInt64(Int64.max) + 1 {
                // The smallest Int64 has no positive counterpart.
                return .int(Int64(truncatingIfNeeded: 0 &- magnitude))
            }
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        guard let value = Double(text) else {
            throw Stop(reason: .invalidNumber, offset: start)
        }
        guard value.isFinite else { throw Stop(reason: .numberTooLarge, offset: start) }
        return .double(value)
    }

    private mutating func skipFractionAndExponent() throws(Stop) -> Bool {
        var isInteger = true
        if take(UInt8(ascii: ".")) {
            isInteger = false
            try skipDigits()
        }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            isInteger = false
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            try skipDigits()
        }
        return isInteger
    }

    private mutating func skipDigits() throws(Stop) {
        let start = position
        while position < bytes.count, decimalDigitValue(bytes[position]) != nil { position += 1 }
        guard position > start else {
            throw position < bytes.count ? stop(.invalidNumber) : stop(.unexpectedEnd)
        }
    }
}

@inline(__always)
func decimalDigitValue(_ byte: UInt8) -> UInt8? {
    let value = byte &- UInt8(ascii: "0")
    return value < 10 ? value : nil
}

func hexDigitValue(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
}

/// How Go's `strconv.FormatFloat` writes a number.
///
/// https://pkg.go.dev/strconv#FormatFloat
public enum FloatFormat: UInt8, Sendable {
    /// `-d.dddde±dd`.
    case exponent = 0x65  // e
    case upperExponent = 0x45  // E
    /// `-ddd.dddd`.
    case fixed = 0x66  // f
    /// As `exponent` when the exponent is below -4 or not below the precision, else as `fixed`.
    case general = 0x67  // g
    case upperGeneral = 0x47  // G
    /// `-ddddp±ddd`, a binary exponent.
    case binary = 0x62  // b
    /// `-0x1.yyyyp±dd`.
    case hexadecimal = 0x78  // x
    case upperHexadecimal = 0x58  // X

    var isUpper: Bool { rawValue < UInt8(ascii: "a") }
}

/// A number as `strconv.FormatFloat` writes it.
///
/// - Parameter precision: digits after the point (for `general`: in all); nil for as many as it takes to
///   read the same number again.
public func floatText(_ value: Double, _ format: FloatFormat, precision: Int? = nil) -> ByteString {
    var text = FloatWriter()
    text.write(value, format, precision: precision)
    return ByteString(text.bytes)
}

struct FloatWriter {
    var bytes: [UInt8] = []

    mutating func write(_ value: Double, _ format: FloatFormat, precision: Int?) {
        if value.isNaN {
            bytes += "NaN".utf8
            return
        }
        if value.isInfinite {
            bytes += (value < 0 ? "-Inf" : "+Inf").utf8
            return
        }
        if value.sign == .minus { bytes.append(UInt8(ascii: "-")) }
        let magnitude = value.magnitude
        switch format {
        case .binary: writeBinary(magnitude)
        case .hexadecimal, .upperHexadecimal:
            writeHexadecimal(magnitude, isUpper: format.isUpper, precision: precision)
        case .exponent, .upperExponent, .fixed, .general, .upperGeneral:
            writeDecimal(magnitude, format, precision: precision)
        }
    }

    private mutating func writeDecimal(_ value: Double, _ format: FloatFormat, precision: Int?) {
        guard let precision else {
            let digits = DecimalDigits(shortest: value)
            switch format {
            case .fixed: writeFixed(digits, max(digits.digits.count - digits.point, 0))
            case .general, .upperGeneral:
                writeGeneral(
                    digits, isUpper: format.isUpper, limit: 6, count: digits.digits.count)
            default: writeExponent(digits, max(digits.digits.count - 1, 0), format.isUpper)
            }
            return
        }
        var digits = DecimalDigits(exact: value)
        switch format {
        case .fixed:
            digits.round(to: digits.point + precision)
            writeFixed(digits, precision)
        case .general, .upperGeneral:
            let wanted = max(precision, 1)
            digits.round(to: wanted)
            let count = digits.digits.count
            // A whole number with fewer digits than asked for takes its own length for the limit.
            let limit = wanted > count && count >= digits.point ? count : wanted
            writeGeneral(digits, isUpper: format.isUpper, limit: limit, count: min(count, wanted))
        default:
            digits.round(to: precision + 1)
            writeExponent(digits, precision, format.isUpper)
        }
    }

    private mutating func writeGeneral(
        _ digits: DecimalDigits, isUpper: Bool, limit: Int, count: Int
    ) {
        let exponent = digits.point - 1
        if exponent < -4 || exponent >= limit {
            writeExponent(digits, max(count - 1, 0), isUpper)
        } else {
            writeFixed(digits, max(digits.digits.count - digits.point, 0))
        }
    }

    private mutating func writeExponent(_ digits: DecimalDigits, _ fraction: Int, _ isUpper: Bool) {
        bytes.append(digits.digit(0))
        if fraction > 0 {
            bytes.append(UInt8(ascii: "."))
            for place in 1...fraction { bytes.append(digits.digit(place)) }
        }
        bytes.append(isUpper ? UInt8(ascii: "E") : UInt8(ascii: "e"))
        writeExponentNumber(digits.digits.isEmpty ? 0 : digits.point - 1)
    }

    /// The sign, and at least two digits.
    private mutating func writeExponentNumber(_ exponent: Int) {
        bytes.append(exponent < 0 ? UInt8(ascii: "-") : UInt8(ascii: "+"))
        if exponent.magnitude < 10 { bytes.append(UInt8(ascii: "0")) }
        bytes += String(exponent.magnitude).utf8
    }

    private mutating func writeFixed(_ digits: DecimalDigits, _ fraction: Int) {
        if digits.point > 0 {
            for place in 0..<digits.point { bytes.append(digits.digit(place)) }
        } else {
            bytes.append(UInt8(ascii: "0"))
        }
        if fraction > 0 {
            bytes.append(UInt8(ascii: "."))
            for place in 0..<fraction { bytes.append(digits.digit(digits.point + place)) }
        }
    }

    private mutating func writeBinary(_ value: Double) {
        let fraction = value.significandBitPattern | (value.isNormal ? 1 << 52 : 0)
        let exponent = max(Int(value.exponentBitPattern), 1) - 1075
        bytes += String(fraction).utf8
        bytes.append(UInt8(ascii: "p"))
        bytes += (exponent < 0 ? "\(exponent)" : "+\(exponent)").utf8
    }

    private mutating func writeHexadecimal(_ value: Double, isUpper: Bool, precision: Int?) {
        let digits = Array((isUpper ? "0123456789ABCDEF" : "0123456789abcdef").utf8)
        // The leading one stands at bit 60, so that each digit after the point is a group of four bits.
        var fraction: UInt64 = 0
        var exponent = 0
        if value != 0 {
            fraction = value.significandBitPattern | (value.isNormal ? 1 << 52 : 0)
            let shift = fraction.leadingZeroBitCount - 3
            fraction <<= UInt64(shift)
            exponent = max(Int(value.exponentBitPattern), 1) - 1075 + 60 - shift
        }
        if let precision, precision < 15 {
            let dropped = UInt64(60 - precision * 4)
            let extra = fraction & ((1 << dropped) - 1)
            let half: UInt64 = 1 << (dropped - 1)
            fraction >>= dropped
            if extra > half || (extra == half && fraction & 1 == 1) { fraction += 1 }
            fraction <<= dropped
            if fraction & (1 << 61) != 0 {
                fraction >>= 1
                exponent += 1
            }
        }
        bytes += [UInt8(ascii: "0"), isUpper ? UInt8(ascii: "X") : UInt8(ascii: "x")]
        bytes.append(digits[Int(fraction >> 60 & 1)])
        fraction <<= 4
        if precision.map({ $0 > 0 }) ?? (fraction != 0) { bytes.append(UInt8(ascii: ".")) }
        var count = 0
        while precision.map({ count < $0 }) ?? (fraction != 0) {
            bytes.append(digits[Int(fraction >> 60)])
            fraction <<= 4
            count += 1
        }
        bytes.append(isUpper ? UInt8(ascii: "P") : UInt8(ascii: "p"))
        writeExponentNumber(exponent)
    }
}

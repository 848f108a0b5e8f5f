/// A length of time, as Go's `time.Duration` has it.
struct GoDuration: Hashable, Sendable {
    var nanoseconds: Int64

    static let second: Int64 = 1_000_000_000
    static let minute = 60 * second
    static let hour = 60 * minute

    /// Reads `1h30m`, `-1.5s` or `2µs`.
    ///
    /// - Throws: a `TemplateError` with the text of `time.ParseDuration`.
    ///
    /// Source: https://pkg.go.dev/time#ParseDuration
    static func parse(_ text: ByteString) throws(TemplateError) -> GoDuration {
        let invalid = TemplateError("time: invalid duration \(timeQuoted(text.bytes[...]))")
        var rest = text.bytes[...]
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
        if rest.elementsEqual("0".utf8) { return GoDuration(nanoseconds: 0) }
        guard !rest.isEmpty else { throw invalid }
        var sum: UInt64 = 0
        while !rest.isEmpty {
            guard let number = takeNumber(&rest) else { throw invalid }
            let name = rest.prefix { !isDigit($0) && $0 != UInt8(ascii: ".") }
            guard !name.isEmpty else {
                throw TemplateError(
                    "time: missing unit in duration \(timeQuoted(text.bytes[...]))")
            }
            guard let unit = units[String(decoding: name, as: UTF8.self)] else {
                throw TemplateError(
                    "time: unknown unit \(timeQuoted(name)) in duration "
                        + timeQuoted(text.bytes[...]))
            }
            rest = rest.dropFirst(name.count)
            let (product, overflow) = number.whole.multipliedReportingOverflow(by: unit)
            guard !overflow, product <= 1 << 63 else { throw invalid }
            let part = product + UInt64(Double(number.fraction) * (Double(unit) / number.scale))
            guard part <= 1 << 63, sum + part <= 1 << 63 else { throw invalid }
            sum += part
        }
        guard isNegative || sum < 1 << 63 else { throw invalid }
        let value = Int64(truncatingIfNeeded: sum)
        return GoDuration(nanoseconds: isNegative ? 0 &- value : value)
    }

    private static let units: [String: UInt64] = [
        "ns": 1, "us": 1_000, "µs": 1_000, "μs": 1_000, "ms": 1_000_000,
        "s": UInt64(second), "m": UInt64(minute), "h": UInt64(hour),
    ]

    private struct Number {
        var whole: UInt64 = 0
        /// Digits behind the point, and the power of ten they are parts of.
        var fraction: UInt64 = 0
        var scale = 1.0
    }

    private static func takeNumber(_ rest: inout ArraySlice<UInt8>) -> Number? {
        var number = Number()
        var hasDigits = false
        while let byte = rest.first, isDigit(byte) {
            let (product, overflow) = number.whole.multipliedReportingOverflow(by: 10)
            guard !overflow, product <= 1 << 63 else { return nil }
            number.whole = product + UInt64(byte - UInt8(ascii: "0"))
            guard number.whole <= 1 << 63 else { return nil }
            hasDigits = true
            rest = rest.dropFirst()
        }
        guard rest.first == UInt8(ascii: ".") else { return hasDigits ? number : nil }
        rest = rest.dropFirst()
        var isFull = false
        while let byte = rest.first, isDigit(byte) {
            hasDigits = true
            rest = rest.dropFirst()
            // More digits than an Int64 holds cannot be told apart any more.
            guard !isFull, number.fraction <= UInt64(Int64.max) / 10 else {
                isFull = true
                continue
            }
            let value = number.fraction * 10 + UInt64(byte - UInt8(ascii: "0"))
            guard value <= 1 << 63 else {
                isFull = true
                continue
            }
            number.fraction = value
            number.scale *= 10
        }
        return hasDigits ? number : nil
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}

extension GoDuration: CustomStringConvertible {
    /// `1h2m3.5s`, `1.5ms`, `0s`.
    ///
    /// Source: https://pkg.go.dev/time#Duration.String
    var description: String {
        guard nanoseconds != 0 else { return "0s" }
        let sign = nanoseconds < 0 ? "-" : ""
        let magnitude = nanoseconds.magnitude
        if magnitude < 1_000 { return "\(sign)\(magnitude)ns" }
        if magnitude < 1_000_000 { return sign + Self.decimal(magnitude, digits: 3) + "µs" }
        if magnitude < 1_000_000_000 { return sign + Self.decimal(magnitude, digits: 6) + "ms" }
        let seconds = magnitude / 1_000_000_000
        let (hours, minutes) = (seconds / 3600, seconds / 60 % 60)
        let rest = magnitude - seconds / 60 * 60_000_000_000
        let text = Self.decimal(rest, digits: 9) + "s"
        if hours > 0 { return "\(sign)\(hours)h\(minutes)m\(text)" }
        return seconds >= 60 ? "\(sign)\(minutes)m\(text)" : sign + text
    }

    /// A number of which the last `digits` stand behind the point, without zeros at the end.
    private static func decimal(_ number: UInt64, digits: Int) -> String {
        var scale: UInt64 = 1
        for _ in 0..<digits { scale *= 10 }
        let fraction = String(number % scale)
        let padded = String(repeating: "0", count: digits - fraction.count) + fraction
        let kept = padded.reversed().drop { $0 == "0" }.reversed()
        return kept.isEmpty ? "\(number / scale)" : "\(number / scale)." + String(kept)
    }
}

extension GoDuration {
    /// To a multiple of `unit`, halves away from zero; at most what a duration holds.
    func rounded(to unit: GoDuration) -> GoDuration {
        guard unit.nanoseconds > 0 else { return self }
        let rest = nanoseconds % unit.nanoseconds
        let isHalf = rest.magnitude &+ rest.magnitude >= unit.nanoseconds.magnitude
        let down = nanoseconds - rest
        guard isHalf else { return GoDuration(nanoseconds: down) }
        let step = nanoseconds < 0 ? -unit.nanoseconds : unit.nanoseconds
        let (sum, overflow) = down.addingReportingOverflow(step)
        return GoDuration(nanoseconds: overflow ? (nanoseconds < 0 ? .min : .max) : sum)
    }

    func truncated(to unit: GoDuration) -> GoDuration {
        guard unit.nanoseconds > 0 else { return self }
        return GoDuration(nanoseconds: nanoseconds - nanoseconds % unit.nanoseconds)
    }

    /// In units of so many nanoseconds, the whole and the fraction added as Go does.
    func count(of unit: Int64) -> Double {
        Double(nanoseconds / unit) + Double(nanoseconds % unit) / Double(unit)
    }
}

/// A text between quotes as package time writes it into errors: what is not ASCII as `\x` and two digits.
///
/// Source: https://github.com/golang/go/blob/master/src/time/format.go, quote
func timeQuoted(_ bytes: ArraySlice<UInt8>) -> String {
    var result = "\""
    for byte in bytes {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"):
            result += "\\" + String(Unicode.Scalar(byte))
        case 0x20..<0x80: result += String(Unicode.Scalar(byte))
        default:
            let digits = [hexDigit(byte >> 4), hexDigit(byte & 15)]
            result += "\\x" + String(decoding: digits, as: UTF8.self)
        }
    }
    return result + "\""
}

/// The shortest decimal digits that read back as the same `Double`, apart from any notation.
///
/// The value is 0.DIGITS × 10^point.
struct ShortestDigits {
    var isNegative: Bool
    /// ASCII digits without leading or trailing zeros; `0` alone for zero.
    var digits: [UInt8]
    var point: Int

    /// Of a finite value.
    init(_ value: Double) { self.init(text: value.description) }

    /// Of a finite value with 32 bits.
    init(_ value: Float) { self.init(text: value.description) }

    /// `text` is what the standard library prints: `-1.5e-07`, `100.0`.
    private init(text: String) {
        isNegative = false
        digits = []
        point = 0
        var hasPoint = false
        var exponent = 0
        var bytes = text.utf8.makeIterator()
        while let byte = bytes.next() {
            switch byte {
            case UInt8(ascii: "-"): isNegative = true
            case UInt8(ascii: "."): hasPoint = true
            case UInt8(ascii: "e"):
                var rest: [UInt8] = []
                while let digit = bytes.next() { rest.append(digit) }
                exponent = Int(String(decoding: rest, as: UTF8.self)) ?? 0
            default:
                if digits.isEmpty, byte == UInt8(ascii: "0") {
                    if hasPoint { point -= 1 }
                } else {
                    digits.append(byte)
                    if !hasPoint { point += 1 }
                }
            }
        }
        point += exponent
        while digits.count > 1, digits.last == UInt8(ascii: "0") { digits.removeLast() }
        if digits.isEmpty {
            digits = [UInt8(ascii: "0")]
            point = 1
        }
    }

    /// As ECMAScript prints numbers, and Go's encoding/json with it; zero never has a sign.
    ///
    /// Source: https://tc39.es/ecma262/#sec-numeric-types-number-tostring
    func appendECMAScript(to out: inout [UInt8]) {
        if isNegative, digits != [UInt8(ascii: "0")] { out.append(UInt8(ascii: "-")) }
        if point > 21 || point < -5 {
            appendScientific(minimumExponentDigits: 1, to: &out)
        } else {
            appendPlain(to: &out)
        }
    }

    /// As Go's `strconv.FormatFloat(value, 'g', -1, 64)` does, which is how YAML floats are written.
    ///
    /// Source: https://pkg.go.dev/strconv#FormatFloat
    func appendGo(to out: inout [UInt8]) {
        if isNegative { out.append(UInt8(ascii: "-")) }
        // The shortest form counts as one of precision 6 here.
        if point - 1 < -4 || point - 1 >= 6 {
            appendScientific(minimumExponentDigits: 2, to: &out)
        } else {
            appendPlain(to: &out)
        }
    }

    private func appendPlain(to out: inout [UInt8]) {
        if point <= 0 {
            out.append(contentsOf: [UInt8(ascii: "0"), UInt8(ascii: ".")])
            for _ in point..<0 { out.append(UInt8(ascii: "0")) }
            out.append(contentsOf: digits)
        } else if digits.count <= point {
            out.append(contentsOf: digits)
            for _ in digits.count..<point { out.append(UInt8(ascii: "0")) }
        } else {
            out.append(contentsOf: digits[..<point])
            out.append(UInt8(ascii: "."))
            out.append(contentsOf: digits[point...])
        }
    }

    private func appendScientific(minimumExponentDigits: Int, to out: inout [UInt8]) {
        out.append(digits[0])
        if digits.count > 1 {
            out.append(UInt8(ascii: "."))
            out.append(contentsOf: digits[1...])
        }
        let exponent = point - 1
        out.append(UInt8(ascii: "e"))
        out.append(exponent < 0 ? UInt8(ascii: "-") : UInt8(ascii: "+"))
        let text = String(exponent.magnitude)
        for _ in text.utf8.count..<max(minimumExponentDigits, text.utf8.count) {
            out.append(UInt8(ascii: "0"))
        }
        out.append(contentsOf: text.utf8)
    }
}

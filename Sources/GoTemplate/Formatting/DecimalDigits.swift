/// The decimal digits of a finite, non-negative number: 0.d₁d₂d₃… × 10^`point`.
struct DecimalDigits {
    /// Values 0 to 9 without leading zeros; empty for zero.
    var digits: [UInt8]
    var point: Int

    /// The fewest digits that read back as the same number.
    init(shortest value: Double) {
        digits = []
        point = 0
        if value < 1e15, value == value.rounded(.towardZero) {
            append(integer: UInt64(value))
            return
        }
        // Swift prints the shortest digits too, as 1.25, 1e+16 or 5e-324.
        var exponent = 0
        var fractionCount = 0
        var bytes = Array("\(value)".utf8)[...]
        if let mark = bytes.firstIndex(of: UInt8(ascii: "e")) {
            exponent = Int(String(decoding: bytes[(mark + 1)...], as: UTF8.self)) ?? 0
            bytes = bytes[..<mark]
        }
        if let mark = bytes.firstIndex(of: UInt8(ascii: ".")) {
            fractionCount = bytes.endIndex - mark - 1
        }
        for byte in bytes where byte != UInt8(ascii: ".") {
            let digit = byte - UInt8(ascii: "0")
            if digit != 0 || !digits.isEmpty { digits.append(digit) }
        }
        point = digits.count - fractionCount + exponent
        dropTrailingZeros()
    }

    /// All digits of a binary fraction, which always come to an end.
    init(exact value: Double) {
        digits = []
        point = 0
        guard value != 0 else { return }
        var number = LargeNumber(value.significandBitPattern | (value.isNormal ? 1 << 52 : 0))
        let exponent = max(Int(value.exponentBitPattern), 1) - 1075
        if exponent >= 0 {
            number.multiply(by: 2, times: exponent)
            digits = number.decimalDigits
            point = digits.count
        } else {
            // m ÷ 2ⁿ is m × 5ⁿ ÷ 10ⁿ.
            number.multiply(by: 5, times: -exponent)
            digits = number.decimalDigits
            point = digits.count + exponent
        }
        dropTrailingZeros()
    }

    private mutating func append(integer: UInt64) {
        var rest = integer
        while rest > 0 {
            digits.append(UInt8(rest % 10))
            rest /= 10
        }
        digits.reverse()
        point = digits.count
        dropTrailingZeros()
    }

    /// Keeps `count` digits, rounding to the nearest number and a tie to the even digit.
    mutating func round(to count: Int) {
        guard count < digits.count else { return }
        guard count >= 0 else {
            digits = []
            point = 0
            return
        }
        let next = digits[count]
        let isTie = next == 5 && count + 1 == digits.count
        let isUp = isTie ? count > 0 && digits[count - 1] % 2 == 1 : next >= 5
        digits.removeSubrange(count...)
        if isUp { roundUp() }
        dropTrailingZeros()
    }

    private mutating func roundUp() {
        while let last = digits.last {
            if last < 9 {
                digits[digits.count - 1] = last + 1
                return
            }
            digits.removeLast()
        }
        digits = [1]
        point += 1
    }

    private mutating func dropTrailingZeros() {
        while digits.last == 0 { digits.removeLast() }
        if digits.isEmpty { point = 0 }
    }

    /// The digit at `place`, counted from the first; zero beyond the last.
    func digit(_ place: Int) -> UInt8 {
        UInt8(ascii: "0") + (digits.indices.contains(place) ? digits[place] : 0)
    }
}

/// A natural number of any size, in limbs of nine decimal digits, the lowest first.
private struct LargeNumber {
    private var limbs: [UInt32] = []
    private static let base: UInt64 = 1_000_000_000

    init(_ value: UInt64) {
        var rest = value
        while rest > 0 {
            limbs.append(UInt32(rest % Self.base))
            rest /= Self.base
        }
    }

    mutating func multiply(by factor: UInt64, times count: Int) {
        var rest = count
        // 5¹³ is the largest power of five below 2³².
        while rest > 0 {
            let step = min(rest, 13)
            var power: UInt64 = 1
            for _ in 0..<step { power *= factor }
            multiply(by: power)
            rest -= step
        }
    }

    private mutating func multiply(by factor: UInt64) {
        var carry: UInt64 = 0
        for place in limbs.indices {
            let product = UInt64(limbs[place]) * factor + carry
            limbs[place] = UInt32(product % Self.base)
            carry = product / Self.base
        }
        if carry > 0 { limbs.append(UInt32(carry)) }
    }

    var decimalDigits: [UInt8] {
        var digits: [UInt8] = []
        for limb in limbs {
            var rest = limb
            for _ in 0..<9 {
                digits.append(UInt8(rest % 10))
                rest /= 10
            }
        }
        while digits.last == 0 { digits.removeLast() }
        return digits.reversed()
    }
}

/// A decimal number of any size, for the functions that add and multiply without binary fractions.
///
/// Source: https://pkg.go.dev/github.com/shopspring/decimal
struct ExactDecimal {
    /// Values 0 to 9, the lowest first, without zeros at the end; empty for zero.
    private var digits: [UInt8]
    /// The value is ±digits × 10^exponent.
    private var exponent: Int
    private var isNegative: Bool

    /// Digits behind the point that a division keeps.
    ///
    /// Source: https://pkg.go.dev/github.com/shopspring/decimal#pkg-variables
    private static let divisionPrecision = 16

    /// The shortest decimal that reads back as the number, which must be finite.
    init(_ value: Double) {
        let shortest = DecimalDigits(shortest: value.magnitude)
        digits = shortest.digits.reversed()
        exponent = shortest.point - shortest.digits.count
        isNegative = value < 0
    }

    private init(digits: [UInt8], exponent: Int, isNegative: Bool) {
        self.digits = digits
        while self.digits.last == 0 { self.digits.removeLast() }
        self.exponent = exponent
        self.isNegative = isNegative
    }

    var isZero: Bool { digits.isEmpty }

    /// The nearest number; infinite beyond the range.
    var double: Double {
        guard !isZero else { return 0 }
        var text = isNegative ? "-" : ""
        text += String(decoding: digits.reversed().map { $0 + 48 }, as: UTF8.self)
        return Double("\(text)e\(exponent)") ?? 0
    }

    prefix static func - (a: ExactDecimal) -> ExactDecimal {
        ExactDecimal(digits: a.digits, exponent: a.exponent, isNegative: !a.isNegative)
    }

    static func + (a: ExactDecimal, b: ExactDecimal) -> ExactDecimal {
        if a.isZero { return b }
        if b.isZero { return a }
        let exponent = min(a.exponent, b.exponent)
        let (x, y) = (a.scaled(to: exponent), b.scaled(to: exponent))
        if a.isNegative == b.isNegative {
            return ExactDecimal(digits: sum(x, y), exponent: exponent, isNegative: a.isNegative)
        }
        let isLess = precedes(x, y)
        return ExactDecimal(
            digits: isLess ? difference(y, x) : difference(x, y), exponent: exponent,
            isNegative: isLess ? b.isNegative : a.isNegative)
    }

    static func - (a: ExactDecimal, b: ExactDecimal) -> ExactDecimal { a + -b }

    static func * (a: ExactDecimal, b: ExactDecimal) -> ExactDecimal {
        var product = [UInt8](repeating: 0, count: a.digits.count + b.digits.count)
        for (i, x) in a.digits.enumerated() {
            var carry = 0
            for (j, y) in b.digits.enumerated() {
                carry += Int(product[i + j]) + Int(x) * Int(y)
                product[i + j] = UInt8(carry % 10)
                carry /= 10
            }
            product[i + b.digits.count] = UInt8(carry)
        }
        return ExactDecimal(
            digits: product, exponent: a.exponent + b.exponent,
            isNegative: a.isNegative != b.isNegative)
    }

    /// The quotient with 16 digits behind the point, a half rounded away from zero.
    ///
    /// - Precondition: `b` is not zero.
    static func / (a: ExactDecimal, b: ExactDecimal) -> ExactDecimal {
        precondition(!b.isZero, "divided by zero")
        let shift = a.exponent - b.exponent + divisionPrecision
        let zeros = { [UInt8](repeating: 0, count: max($0, 0)) }
        let dividend = zeros(shift) + a.digits
        let divisor = zeros(-shift) + b.digits
        var quotient: [UInt8] = []
        var rest: [UInt8] = []
        for digit in dividend.reversed() {
            if !rest.isEmpty || digit != 0 { rest.insert(digit, at: 0) }
            var count: UInt8 = 0
            while !precedes(rest, divisor) {
                rest = difference(rest, divisor)
                count += 1
            }
            quotient.append(count)
        }
        quotient.reverse()
        if !precedes(sum(rest, rest), divisor) { quotient = sum(quotient, [1]) }
        return ExactDecimal(
            digits: quotient, exponent: -divisionPrecision,
            isNegative: a.isNegative != b.isNegative)
    }

    private func scaled(to exponent: Int) -> [UInt8] {
        [UInt8](repeating: 0, count: self.exponent - exponent) + digits
    }

    private static func sum(_ a: [UInt8], _ b: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var carry: UInt8 = 0
        for place in 0..<max(a.count, b.count) {
            let value =
                (place < a.count ? a[place] : 0) + (place < b.count ? b[place] : 0) + carry
            result.append(value % 10)
            carry = value / 10
        }
        if carry > 0 { result.append(carry) }
        return result
    }

    /// - Precondition: `a` is not less than `b`.
    private static func difference(_ a: [UInt8], _ b: [UInt8]) -> [UInt8] {
        var result = a
        var borrow: UInt8 = 0
        for place in a.indices {
            let taken = (place < b.count ? b[place] : 0) + borrow
            borrow = a[place] < taken ? 1 : 0
            result[place] = a[place] + borrow * 10 - taken
        }
        while result.last == 0 { result.removeLast() }
        return result
    }

    /// Whether `a` is less than `b`; both may have zeros at the end.
    private static func precedes(_ a: [UInt8], _ b: [UInt8]) -> Bool {
        for place in (0..<max(a.count, b.count)).reversed() {
            let (x, y) = (place < a.count ? a[place] : 0, place < b.count ? b[place] : 0)
            if x != y { return x < y }
        }
        return false
    }
}

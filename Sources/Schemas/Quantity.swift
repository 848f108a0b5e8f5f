/// An amount such as `500m`, `1Gi` or `1e3`, exact.
///
/// Source: https://github.com/kubernetes/apimachinery/blob/master/pkg/api/resource/quantity.go
public struct Quantity: Sendable {
    public enum Format: Sendable, Hashable {
        case decimal, binary, exponent
    }

    /// Why text is no quantity, worded as the server words it.
    public enum Malformed: Error, Hashable, Sendable {
        case pattern, suffix, tooLong

        public var message: String {
            switch self {
            case .pattern:
                "quantities must match the regular expression "
                    + "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
            case .suffix: "unable to parse quantity's suffix"
            case .tooLong: "unable to parse numeric part of quantity"
            }
        }
    }

    /// The value is `mantissa` × 10^`scale`; without trailing zeros, so it is unique for a value.
    private var mantissa: Int128
    private var scale: Int
    public let format: Format
    /// The text as given, when it needs no canonical form.
    private var original: String?

    /// Reads a quantity; surrounding spaces do not count.
    ///
    /// Values below a nano are rounded away from zero, as Kubernetes does.
    public init(_ text: some StringProtocol) throws(Malformed) {
        var parts = try QuantityText(text)
        let (multiplier, decimals, format) = try parts.unit()
        guard parts.digits.count <= 30 else { throw .tooLong }
        var value: Int128 = 0
        for digit in parts.digits { value = value * 10 + Int128(digit - UInt8(ascii: "0")) }
        let (product, overflow) = value.multipliedReportingOverflow(by: multiplier)
        guard !overflow else { throw .tooLong }
        mantissa = parts.isNegative ? -product : product
        scale = decimals - parts.fractionCount
        let isPlain =
            (format == .exponent || format == .decimal && parts.fractionCount == 0)
            && scale % 3 == 0 && product % 1000 != 0 && scale >= -9
        original = isPlain ? parts.trimmed : nil
        self.format = format
        let most = Int128(Int64.max)
        normalise()
        if format == .binary, scale >= 0, mantissa > most / Self.power(scale) {
            mantissa = most
            scale = 0
        }
        round(to: -9)
    }

    private init(mantissa: Int128, scale: Int, format: Format, original: String?) {
        self.mantissa = mantissa
        self.scale = scale
        self.format = format
        self.original = original
    }

    private static func power(_ exponent: Int) -> Int128 {
        var result: Int128 = 1
        for _ in 0..<min(max(exponent, 0), 37) { result *= 10 }
        return result
    }

    private mutating func normalise() {
        if mantissa == 0 {
            scale = 0
            original = nil
        }
        while mantissa != 0, mantissa % 10 == 0 {
            mantissa /= 10
            scale += 1
        }
    }

    private mutating func round(to least: Int) {
        guard scale < least, mantissa != 0 else { return }
        let drop = least - scale
        let divisor = drop > 37 ? Int128.max : Self.power(drop)
        let (quotient, rest) = mantissa.quotientAndRemainder(dividingBy: divisor)
        mantissa = quotient + (rest == 0 ? 0 : mantissa < 0 ? -1 : 1)
        scale = least
        original = nil
        normalise()
    }

    /// Rounded away from zero to whole thousandths, as resource lists are when they are read.
    public var roundedToMilli: Quantity {
        var result = self
        result.round(to: -3)
        return result
    }

    public var isZero: Bool { mantissa == 0 }
    public var isNegative: Bool { mantissa < 0 }

    /// The text the API server stores: `1000m` is `1`, `1024Mi` is `1Gi`.
    public var canonical: String {
        if let original { return original }
        if mantissa == 0 { return "0" }
        if format == .binary, let text = binaryText { return text }
        var (value, exponent) = (mantissa, scale)
        while exponent % 3 != 0 || exponent > 18, value.magnitude < 1 << 120 {
            value *= 10
            exponent -= 1
        }
        if format == .exponent { return "\(value)" + (exponent == 0 ? "" : "e\(exponent)") }
        let suffix = [-9: "n", -6: "u", -3: "m", 0: "", 3: "k", 6: "M", 9: "G", 12: "T", 15: "P"]
        return "\(value)" + (suffix[exponent] ?? "E")
    }

    /// In powers of 1024 when it is a whole number of at least that size.
    private var binaryText: String? {
        guard scale >= 0, scale < 30 else { return nil }
        var value = mantissa * Self.power(scale)
        guard value.magnitude >= 1024 else { return nil }
        var step = 0
        while value % 1024 == 0, step < 6 {
            value /= 1024
            step += 1
        }
        return "\(value)" + ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"][step]
    }
}

extension Quantity: Comparable, Hashable {
    /// By value: `1000m` equals `1`.
    public static func == (a: Quantity, b: Quantity) -> Bool {
        a.mantissa == b.mantissa && a.scale == b.scale
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(mantissa)
        hasher.combine(scale)
    }

    public static func < (a: Quantity, b: Quantity) -> Bool {
        if a.mantissa.signum() != b.mantissa.signum() || a.mantissa == 0 || b.mantissa == 0 {
            return a.mantissa.signum() < b.mantissa.signum()
        }
        func magnitude(_ q: Quantity) -> Int { "\(q.mantissa.magnitude)".utf8.count + q.scale }
        let (left, right) = (magnitude(a), magnitude(b))
        if left != right { return (left < right) == (a.mantissa > 0) }
        // Of the same magnitude, both fit when brought to the smaller scale.
        let low = min(a.scale, b.scale)
        return a.mantissa * power(a.scale - low) < b.mantissa * power(b.scale - low)
    }
}

/// The parts of a quantity's text.
private struct QuantityText {
    var trimmed: String
    var isNegative = false
    /// All significant digits, before and after the point.
    var digits: [UInt8] = []
    var fractionCount = 0
    var suffix = ""

    init(_ text: some StringProtocol) throws(Quantity.Malformed) {
        var bytes = Array(text.utf8)[...]
        while let first = bytes.first, first == 32 || first == 9 || first == 10 || first == 13 {
            bytes.removeFirst()
        }
        while let last = bytes.last, last == 32 || last == 9 || last == 10 || last == 13 {
            bytes.removeLast()
        }
        trimmed = String(decoding: bytes, as: UTF8.self)
        guard !bytes.isEmpty else { throw .pattern }
        if bytes.first == UInt8(ascii: "-") || bytes.first == UInt8(ascii: "+") {
            isNegative = bytes.removeFirst() == UInt8(ascii: "-")
        }
        func isDigit(_ byte: UInt8?) -> Bool {
            byte.map { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ?? false
        }
        while bytes.first == UInt8(ascii: "0") { bytes.removeFirst() }
        while isDigit(bytes.first) { digits.append(bytes.removeFirst()) }
        if bytes.first == UInt8(ascii: ".") {
            bytes.removeFirst()
            while isDigit(bytes.first) {
                digits.append(bytes.removeFirst())
                fractionCount += 1
            }
        }
        let rest = bytes
        let letters = Array("eEinumkKMGTP".utf8)
        while let first = bytes.first, letters.contains(first) { bytes.removeFirst() }
        if !bytes.isEmpty {
            if bytes.first == UInt8(ascii: "-") || bytes.first == UInt8(ascii: "+") {
                bytes.removeFirst()
            }
            while isDigit(bytes.first) { bytes.removeFirst() }
            guard bytes.isEmpty else { throw .pattern }
        }
        suffix = String(decoding: rest, as: UTF8.self)
    }

    /// What the suffix stands for.
    mutating func unit() throws(Quantity.Malformed) -> (Int128, Int, Quantity.Format) {
        let decimal = [
            "n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18,
        ]
        if let exponent = decimal[suffix] { return (1, exponent, .decimal) }
        let binary = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"]
        if let step = binary.firstIndex(of: suffix) {
            return (Int128(1) << (10 * (step + 1)), 0, .binary)
        }
        guard suffix.hasPrefix("e") || suffix.hasPrefix("E"),
            let exponent = Int(suffix.dropFirst()), (-1000...1000).contains(exponent)
        else { throw .suffix }
        return (1, exponent, .exponent)
    }
}

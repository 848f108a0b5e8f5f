import Model

/// What a scalar means in the YAML that Kubernetes reads.
///
/// That is go-yaml v2 behind sigs.k8s.io/yaml: YAML 1.1 booleans with `y` and `n`, octal `010` and
/// `0o10`, `0b`, `0x`, underscores in numbers, no base 60, timestamps as strings.
///
/// Source: https://github.com/kubernetes-sigs/yaml/blob/master/goyaml.v2/resolve.go
enum YAMLScalar: Equatable {
    case null
    case bool(Bool)
    case int(Int64)
    /// Above Int64.max.
    case large(UInt64)
    case double(Double)
    /// The text as it stands.
    case string
    /// Another text: what `!!binary` held.
    case decoded(String)
}

/// Whether a plain scalar that begins with this byte may be something else than a string.
@inline(__always)
func mayBeginAnotherType(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"),
        UInt8(ascii: "."), UInt8(ascii: "~"),
        UInt8(ascii: "y"), UInt8(ascii: "Y"), UInt8(ascii: "n"), UInt8(ascii: "N"),
        UInt8(ascii: "t"), UInt8(ascii: "T"), UInt8(ascii: "f"), UInt8(ascii: "F"),
        UInt8(ascii: "o"), UInt8(ascii: "O"):
        true
    default: false
    }
}

/// Reads a plain scalar, or one with a tag that asks for a number, a boolean or null.
func resolvePlain(_ bytes: UnsafeBufferPointer<UInt8>) -> YAMLScalar {
    guard let first = bytes.first else { return .null }
    switch first {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"):
        return resolveNumber(bytes)
    case UInt8(ascii: "."):
        if let word = resolveWord(bytes) { return word }
        return parseSeparatedFloat(bytes).map(YAMLScalar.double) ?? .string
    default: return mayBeginAnotherType(first) ? resolveWord(bytes) ?? .string : .string
    }
}

private func resolveWord(_ bytes: UnsafeBufferPointer<UInt8>) -> YAMLScalar? {
    guard bytes.count <= 5 else { return nil }
    var word: UInt64 = 0
    for byte in bytes { word = word << 8 | UInt64(byte) }
    return words.first { $0.word == word }?.meaning
}

/// The words that are no strings, each as the number that its bytes make.
private let words: [(word: UInt64, meaning: YAMLScalar)] = [
    ("y Y yes Yes YES true True TRUE on On ON", .bool(true)),
    ("n N no No NO false False FALSE off Off OFF", .bool(false)),
    ("~ null Null NULL", .null),
    (".nan .NaN .NAN", .double(.nan)),
    (".inf .Inf .INF +.inf +.Inf +.INF", .double(.infinity)),
    ("-.inf -.Inf -.INF", .double(-.infinity)),
].flatMap { texts, meaning in
    texts.split(separator: " ").map { text in
        (text.utf8.reduce(0) { $0 << 8 | UInt64($1) }, meaning)
    }
}

private func resolveNumber(_ bytes: UnsafeBufferPointer<UInt8>) -> YAMLScalar {
    if let value = shortDecimal(bytes) { return .int(value) }
    if let word = resolveWord(bytes) { return word }
    // Longer than any number in use, so that a long string of digits costs nothing.
    guard bytes.count <= 400 else { return .string }
    let plain = bytes.filter { $0 != UInt8(ascii: "_") }
    return plain.withUnsafeBufferPointer { plain in
        if let integer = parseGoInteger(plain) { return integer }
        if let value = parseGoFloat(plain) { return .double(value) }
        return parseSignedBinary(plain) ?? .string
    }
}

/// The usual integers: up to 18 digits without a leading zero.
private func shortDecimal(_ bytes: UnsafeBufferPointer<UInt8>) -> Int64? {
    var start = 0
    if bytes[0] == UInt8(ascii: "-") || bytes[0] == UInt8(ascii: "+") { start = 1 }
    let digits = bytes.count - start
    guard (1...18).contains(digits), digits == 1 || bytes[start] != UInt8(ascii: "0") else {
        return nil
    }
    var value: Int64 = 0
    for position in start..<bytes.count {
        guard let digit = decimalDigitValue(bytes[position]) else { return nil }
        value = value * 10 + Int64(digit)
    }
    return bytes[0] == UInt8(ascii: "-") ? -value : value
}

/// As `strconv.ParseInt(text, 0, 64)` and then `ParseUint`, underscores already removed.
///
/// Source: https://pkg.go.dev/strconv#ParseInt
private func parseGoInteger(_ bytes: UnsafeBufferPointer<UInt8>) -> YAMLScalar? {
    var position = 0
    let hasSign = bytes.first == UInt8(ascii: "-") || bytes.first == UInt8(ascii: "+")
    if hasSign { position = 1 }
    var base: UInt64 = 10
    if position < bytes.count, bytes[position] == UInt8(ascii: "0") {
        let letter = position + 2 < bytes.count ? bytes[position + 1] | 0x20 : 0
        switch letter {
        case UInt8(ascii: "x"): base = 16
        case UInt8(ascii: "o"): base = 8
        case UInt8(ascii: "b"): base = 2
        default:
            base = 8
            position -= 1
        }
        position += 2
    }
    // Of a lone `0` nothing is left, and it is zero.
    guard position < bytes.count || (base == 8 && position > 0) else { return nil }
    guard let magnitude = parseDigits(bytes[position...], base: base) else { return nil }
    guard bytes.first == UInt8(ascii: "-") else {
        if let value = Int64(exactly: magnitude) { return .int(value) }
        return hasSign ? nil : .large(magnitude)
    }
    guard magnitude <= UInt64(Int64.max) + 1 else { return nil }
    return .int(Int64(truncatingIfNeeded: 0 &- magnitude))
}

private func parseDigits(
    _ bytes: Slice<UnsafeBufferPointer<UInt8>>, base: UInt64
) -> UInt64? {
    var value: UInt64 = 0
    for byte in bytes {
        guard let digit = hexDigitValue(byte), UInt64(digit) < base else { return nil }
        let (product, overflow) = value.multipliedReportingOverflow(by: base)
        let (sum, carry) = product.addingReportingOverflow(UInt64(digit))
        if overflow || carry { return nil }
        value = sum
    }
    return value
}

/// `0b-11`: go-yaml hands what follows `0b` to a parser that takes a sign.
private func parseSignedBinary(_ bytes: UnsafeBufferPointer<UInt8>) -> YAMLScalar? {
    guard bytes.count > 3, bytes[0] == UInt8(ascii: "0"), bytes[1] == UInt8(ascii: "b"),
        bytes[2] == UInt8(ascii: "-") || bytes[2] == UInt8(ascii: "+"),
        let magnitude = parseDigits(bytes[3...], base: 2), let value = Int64(exactly: magnitude)
    else { return nil }
    return .int(bytes[2] == UInt8(ascii: "-") ? -value : value)
}

/// `^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`, and in the range of a `Double`.
private func parseGoFloat(_ bytes: UnsafeBufferPointer<UInt8>) -> Double? {
    var position = 0
    func digits() -> Int {
        let start = position
        while position < bytes.count, decimalDigitValue(bytes[position]) != nil { position += 1 }
        return position - start
    }
    func isSign(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+") }

    if position < bytes.count, isSign(bytes[position]) { position += 1 }
    let whole = digits()
    if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
        position += 1
        let fraction = digits()
        guard whole > 0 || fraction > 0 else { return nil }
    } else if whole == 0 {
        return nil
    }
    if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
        position += 1
        if position < bytes.count, isSign(bytes[position]) { position += 1 }
        guard digits() > 0 else { return nil }
    }
    guard position == bytes.count, let value = Double(normalized(bytes)), value.isFinite else {
        return nil
    }
    return value
}

/// `.5_0`: here, underscores count only between digits, as `strconv.ParseFloat` wants them.
private func parseSeparatedFloat(_ bytes: UnsafeBufferPointer<UInt8>) -> Double? {
    guard bytes.count <= 400 else { return nil }
    for position in bytes.indices where bytes[position] == UInt8(ascii: "_") {
        guard position > 0, position + 1 < bytes.count,
            decimalDigitValue(bytes[position - 1]) != nil,
            decimalDigitValue(bytes[position + 1]) != nil
        else { return nil }
    }
    return bytes.filter { $0 != UInt8(ascii: "_") }.withUnsafeBufferPointer(parseGoFloat)
}

/// The same number in the form that `Double` reads: digits on both sides of the point, no plus.
private func normalized(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
    var text: [UInt8] = []
    for (position, byte) in bytes.enumerated() {
        if position == 0, byte == UInt8(ascii: "+") { continue }
        if byte == UInt8(ascii: ".") {
            if text.last.flatMap(decimalDigitValue) == nil { text.append(UInt8(ascii: "0")) }
            text.append(byte)
            text.append(UInt8(ascii: "0"))
            // `1.5` becomes `1.05` here unless the digits that follow replace that zero.
            if position + 1 < bytes.count, decimalDigitValue(bytes[position + 1]) != nil {
                text.removeLast()
            }
            continue
        }
        text.append(byte)
    }
    return String(decoding: text, as: UTF8.self)
}

/// The value of a YAML float after its way through JSON, as the API server gets it.
///
/// `1.0` and `1e3` become integers, because Go writes them into the JSON without fraction.
/// `nil` for infinities and NaN, which JSON cannot say.
func jsonNumber(_ value: Double) -> Node? {
    guard value.isFinite else { return nil }
    guard value == value.rounded(.towardZero), value.magnitude < 1e21 else { return .double(value) }
    var text: [UInt8] = []
    ShortestDigits(value).appendECMAScript(to: &text)
    return Int64(String(decoding: text, as: UTF8.self)).map(Node.int) ?? .double(value)
}

/// Whether go-yaml takes the text for a point in time: a date, or a date and a time.
///
/// Source: https://github.com/yaml/go-yaml/blob/v2/resolve.go, allowedTimestampFormats
func isGoTimestamp(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    let parts = String(decoding: text, as: UTF8.self)
        .split(maxSplits: 1, omittingEmptySubsequences: false) { "Tt ".contains($0) }
    let date = parts[0].split(separator: "-", omittingEmptySubsequences: false)
    guard date.count == 3, date[0].utf8.count == 4,
        date.allSatisfy({ $0.utf8.allSatisfy { decimalDigitValue($0) != nil } }),
        let month = Int(date[1]), (1...12).contains(month), date[1].utf8.count <= 2,
        let day = Int(date[2]), (1...31).contains(day), date[2].utf8.count <= 2
    else { return false }
    return parts.count == 1
        || parts[1].split(separator: ":", omittingEmptySubsequences: false).count >= 3
}

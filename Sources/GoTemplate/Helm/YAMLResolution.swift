/// Whether a plain scalar would be read as a number, a boolean, null or a time, or by older readers as a
/// number of base 60.
///
/// Source: https://github.com/yaml/go-yaml/blob/v2/resolve.go
func isTakenForAnotherType(_ text: [UInt8]) -> Bool {
    guard let first = text.first else { return true }
    switch first {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"):
        return words.contains(text) || isYAMLNumber(text) || isYAMLTimestamp(text)
            || base60.matches(text)
    case UInt8(ascii: "."): return words.contains(text) || readFloat(text).fault == nil
    case UInt8(ascii: "~"), UInt8(ascii: "A")...UInt8(ascii: "z"):
        return text.count <= 5 && words.contains(text)
    default: return false
    }
}

private let words: Set<[UInt8]> = Set(
    """
    y Y yes Yes YES true True TRUE on On ON n N no No NO false False FALSE off Off OFF \
    ~ null Null NULL .nan .NaN .NAN .inf .Inf .INF +.inf +.Inf +.INF -.inf -.Inf -.INF
    """.split(separator: " ").map { Array($0.utf8) })

private let base60 = fixed(#"^[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?$"#)
private let decimal = fixed(#"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$"#)

private func isYAMLNumber(_ text: [UInt8]) -> Bool {
    let plain = text.filter { $0 != UInt8(ascii: "_") }
    if isGoInteger(plain) { return true }
    return decimal.matches(plain) && readFloat(plain).fault == nil
}

/// Whether `strconv.ParseInt` or `ParseUint` with base 0 takes the text.
private func isGoInteger(_ text: [UInt8]) -> Bool {
    if readInteger(text, base: 0).fault == nil { return true }
    guard text.first != UInt8(ascii: "-"), text.first != UInt8(ascii: "+") else { return false }
    return readUnsigned(text[...], base: 0).fault == nil
}

/// Whether go-yaml takes the text for a date, or a date and a time.
///
/// Source: https://github.com/yaml/go-yaml/blob/v2/resolve.go, allowedTimestampFormats
private func isYAMLTimestamp(_ text: [UInt8]) -> Bool {
    let digits = text.prefix { (0x30...0x39).contains($0) }
    guard digits.count == 4, text.count > 4, text[4] == UInt8(ascii: "-") else { return false }
    return timestampLayouts.contains {
        (try? TimeParser.parse(ByteString(text), layout: $0, zone: .utc)) != nil
    }
}

private let timestampLayouts: [ByteString] = [
    "2006-1-2T15:4:5.999999999Z07:00", "2006-1-2t15:4:5.999999999Z07:00",
    "2006-1-2 15:4:5.999999999", "2006-1-2",
]

/// Whether key `a` is printed before key `b`.
///
/// Decides by bytes where it can: most keys differ in a letter.
func naturallyPrecedes(
    _ a: ByteString, _ b: ByteString, lettersAfterDigitsFirst: Bool
) -> Bool {
    let common = min(a.count, b.count)
    var place = 0
    while place < common, a.bytes[place] == b.bytes[place] { place += 1 }
    if place == common { return a.count < b.count }
    let (left, right) = (a.bytes[place], b.bytes[place])
    let areLetters =
        (0x61...0x7A).contains(left | 0x20) && (0x61...0x7A).contains(right | 0x20)
        && left < 0x80 && right < 0x80
    if areLetters { return left < right }
    return naturalOrder(
        a.scalars, b.scalars, lettersAfterDigitsFirst: lettersAfterDigitsFirst)
}

/// Whether key `a` is printed before key `b`: runs of digits compare as numbers, letters come after other
/// characters; in go-yaml v3, before them behind a digit.
///
/// Source: https://github.com/yaml/go-yaml/blob/v2/sorter.go, keyList.Less
func naturalOrder(
    _ left: [Unicode.Scalar], _ right: [Unicode.Scalar], lettersAfterDigitsFirst: Bool
) -> Bool {
    for index in 0..<min(left.count, right.count) where left[index] != right[index] {
        let leftIsLetter = isGoLetter(left[index])
        let rightIsLetter = isGoLetter(right[index])
        if leftIsLetter, rightIsLetter { return left[index] < right[index] }
        if leftIsLetter || rightIsLetter {
            let afterDigit = index > 0 && isASCIIDigit(left[index - 1])
            return afterDigit && lettersAfterDigitsFirst ? leftIsLetter : rightIsLetter
        }
        return numbersPrecede(left, right, at: index)
    }
    return left.count < right.count
}

private func isASCIIDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

private func numbersPrecede(
    _ left: [Unicode.Scalar], _ right: [Unicode.Scalar], at index: Int
) -> Bool {
    var (leftNumber, rightNumber): (UInt64, UInt64) = (0, 0)
    if left[index] == "0" || right[index] == "0" {
        // Behind another digit, zeros count.
        let before = left[..<index].reversed().prefix(while: isASCIIDigit)
        if before.contains(where: { $0 != "0" }) { (leftNumber, rightNumber) = (1, 1) }
    }
    let leftDigits = left[index...].prefix(while: isASCIIDigit)
    let rightDigits = right[index...].prefix(while: isASCIIDigit)
    for digit in leftDigits { leftNumber = leftNumber &* 10 &+ UInt64(digit.value - 48) }
    for digit in rightDigits { rightNumber = rightNumber &* 10 &+ UInt64(digit.value - 48) }
    if leftNumber != rightNumber { return leftNumber < rightNumber }
    if leftDigits.count != rightDigits.count { return leftDigits.count < rightDigits.count }
    return left[index] < right[index]
}

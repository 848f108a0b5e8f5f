/// Whether key `a` is printed before key `b`: runs of digits compare as numbers, letters come after
/// other characters.
///
/// Source: https://github.com/yaml/go-yaml/blob/v2/sorter.go, keyList.Less
func naturalOrder(_ a: String, _ b: String) -> Bool {
    let left = Array(a.unicodeScalars)
    let right = Array(b.unicodeScalars)
    for index in 0..<min(left.count, right.count) where left[index] != right[index] {
        let leftIsLetter = isLetter(left[index])
        let rightIsLetter = isLetter(right[index])
        if leftIsLetter, rightIsLetter { return left[index] < right[index] }
        if leftIsLetter || rightIsLetter { return rightIsLetter }
        return compareDigits(left, right, at: index)
    }
    return left.count < right.count
}

private func isLetter(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return (0x61...0x7A).contains(scalar.value | 0x20) }
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
        return true
    default: return false
    }
}

private func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

private func compareDigits(
    _ left: [Unicode.Scalar], _ right: [Unicode.Scalar], at index: Int
) -> Bool {
    var leftEnd = index
    var rightEnd = index
    var leftNumber: UInt64 = 0
    var rightNumber: UInt64 = 0
    if left[index] == "0" || right[index] == "0" {
        var before = index
        while before > 0, isDigit(left[before - 1]) {
            before -= 1
            if left[before] != "0" {
                leftNumber = 1
                rightNumber = 1
                break
            }
        }
    }
    while leftEnd < left.count, isDigit(left[leftEnd]) {
        leftNumber = leftNumber &* 10 &+ UInt64(left[leftEnd].value - 48)
        leftEnd += 1
    }
    while rightEnd < right.count, isDigit(right[rightEnd]) {
        rightNumber = rightNumber &* 10 &+ UInt64(right[rightEnd].value - 48)
        rightEnd += 1
    }
    if leftNumber != rightNumber { return leftNumber < rightNumber }
    if leftEnd != rightEnd { return leftEnd < rightEnd }
    return left[index] < right[index]
}

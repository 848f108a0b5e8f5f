/// The form in which go-yaml writes a string.
///
/// Source: https://github.com/yaml/go-yaml/blob/v2/encode.go, stringv, and emitterc.go,
/// yaml_emitter_analyze_scalar and yaml_emitter_select_scalar_style
enum YAMLTextForm {
    case plain, singleQuoted, doubleQuoted, literal

    /// - Parameters:
    ///   - isKey: the text stands before a colon on one line.
    ///   - allowsTabs: a block may have tabs.
    init(_ text: ByteString, _ scalars: [Unicode.Scalar], isKey: Bool, allowsTabs: Bool) {
        let shape = Shape(scalars, allowsTabs: allowsTabs)
        if scalars.contains("\n") {
            self = isKey || !shape.canBeBlock ? .doubleQuoted : .literal
        } else if isTakenForAnotherType(text.bytes) {
            self = .doubleQuoted
        } else if shape.canBePlain {
            self = .plain
        } else {
            self = shape.canBeSingleQuoted ? .singleQuoted : .doubleQuoted
        }
    }
}

/// What the characters of a text allow.
private struct Shape {
    var canBePlain = true
    var canBeSingleQuoted = true
    var canBeBlock = true

    init(_ scalars: [Unicode.Scalar], allowsTabs: Bool) {
        guard let first = scalars.first, let last = scalars.last else {
            canBeBlock = false
            return
        }
        if isYAMLSpace(first) || isYAMLSpace(last) { canBePlain = false }
        if last == " " { canBeBlock = false }
        if scalars.starts(with: "---".unicodeScalars) || scalars.starts(with: "...".unicodeScalars)
        {
            canBePlain = false
        }
        for (place, scalar) in scalars.enumerated() {
            let previous = place > 0 ? scalars[place - 1] : " "
            let next = place + 1 < scalars.count ? scalars[place + 1] : " "
            if isIndicator(scalar, isFirst: place == 0, previous, next) { canBePlain = false }
            if isYAMLBreak(scalar) { canBePlain = false }
            let spaceThenBreak = place > 0 && previous == " " && isYAMLBreak(scalar)
            if !isYAMLPrintable(scalar) || spaceThenBreak {
                canBePlain = false
                canBeSingleQuoted = false
                if scalar != "\t" || !allowsTabs { canBeBlock = false }
            }
            if place > 0, isYAMLBreak(previous), scalar == " " {
                canBePlain = false
                canBeSingleQuoted = false
            }
        }
    }

    private func isYAMLSpace(_ scalar: Unicode.Scalar) -> Bool {
        scalar == " " || isYAMLBreak(scalar)
    }

    /// Whether a character cannot stand unquoted in a block where it does.
    private func isIndicator(
        _ scalar: Unicode.Scalar, isFirst: Bool, _ previous: Unicode.Scalar, _ next: Unicode.Scalar
    ) -> Bool {
        let isFollowed = next == " " || next == "\t"
        switch scalar {
        case ":": return isFollowed
        case "#": return isFirst || previous == " " || previous == "\t" || isYAMLBreak(previous)
        case "?", "-": return isFirst && isFollowed
        case ",", "[", "]", "{", "}", "&", "*", "!", "|", ">", "'", "\"", "%", "@", "`":
            return isFirst
        default: return false
        }
    }
}

/// Whether a text is ASCII and certainly plain: most are, and need no closer look.
func isSimpleText(_ bytes: [UInt8]) -> Bool {
    guard let first = bytes.first, let last = bytes.last else { return false }
    let isLetter = (0x61...0x7A).contains(first | 0x20)
    guard isLetter || first == UInt8(ascii: "/"), last != 0x20, last != UInt8(ascii: ":") else {
        return false
    }
    var previous: UInt8 = 0
    for byte in bytes {
        guard byte >= 0x20, byte < 0x7F else { return false }
        if byte == 0x20, previous == UInt8(ascii: ":") { return false }
        if byte == UInt8(ascii: "#"), previous == 0x20 { return false }
        previous = byte
    }
    return !isTakenForAnotherType(bytes)
}

/// The line breaks of YAML 1.1.
///
/// Source: https://yaml.org/spec/1.1/#id871136
func isYAMLBreak(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x0A, 0x0D, 0x85, 0x2028, 0x2029: true
    default: false
    }
}

/// Whether go-yaml writes the character as it is: nothing beyond the Basic Multilingual Plane.
///
/// Source: https://github.com/yaml/go-yaml/blob/v2/yamlprivateh.go, is_printable
func isYAMLPrintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x0A, 0x20...0x7E, 0xA0...0xD7FF, 0xE000...0xFEFE, 0xFF00...0xFFFD: true
    default: false
    }
}

func needsYAMLEscape(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "\"" || scalar == "\\" || isYAMLBreak(scalar) || !isYAMLPrintable(scalar)
}

/// A character within double quotes, escaped.
///
/// Source: https://yaml.org/spec/1.1/#escaping%20in%20double%20quoted%20style/
func yamlEscape(_ scalar: Unicode.Scalar) -> [UInt8] {
    let letter: Character
    switch scalar.value {
    case 0x00: letter = "0"
    case 0x07: letter = "a"
    case 0x08: letter = "b"
    case 0x09: letter = "t"
    case 0x0A: letter = "n"
    case 0x0B: letter = "v"
    case 0x0C: letter = "f"
    case 0x0D: letter = "r"
    case 0x1B: letter = "e"
    case 0x22: letter = "\""
    case 0x5C: letter = "\\"
    case 0x85: letter = "N"
    case 0x2028: letter = "L"
    case 0x2029: letter = "P"
    default:
        let (mark, width) =
            scalar.value <= 0xFF ? ("x", 2) : scalar.value <= 0xFFFF ? ("u", 4) : ("U", 8)
        let digits = String(scalar.value, radix: 16, uppercase: true)
        let zeros = String(repeating: "0", count: width - digits.count)
        return Array("\\\(mark)\(zeros)\(digits)".utf8)
    }
    return Array("\\\(letter)".utf8)
}

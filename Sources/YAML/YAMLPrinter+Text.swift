import Model

extension YAMLPrinter {
    /// A string in the plainest form that reads back as the same string.
    mutating func appendText(_ text: String, indentation: Int, isKey: Bool) {
        let bytes = Array(text.utf8)
        let quote = UInt8(ascii: "'")
        // Keys do not fold.
        let fold = isKey ? nil : indentation
        switch bytes.withUnsafeBufferPointer(textForm) {
        case .plain: appendFolding(bytes, at: fold, isQuoted: false)
        case .singleQuoted:
            out.append(quote)
            appendFolding(bytes, at: fold, isQuoted: true)
            out.append(quote)
        case .block where !isKey: appendBlock(bytes, indentation: indentation)
        case .block, .doubleQuoted: appendDoubleQuoted(text, fold: fold)
        }
    }

    /// Characters since the last newline.
    private var column: Int {
        var count = 0
        for byte in out.reversed() {
            if byte == UInt8(ascii: "\n") { break }
            if byte & 0xC0 != 0x80 { count += 1 }
        }
        return count
    }

    /// Breaks the line at a single space beyond column 80, which reads back as that space.
    ///
    /// Source: https://github.com/yaml/go-yaml/blob/v2/emitterc.go,
    /// yaml_emitter_write_plain_scalar and yaml_emitter_write_single_quoted_scalar
    private mutating func appendFolding(_ bytes: [UInt8], at fold: Int?, isQuoted: Bool) {
        let space = UInt8(ascii: " ")
        var column = self.column
        var previous: UInt8 = 0
        for (position, byte) in bytes.enumerated() {
            let isBetween = position > 0 && position < bytes.count - 1
            if let fold, byte == space, column > 80, isBetween, previous != space,
                bytes[position + 1] != space
            {
                out.append(UInt8(ascii: "\n"))
                indent(fold)
                column = fold
            } else {
                out.append(byte)
                if byte & 0xC0 != 0x80 { column += 1 }
                if isQuoted, byte == UInt8(ascii: "'") {
                    out.append(byte)
                    column += 1
                }
            }
            previous = byte
        }
    }

    /// A literal block; the line it stands on is ended by the caller.
    private mutating func appendBlock(_ bytes: [UInt8], indentation: Int) {
        write("|")
        let newline = UInt8(ascii: "\n")
        let startsWithSpace = bytes.first == UInt8(ascii: " ") || bytes.first == newline
        if startsWithSpace { write("2") }
        var content = bytes[...]
        if bytes.last != newline {
            write("-")
        } else {
            content = bytes.dropLast()
            if content.isEmpty || content.last == newline { write("+") }
        }
        for line in content.split(separator: newline, omittingEmptySubsequences: false) {
            out.append(newline)
            if !line.isEmpty { indent(indentation) }
            out.append(contentsOf: line)
        }
    }

    /// Breaks the line at a space beyond column 80; a backslash keeps a second space after it.
    ///
    /// Source: https://github.com/yaml/go-yaml/blob/v2/emitterc.go,
    /// yaml_emitter_write_double_quoted_scalar
    private mutating func appendDoubleQuoted(_ text: String, fold: Int?) {
        out.append(UInt8(ascii: "\""))
        let scalars = Array(text.unicodeScalars)
        var column = self.column
        var previousIsSpace = false
        for (position, scalar) in scalars.enumerated() {
            guard scalar == " " else {
                let start = out.count
                appendEscaped(scalar)
                let isEscaped = out[start] == UInt8(ascii: "\\")
                column += isEscaped ? out.count - start : 1
                previousIsSpace = false
                continue
            }
            let isBetween = position > 0 && position < scalars.count - 1
            if let fold, !previousIsSpace, column > 80, isBetween {
                out.append(UInt8(ascii: "\n"))
                indent(fold)
                column = fold
                if scalars[position + 1] == " " {
                    out.append(UInt8(ascii: "\\"))
                    column += 1
                }
            } else {
                out.append(UInt8(ascii: " "))
                column += 1
            }
            previousIsSpace = true
        }
        out.append(UInt8(ascii: "\""))
    }

    private mutating func appendEscaped(_ scalar: Unicode.Scalar) {
        switch scalar {
        case "\"": write("\\\"")
        case "\\": write("\\\\")
        case "\0": write("\\0")
        case "\u{07}": write("\\a")
        case "\u{08}": write("\\b")
        case "\t": write("\\t")
        case "\n": write("\\n")
        case "\u{0B}": write("\\v")
        case "\u{0C}": write("\\f")
        case "\r": write("\\r")
        case "\u{1B}": write("\\e")
        case "\u{85}": write("\\N")
        case "\u{2028}": write("\\L")
        case "\u{2029}": write("\\P")
        case let scalar where isPrintable(scalar):
            out.append(contentsOf: String(Character(scalar)).utf8)
        default:
            let (letter, width) =
                scalar.value <= 0xFF ? ("x", 2) : scalar.value <= 0xFFFF ? ("u", 4) : ("U", 8)
            let digits = String(scalar.value, radix: 16, uppercase: true)
            out.append(UInt8(ascii: "\\"))
            out.append(contentsOf: letter.utf8)
            for _ in digits.utf8.count..<width { out.append(UInt8(ascii: "0")) }
            out.append(contentsOf: digits.utf8)
        }
    }
}

enum TextForm: Equatable {
    case plain, singleQuoted, doubleQuoted, block
}

/// The form go-yaml gives a string.
///
/// Source: https://github.com/yaml/go-yaml/blob/v2/encode.go, stringv, and emitterc.go,
/// yaml_emitter_analyze_scalar
func textForm(_ bytes: UnsafeBufferPointer<UInt8>) -> TextForm {
    let shape = TextShape(bytes)
    if shape.hasSpecial { return .doubleQuoted }
    if shape.hasNewline {
        return shape.hasSpaceBeforeNewline || shape.endsWithSpace ? .doubleQuoted : .block
    }
    if resolvePlain(bytes) != .string || isBase60(bytes) || isGoTimestamp(bytes) {
        return .doubleQuoted
    }
    return shape.isPlain ? .plain : .singleQuoted
}

/// `1:30` and the like, which other YAML 1.1 readers take for a number of base 60.
///
/// Source: https://github.com/yaml/go-yaml/blob/v2/encode.go, base60float
private func isBase60(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let first = bytes.first, bytes.contains(UInt8(ascii: ":")) else { return false }
    let isSigned = first == UInt8(ascii: "-") || first == UInt8(ascii: "+")
    let groups = bytes.dropFirst(isSigned ? 1 : 0)
        .split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    guard let head = groups.first?.first, decimalDigitValue(head) != nil else { return false }
    for (position, group) in groups.enumerated() {
        let whole = group.prefix { $0 != UInt8(ascii: ".") }
        let isLast = position == groups.count - 1
        guard isLast || whole.count == group.count else { return false }
        if position > 0 {
            guard (1...2).contains(whole.count), let tens = whole.first else { return false }
            guard whole.count == 1 || tens <= UInt8(ascii: "5") else { return false }
        }
        let isNumber = group.allSatisfy {
            decimalDigitValue($0) != nil || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: ".")
        }
        guard isNumber else { return false }
    }
    return true
}

/// What decides whether a text can stand without quotes or as a block.
private struct TextShape {
    var hasSpecial = false
    var hasNewline = false
    var hasSpaceBeforeNewline = false
    var endsWithSpace = false
    var isPlain = true

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let first = bytes.first, let last = bytes.last else {
            isPlain = false
            return
        }
        let space = UInt8(ascii: " ")
        endsWithSpace = last == space
        if first == space || endsWithSpace { isPlain = false }
        if startsLikeMarker(bytes) || isIndicator(first, next: bytes.count > 1 ? bytes[1] : space) {
            isPlain = false
        }
        var previous: UInt8 = 0
        for (position, scalar) in String(decoding: bytes, as: UTF8.self).unicodeScalars.enumerated()
        {
            // go-yaml puts the line breaks of Unicode into single quotes, which lose spaces around.
            if !isPrintable(scalar) || (isLineBreak(scalar) && scalar != "\n") { hasSpecial = true }
            let byte = UInt8(exactly: scalar.value) ?? 0x80
            if byte == UInt8(ascii: "\n") {
                hasNewline = true
                if previous == space { hasSpaceBeforeNewline = true }
            }
            if byte == UInt8(ascii: "#"), position > 0, previous == space || previous == 0x09 {
                isPlain = false
            }
            if previous == UInt8(ascii: ":"), byte == space { isPlain = false }
            previous = byte
        }
        if last == UInt8(ascii: ":") { isPlain = false }
    }
}

/// Whether the text could be taken for the start or the end of a document.
private func startsLikeMarker(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    guard bytes.count >= 3 else { return false }
    return bytes[0] == bytes[1] && bytes[1] == bytes[2]
        && (bytes[0] == UInt8(ascii: "-") || bytes[0] == UInt8(ascii: "."))
}

/// Whether a plain scalar cannot begin like this.
private func isIndicator(_ first: UInt8, next: UInt8) -> Bool {
    switch first {
    case UInt8(ascii: "#"), UInt8(ascii: ","), UInt8(ascii: "["), UInt8(ascii: "]"),
        UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "&"), UInt8(ascii: "*"),
        UInt8(ascii: "!"), UInt8(ascii: "|"), UInt8(ascii: ">"), UInt8(ascii: "'"),
        UInt8(ascii: "\""), UInt8(ascii: "%"), UInt8(ascii: "@"), UInt8(ascii: "`"):
        true
    case UInt8(ascii: "-"), UInt8(ascii: "?"), UInt8(ascii: ":"):
        next == UInt8(ascii: " ") || next == UInt8(ascii: "\n")
    default: false
    }
}

/// Whether go-yaml writes the character as it is: nothing beyond the Basic Multilingual Plane.
///
/// Source: https://github.com/yaml/go-yaml/blob/v2/yamlprivateh.go, is_printable
private func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x0A, 0x20...0x7E, 0xA0...0xD7FF, 0xE000...0xFEFE, 0xFF00...0xFFFD: true
    default: false
    }
}

/// The line breaks of YAML 1.1.
///
/// Source: https://yaml.org/spec/1.1/#id871136
func isLineBreak(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x0A, 0x0D, 0x85, 0x2028, 0x2029: true
    default: false
    }
}

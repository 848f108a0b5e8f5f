extension YAMLEmitter {
    /// A string in the plainest form that reads back as the same string.
    mutating func writeText(_ text: ByteString, isKey: Bool) throws(TemplateError) {
        let outer = indent
        indent = indent < 0 ? 2 : indent + 2
        defer { indent = outer }
        if isSimpleText(text.bytes), !foldsLines || isKey || column + text.count < Self.width {
            writeScalar(text)
            return
        }
        var scalars = text.scalars
        if style == .kubernetes, text.bytes.contains(where: { $0 >= 0x7F }) {
            scalars = try readAsYAML(scalars)
        }
        switch YAMLTextForm(text, scalars, isKey: isKey, allowsTabs: style == .pretty) {
        case .plain: writePlain(scalars, folds: foldsLines && !isKey)
        case .singleQuoted: writeSingleQuoted(scalars, folds: foldsLines && !isKey)
        case .doubleQuoted: writeDoubleQuoted(scalars, folds: foldsLines && !isKey)
        case .literal:
            // A block that ends with a newline leaves its last line to what follows.
            writeLiteral(scalars)
            return
        }
        whitespace = false
        indention = false
    }

    /// The column after which a space becomes a line break.
    private static let width = 80

    private mutating func writePlain(_ scalars: [Unicode.Scalar], folds: Bool) {
        if !whitespace { put(UInt8(ascii: " ")) }
        writeFolding(scalars, folds: folds, isQuoted: false)
    }

    private mutating func writeSingleQuoted(_ scalars: [Unicode.Scalar], folds: Bool) {
        writeIndicator("'", needsSpace: true)
        writeFolding(scalars, folds: folds, isQuoted: true)
        writeIndicator("'")
    }

    private mutating func writeFolding(
        _ scalars: [Unicode.Scalar], folds: Bool, isQuoted: Bool
    ) {
        var afterSpace = false
        var afterBreak = false
        for (place, scalar) in scalars.enumerated() {
            if scalar == " " {
                let isBetween = place > 0 && place < scalars.count - 1
                if folds, !afterSpace, column > Self.width, isBetween, scalars[place + 1] != " " {
                    writeIndent()
                } else {
                    put(scalar)
                }
                afterSpace = true
            } else if isYAMLBreak(scalar) {
                if !afterBreak, scalar == "\n" { putBreak() }
                writeBreak(scalar)
                indention = true
                afterBreak = true
            } else {
                if afterBreak { writeIndent() }
                if isQuoted, scalar == "'" { put(scalar) }
                put(scalar)
                indention = false
                afterSpace = false
                afterBreak = false
            }
        }
    }

    /// A backslash keeps a second space after a line break.
    private mutating func writeDoubleQuoted(_ scalars: [Unicode.Scalar], folds: Bool) {
        writeIndicator("\"", needsSpace: true)
        // A mark at the beginning makes go-yaml take every character for one.
        let hasMark = scalars.first == "\u{FEFF}"
        var afterSpace = false
        for (place, scalar) in scalars.enumerated() {
            if hasMark || needsYAMLEscape(scalar) {
                for byte in yamlEscape(scalar) { put(byte) }
                afterSpace = false
            } else if scalar == " " {
                let isBetween = place > 0 && place < scalars.count - 1
                if folds, !afterSpace, column > Self.width, isBetween {
                    writeIndent()
                    if scalars[place + 1] == " " { put(UInt8(ascii: "\\")) }
                } else {
                    put(scalar)
                }
                afterSpace = true
            } else {
                put(scalar)
                afterSpace = false
            }
        }
        writeIndicator("\"")
    }

    private mutating func writeLiteral(_ scalars: [Unicode.Scalar]) {
        writeIndicator("|", needsSpace: true)
        if let first = scalars.first, first == " " || isYAMLBreak(first) { writeIndicator("2") }
        if let last = scalars.last, isYAMLBreak(last) {
            let isKept = scalars.count == 1 || isYAMLBreak(scalars[scalars.count - 2])
            if isKept { writeIndicator("+") }
        } else {
            writeIndicator("-")
        }
        putBreak()
        whitespace = true
        indention = true
        var afterBreak = true
        for scalar in scalars {
            if isYAMLBreak(scalar) {
                writeBreak(scalar)
                indention = true
                afterBreak = true
            } else {
                if afterBreak { writeIndent() }
                put(scalar)
                indention = false
                afterBreak = false
            }
        }
    }
}

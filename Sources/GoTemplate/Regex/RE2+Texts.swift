extension RE2 {
    /// Replaces every match by a template in which `$1`, `$name` and `${name}` stand for captures.
    ///
    /// Source: https://pkg.go.dev/regexp#Regexp.Expand
    package func replacingAll(in text: [UInt8], with template: [UInt8]) -> [UInt8] {
        let parts = ReplacementPart.parts(of: template)
        return replacingMatches(in: text) { match, out in
            for part in parts {
                switch part {
                case .text(let bytes): out += bytes
                case .capture(let index): if let range = match[index] { out += text[range] }
                case .named(let name):
                    let ranges = captureNames.indices.lazy
                        .filter { captureNames[$0] == name }.compactMap { match[$0] }
                    if let range = ranges.first { out += text[range] }
                }
            }
        }
    }

    package func replacingAll(in text: [UInt8], withLiteral literal: [UInt8]) -> [UInt8] {
        replacingMatches(in: text) { _, out in out += literal }
    }

    /// The texts between matches, at most `limit` of which the last is the rest; none for zero.
    ///
    /// Source: https://pkg.go.dev/regexp#Regexp.Split
    package func split(_ text: [UInt8], limit: Int) -> [ArraySlice<UInt8>] {
        if limit == 0 { return [] }
        if !pattern.isEmpty, text.isEmpty { return [text[...]] }
        var parts: [ArraySlice<UInt8>] = []
        var start = 0
        var end = 0
        for match in allMatches(in: text, limit: limit) {
            if limit > 0, parts.count == limit - 1 { break }
            end = match.range.lowerBound
            if match.range.upperBound != 0 { parts.append(text[start..<end]) }
            start = match.range.upperBound
        }
        if end != text.count { parts.append(text[start...]) }
        return parts
    }

    /// The text as an expression that matches it and nothing else.
    package static func quoted(_ text: [UInt8]) -> [UInt8] {
        let special = Array(#"\.+*?()|[]{}^$"#.utf8)
        var result: [UInt8] = []
        for byte in text {
            if special.contains(byte) { result.append(UInt8(ascii: "\\")) }
            result.append(byte)
        }
        return result
    }
}

private enum ReplacementPart {
    case text([UInt8])
    case capture(Int)
    case named(String)

    static func parts(of template: [UInt8]) -> [ReplacementPart] {
        let dollar = UInt8(ascii: "$")
        var parts: [ReplacementPart] = []
        var rest = template[...]
        while let place = rest.firstIndex(of: dollar) {
            parts.append(.text(Array(rest[..<place])))
            rest = rest[(place + 1)...]
            if rest.first == dollar {
                parts.append(.text([dollar]))
                rest = rest.dropFirst()
            } else if let part = reference(&rest) {
                parts.append(part)
            } else {
                parts.append(.text([dollar]))
            }
        }
        parts.append(.text(Array(rest)))
        return parts
    }

    /// What stands after a dollar sign; `nil` when it names nothing.
    private static func reference(_ rest: inout ArraySlice<UInt8>) -> ReplacementPart? {
        let hasBrace = rest.first == UInt8(ascii: "{")
        let body = hasBrace ? rest.dropFirst() : rest
        let text = String(decoding: body, as: UTF8.self)
        let name = text.unicodeScalars.prefix { $0 == "_" || isLetterOrDigit($0) }
        let length = String(name).utf8.count
        guard length > 0 else { return nil }
        var after = body.dropFirst(length)
        if hasBrace {
            guard after.first == UInt8(ascii: "}") else { return nil }
            after = after.dropFirst()
        }
        rest = after
        let isNumber = name.allSatisfy { ("0"..."9").contains($0) }
        let hasLeadingZero = name.first == "0" && name.count > 1
        if isNumber, !hasLeadingZero, length <= 9, let number = Int(String(name)) {
            return .capture(number)
        }
        return .named(String(name))
    }
}

/// As Go's `unicode.IsLetter` or `unicode.IsDigit`.
func isLetterOrDigit(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.generalCategory == .decimalNumber || isGoLetter(scalar)
}

/// As Go's `unicode.IsLetter`.
func isGoLetter(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return (0x61...0x7A).contains(scalar.value | 0x20) }
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
        return true
    default: return false
    }
}

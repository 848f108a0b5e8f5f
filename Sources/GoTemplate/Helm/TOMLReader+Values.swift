extension TOMLReader {
    mutating func readValue() throws(TemplateError) -> Value {
        skipSpaces()
        guard let byte = next else { throw problem("unexpected EOF; expected value") }
        switch byte {
        case UInt8(ascii: "["): return try readArray()
        case UInt8(ascii: "{"): return try readInlineTable()
        case UInt8(ascii: "\""):
            return .string(
                starts(with: "\"\"\"") ? try readLongString() : try readBasicString())
        case UInt8(ascii: "'"):
            return .string(
                starts(with: "'''") ? try readLongLiteral() : try readLiteralString())
        case UInt8(ascii: "."): throw problem("floats must start with a digit, not '.'")
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"):
            return try readNumberOrTime()
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"):
            return try readWord()
        default: throw problem("expected value but found \(found) instead")
        }
    }

    private mutating func readWord() throws(TemplateError) -> Value {
        let word = bytes[place...].prefix { isURLLetterOrDigit($0) || $0 == UInt8(ascii: "_") }
        let text = String(decoding: word, as: UTF8.self)
        let value: Value
        switch text {
        case "true": value = .bool(true)
        case "false": value = .bool(false)
        case "inf": value = .float64(.infinity)
        case "nan": value = .float64(.nan)
        default: throw problem("expected value but found \"\(text)\" instead")
        }
        place += word.count
        return value
    }

    // MARK: Numbers and times

    private mutating func readNumberOrTime() throws(TemplateError) -> Value {
        if let time = try readTime() { return time }
        let token = bytes[place...].prefix {
            isURLLetterOrDigit($0) || "_+-.".utf8.contains($0)
        }
        let text = String(decoding: token, as: UTF8.self)
        let unsigned = text.drop { $0 == "+" || $0 == "-" }
        guard let first = unsigned.first else {
            place += token.count
            throw problem("expected a digit but got \(found)")
        }
        if unsigned == "inf" || unsigned == "nan" {
            place += token.count
            let magnitude: Double = unsigned == "inf" ? .infinity : .nan
            return .float64(text.hasPrefix("-") ? -magnitude : magnitude)
        }
        guard first.isASCII, first.isNumber else {
            throw problem("expected a digit but got '\(first)'")
        }
        let hasPrefix = ["0x", "0o", "0b"].contains { unsigned.hasPrefix($0) }
        let isFloat = !hasPrefix && unsigned.contains { $0 == "." || $0 == "e" || $0 == "E" }
        let value = isFloat ? try float(text) : try integer(text, unsigned, hasPrefix)
        place += token.count
        return value
    }

    private func integer(
        _ text: String, _ digits: Substring, _ hasPrefix: Bool
    ) throws(TemplateError) -> Value {
        if !hasPrefix, digits.count > 1, digits.hasPrefix("0") {
            throw problem("Invalid integer \"\(text)\": cannot have leading zeroes")
        }
        let read = readInteger(Array(text.utf8), base: 0)
        switch read.fault {
        case nil: return .int64(read.value)
        case .range: throw problem("\(text) is out of range for int64")
        case .syntax:
            let reason =
                text.contains("_")
                ? "underscores must be surrounded by digits" : "not a number"
            throw problem("Invalid integer \"\(text)\": \(reason)")
        }
    }

    private func float(_ text: String) throws(TemplateError) -> Value {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        if parts.count > 1, parts[1].first?.isNumber != true {
            throw problem(
                "Invalid float \"\(text)\": '.' must be followed by one or more digits")
        }
        let read = readFloat(Array(text.utf8))
        guard read.fault == nil else { throw problem("Invalid float value: \"\(text)\"") }
        return .float64(read.value)
    }

    /// Dates and times with and without an offset; nil for what does not look like one.
    private mutating func readTime() throws(TemplateError) -> Value? {
        let digits = bytes[place...].prefix { (0x30...0x39).contains($0) }
        let mark = digits.endIndex < bytes.count ? bytes[digits.endIndex] : 0
        let isDate = digits.count == 4 && mark == UInt8(ascii: "-")
        let isTime = digits.count == 2 && mark == UInt8(ascii: ":")
        guard isDate || isTime else { return nil }
        var token = bytes[place...].prefix { isURLLetterOrDigit($0) || ":+-.".utf8.contains($0) }
        var isJoined = token.contains { $0 | 0x20 == UInt8(ascii: "t") }
        // A space may stand for the T.
        let rest = bytes[token.endIndex...]
        if isDate, !isJoined, token.count == 10, rest.first == 0x20, rest.count > 3,
            rest[rest.startIndex + 3] == UInt8(ascii: ":")
        {
            let clock = rest.dropFirst().prefix {
                isURLLetterOrDigit($0) || ":+-.".utf8.contains($0)
            }
            token = bytes[place..<clock.endIndex]
            isJoined = true
        }
        var text = ByteString(token).mapped { scalar in
            scalar == " " ? "T" : scalar == "t" ? "T" : scalar == "z" ? "Z" : scalar
        }
        let layouts: [(ByteString, String)] = [
            ("2006-01-02T15:04:05.999999999Z07:00", ""),
            ("2006-01-02T15:04:05.999999999", "datetime-local"), ("2006-01-02", "date-local"),
            ("15:04:05.999999999", "time-local"),
        ]
        if isDate, !isJoined, token.count > 10 { text = ByteString(text.bytes.prefix(10)) }
        for (layout, zone) in layouts {
            let rules: TimeZoneRules = zone.isEmpty ? .utc : .fixed(zone, offsetSeconds: 0)
            if let time = try? TimeParser.parse(text, layout: layout, zone: rules) {
                place += text.count
                return .object(time)
            }
        }
        throw problem("invalid datetime: \(quoted(ByteString(token)))")
    }

    // MARK: Strings

    mutating func readLiteralString() throws(TemplateError) -> ByteString {
        let text = bytes[(place + 1)...].prefix { $0 != UInt8(ascii: "'") && $0 != 0x0A }
        guard text.endIndex < bytes.count else {
            throw problem("unexpected EOF; expected '''")
        }
        guard bytes[text.endIndex] != 0x0A else {
            throw problem("strings cannot contain newlines")
        }
        place = text.endIndex + 1
        return ByteString(text)
    }

    private mutating func readLongLiteral() throws(TemplateError) -> ByteString {
        place += 3
        skipFirstNewline()
        let start = place
        while !starts(with: "'''") {
            guard next != nil else { throw problem("unexpected EOF; expected \"'''\"") }
            place += 1
        }
        // Up to two more quotes belong to the text.
        while starts(with: "''''"), place - start < bytes.count { place += 1 }
        defer { place += 3 }
        return ByteString(bytes[start..<place])
    }

    private mutating func skipFirstNewline() {
        if starts(with: "\r\n") { place += 2 } else if next == 0x0A { place += 1 }
    }

    mutating func readBasicString() throws(TemplateError) -> ByteString {
        place += 1
        var out: [UInt8] = []
        while true {
            guard let byte = next else { throw problem("unexpected EOF; expected '\"'") }
            switch byte {
            case UInt8(ascii: "\""):
                place += 1
                return ByteString(out)
            case 0x0A: throw problem("strings cannot contain newlines")
            case UInt8(ascii: "\\"): try readEscape(&out)
            default:
                out.append(byte)
                place += 1
            }
        }
    }

    private mutating func readLongString() throws(TemplateError) -> ByteString {
        place += 3
        skipFirstNewline()
        var out: [UInt8] = []
        while true {
            guard let byte = next else {
                throw problem("unexpected EOF; expected '\"\"\"'")
            }
            if starts(with: "\"\"\"") {
                while starts(with: "\"\"\"\"") {
                    out.append(byte)
                    place += 1
                }
                place += 3
                return ByteString(out)
            }
            if byte == UInt8(ascii: "\\") {
                if !skipLineEnd() { try readEscape(&out) }
            } else {
                out.append(byte)
                place += 1
            }
        }
    }

    /// Takes a backslash at the end of a line, and all blanks up to the next text.
    private mutating func skipLineEnd() -> Bool {
        let spaces = bytes[(place + 1)...].prefix { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
        guard spaces.endIndex < bytes.count, bytes[spaces.endIndex] == 0x0A else { return false }
        place = spaces.endIndex
        while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D {
            place += 1
        }
        return true
    }

    private mutating func readEscape(_ out: inout [UInt8]) throws(TemplateError) {
        guard place + 1 < bytes.count else { throw problem("unexpected EOF; expected '\"'") }
        let letter = bytes[place + 1]
        place += 2
        switch letter {
        case UInt8(ascii: "b"): out.append(0x08)
        case UInt8(ascii: "t"): out.append(0x09)
        case UInt8(ascii: "n"): out.append(0x0A)
        case UInt8(ascii: "f"): out.append(0x0C)
        case UInt8(ascii: "r"): out.append(0x0D)
        case UInt8(ascii: "e"): out.append(0x1B)
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): out.append(letter)
        case UInt8(ascii: "u"): try readUnicode(4, "four", "u", &out)
        case UInt8(ascii: "U"): try readUnicode(8, "eight", "U", &out)
        default: throw problem("invalid escape in string '\\\(Unicode.Scalar(letter))'")
        }
    }

    private mutating func readUnicode(
        _ count: Int, _ name: String, _ letter: String, _ out: inout [UInt8]
    ) throws(TemplateError) {
        let digits = bytes[place...].prefix(count)
        let values = digits.compactMap(hexadecimalDigit)
        guard values.count == count else {
            let found = quoted("\\" + ByteString(letter) + ByteString(digits))
            throw problem(
                "expected \(name) hexadecimal digits after '\\\(letter)', but got \(found) instead")
        }
        let value = values.reduce(UInt64(0)) { $0 << 4 | $1 }
        guard let scalar = UInt32(exactly: value).flatMap(Unicode.Scalar.init) else {
            throw problem("escaped character '\\\(letter)\(ByteString(digits))' is not valid UTF-8")
        }
        appendUTF8(scalar, to: &out)
        place += count
    }
}

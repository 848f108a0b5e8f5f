/// Takes known secret values out of texts that come from elsewhere, such as a server's error messages.
///
/// Values are found as they are, escaped as in JSON, and in base64 with or without padding; of values of
/// several lines each line of eight or more bytes is found by itself. A value of two or three bytes is taken
/// out only where it stands alone: it would otherwise be found in the middle of words. A single byte stays.
public struct SecretScrubber: Sendable {
    public static let replacement = "(secret)"

    /// What not to show, by the first byte.
    private var patterns: [UInt8: [[UInt8]]] = [:]

    /// Shorter values than this have to stand alone.
    private static let shortest = 4
    /// Shorter lines than this of a longer value are not secret by themselves.
    private static let shortestLine = 8

    /// - Parameter values: The secret values themselves, not encoded.
    public init(values: some Sequence<[UInt8]>) {
        var forms: Set<[UInt8]> = []
        for value in values {
            let lines = value.split { $0 == 10 || $0 == 13 }.map(Array.init)
            Self.addForms(of: value, to: &forms)
            for line in lines where lines.count == 1 || line.count >= Self.shortestLine {
                Self.addForms(of: line, to: &forms)
                Self.addForms(of: Self.trimmed(line), to: &forms)
            }
        }
        for form in forms {
            guard let first = form.first else { continue }
            patterns[first, default: []].append(form)
        }
    }

    private static func addForms(of value: [UInt8], to forms: inout Set<[UInt8]>) {
        guard value.count > 1 else { return }
        let encoded = Array(Base64.encode(value).utf8)
        forms.insert(value)
        forms.insert(encoded)
        forms.insert(encoded.filter { $0 != UInt8(ascii: "=") })
        // As it stands inside of JSON, and as Go's %q writes it.
        forms.insert(escaped(value))
    }

    /// As it stands between the quotes of a JSON string.
    ///
    /// Source: https://www.rfc-editor.org/rfc/rfc8259#section-7
    private static func escaped(_ value: [UInt8]) -> [UInt8] {
        value.flatMap { byte -> [UInt8] in
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): [UInt8(ascii: "\\"), byte]
            case 0x08: Array(#"\b"#.utf8)
            case 0x09: Array(#"\t"#.utf8)
            case 0x0A: Array(#"\n"#.utf8)
            case 0x0C: Array(#"\f"#.utf8)
            case 0x0D: Array(#"\r"#.utf8)
            case 0..<0x20:
                Array((byte < 16 ? #"\u000"# : #"\u00"#).utf8) + Array(String(byte, radix: 16).utf8)
            default: [byte]
            }
        }
    }

    private static func trimmed(_ bytes: [UInt8]) -> [UInt8] {
        var rest = bytes[...]
        while let last = rest.last, last == 9 || last == 32 { rest.removeLast() }
        while let first = rest.first, first == 9 || first == 32 { rest.removeFirst() }
        return Array(rest)
    }

    /// The text with each run of known values, plain or encoded, replaced.
    public func scrub(_ text: String) -> String {
        guard !patterns.isEmpty else { return text }
        let bytes = Array(text.utf8)
        // All of them are marked before any is replaced, because they may overlap.
        var isSecret = [Bool](repeating: false, count: bytes.count)
        for start in bytes.indices {
            for pattern in patterns[bytes[start]] ?? [] where isMatch(pattern, bytes, start) {
                for place in start..<start + pattern.count { isSecret[place] = true }
            }
        }
        guard isSecret.contains(true) else { return text }
        var result: [UInt8] = []
        for place in bytes.indices {
            if !isSecret[place] {
                result.append(bytes[place])
            } else if place == 0 || !isSecret[place - 1] {
                result += Self.replacement.utf8
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    private func isMatch(_ pattern: [UInt8], _ bytes: [UInt8], _ start: Int) -> Bool {
        guard bytes[start...].starts(with: pattern) else { return false }
        guard pattern.count < Self.shortest else { return true }
        let end = start + pattern.count
        let isInWord =
            start > 0 && isWord(bytes[start - 1]) || end < bytes.count && isWord(bytes[end])
        return !isInWord
    }

    private func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 128...:
            true
        default: false
        }
    }
}

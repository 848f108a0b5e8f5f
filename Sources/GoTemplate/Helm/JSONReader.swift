/// Reads JSON into values as Go's encoding/json does: objects, lists, and every number a float64.
///
/// Of equal keys the last counts. Surrogates without their other half, and bytes that are no UTF-8, become
/// U+FFFD.
///
/// The messages are those of encoding/json since Go 1.25 builds it upon its second version.
///
/// Source: https://pkg.go.dev/encoding/json/v2
struct JSONReader {
    private let bytes: [UInt8]
    private var place = 0
    /// The lists and objects around the value that is read.
    private var open: [Container] = []
    /// A number that no float64 holds; reading goes on with zero for it.
    private var rangeError: TemplateError?

    /// Lists and objects within one another.
    ///
    /// Source: https://github.com/golang/go/blob/master/src/encoding/json/scanner.go, maxNestingDepth
    private static let maximumDepth = 10_000

    /// A list or an object that is not complete.
    private struct Container {
        /// `nil` for a list.
        let map: Map?
        var elements: [Value] = []
        /// Of the value that is read next.
        var key = ByteString()

        init(map: Map?) { self.map = map }

        var value: Value { map.map { .map($0) } ?? .list(List(elements)) }

        mutating func take(_ value: Value) {
            if let map { map[key] = value } else { elements.append(value) }
        }
    }

    struct Result {
        var value: Value
        /// What is wrong with a value that could be read all the same.
        var error: TemplateError?
    }

    /// - Throws: for a text that is no JSON, with Go's message.
    static func read(_ text: ByteString) throws(TemplateError) -> Result {
        var reader = JSONReader(bytes: text.bytes)
        let value = try reader.readValue()
        reader.skipSpace()
        if reader.place < reader.bytes.count { throw reader.unexpected("after top-level value") }
        return Result(value: value, error: reader.rangeError)
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private var next: UInt8? { place < bytes.count ? bytes[place] : nil }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D {
            place += 1
        }
    }

    private func unexpected(_ where: String) -> TemplateError {
        guard let byte = next else { return TemplateError("unexpected end of JSON input") }
        var name: [UInt8] = []
        let scalar = decodedScalar(bytes, at: place)?.scalar ?? Unicode.Scalar(byte)
        if scalar == "\"" {
            name = Array(#"'"'"#.utf8)
        } else {
            appendQuotedCharacter(scalar, isASCII: false, to: &name)
        }
        return TemplateError("invalid character \(ByteString(name)) \(`where`)")
    }

    /// Reads one value; what it holds waits in `open` instead of on the thread's stack.
    private mutating func readValue() throws(TemplateError) -> Value {
        while true {
            skipSpace()
            guard var value = try readStart() else { continue }
            // A value may end the lists and objects around it.
            while true {
                guard let index = open.indices.last else { return value }
                open[index].take(value)
                guard let whole = try readSeparator(after: index) else { break }
                value = whole
            }
        }
    }

    /// Reads a value without others in it, or opens one, which gives `nil`.
    private mutating func readStart() throws(TemplateError) -> Value? {
        switch next {
        case UInt8(ascii: "{"): return try openContainer(Container(map: Map()), end: "}")
        case UInt8(ascii: "["): return try openContainer(Container(map: nil), end: "]")
        case UInt8(ascii: "\""): return .string(try readString())
        case UInt8(ascii: "t"): return try readWord("true", .bool(true))
        case UInt8(ascii: "f"): return try readWord("false", .bool(false))
        case UInt8(ascii: "n"): return try readWord("null", .none)
        case .some(let byte) where byte == UInt8(ascii: "-") || (0x30...0x39).contains(byte):
            return try readNumber()
        default: throw unexpected("looking for beginning of value")
        }
    }

    private mutating func openContainer(_ container: Container, end: Unicode.Scalar)
        throws(TemplateError) -> Value?
    {
        if open.count == Self.maximumDepth { throw TemplateError("exceeded max depth") }
        place += 1
        skipSpace()
        if next.map(UInt32.init) == end.value {
            place += 1
            return container.value
        }
        open.append(container)
        if container.map != nil { try readKey() }
        return nil
    }

    /// Reads what follows an element: a comma, or the end, which gives the whole.
    private mutating func readSeparator(after index: Int) throws(TemplateError) -> Value? {
        let isObject = open[index].map != nil
        skipSpace()
        if next == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
            place += 1
            return open.removeLast().value
        }
        guard next == UInt8(ascii: ",") else {
            throw unexpected(isObject ? "after object key:value pair" : "after array element")
        }
        place += 1
        if isObject { try readKey() }
        return nil
    }

    /// A key with its colon.
    private mutating func readKey() throws(TemplateError) {
        skipSpace()
        guard next == UInt8(ascii: "\"") else {
            throw unexpected("looking for beginning of object key string")
        }
        open[open.count - 1].key = try readString()
        skipSpace()
        guard next == UInt8(ascii: ":") else { throw unexpected("after object key") }
        place += 1
    }

    private mutating func readWord(_ word: String, _ value: Value) throws(TemplateError) -> Value {
        for scalar in word.unicodeScalars {
            guard next.map(UInt32.init) == scalar.value else {
                throw unexpected("in literal \(word) (expecting '\(scalar)')")
            }
            place += 1
        }
        return value
    }

    private mutating func readNumber() throws(TemplateError) -> Value {
        let start = place
        if next == UInt8(ascii: "-") { place += 1 }
        if next == UInt8(ascii: "0") {
            place += 1
        } else {
            try takeDigits()
        }
        if next == UInt8(ascii: ".") {
            place += 1
            try takeDigits()
        }
        if let byte = next, byte | 0x20 == UInt8(ascii: "e") {
            place += 1
            if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { place += 1 }
            try takeDigits()
        }
        let text = Array(bytes[start..<place])
        let read = readFloat(text)
        if read.fault == nil { return .float64(read.value) }
        let field = open.filter { $0.map != nil }.map { "." + $0.key }.joined(by: "")
        let place = field.isEmpty ? ByteString("value") : "struct field " + field
        rangeError =
            rangeError
            ?? TemplateError(
                "json: cannot unmarshal number \(ByteString(text)) into Go \(place) of type float64"
            )
        return .float64(0)
    }

    private mutating func takeDigits() throws(TemplateError) {
        guard let byte = next, (0x30...0x39).contains(byte) else {
            throw unexpected("in numeric literal")
        }
        while let byte = next, (0x30...0x39).contains(byte) { place += 1 }
    }
}

// MARK: Strings

extension JSONReader {
    private mutating func readString() throws(TemplateError) -> ByteString {
        var out: [UInt8] = []
        place += 1
        while true {
            guard let byte = next else { throw unexpected("") }
            switch byte {
            case UInt8(ascii: "\""):
                place += 1
                return ByteString(out)
            case UInt8(ascii: "\\"): try readEscape(&out)
            case ..<0x20: throw unexpected("in string")
            case ..<0x80:
                out.append(byte)
                place += 1
            default:
                let decoded = decodedScalar(bytes, at: place)
                appendUTF8(decoded?.scalar ?? "\u{FFFD}", to: &out)
                place += decoded?.length ?? 1
            }
        }
    }

    private mutating func readEscape(_ out: inout [UInt8]) throws(TemplateError) {
        guard place + 1 < bytes.count else {
            place = bytes.count
            throw unexpected("")
        }
        switch bytes[place + 1] {
        case UInt8(ascii: "\""): out.append(UInt8(ascii: "\""))
        case UInt8(ascii: "\\"): out.append(UInt8(ascii: "\\"))
        case UInt8(ascii: "/"): out.append(UInt8(ascii: "/"))
        case UInt8(ascii: "b"): out.append(0x08)
        case UInt8(ascii: "f"): out.append(0x0C)
        case UInt8(ascii: "n"): out.append(0x0A)
        case UInt8(ascii: "r"): out.append(0x0D)
        case UInt8(ascii: "t"): out.append(0x09)
        case UInt8(ascii: "u"):
            let unit = try readUnit()
            appendUTF8(try scalar(of: unit), to: &out)
            return
        default: throw invalidEscape(length: 2)
        }
        place += 2
    }

    private func invalidEscape(length: Int) -> TemplateError {
        let escape = ByteString(bytes[place..<min(place + length, bytes.count)])
        return TemplateError("invalid escape sequence `\(escape)` in string")
    }

    /// The code unit of `\u12ab`, which stands at the place.
    private mutating func readUnit() throws(TemplateError) -> UInt32 {
        var value: UInt32 = 0
        for offset in 2..<6 {
            guard place + offset < bytes.count else {
                place = bytes.count
                throw unexpected("")
            }
            guard let digit = hexadecimalDigit(bytes[place + offset]) else {
                throw invalidEscape(length: 6)
            }
            value = value << 4 | UInt32(digit)
        }
        place += 6
        return value
    }

    /// The scalar of a code unit, with the second half of a pair when that follows.
    private mutating func scalar(of unit: UInt32) throws(TemplateError) -> Unicode.Scalar {
        if let scalar = Unicode.Scalar(unit) { return scalar }
        guard unit < 0xDC00, bytes[place...].starts(with: "\\u".utf8) else { return "\u{FFFD}" }
        let start = place
        let low = try readUnit()
        if (0xDC00...0xDFFF).contains(low),
            let scalar = Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
        {
            return scalar
        }
        place = start
        return "\u{FFFD}"
    }
}

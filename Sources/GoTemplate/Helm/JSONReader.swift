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
    private var depth = 0
    /// The keys on the way to the value that is read.
    private var path: [ByteString] = []
    /// A number that no float64 holds; reading goes on with zero for it.
    private var rangeError: TemplateError?

    /// Lists and objects within one another: a tenth of what Go takes, so that it fits every thread's stack.
    ///
    /// Source: https://github.com/golang/go/blob/master/src/encoding/json/scanner.go, maxNestingDepth
    private static let maximumDepth = 1000

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

    private mutating func readValue() throws(TemplateError) -> Value {
        skipSpace()
        switch next {
        case UInt8(ascii: "{"): return try readObject()
        case UInt8(ascii: "["): return try readArray()
        case UInt8(ascii: "\""): return .string(try readString())
        case UInt8(ascii: "t"): return try readWord("true", .bool(true))
        case UInt8(ascii: "f"): return try readWord("false", .bool(false))
        case UInt8(ascii: "n"): return try readWord("null", .none)
        case .some(let byte) where byte == UInt8(ascii: "-") || (0x30...0x39).contains(byte):
            return try readNumber()
        default: throw unexpected("looking for beginning of value")
        }
    }

    private mutating func enter() throws(TemplateError) {
        depth += 1
        if depth > Self.maximumDepth { throw TemplateError("exceeded max depth") }
    }

    private mutating func readObject() throws(TemplateError) -> Value {
        try enter()
        defer { depth -= 1 }
        let map = Map()
        place += 1
        skipSpace()
        if next == UInt8(ascii: "}") {
            place += 1
            return .map(map)
        }
        while true {
            skipSpace()
            guard next == UInt8(ascii: "\"") else {
                throw unexpected("looking for beginning of object key string")
            }
            let key = try readString()
            skipSpace()
            guard next == UInt8(ascii: ":") else { throw unexpected("after object key") }
            place += 1
            path.append(key)
            map[key] = try readValue()
            path.removeLast()
            skipSpace()
            if next == UInt8(ascii: "}") {
                place += 1
                return .map(map)
            }
            guard next == UInt8(ascii: ",") else { throw unexpected("after object key:value pair") }
            place += 1
        }
    }

    private mutating func readArray() throws(TemplateError) -> Value {
        try enter()
        defer { depth -= 1 }
        var elements: [Value] = []
        place += 1
        skipSpace()
        if next == UInt8(ascii: "]") {
            place += 1
            return .list(elements)
        }
        while true {
            elements.append(try readValue())
            skipSpace()
            if next == UInt8(ascii: "]") {
                place += 1
                return .list(elements)
            }
            guard next == UInt8(ascii: ",") else { throw unexpected("after array element") }
            place += 1
        }
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
        let field = path.map { "." + $0 }.joined(by: "")
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

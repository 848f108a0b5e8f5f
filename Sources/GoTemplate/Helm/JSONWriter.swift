/// Writes values as Go's encoding/json does.
///
/// Keys are sorted by their bytes. Strings that are not UTF-8 get U+FFFD.
///
/// Source: https://pkg.go.dev/encoding/json#Marshal
struct JSONWriter {
    var bytes: [UInt8] = []
    /// Whether `<`, `>` and `&` are escaped.
    var escapesHTML = true
    /// nil for a single line; else the white space of each level.
    var indent: [UInt8]?
    private let limit: Int
    private var depth = 0

    /// Where Go finds that a map holds itself.
    private static let maximumDepth = 1_000

    init(escapesHTML: Bool = true, indent: String? = nil, limit: Int = .max) {
        self.limit = limit
        self.escapesHTML = escapesHTML
        self.indent = indent.map { Array($0.utf8) }
    }

    mutating func write(_ value: Value) throws(TemplateError) {
        if bytes.count > limit { throw tooLong(limit) }
        switch value {
        case .none: append("null")
        case .bool(let flag): append(flag ? "true" : "false")
        case .int(let number): append(String(number))
        case .int64(let number): append(String(number))
        case .uint8(let number): append(String(number))
        case .uint64(let number): append(String(number))
        case .float64(let number): try write(number)
        case .string(let text): write(string: text.bytes)
        case .list(let list):
            if list.isNil {
                append("null")
            } else if let bytes = list.bytes {
                write(string: Base64.encode(bytes.bytes))
            } else {
                try write(list.elements)
            }
        case .map(let map): try write(map)
        case .object(let box): try write(box.object)
        case .function(let function):
            throw TemplateError("json: unsupported type: \(function.type)")
        }
    }

    private mutating func write(_ object: any Object) throws(TemplateError) {
        switch object {
        case let time as GoTime: write(string: time.json.bytes)
        case let version as GoVersion: write(string: Array(version.version.description.utf8))
        default:
            if let value = object.underlying {
                try write(value)
            } else {
                try writeFields(object)
            }
        }
    }

    /// A struct, its fields in their own order.
    private mutating func writeFields(_ object: any Object) throws(TemplateError) {
        try enter()
        var isFirst = true
        append("{")
        for name in object.fieldNames {
            separate(&isFirst)
            writeKey(name)
            try write(object.field(name) ?? .none)
        }
        leave("}", isEmpty: isFirst)
    }

    private mutating func write(_ elements: [Value]) throws(TemplateError) {
        try enter()
        var isFirst = true
        append("[")
        for element in elements {
            separate(&isFirst)
            try write(element)
        }
        leave("]", isEmpty: isFirst)
    }

    private mutating func write(_ map: Map) throws(TemplateError) {
        if map.isNil {
            append("null")
            return
        }
        try enter()
        var isFirst = true
        append("{")
        for (key, value) in map.sortedEntries {
            separate(&isFirst)
            writeKey(key)
            try write(value)
        }
        leave("}", isEmpty: isFirst)
    }

    private mutating func enter() throws(TemplateError) {
        depth += 1
        if depth > Self.maximumDepth {
            throw TemplateError("json: unsupported value: encountered a cycle")
        }
    }

    private mutating func leave(_ end: String, isEmpty: Bool) {
        depth -= 1
        if !isEmpty { startLine() }
        append(end)
    }

    private mutating func separate(_ isFirst: inout Bool) {
        if !isFirst { append(",") }
        isFirst = false
        startLine()
    }

    private mutating func startLine() {
        guard let indent else { return }
        bytes.append(UInt8(ascii: "\n"))
        for _ in 0..<depth { bytes += indent }
    }

    private mutating func writeKey(_ key: ByteString) {
        write(string: key.bytes)
        append(indent == nil ? ":" : ": ")
    }

    private mutating func append(_ text: String) { bytes += text.utf8 }

    /// As JavaScript prints numbers.
    private mutating func write(_ number: Double) throws(TemplateError) {
        guard number.isFinite else {
            throw TemplateError("json: unsupported value: \(printed([.float64(number)]))")
        }
        bytes += jsonNumber(number).bytes
    }
}

/// A finite number as Go's encoding/json writes it: with an exponent below 1e-6 and from 1e21 on.
///
/// Source: https://github.com/golang/go/blob/master/src/encoding/json/encode.go, floatEncoder
func jsonNumber(_ number: Double) -> ByteString {
    let magnitude = number.magnitude
    guard magnitude != 0, magnitude < 1e-6 || magnitude >= 1e21 else {
        return floatText(number, .fixed)
    }
    var text = floatText(number, .exponent)
    // e-09 is e-9 here.
    let end = text.bytes.suffix(4)
    if end.starts(with: "e-0".utf8) { text.bytes.remove(at: text.count - 2) }
    return text
}

extension JSONWriter {
    /// A string between quotes, with the escapes of encoding/json.
    mutating func write(string text: [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        var place = 0
        while place < text.count {
            let byte = text[place]
            if byte < 0x80 {
                place += 1
                write(ascii: byte)
            } else if let (scalar, length) = decodedScalar(text, at: place) {
                // The two separators that are line ends in JavaScript.
                if scalar == "\u{2028}" || scalar == "\u{2029}" {
                    append(scalar == "\u{2028}" ? "\\u2028" : "\\u2029")
                } else {
                    bytes += text[place..<(place + length)]
                }
                place += length
            } else {
                append("\\ufffd")
                place += 1
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func write(ascii byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): append("\\\"")
        case UInt8(ascii: "\\"): append("\\\\")
        case 0x08: append("\\b")
        case 0x0C: append("\\f")
        case 0x0A: append("\\n")
        case 0x0D: append("\\r")
        case 0x09: append("\\t")
        case ..<0x20: writeEscape(byte)
        case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"):
            if escapesHTML { writeEscape(byte) } else { bytes.append(byte) }
        default: bytes.append(byte)
        }
    }

    private mutating func writeEscape(_ byte: UInt8) {
        append("\\u00")
        bytes += [hexDigit(byte >> 4), hexDigit(byte & 15)]
    }
}

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
    private var open: [Container] = []

    /// What nests deeper holds itself, most likely; it is what can be read of JSON.
    private static let maximumDepth = 10_000

    init(escapesHTML: Bool = true, indent: String? = nil, limit: Int = .max) {
        self.limit = limit
        self.escapesHTML = escapesHTML
        self.indent = indent.map { Array($0.utf8) }
    }

    /// Writes a value; what it holds waits in `open` instead of on the thread's stack.
    mutating func write(_ value: Value) throws(TemplateError) {
        try start(value)
        while let index = open.indices.last {
            if bytes.count > limit { throw tooLong(limit) }
            guard let next = open[index].next() else {
                leave(open.removeLast())
                continue
            }
            if !next.isFirst { append(",") }
            startLine()
            if let key = next.key { writeKey(key) }
            try start(next.value)
        }
    }

    /// Writes a value without others in it, or the beginning of one.
    private mutating func start(_ value: Value) throws(TemplateError) {
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
                try enter(.elements(list.elements))
            }
        case .map(let map):
            if map.isNil { append("null") } else { try enter(.entries(map.sortedEntries)) }
        case .object(let box): try start(box.object)
        case .function(let function):
            throw TemplateError("json: unsupported type: \(function.type)")
        }
    }

    private mutating func start(_ object: any Object) throws(TemplateError) {
        switch object {
        case let time as GoTime: write(string: time.json.bytes)
        case let version as GoVersion: write(string: Array(version.version.description.utf8))
        default:
            if let value = object.underlying {
                try start(value)
            } else {
                // A struct, its fields in their own order.
                try enter(
                    .entries(
                        zip(object.jsonNames, object.fieldNames).map { name, field in
                            (name, object.field(field) ?? Value.none)
                        }))
            }
        }
    }

    /// A list, a map or a struct that is being written.
    private struct Container {
        enum Content {
            case elements([Value])
            case entries([(key: ByteString, value: Value)])
        }

        let content: Content
        private var place = 0

        init(_ content: Content) { self.content = content }

        var isEmpty: Bool { place == 0 }

        mutating func next() -> (isFirst: Bool, key: ByteString?, value: Value)? {
            let place = place
            switch content {
            case .elements(let elements):
                guard place < elements.count else { return nil }
                self.place += 1
                return (place == 0, nil, elements[place])
            case .entries(let entries):
                guard place < entries.count else { return nil }
                self.place += 1
                return (place == 0, entries[place].key, entries[place].value)
            }
        }
    }

    private mutating func enter(_ content: Container.Content) throws(TemplateError) {
        if open.count == Self.maximumDepth {
            throw TemplateError("json: unsupported value: encountered a cycle")
        }
        if case .elements = content { append("[") } else { append("{") }
        open.append(Container(content))
    }

    private mutating func leave(_ container: Container) {
        if !container.isEmpty { startLine() }
        if case .elements = container.content { append("]") } else { append("}") }
    }

    private mutating func startLine() {
        guard let indent else { return }
        bytes.append(UInt8(ascii: "\n"))
        for _ in open { bytes += indent }
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

/// Writes values as YAML, in one of the two ways that Helm has.
///
/// What is written depends on where the line stands, so the state of go-yaml's emitter is kept here under its
/// names: `column`, `whitespace` (the last thing was a space), `indention` (so far the line is indentation).
///
/// Source: https://github.com/yaml/go-yaml/blob/v2/emitterc.go
struct YAMLEmitter {
    let style: Serialization.YAMLStyle
    private(set) var bytes: [UInt8] = []
    var column = 0
    var whitespace = true
    var indention = true
    /// Of the collection that is being written; -1 outside of any.
    var indent = -1
    private var depth = 0

    /// Go gives up on JSON that nests deeper, which a map does that holds itself.
    private static let maximumDepth = 1_000
    /// In bytes; a longer key is written in the explicit form.
    private static let longestSimpleKey = 128
    /// In characters, quotes and escapes included; a longer key cannot be read on one line.
    private static let longestReadKey = 1024

    private let limit: Int

    init(_ style: Serialization.YAMLStyle, limit: Int = .max) {
        self.style = style
        self.limit = limit
    }

    var foldsLines: Bool { style == .kubernetes }

    /// The whole document, with its last newline.
    mutating func writeDocument(_ value: Value) throws(TemplateError) {
        try write(value, inMapping: false)
        writeIndent()
    }

    private mutating func write(_ value: Value, inMapping: Bool) throws(TemplateError) {
        if bytes.count > limit { throw tooLong(limit) }
        switch value {
        case .list(let list):
            if list.isNil, style == .kubernetes {
                writeScalar("null")
            } else if let bytes = list.bytes, style == .kubernetes {
                try writeText(ByteString(Base64.encode(bytes.bytes)), isKey: false)
            } else {
                try write(list.elements, inMapping: inMapping)
            }
        case .map(let map):
            if map.isNil, style == .kubernetes {
                writeScalar("null")
            } else {
                try write(map)
            }
        case .object(let box): try write(box.object, inMapping: inMapping)
        case .string(let text): try writeText(text, isKey: false)
        case .none: writeScalar("null")
        case .bool(let flag): writeScalar(flag ? "true" : "false")
        case .int(let number): writeScalar(ByteString("\(number)"))
        case .int64(let number): writeScalar(ByteString("\(number)"))
        case .uint8(let number): writeScalar(ByteString("\(number)"))
        case .uint64(let number): writeScalar(ByteString("\(number)"))
        case .float64(let number): writeScalar(try text(of: number))
        case .function(let function):
            throw TemplateError("json: unsupported type: \(function.type)")
        }
    }

    private mutating func write(_ object: any Object, inMapping: Bool) throws(TemplateError) {
        switch object {
        case let time as GoTime:
            if style == .pretty {
                writeScalar(time.json)
            } else {
                try writeText(time.json, isKey: false)
            }
        case let version as GoVersion:
            try writeText(ByteString(version.version.description), isKey: false)
        case let duration as GoDuration where style == .pretty:
            try writeText(ByteString(duration.description), isKey: false)
        default:
            if let value = object.underlying {
                try write(value, inMapping: inMapping)
            } else {
                try writeFields(of: object)
            }
        }
    }

    /// A number after its way through JSON: digits alone as long as 64 bits hold them.
    private func text(of number: Double) throws(TemplateError) -> ByteString {
        guard number.isFinite else {
            if style == .pretty {
                return number.isNaN ? ".nan" : number < 0 ? "-.inf" : ".inf"
            }
            throw TemplateError("json: unsupported value: \(printed([.float64(number)]))")
        }
        if style == .kubernetes, number == number.rounded(.towardZero), number.magnitude < 1e21 {
            if number == 0 { return "0" }
            let digits = jsonNumber(number)
            if Int64(digits.description) != nil || UInt64(digits.description) != nil {
                return digits
            }
        }
        return floatText(number, .general)
    }

    /// Keys stand in JSON before they are written, and YAML does not read every key there.
    ///
    /// Source: https://yaml.org/spec/1.1/#simple%20key/
    private func checkKey(_ key: ByteString) throws(TemplateError) {
        // An escape takes at most six characters.
        if key.count < Self.longestReadKey / 6 - 2, !key.contains("\u{85}") { return }
        var writer = JSONWriter()
        writer.write(string: key.bytes)
        let isShort = characterCount(writer.bytes) <= Self.longestReadKey
        guard isShort, !key.contains("\u{85}") else {
            throw TemplateError("yaml: could not find expected ':'")
        }
    }

    private mutating func enter() throws(TemplateError) {
        depth += 1
        if depth > Self.maximumDepth {
            throw TemplateError("json: unsupported value: encountered a cycle")
        }
    }

    private mutating func write(_ elements: [Value], inMapping: Bool) throws(TemplateError) {
        if elements.isEmpty {
            writeIndicator("[", needsSpace: true, isSpace: true)
            writeIndicator("]")
            return
        }
        try enter()
        let outer = indent
        let staysOut = style == .kubernetes && inMapping && !indention
        indent = indent < 0 ? 0 : staysOut ? indent : indent + 2
        for element in elements {
            writeIndent()
            writeIndicator("-", needsSpace: true, isIndention: true)
            try write(element, inMapping: false)
        }
        indent = outer
        depth -= 1
    }

    /// By the names and in the order of JSON; without the way through JSON as the struct has them, in small letters.
    private mutating func writeFields(of object: any Object) throws(TemplateError) {
        let isPretty = style == .pretty
        let names =
            isPretty
            ? object.fieldNames.map { ByteString($0.description.lowercased()) } : object.jsonNames
        let fields = zip(names, object.fieldNames).map { name, field in
            (key: name, value: object.field(field) ?? Value.none)
        }
        try write(
            isPretty
                ? fields
                : fields.sorted {
                    naturallyPrecedes($0.key, $1.key, lettersAfterDigitsFirst: false)
                })
    }

    private mutating func write(_ map: Map) throws(TemplateError) {
        let isPretty = style == .pretty
        // The natural order is no total one; starting from a fixed order keeps the output fixed.
        try write(
            map.sortedEntries.sorted {
                naturallyPrecedes($0.key, $1.key, lettersAfterDigitsFirst: isPretty)
            })
    }

    private mutating func write(_ entries: [(key: ByteString, value: Value)]) throws(TemplateError)
    {
        if entries.isEmpty {
            writeIndicator("{", needsSpace: true, isSpace: true)
            writeIndicator("}")
            return
        }
        try enter()
        let outer = indent
        indent = indent < 0 ? 0 : indent + 2
        for entry in entries {
            writeIndent()
            if style == .kubernetes { try checkKey(entry.key) }
            let isSimple =
                entry.key.isOneLine && entry.key.count <= Self.longestSimpleKey
            if !isSimple { writeIndicator("?", needsSpace: true, isIndention: true) }
            try writeText(entry.key, isKey: isSimple)
            if isSimple {
                writeIndicator(":")
            } else {
                writeIndent()
                writeIndicator(":", needsSpace: true, isIndention: true)
            }
            try write(entry.value, inMapping: true)
        }
        indent = outer
        depth -= 1
    }
}

// MARK: The line

extension YAMLEmitter {
    mutating func put(_ byte: UInt8) {
        bytes.append(byte)
        column += 1
    }

    /// A character, which is one column whatever its bytes.
    mutating func put(_ scalar: Unicode.Scalar) {
        appendUTF8(scalar, to: &bytes)
        column += 1
    }

    mutating func putBreak() {
        bytes.append(UInt8(ascii: "\n"))
        column = 0
    }

    /// A line break of the text itself.
    mutating func writeBreak(_ scalar: Unicode.Scalar) {
        if scalar == "\n" {
            putBreak()
        } else {
            put(scalar)
            column = 0
        }
    }

    /// Goes to the indentation, on a new line unless this one has nothing else yet.
    mutating func writeIndent() {
        let indent = max(self.indent, 0)
        if !indention || column > indent || (column == indent && !whitespace) { putBreak() }
        while column < indent { put(UInt8(ascii: " ")) }
        whitespace = true
        indention = true
    }

    mutating func writeIndicator(
        _ text: String, needsSpace: Bool = false, isSpace: Bool = false, isIndention: Bool = false
    ) {
        if needsSpace, !whitespace { put(UInt8(ascii: " ")) }
        for byte in text.utf8 { put(byte) }
        whitespace = isSpace
        indention = indention && isIndention
    }

    /// A scalar that is no string, on one line.
    mutating func writeScalar(_ text: ByteString) {
        if !whitespace { put(UInt8(ascii: " ")) }
        for byte in text.bytes { put(byte) }
        whitespace = false
        indention = false
    }
}

/// A text after its way through JSON that is read as YAML: there U+0085 is the end of a line.
///
/// - Throws: for control characters, which YAML does not read.
///
/// Source: https://yaml.org/spec/1.1/#id906537
func readAsYAML(_ scalars: [Unicode.Scalar]) throws(TemplateError) -> [Unicode.Scalar] {
    var breaks = 0
    var result: [Unicode.Scalar] = []
    for scalar in scalars {
        switch scalar.value {
        case 0x7F...0x84, 0x86...0x9F, 0xFFFE, 0xFFFF:
            throw TemplateError("yaml: control characters are not allowed")
        case 0x85:
            if breaks == 0 { while result.last == " " { result.removeLast() } }
            breaks += 1
        case 0x20 where breaks > 0: break
        default:
            result += lineFold(breaks)
            breaks = 0
            result.append(scalar)
        }
    }
    return result + lineFold(breaks)
}

/// What a number of line ends in a row stands for: one is a space.
private func lineFold(_ breaks: Int) -> [Unicode.Scalar] {
    breaks == 1 ? [" "] : Array(repeating: "\n", count: max(breaks - 1, 0))
}

extension ByteString {
    /// Whether the text has no line break of YAML 1.1.
    fileprivate var isOneLine: Bool {
        if bytes.allSatisfy({ $0 >= 0x20 && $0 < 0x80 }) { return true }
        return !scalars.contains(where: isYAMLBreak)
    }
}

/// Writes values as TOML in the layout of BurntSushi/toml, which Helm uses.
///
/// Source: https://github.com/BurntSushi/toml/blob/v1.5.0/encode.go
struct TOMLWriter {
    private(set) var bytes: [UInt8] = []
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    /// Maps nested deeper hold themselves, most likely.
    private static let maximumDepth = 1_000

    mutating func writeDocument(_ value: Value) throws(TemplateError) {
        if let map = value.asMap { try write(map, path: []) } else { try writeElement(value) }
    }

    /// The keys with plain values first, then tables; both sorted.
    private mutating func write(_ map: Map, path: [ByteString]) throws(TemplateError) {
        guard path.count < Self.maximumDepth else { throw TemplateError("toml: nests too deeply") }
        if bytes.count > limit { throw tooLong(limit) }
        var tables: [(key: ByteString, value: Value)] = []
        for entry in map.sortedEntries {
            if try isTable(entry.value) {
                tables.append(entry)
            } else if !isNil(entry.value) {
                indent(path.count)
                bytes += keyText(entry.key).bytes
                append(" = ")
                try writeElement(entry.value)
                append("\n")
            }
        }
        for (key, value) in tables { try writeTable(value, path: path + [key]) }
    }

    private mutating func writeTable(_ value: Value, path: [ByteString]) throws(TemplateError) {
        if let map = value.asMap {
            if map.isNil { return }
            if path.count == 1 { startLine() }
            writeHeader(path, "[", "]")
            try write(map, path: path)
            return
        }
        for element in value.asList?.elements ?? [] {
            startLine()
            writeHeader(path, "[[", "]]")
            if let map = element.asMap { try write(map, path: path) }
        }
    }

    private mutating func writeHeader(_ path: [ByteString], _ open: String, _ close: String) {
        indent(path.count - 1)
        append(open)
        bytes += path.map { keyText($0) }.joined(by: ".").bytes
        append(close)
        append("\n")
    }

    private mutating func startLine() { if !bytes.isEmpty { append("\n") } }

    private mutating func indent(_ count: Int) { for _ in 0..<count { append("  ") } }

    private mutating func append(_ text: String) { bytes += text.utf8 }

    private func isNil(_ value: Value) -> Bool {
        if value.isNone { return true }
        return value.asList?.isNil ?? value.asMap?.isNil ?? false
    }

    /// Whether a value gets a header of its own: a map, or a list of nothing but maps.
    private func isTable(_ value: Value) throws(TemplateError) -> Bool {
        if value.asMap != nil { return true }
        guard let list = value.asList, list.count > 0 else { return false }
        var isTable = true
        for element in list.elements {
            if element.isNone { throw TemplateError("toml: cannot encode array with nil element") }
            if element.asMap == nil { isTable = false }
        }
        return isTable
    }

    private mutating func writeElement(
        _ value: Value, depth: Int = 0
    ) throws(TemplateError) {
        guard depth < Self.maximumDepth else { throw TemplateError("toml: nests too deeply") }
        if bytes.count > limit { throw tooLong(limit) }
        if let time = GoTime.taken(from: value) {
            bytes += time.json.bytes
            return
        }
        switch value.underlying {
        case .bool, .int, .int64, .uint8, .uint64: bytes += printed([value.underlying]).bytes
        case .float64(let number): bytes += floatText(number).bytes
        case .string(let text): bytes += quotedTOML(text).bytes
        case .list(let list):
            append("[")
            for (place, element) in list.elements.enumerated() {
                if place > 0 { append(", ") }
                try writeElement(element, depth: depth + 1)
            }
            append("]")
        case .map(let map): try writeInline(map, depth: depth)
        case .object(let box):
            bytes += quotedTOML(box.object.text ?? "").bytes
        case .none, .function:
            throw TemplateError("unsupported type: \(value.type?.kind ?? "invalid")")
        }
    }

    private mutating func writeInline(_ map: Map, depth: Int) throws(TemplateError) {
        var plain: [(key: ByteString, value: Value)] = []
        var tables: [(key: ByteString, value: Value)] = []
        for entry in map.sortedEntries where !isNil(entry.value) {
            if try isTable(entry.value) { tables.append(entry) } else { plain.append(entry) }
        }
        append("{")
        for (place, entry) in (plain + tables).enumerated() {
            if place > 0 { append(", ") }
            bytes += keyText(entry.key).bytes
            append(" = ")
            try writeElement(entry.value, depth: depth + 1)
        }
        append("}")
    }

    private func floatText(_ number: Double) -> ByteString {
        if number.isNaN { return "nan" }
        if number.isInfinite { return number < 0 ? "-inf" : "inf" }
        let text = GoTemplate.floatText(number, .general)
        let isWhole = !text.bytes.contains { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "e") }
        return isWhole ? text + ".0" : text
    }
}

/// A key as it is when it has letters, digits, `_` and `-` alone, else between quotes.
private func keyText(_ key: ByteString) -> ByteString {
    let isBare = key.bytes.allSatisfy {
        isURLLetterOrDigit($0) || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-")
    }
    return isBare && !key.isEmpty ? key : quotedTOML(key)
}

private func quotedTOML(_ text: ByteString) -> ByteString {
    var out = [UInt8(ascii: "\"")]
    for byte in text.bytes {
        switch byte {
        case UInt8(ascii: "\""): out += "\\\"".utf8
        case UInt8(ascii: "\\"): out += "\\\\".utf8
        case 0x08: out += "\\b".utf8
        case 0x09: out += "\\t".utf8
        case 0x0A: out += "\\n".utf8
        case 0x0C: out += "\\f".utf8
        case 0x0D: out += "\\r".utf8
        case ..<0x20, 0x7F:
            out += "\\u00".utf8
            out += [hexDigit(byte >> 4), hexDigit(byte & 15)]
        default: out.append(byte)
        }
    }
    return ByteString(out + [UInt8(ascii: "\"")])
}

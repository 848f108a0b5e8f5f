public import Model

/// JSON without any space, keys in their own order.
///
/// Only what JSON demands is escaped: not `<`, `>`, `&` and `/`. A `double` without fraction prints
/// without one, as Go's encoding/json does; infinities and NaN, which JSON cannot say, print `null`.
public func printJSON(_ node: Node) -> [UInt8] {
    var printer = JSONPrinter(style: .compact)
    printer.append(node)
    return printer.out
}

/// The one JSON of a value: equal values give equal bytes, for hashing.
///
/// Keys are ordered by their UTF-16 code units, numbers print as in ECMAScript. Integers keep all
/// their digits, also beyond ±(2^53 − 1), where RFC 8785 leaves them to the caller.
///
/// Source: https://www.rfc-editor.org/rfc/rfc8785#section-3.2
public func canonicalJSON(_ node: Node) -> [UInt8] {
    var printer = JSONPrinter(style: .canonical)
    printer.append(node)
    return printer.out
}

/// JSON for people: indented by two spaces, keys in their own order, no newline at the end.
public func prettyJSON(_ node: Node) -> String {
    var printer = JSONPrinter(style: .pretty)
    printer.append(node)
    return String(decoding: printer.out, as: UTF8.self)
}

struct JSONPrinter {
    enum Style {
        case compact, canonical, pretty
    }

    let style: Style
    var out: [UInt8] = []
    private var indentation = 0

    init(style: Style) { self.style = style }

    mutating func append(_ node: Node) {
        switch node {
        case .null: write("null")
        case .bool(true): write("true")
        case .bool(false): write("false")
        case .int(let value): appendInteger(value)
        case .double(let value):
            if value.isFinite {
                ShortestDigits(value).appendECMAScript(to: &out)
            } else {
                write("null")
            }
        case .string(let value): appendJSONString(value, to: &out)
        case .array(let elements):
            if elements.isEmpty { return write("[]") }
            appendList(elements, between: "[", "]") { $0.append($1) }
        case .object(let mapping):
            if mapping.isEmpty { return write("{}") }
            let entries = style == .canonical ? canonicalOrder(mapping) : Array(mapping)
            appendList(entries, between: "{", "}") { printer, entry in
                appendJSONString(entry.key, to: &printer.out)
                printer.write(printer.style == .pretty ? ": " : ":")
                printer.append(entry.value)
            }
        }
    }

    @inline(__always)
    private mutating func appendList<Element>(
        _ elements: [Element], between opening: StaticString, _ closing: StaticString,
        _ appendElement: (inout JSONPrinter, Element) -> Void
    ) {
        write(opening)
        indentation += 1
        var isFirst = true
        for element in elements {
            if !isFirst { out.append(UInt8(ascii: ",")) }
            isFirst = false
            startLine()
            appendElement(&self, element)
        }
        indentation -= 1
        startLine()
        write(closing)
    }

    private mutating func startLine() {
        guard style == .pretty else { return }
        out.append(UInt8(ascii: "\n"))
        for _ in 0..<indentation { write("  ") }
    }

    private mutating func write(_ text: StaticString) {
        out.append(
            contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    private mutating func appendInteger(_ value: Int64) {
        if (0...9).contains(value) {
            out.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value))
        } else {
            out.append(contentsOf: String(value).utf8)
        }
    }
}

/// By UTF-16 code units, which differs from UTF-8 order only beyond the Basic Multilingual Plane.
private func canonicalOrder(_ mapping: Mapping) -> [Mapping.Element] {
    mapping.sorted { $0.key.utf16.lexicographicallyPrecedes($1.key.utf16) }
}

private let hexDigits = Array("0123456789abcdef".utf8)

/// A string in quotes, with nothing escaped that need not be.
func appendJSONString(_ text: String, to out: inout [UInt8]) {
    out.append(UInt8(ascii: "\""))
    let isDone: Void? = text.utf8.withContiguousStorageIfAvailable { bytes in
        appendEscaped(bytes, to: &out)
    }
    if isDone == nil {
        Array(text.utf8).withUnsafeBufferPointer { appendEscaped($0, to: &out) }
    }
    out.append(UInt8(ascii: "\""))
}

private func appendEscaped(_ bytes: UnsafeBufferPointer<UInt8>, to out: inout [UInt8]) {
    var start = 0
    for position in 0..<bytes.count {
        let byte = bytes[position]
        guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else {
            continue
        }
        out.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[start..<position]))
        start = position + 1
        out.append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): out.append(byte)
        case 0x08: out.append(UInt8(ascii: "b"))
        case 0x09: out.append(UInt8(ascii: "t"))
        case 0x0A: out.append(UInt8(ascii: "n"))
        case 0x0C: out.append(UInt8(ascii: "f"))
        case 0x0D: out.append(UInt8(ascii: "r"))
        default:
            out.append(contentsOf: [UInt8(ascii: "u"), UInt8(ascii: "0"), UInt8(ascii: "0")])
            out.append(hexDigits[Int(byte >> 4)])
            out.append(hexDigits[Int(byte & 15)])
        }
    }
    out.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[start...]))
}

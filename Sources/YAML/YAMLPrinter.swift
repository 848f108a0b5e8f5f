public import Model

/// YAML for people, as `kubectl get -o yaml` prints it.
///
/// Keys are sorted as kubectl sorts them (digits as numbers), lists stand at the indentation of their
/// key, texts of several lines are literal blocks, long lines fold at the first space after column 80.
/// What is printed reads back as the same value, except that a `double` without fraction comes back as
/// `int`, and infinities and NaN do not come back. Ends with a newline.
public func printYAML(_ node: Node) -> String {
    var printer = YAMLPrinter()
    printer.appendRoot(node)
    return String(decoding: printer.out, as: UTF8.self)
}

struct YAMLPrinter {
    var out: [UInt8] = []

    mutating func appendRoot(_ node: Node) {
        switch node {
        case .object(let mapping) where !mapping.isEmpty: append(mapping, indentation: 0)
        case .array(let elements) where !elements.isEmpty: append(elements, indentation: 0)
        default:
            appendScalar(node, indentation: 2)
            endLine()
        }
    }

    /// The entries, of which the first begins where the output stands.
    private mutating func append(_ mapping: Mapping, indentation: Int) {
        var isFirst = true
        // The natural order is no total one; starting from a fixed order keeps the output fixed.
        let entries = mapping.sortedByKey.sorted { naturalOrder($0.key, $1.key) }
        for (key, value) in entries {
            if !isFirst { indent(indentation) }
            isFirst = false
            appendKey(key, indentation: indentation)
            switch value {
            case .object(let inner) where !inner.isEmpty:
                endLine()
                indent(indentation + 2)
                append(inner, indentation: indentation + 2)
            case .array(let elements) where !elements.isEmpty:
                endLine()
                indent(indentation)
                append(elements, indentation: indentation)
            default:
                out.append(UInt8(ascii: " "))
                appendScalar(value, indentation: indentation + 2)
                endLine()
            }
        }
    }

    private mutating func append(_ elements: [Node], indentation: Int) {
        var isFirst = true
        for element in elements {
            if !isFirst { indent(indentation) }
            isFirst = false
            write("- ")
            switch element {
            case .object(let inner) where !inner.isEmpty:
                append(inner, indentation: indentation + 2)
            case .array(let inner) where !inner.isEmpty:
                append(inner, indentation: indentation + 2)
            default:
                appendScalar(element, indentation: indentation + 2)
                endLine()
            }
        }
    }

    private mutating func appendKey(_ key: String, indentation: Int) {
        let isMultiline = key.unicodeScalars.contains { isLineBreak($0) }
        // libyaml and go-yaml read longer keys only in the explicit form, too.
        if key == "<<" {
            write("\"<<\"")  // Plain, it would be a merge key.
        } else if isMultiline || key.utf8.count > 128 {
            write("? ")
            appendText(key, indentation: indentation + 2, isKey: false)
            endLine()
            indent(indentation)
        } else {
            appendText(key, indentation: indentation, isKey: true)
        }
        write(":")
    }

    private mutating func appendScalar(_ node: Node, indentation: Int) {
        switch node {
        case .null: write("null")
        case .bool(let value): write(value ? "true" : "false")
        case .int(let value): out.append(contentsOf: String(value).utf8)
        case .double(let value): appendDouble(value)
        case .string(let text): appendText(text, indentation: indentation, isKey: false)
        case .array: write("[]")
        case .object: write("{}")
        }
    }

    /// In the way of a number through JSON: digits alone as long as 64 bits hold them.
    private mutating func appendDouble(_ value: Double) {
        if value.isNaN {
            write(".nan")
        } else if value.isInfinite {
            write(value < 0 ? "-.inf" : ".inf")
        } else {
            let digits = ShortestDigits(value)
            if value == value.rounded(.towardZero), value > -9.3e18, value < 1.8e19 {
                digits.appendECMAScript(to: &out)
            } else {
                digits.appendGo(to: &out)
            }
        }
    }

    private mutating func endLine() { out.append(UInt8(ascii: "\n")) }

    mutating func indent(_ count: Int) {
        for _ in 0..<count { out.append(UInt8(ascii: " ")) }
    }

    mutating func write(_ text: StaticString) {
        out.append(
            contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }
}

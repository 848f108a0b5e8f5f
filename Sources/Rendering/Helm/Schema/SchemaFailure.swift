internal import GoTemplate
internal import Model

/// Why a value does not meet a schema, as a tree.
struct SchemaFailure {
    enum Kind: Equatable {
        /// Several failures of one schema, without a line of their own at the top.
        case group
        /// The way through a reference, which is not shown when one failure lies behind it.
        case reference
        case other
    }

    var kind = Kind.other
    /// From the root of the values.
    var location: [String]
    var message: String
    var causes: [SchemaFailure] = []

    /// The lines that Helm prints, each with its line end.
    ///
    /// Source: https://github.com/santhosh-tekuri/jsonschema/blob/v6.0.2/output.go (display)
    static func text(of failure: SchemaFailure) -> String {
        let top = failure.kind == .group ? failure.causes : [failure]
        var text = ""
        for cause in top { cause.append(to: &text, depth: 1) }
        return text
    }

    private func append(to text: inout String, depth: Int) {
        var depth = depth
        if !(kind == .reference && causes.count == 1) {
            text += String(repeating: "  ", count: depth - 1)
            text += "- at \(schemaQuoted(pointer)): \(message)\n"
            depth += 1
        }
        for cause in causes { cause.append(to: &text, depth: depth) }
    }

    private var pointer: String {
        location.map {
            "/" + $0.replacing("~", with: "~0").replacing("/", with: "~1")
        }.joined()
    }
}

/// A text in single quotes.
func schemaQuoted(_ text: String) -> String {
    let quoted = quoted(ByteString(text)).description
        .replacing("\\\"", with: "\"").replacing("'", with: "\\'")
    return "'\(quoted.dropFirst().dropLast())'"
}

func schemaQuoted(_ texts: [String]) -> String {
    texts.map { schemaQuoted($0) }.joined(separator: ", ")
}

/// A value in a message: texts in quotes, lists and objects without their content.
func schemaDisplayed(_ node: Node) -> String {
    switch node {
    case .string(let text): schemaQuoted(text)
    case .array, .object: "value"
    case .null: "<nil>"
    default: formatted("%v", [Value(node)]).description
    }
}

/// A number with a comma between thousands, as Go's English printer writes it.
///
/// Source: https://pkg.go.dev/golang.org/x/text/message
func schemaNumber(_ number: Double) -> String {
    guard number.magnitude < 1e15, number == number.rounded(.towardZero) else {
        return formatted("%v", [.float64(number)]).description
    }
    let digits = Array(String(Int64(number.magnitude)))
    var text = ""
    for (index, digit) in digits.enumerated() {
        if index > 0, (digits.count - index) % 3 == 0 { text += "," }
        text.append(digit)
    }
    return (number < 0 ? "-" : "") + text
}

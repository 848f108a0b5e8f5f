extension Sprig {
    static let stringLists: [Function] = [
        Function(inContext: "splitList") {
            (execution: inout Execution, separator: ByteString, text: ByteString)
                throws(TemplateError) in
            try execution.charge(reading: text)
            return text.split(by: separator)
        },
        Function(inContext: "split") {
            (execution: inout Execution, separator: ByteString, text: ByteString)
                throws(TemplateError) in
            try execution.charge(reading: text)
            return numbered(text.split(by: separator))
        },
        Function(inContext: "splitn") {
            (execution: inout Execution, separator: ByteString, limit: Int, text: ByteString)
                throws(TemplateError) in
            try execution.charge(reading: text)
            return numbered(text.split(by: separator, limit: limit))
        },
        Function(inContext: "join") {
            (execution: inout Execution, separator: ByteString, value: Value)
                throws(TemplateError) in
            let parts = try execution.texts(of: value)
            let size = parts.reduce(0) { $0 &+ $1.count }
            try execution.charge(bytes: size &+ parts.count.multipliedOrMax(separator.count))
            return parts.joined(by: separator)
        },
        Function(inContext: "toStrings") {
            (execution: inout Execution, value: Value) throws(TemplateError) in
            try execution.texts(of: value)
        },
        Function(inContext: "sortAlpha") {
            (execution: inout Execution, value: Value) throws(TemplateError) in
            value.asList == nil
                ? [try execution.text(of: value)] : try execution.texts(of: value).sorted()
        },
    ]

    /// `{"_0": …, "_1": …}`, a `map[string]string`.
    private static func numbered(_ parts: [ByteString]) -> Value {
        let entries = parts.enumerated().map { (ByteString("_\($0)"), Value.string($1)) }
        return .map(Map(entries, type: .map(of: .string)))
    }
}

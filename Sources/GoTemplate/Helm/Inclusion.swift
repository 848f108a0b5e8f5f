/// The functions of Helm that call templates, and those that end a rendering with a message.
///
/// https://github.com/helm/helm/blob/v4.1.0/pkg/engine/engine.go
public enum Inclusion {
    public static let all: [Function] = [
        Function(inContext: "include") {
            (execution: inout Execution, name: ByteString, data: Value) throws(TemplateError) in
            try execution.include(name, with: data)
        },
        Function(inContext: "tpl") {
            (execution: inout Execution, text: ByteString, data: Value) throws(TemplateError) in
            let result = try execution.renderText(text, as: "gotpl", with: data)
            return result.withoutNoValue
        },
        Function("required") { (warning: ByteString, value: Value) throws(TemplateError) in
            let isEmptyString = if case .string(let text) = value { text.isEmpty } else { false }
            if value.isNone || isEmptyString { throw marked(warning) }
            return value
        },
        Function("fail") { (message: ByteString) throws(TemplateError) -> ByteString in
            throw marked(message)
        },
    ]

    /// A message for people stands between these, so that it can be found in the text of an error.
    public static let messageStart = "HELM_ERR_START"
    public static let messageEnd = "HELM_ERR_END"

    private static func marked(_ message: ByteString) -> TemplateError {
        TemplateError("\(messageStart)\(message)\(messageEnd)")
    }
}

extension Execution {
    /// Helm stops when a template includes itself more often: engine.go, recursionMaxNums.
    private static let mostInclusions = 1000

    mutating func include(
        _ name: ByteString, with data: Value
    ) throws(TemplateError) -> ByteString {
        let count = inclusions[name] ?? 0
        if count > Self.mostInclusions {
            throw TemplateError(
                "rendering template has a nested reference name: \(name): "
                    + "unable to execute template")
        }
        inclusions[name] = count + 1
        let text = try render(name, with: data)
        inclusions[name] = count
        return text
    }
}

extension ByteString {
    /// The text without each `<no value>`, which Helm takes out of files and of what `tpl` gives.
    public var withoutNoValue: ByteString {
        var result: [UInt8] = []
        var start = 0
        var place = 0
        while let next = bytes.place(of: UInt8(ascii: "<"), from: place) {
            place = next + 1
            guard bytes[next...].starts(with: Self.noValue) else { continue }
            result += bytes[start..<next]
            start = next + Self.noValue.count
            place = start
        }
        guard start > 0 else { return self }
        result += bytes[start...]
        return ByteString(result)
    }

    private static let noValue = Array("<no value>".utf8)
}

extension Sprig {
    static let expressions: [Function] =
        matching + replacing + [
            Function("regexQuoteMeta") { (text: ByteString) in ByteString(RE2.quoted(text.bytes)) }
        ]

    private static let matching: [Function] =
        [
            Function(inContext: "regexMatch") {
                (execution: inout Execution, pattern: ByteString, text: ByteString)
                    throws(TemplateError) in
                guard let expression = try? compiled(pattern) else { return false }
                try charge(&execution, expression, text)
                return expression.matches(text.bytes)
            },
            Function(inContext: "mustRegexMatch") {
                (execution: inout Execution, pattern: ByteString, text: ByteString)
                    throws(TemplateError) in
                let expression = try compiled(pattern)
                try charge(&execution, expression, text)
                return expression.matches(text.bytes)
            },
        ]
        + twice("regexFind") { name, compile in
            Function(inContext: name) {
                (execution: inout Execution, pattern: ByteString, text: ByteString)
                    throws(TemplateError) in
                let expression = try compile(pattern)
                try charge(&execution, expression, text)
                let match = expression.firstMatch(in: text.bytes)
                return match.map { ByteString(text.bytes[$0.range]) } ?? ""
            }
        }
        + twice("regexFindAll") { name, compile in
            Function(inContext: name) {
                (execution: inout Execution, pattern: ByteString, text: ByteString, limit: Int)
                    throws(TemplateError) in
                let expression = try compile(pattern)
                try charge(&execution, expression, text)
                let matches = expression.allMatches(in: text.bytes, limit: limit)
                return strings(matches.map { text.bytes[$0.range] })
            }
        }
        + twice("regexSplit") { name, compile in
            Function(inContext: name) {
                (execution: inout Execution, pattern: ByteString, text: ByteString, limit: Int)
                    throws(TemplateError) in
                let expression = try compile(pattern)
                try charge(&execution, expression, text)
                return strings(expression.split(text.bytes, limit: limit))
            }
        }

    private static let replacing: [Function] =
        twice("regexReplaceAll") { name, compile in
            replace(name, compile) { $0.replacingAll(in: $1, with: $2) }
        }
        + twice("regexReplaceAllLiteral") { name, compile in
            replace(name, compile) { $0.replacingAll(in: $1, withLiteral: $2) }
        }

    private typealias Compile = @Sendable (ByteString) throws(TemplateError) -> RE2

    private static func replace(
        _ name: String, _ compile: @escaping Compile,
        _ replace: @escaping @Sendable (RE2, [UInt8], [UInt8]) -> [UInt8]
    ) -> Function {
        Function(inContext: name) {
            (execution: inout Execution, pattern: ByteString, text: ByteString, new: ByteString)
                throws(TemplateError) in
            let expression = try compile(pattern)
            try charge(&execution, expression, text)
            try execution.charge(bytes: (text.count + 1).multipliedOrMax(new.count + 1))
            return ByteString(replace(expression, text.bytes, new.bytes))
        }
    }

    /// The plain function, whose error says that it panicked, and the one with `must`.
    private static func twice(
        _ name: String, _ make: (String, @escaping Compile) -> Function
    ) -> [Function] {
        let capital = name.prefix(1).uppercased() + name.dropFirst()
        let panicking: Compile = { pattern throws(TemplateError) in
            do throws(TemplateError) {
                return try compiled(pattern)
            } catch {
                let text =
                    canStandInBackquotes(pattern.bytes) ? "`\(pattern)`" : "\(quoted(pattern))"
                throw TemplateError("regexp: Compile(\(text)): \(error)")
            }
        }
        return [make(name, panicking), make("must" + capital, compiled)]
    }

    @Sendable private static func compiled(_ pattern: ByteString) throws(TemplateError) -> RE2 {
        guard let text = String(validating: pattern.bytes, as: UTF8.self) else {
            throw TemplateError("error parsing regexp: invalid UTF-8: `\(pattern)`")
        }
        do throws(RE2Error) {
            return try RE2(text)
        } catch {
            throw TemplateError("\(error)")
        }
    }

    /// A step for each 32 of the machine, which are much smaller than those of a template.
    private static func charge(
        _ execution: inout Execution, _ expression: RE2, _ text: ByteString
    ) throws(TemplateError) {
        try execution.charge(steps: expression.size / 4)
        try execution.charge(steps: expression.work(on: text.bytes) / 32)
    }

    /// A `[]string`; without elements it is nil.
    private static func strings(_ parts: [ArraySlice<UInt8>]) -> Value {
        let values = parts.map { Value.string(ByteString($0)) }
        return .list(List(values, of: .string, isNil: values.isEmpty))
    }
}

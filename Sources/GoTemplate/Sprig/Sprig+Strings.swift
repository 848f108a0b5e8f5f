extension Sprig {
    static let strings: [Function] = trimming + testing + cutting + quoting + indenting

    private static let trimming: [Function] = [
        Function("hello") { ByteString("Hello!") },
        Function("trim") { (text: ByteString) in text.trimmed(isGoSpace) },
        Function("trimAll", trimAll), Function("trimall", trimAll),
        Function("trimSuffix") { (suffix: ByteString, text: ByteString) in
            text.hasSuffix(suffix) ? ByteString(text.bytes.dropLast(suffix.count)) : text
        },
        Function("trimPrefix") { (prefix: ByteString, text: ByteString) in
            text.hasPrefix(prefix) ? ByteString(text.bytes.dropFirst(prefix.count)) : text
        },
        Function("nospace") { (text: ByteString) in
            // Bytes are taken for characters, so that what is not ASCII comes out as Latin-1 read twice.
            let kept = text.bytes.map(Unicode.Scalar.init).filter { !isGoSpace($0) }
            return kept.count == text.count ? text : ByteString(kept)
        },
    ]

    @Sendable private static func trimAll(_ characters: ByteString, _ text: ByteString)
        -> ByteString
    {
        let cut = Set(characters.scalars)
        return text.trimmed(cut.contains)
    }

    private static let testing: [Function] = [
        Function("contains") { (part: ByteString, text: ByteString) in text.contains(part) },
        Function("hasPrefix") { (prefix: ByteString, text: ByteString) in text.hasPrefix(prefix) },
        Function("hasSuffix") { (suffix: ByteString, text: ByteString) in text.hasSuffix(suffix) },
        Function("plural") { (one: ByteString, many: ByteString, count: Int) in
            count == 1 ? one : many
        },
        Function("fail") { (message: ByteString) throws(TemplateError) -> ByteString in
            throw TemplateError("\(message)")
        },
    ]

    private static let cutting: [Function] = [
        Function("substr") { (start: Int, end: Int, text: ByteString) throws(TemplateError) in
            try substring(start, end, text)
        },
        Function("trunc") { (count: Int, text: ByteString) in
            if count >= 0 { return ByteString(text.bytes.prefix(count)) }
            // As many from the end, or all where there are fewer.
            let kept = count == .min ? text.count : -count
            return ByteString(text.bytes.suffix(kept))
        },
        Function("abbrev") { (width: Int, text: ByteString) in
            width < 4 ? text : abbreviated(text.bytes, offset: 0, width: width)
        },
        Function("abbrevboth") { (offset: Int, width: Int, text: ByteString) in
            width < 4 || (offset > 0 && width < 7)
                ? text : abbreviated(text.bytes, offset: offset, width: width)
        },
        Function("wrap") { (width: Int, text: ByteString) in
            wrapped(text.bytes, width: width, newline: "\n", breaksWords: false)
        },
        Function(inContext: "wrapWith") {
            (execution: inout Execution, width: Int, newline: ByteString, text: ByteString)
                throws(TemplateError) in
            try execution.charge(bytes: text.count &* (newline.count &+ 1))
            return wrapped(
                text.bytes, width: width, newline: newline.isEmpty ? "\n" : newline,
                breaksWords: true)
        },
        Function(inContext: "replace") {
            (execution: inout Execution, old: ByteString, new: ByteString, text: ByteString)
                throws(TemplateError) in
            let places = old.isEmpty ? text.count + 1 : text.count / old.count
            try execution.charge(bytes: text.count + places.multipliedOrMax(new.count))
            return text.replacing(old, with: new)
        },
        Function(inContext: "repeat") {
            (execution: inout Execution, count: Int, text: ByteString) throws(TemplateError) in
            guard count >= 0 else { throw TemplateError("strings: negative Repeat count") }
            try execution.charge(bytes: count.multipliedOrMax(text.count))
            return text.isEmpty ? text : text.repeated(count)
        },
    ]

    private static func substring(
        _ start: Int, _ end: Int, _ text: ByteString
    ) throws(TemplateError) -> ByteString {
        let isOpen = start >= 0 && (end < 0 || end > text.count)
        let upper = isOpen ? text.count : end
        let lower = max(start, 0)
        let wrong = "runtime error: slice bounds out of range "
        if upper < 0 { throw TemplateError("\(wrong)[:\(upper)]") }
        if upper > text.count {
            throw TemplateError("\(wrong)[:\(upper)] with length \(text.count)")
        }
        if lower > upper { throw TemplateError("\(wrong)[\(lower):\(upper)]") }
        return ByteString(text.bytes[lower..<upper])
    }

    private static let quoting: [Function] = [
        joining("quote") { (execution, value) throws(TemplateError) in
            GoTemplate.quoted(try execution.text(of: value))
        },
        joining("squote") { (execution, value) throws(TemplateError) in
            "'" + (try execution.printedText(of: value)) + "'"
        },
        joining("cat") { (execution, value) throws(TemplateError) in
            try execution.printedText(of: value)
        },
        Function(inContext: "toString") {
            (execution: inout Execution, value: Value) throws(TemplateError) in
            try execution.text(of: value)
        },
    ]

    /// A function that joins what it makes of each value but nil with spaces.
    private static func joining(
        _ name: String,
        _ make: @escaping @Sendable (inout Execution, Value) throws(TemplateError) -> ByteString
    ) -> Function {
        Function(variadicInContext: name) {
            (execution: inout Execution, values: [Value]) throws(TemplateError) in
            var parts: [ByteString] = []
            for value in values where !value.isNone {
                parts.append(try make(&execution, value))
            }
            return parts.joined(by: " ")
        }
    }

    private static let indenting: [Function] = [
        Function(inContext: "indent") {
            (execution: inout Execution, count: Int, text: ByteString) throws(TemplateError) in
            try indented(&execution, count, text)
        },
        Function(inContext: "nindent") {
            (execution: inout Execution, count: Int, text: ByteString) throws(TemplateError) in
            "\n" + (try indented(&execution, count, text))
        },
    ]

    private static func indented(
        _ execution: inout Execution, _ count: Int, _ text: ByteString
    ) throws(TemplateError) -> ByteString {
        guard count >= 0 else { throw TemplateError("strings: negative Repeat count") }
        let newline = UInt8(ascii: "\n")
        let lines = text.bytes.lazy.filter { $0 == newline }.count + 1
        let size = count.multipliedOrMax(lines)
        try execution.charge(bytes: size)
        let padding = [UInt8](repeating: UInt8(ascii: " "), count: count)
        var result = padding
        result.reserveCapacity(text.count + size)
        for byte in text.bytes {
            result.append(byte)
            if byte == newline { result += padding }
        }
        return ByteString(result)
    }
}

extension Int {
    /// The product, or the largest number where it does not fit.
    func multipliedOrMax(_ other: Int) -> Int {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? .max : product
    }
}

extension Sprig {
    static let defaults: [Function] = [
        Function(variadic: "default") { (fallback: Value, given: [Value]) in
            given.first.map { isEmpty($0) ? fallback : $0 } ?? fallback
        },
        Function("empty") { (value: Value) in isEmpty(value) },
        Function(variadic: "coalesce") { (values: [Value]) in
            values.first { !isEmpty($0) } ?? .none
        },
        Function(variadic: "all") { (values: [Value]) in values.allSatisfy { !isEmpty($0) } },
        Function(variadic: "any") { (values: [Value]) in values.contains { !isEmpty($0) } },
        Function("ternary") { (yes: Value, no: Value, condition: Bool) in condition ? yes : no },
    ]

    static let conversions: [Function] = [
        Function("int") { (value: Value) in castToInt(value) },
        Function("int64") { (value: Value) in castToInt64(value) },
        Function("float64") { (value: Value) in castToFloat(value) },
        Function("atoi") { (text: ByteString) in
            let read = readInteger(text.bytes)
            return read.fault == .syntax ? 0 : Int(read.value)
        },
        Function(inContext: "toDecimal") {
            (execution: inout Execution, value: Value) throws(TemplateError) in
            let read = readInteger(try execution.printedText(of: value).bytes, base: 8)
            return read.fault == nil ? read.value : 0
        },
    ]

    static let reflection: [Function] = [
        Function("typeOf") { (value: Value) in ByteString(typeName(of: value)) },
        Function("typeIs") { (name: ByteString, value: Value) in
            name == ByteString(typeName(of: value))
        },
        Function("typeIsLike") { (name: ByteString, value: Value) in
            let type = ByteString(typeName(of: value))
            return name == type || "*" + name == type
        },
        Function("kindOf") { (value: Value) in ByteString(value.type?.kind ?? "invalid") },
        Function("kindIs") { (name: ByteString, value: Value) in
            name == ByteString(value.type?.kind ?? "invalid")
        },
        Function(inContext: "deepEqual") {
            (execution: inout Execution, a: Value, b: Value) throws(TemplateError) in
            try execution.areDeeplyEqual(a, b)
        },
    ]

    /// As `%T` prints it.
    private static func typeName(of value: Value) -> String {
        value.type.map(\.description) ?? "<nil>"
    }
}

/// Whether `default` replaces the value: zero, false, nil, or without contents; a struct never is.
func isEmpty(_ value: Value) -> Bool { !value.isTrue }

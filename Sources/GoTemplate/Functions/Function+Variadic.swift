/// Functions whose last parameter repeats.
extension Function {
    public convenience init<Rest: GoParameter, R: GoResult>(
        variadic name: String,
        _ body: @escaping @Sendable ([Rest]) throws(TemplateError) -> R
    ) {
        self.init(
            name, [Rest.goType], isVariadic: true, result: R.goType,
            .many { (_: inout Execution, values: [Value]) throws(TemplateError) in
                try body(try takeRest(values, 0)).goValue
            })
    }

    public convenience init<A: GoParameter, Rest: GoParameter, R: GoResult>(
        variadic name: String,
        _ body: @escaping @Sendable (A, [Rest]) throws(TemplateError) -> R
    ) {
        self.init(
            name, [A.goType, Rest.goType], isVariadic: true, result: R.goType,
            .many { (_: inout Execution, values: [Value]) throws(TemplateError) in
                try body(try take(values, 0), try takeRest(values, 1)).goValue
            })
    }

    public convenience init<A: GoParameter, B: GoParameter, Rest: GoParameter, R: GoResult>(
        variadic name: String,
        _ body: @escaping @Sendable (A, B, [Rest]) throws(TemplateError) -> R
    ) {
        self.init(
            name, [A.goType, B.goType, Rest.goType], isVariadic: true, result: R.goType,
            .many { (_: inout Execution, values: [Value]) throws(TemplateError) in
                try body(try take(values, 0), try take(values, 1), try takeRest(values, 2)).goValue
            })
    }

    public convenience init<
        A: GoParameter, B: GoParameter, C: GoParameter, Rest: GoParameter, R: GoResult
    >(
        variadic name: String,
        _ body: @escaping @Sendable (A, B, C, [Rest]) throws(TemplateError) -> R
    ) {
        self.init(
            name, [A.goType, B.goType, C.goType, Rest.goType], isVariadic: true, result: R.goType,
            .many { (_: inout Execution, values: [Value]) throws(TemplateError) in
                try body(
                    try take(values, 0), try take(values, 1), try take(values, 2),
                    try takeRest(values, 3)
                ).goValue
            })
    }

    public convenience init<Rest: GoParameter, R: GoResult>(
        variadicInContext name: String,
        _ body: @escaping @Sendable (inout Execution, [Rest]) throws(TemplateError) -> R
    ) {
        self.init(
            name, [Rest.goType], isVariadic: true, result: R.goType,
            .many { (execution: inout Execution, values: [Value]) throws(TemplateError) in
                try body(&execution, try takeRest(values, 0)).goValue
            })
    }

    public convenience init<A: GoParameter, Rest: GoParameter, R: GoResult>(
        variadicInContext name: String,
        _ body: @escaping @Sendable (inout Execution, A, [Rest]) throws(TemplateError) -> R
    ) {
        self.init(
            name, [A.goType, Rest.goType], isVariadic: true, result: R.goType,
            .many { (execution: inout Execution, values: [Value]) throws(TemplateError) in
                try body(&execution, try take(values, 0), try takeRest(values, 1)).goValue
            })
    }

}

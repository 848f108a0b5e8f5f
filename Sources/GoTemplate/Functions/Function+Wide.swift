/// Functions with five and six parameters that know where they are called.
extension Function {
    public convenience init<
        A: GoParameter, B: GoParameter, C: GoParameter, D: GoParameter, E: GoParameter, R: GoResult
    >(
        inContext name: String,
        _ body: @escaping @Sendable (inout Execution, A, B, C, D, E) throws(TemplateError) -> R
    ) {
        self.init(
            name, [A.goType, B.goType, C.goType, D.goType, E.goType], isVariadic: false,
            result: R.goType,
            .many { (execution: inout Execution, values: [Value]) throws(TemplateError) in
                try body(
                    &execution, try take(values, 0), try take(values, 1), try take(values, 2),
                    try take(values, 3), try take(values, 4)
                ).goValue
            })
    }

    public convenience init<
        A: GoParameter, B: GoParameter, C: GoParameter, D: GoParameter, E: GoParameter,
        F: GoParameter, R: GoResult
    >(
        inContext name: String,
        _ body: @escaping @Sendable (inout Execution, A, B, C, D, E, F) throws(TemplateError) -> R
    ) {
        self.init(
            name, [A.goType, B.goType, C.goType, D.goType, E.goType, F.goType], isVariadic: false,
            result: R.goType,
            .many { (execution: inout Execution, values: [Value]) throws(TemplateError) in
                try body(
                    &execution, try take(values, 0), try take(values, 1), try take(values, 2),
                    try take(values, 3), try take(values, 4), try take(values, 5)
                ).goValue
            })
    }
}

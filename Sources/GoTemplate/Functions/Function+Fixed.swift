/// Functions made of closures with up to five parameters.
extension Function {
    public convenience init<R: GoResult>(
        _ name: String,
        _ body: @escaping @Sendable () throws(TemplateError) -> R
    ) {
        self.init(
            name, [], isVariadic: false, result: R.goType,
            .none { (_: inout Execution) throws(TemplateError) in
                try body().goValue
            })
    }

    public convenience init<A: GoParameter, R: GoResult>(
        _ name: String,
        _ body: @escaping @Sendable (A) throws(TemplateError) -> R
    ) {
        self.init(
            name, [A.goType], isVariadic: false, result: R.goType,
            .one { (_: inout Execution, a: Value) throws(TemplateError) in
                try body(try take(a)).goValue
            })
    }

    public convenience init<A: GoParameter, B: GoParameter, R: GoResult>(
        _ name: String,
        _ body: @escaping @Sendable (A, B) throws(TemplateError) -> R
    ) {
        self.init(
            name, [A.goType, B.goType], isVariadic: false, result: R.goType,
            .two { (_: inout Execution, a: Value, b: Value) throws(TemplateError) in
                try body(try take(a), try take(b)).goValue
            })
    }

    public convenience init<A: GoParameter, B: GoParameter, C: GoParameter, R: GoResult>(
        _ name: String,
        _ body: @escaping @Sendable (A, B, C) throws(TemplateError) -> R
    ) {
        self.init(
            name, [A.goType, B.goType, C.goType], isVariadic: false, result: R.goType,
            .three { (_: inout Execution, a: Value, b: Value, c: Value) throws(TemplateError) in
                try body(try take(a), try take(b), try take(c)).goValue
            })
    }

    public convenience init<
        A: GoParameter, B: GoParameter, C: GoParameter, D: GoParameter, R: GoResult
    >(
        _ name: String,
        _ body: @escaping @Sendable (A, B, C, D) throws(TemplateError) -> R
    ) {
        self.init(
            name, [A.goType, B.goType, C.goType, D.goType], isVariadic: false, result: R.goType,
            .many { (_: inout Execution, values: [Value]) throws(TemplateError) in
                try body(
                    try take(values, 0), try take(values, 1), try take(values, 2),
                    try take(values, 3)
                ).goValue
            })
    }

    public convenience init<
        A: GoParameter, B: GoParameter, C: GoParameter, D: GoParameter, E: GoParameter, R: GoResult
    >(
        _ name: String,
        _ body: @escaping @Sendable (A, B, C, D, E) throws(TemplateError) -> R
    ) {
        self.init(
            name, [A.goType, B.goType, C.goType, D.goType, E.goType], isVariadic: false,
            result: R.goType,
            .many { (_: inout Execution, values: [Value]) throws(TemplateError) in
                try body(
                    try take(values, 0), try take(values, 1), try take(values, 2),
                    try take(values, 3), try take(values, 4)
                ).goValue
            })
    }

    public convenience init<R: GoResult>(
        inContext name: String,
        _ body: @escaping @Sendable (inout Execution) throws(TemplateError) -> R
    ) {
        self.init(
            name, [], isVariadic: false, result: R.goType,
            .none { (execution: inout Execution) throws(TemplateError) in
                try body(&execution).goValue
            })
    }

    public convenience init<A: GoParameter, R: GoResult>(
        inContext name: String,
        _ body: @escaping @Sendable (inout Execution, A) throws(TemplateError) -> R
    ) {
        self.init(
            name, [A.goType], isVariadic: false, result: R.goType,
            .one { (execution: inout Execution, a: Value) throws(TemplateError) in
                try body(&execution, try take(a)).goValue
            })
    }

    public convenience init<A: GoParameter, B: GoParameter, R: GoResult>(
        inContext name: String,
        _ body: @escaping @Sendable (inout Execution, A, B) throws(TemplateError) -> R
    ) {
        self.init(
            name, [A.goType, B.goType], isVariadic: false, result: R.goType,
            .two { (execution: inout Execution, a: Value, b: Value) throws(TemplateError) in
                try body(&execution, try take(a), try take(b)).goValue
            })
    }

    public convenience init<A: GoParameter, B: GoParameter, C: GoParameter, R: GoResult>(
        inContext name: String,
        _ body: @escaping @Sendable (inout Execution, A, B, C) throws(TemplateError) -> R
    ) {
        self.init(
            name, [A.goType, B.goType, C.goType], isVariadic: false, result: R.goType,
            .three {
                (execution: inout Execution, a: Value, b: Value, c: Value) throws(TemplateError) in
                try body(&execution, try take(a), try take(b), try take(c)).goValue
            })
    }

    public convenience init<
        A: GoParameter, B: GoParameter, C: GoParameter, D: GoParameter, R: GoResult
    >(
        inContext name: String,
        _ body: @escaping @Sendable (inout Execution, A, B, C, D) throws(TemplateError) -> R
    ) {
        self.init(
            name, [A.goType, B.goType, C.goType, D.goType], isVariadic: false, result: R.goType,
            .many { (execution: inout Execution, values: [Value]) throws(TemplateError) in
                try body(
                    &execution, try take(values, 0), try take(values, 1), try take(values, 2),
                    try take(values, 3)
                ).goValue
            })
    }

}

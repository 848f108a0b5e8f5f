/// The functions of Go's text/template itself.
///
/// https://pkg.go.dev/text/template#hdr-Functions
public enum Builtins {
    public static let all: [Function] = logic + comparison + collections + printing + escaping

    static let logic: [Function] = [
        Function(
            "and", [.reflectValue, .reflectValue], isVariadic: true, result: .reflectValue,
            .shortCircuit(stopsAt: false)),
        Function(
            "or", [.reflectValue, .reflectValue], isVariadic: true, result: .reflectValue,
            .shortCircuit(stopsAt: true)),
        Function(
            "not", [.reflectValue], isVariadic: false, result: .bool,
            .one { (_, value) throws(TemplateError) in .bool(!value.isTrue) }),
        Function(
            "call", [.reflectValue, .reflectValue], isVariadic: true, result: .reflectValue, .call),
    ]

    static let printing: [Function] = [
        Function(variadicInContext: "print") {
            (execution: inout Execution, values: [Value]) throws(TemplateError) in
            try charged(printed(values), &execution)
        },
        Function(variadicInContext: "printf") {
            (execution: inout Execution, format: ByteString, values: [Value]) throws(TemplateError)
            in
            try charged(formatted(format, values), &execution)
        },
        Function(variadicInContext: "println") {
            (execution: inout Execution, values: [Value]) throws(TemplateError) in
            try charged(printedLine(values), &execution)
        },
    ]

    private static func charged(
        _ text: ByteString, _ execution: inout Execution
    ) throws(TemplateError) -> ByteString {
        try execution.charge(bytes: text.count)
        return text
    }
}

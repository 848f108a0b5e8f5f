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
            var printer = Printer()
            printer.writeAll(values)
            return try execution.text(of: printer)
        },
        Function(variadicInContext: "printf") {
            (execution: inout Execution, format: ByteString, values: [Value]) throws(TemplateError)
            in
            try execution.text(of: Printer(format, values))
        },
        Function(variadicInContext: "println") {
            (execution: inout Execution, values: [Value]) throws(TemplateError) in
            var printer = Printer()
            printer.writeLine(values)
            return try execution.text(of: printer)
        },
    ]
}

extension Execution {
    /// What was printed, counted.
    mutating func text(of printer: consuming Printer) throws(TemplateError) -> ByteString {
        if printer.isCutOff {
            throw failure("the value is too large to print, or holds itself", kind: .limit)
        }
        try charge(bytes: printer.bytes.count)
        return ByteString(printer.bytes)
    }
}

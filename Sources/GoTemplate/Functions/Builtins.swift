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
            var printer = execution.printer
            printer.writeAll(values)
            return try execution.text(of: printer)
        },
        Function(variadicInContext: "printf") {
            (execution: inout Execution, format: ByteString, values: [Value]) throws(TemplateError)
            in
            try execution.text(of: Printer(format, values, limit: execution.bytesLeft))
        },
        Function(variadicInContext: "println") {
            (execution: inout Execution, values: [Value]) throws(TemplateError) in
            var printer = execution.printer
            printer.writeLine(values)
            return try execution.text(of: printer)
        },
    ]
}

extension Execution {
    /// What may still be written in this rendering.
    public var bytesLeft: Int { max(limits.bytes - bytes, 0) }

    /// Writes no more than that: a few maps that share others can stand for very much text.
    var printer: Printer { Printer(limit: bytesLeft) }

    /// What was printed, counted.
    mutating func text(of printer: consuming Printer) throws(TemplateError) -> ByteString {
        if printer.isTooDeep {
            throw failure("the value is too large to print, or holds itself", kind: .limit)
        }
        try charge(bytes: printer.bytes.count)
        return ByteString(printer.bytes)
    }
}

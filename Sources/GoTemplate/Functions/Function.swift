/// A function that templates call.
///
/// The Go signature follows from the types of a Swift closure, so that templates see Go's checks: a string
/// for `Int` is refused with `wrong type for value; expected int; got string` before the closure runs.
///
///     Function("trunc") { (count: Int, text: ByteString) in … }              // func(int, string) string
///     Function(variadic: "list") { (items: [Value]) in List(items) }          // func(...interface {})
///     Function(inContext: "include") { (execution: inout Execution, name: ByteString, data: Value) in … }
///
/// Parameters are types that conform to `GoParameter`, results ones that conform to `GoResult`; `Value`
/// stands for `interface {}`. A closure throws `TemplateError("…")` with the text of Go's error.
public final class Function: Sendable {
    public let name: String
    /// The types of the parameters; the last one repeats when the function is variadic.
    public let parameters: [GoType]
    public let isVariadic: Bool
    public let result: GoType
    let body: Body
    /// The parameters at a glance.
    let glances: [Glance]
    /// Whether the result is an interface.
    let isBoxing: Bool

    /// What a parameter takes, as far as it can be told without looking at its type.
    enum Glance: Sendable {
        case anything, string, int, bool
        case other
    }

    /// The closures by number of values, so that calls with few make no array.
    enum Body: Sendable {
        case none(@Sendable (inout Execution) throws(TemplateError) -> Value)
        case one(@Sendable (inout Execution, Value) throws(TemplateError) -> Value)
        case two(@Sendable (inout Execution, Value, Value) throws(TemplateError) -> Value)
        case three(@Sendable (inout Execution, Value, Value, Value) throws(TemplateError) -> Value)
        case many(@Sendable (inout Execution, [Value]) throws(TemplateError) -> Value)
        /// Go's own functions, which take `reflect.Value` and see the types of map elements.
        case operands(@Sendable (inout Execution, [Operand]) throws(TemplateError) -> Value)
        /// `and` and `or`, which the execution evaluates itself: the argument that is true (or false) is
        /// the last one it looks at.
        case shortCircuit(stopsAt: Bool)
        /// `call`, which is told how its first argument is written.
        case call
    }

    init(_ name: String, _ parameters: [GoType], isVariadic: Bool, result: GoType, _ body: Body) {
        self.name = name
        self.parameters = parameters
        self.isVariadic = isVariadic
        self.result = result
        self.body = body
        isBoxing = result == .any
        glances = parameters.map { type in
            switch type {
            case .any, .reflectValue: .anything
            case .string: .string
            case .int: .int
            case .bool: .bool
            default: .other
            }
        }
    }

    public var type: GoType {
        .function(parameters, isVariadic: isVariadic, result: result)
    }

    /// The type of the parameter that takes the value at `place`.
    func parameter(_ place: Int) -> GoType { parameters[min(place, parameters.count - 1)] }

    func glance(_ place: Int) -> Glance { glances[min(place, glances.count - 1)] }

    /// The same function under another name.
    public func named(_ name: String) -> Function {
        Function(name, parameters, isVariadic: isVariadic, result: result, body)
    }

    /// Calls the function with values that have the types of its parameters.
    func call(_ execution: inout Execution, _ values: [Value]) throws(TemplateError) -> Value {
        switch (body, values.count) {
        case (.none(let body), 0): try body(&execution)
        case (.one(let body), 1): try body(&execution, values[0])
        case (.two(let body), 2): try body(&execution, values[0], values[1])
        case (.three(let body), 3): try body(&execution, values[0], values[1], values[2])
        case (.many(let body), _): try body(&execution, values)
        case (.operands(let body), _):
            try body(&execution, values.map { Operand($0) })
        case (.shortCircuit(let stopsAt), _):
            values.first { $0.isTrue == stopsAt } ?? values.last ?? .none
        default:
            throw TemplateError(
                "wrong number of args for \(name): want \(parameters.count) got \(values.count)")
        }
    }
}

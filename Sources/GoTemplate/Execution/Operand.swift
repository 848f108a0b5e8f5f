/// A value while it is evaluated, with what its static type in Go would be.
///
/// Elements of `map[string]interface {}` and `[]interface {}` are interfaces that hold a value. Go's errors name
/// the interface then, and a nil in one differs from nothing at all.
struct Operand {
    var value: Value
    /// Whether the value was found in an interface.
    var isBoxed = false

    init(_ value: Value, isBoxed: Bool = false) {
        self.value = value
        self.isBoxed = isBoxed
    }

    static var none: Operand { Operand(.none) }

    /// The name of the static type, for errors.
    var typeName: String { isBoxed ? "interface {}" : "\(value.type ?? .any)" }

    /// An interface that holds nothing.
    var isNilInterface: Bool { isBoxed && value.isNone }
}

import Model

/// Arithmetic and comparison.
///
/// Integers that overflow are errors.
///
/// Source: https://github.com/google/cel-spec/blob/master/doc/langdef.md#list-of-standard-definitions
enum CELOperators {
    /// `nil` when the name is no operator.
    static func value(_ name: String, _ values: [CELValue]) throws(CELFailure) -> CELValue? {
        guard let first = values.first, let second = values.last else { return nil }
        switch name {
        case "_==_": return .bool(first.isEqual(to: second))
        case "_!=_": return .bool(!first.isEqual(to: second))
        case "_<_": return .bool(try order(first, second, name) < 0)
        case "_<=_": return .bool(try order(first, second, name) <= 0)
        case "_>_": return .bool(try order(first, second, name) > 0)
        case "_>=_": return .bool(try order(first, second, name) >= 0)
        case "@in": return .bool(try contains(second, first))
        case "!_":
            guard case .bool(let value) = first else { throw .noOverload(name) }
            return .bool(!value)
        case "-_":
            switch first {
            case .int(let value) where value != .min: return .int(-value)
            case .double(let value): return .double(-value)
            case .int: throw overflow
            default: throw .noOverload(name)
            }
        case "_+_", "_-_", "_*_", "_/_", "_%_": return try arithmetic(name, first, second)
        default: return nil
        }
    }

    private static let overflow = CELFailure(message: "return error for overflow")

    private static func order(_ a: CELValue, _ b: CELValue, _ name: String) throws(CELFailure)
        -> Int
    {
        guard let order = a.compare(b) else { throw .noOverload(name) }
        return order
    }

    private static func contains(_ container: CELValue, _ value: CELValue) throws(CELFailure)
        -> Bool
    {
        switch container {
        case .list(let items): return items.contains { $0.isEqual(to: value) }
        case .map(let values): return values[value] != nil
        default: throw .noOverload("@in")
        }
    }

    private static func arithmetic(_ name: String, _ a: CELValue, _ b: CELValue)
        throws(CELFailure) -> CELValue
    {
        switch (a, b) {
        case (.int(let a), .int(let b)): return .int(try integers(name, a, b))
        case (.uint(let a), .uint(let b)): return .uint(try integers(name, a, b))
        case (.double(let a), .double(let b)):
            switch name {
            case "_+_": return .double(a + b)
            case "_-_": return .double(a - b)
            case "_*_": return .double(a * b)
            case "_/_": return .double(a / b)
            default: throw .noOverload(name)
            }
        case (.string(let a), .string(let b)) where name == "_+_": return .string(a + b)
        case (.bytes(let a), .bytes(let b)) where name == "_+_": return .bytes(a + b)
        case (.list(let a), .list(let b)) where name == "_+_": return .list(a + b)
        case (.duration(let a), .duration(let b)) where name == "_+_" || name == "_-_":
            return .duration(try integers(name, a, b))
        case (.timestamp(let a), .duration(let b)) where name == "_+_" || name == "_-_":
            return .timestamp(Timestamp(nanoseconds: try integers(name, a.nanoseconds, b)))
        case (.duration, .timestamp) where name == "_+_": return try arithmetic(name, b, a)
        case (.timestamp(let a), .timestamp(let b)) where name == "_-_":
            return .duration(try integers(name, a.nanoseconds, b.nanoseconds))
        default: throw .noOverload(name)
        }
    }

    private static func integers<T: FixedWidthInteger>(_ name: String, _ a: T, _ b: T)
        throws(CELFailure) -> T
    {
        if b == 0, name == "_/_" { throw CELFailure(message: "division by zero") }
        if b == 0, name == "_%_" { throw CELFailure(message: "modulus by zero") }
        let (value, didOverflow) =
            switch name {
            case "_+_": a.addingReportingOverflow(b)
            case "_-_": a.subtractingReportingOverflow(b)
            case "_*_": a.multipliedReportingOverflow(by: b)
            case "_/_": a.dividedReportingOverflow(by: b)
            default: a.remainderReportingOverflow(dividingBy: b)
            }
        if didOverflow { throw overflow }
        return value
    }
}

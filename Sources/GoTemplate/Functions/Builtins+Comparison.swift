extension Builtins {
    static let comparison: [Function] = [
        Function(
            "eq", [.reflectValue, .reflectValue], isVariadic: true, result: .bool,
            .operands { (_, operands) throws(TemplateError) in
                .bool(try equal(operands[0].value, operands.dropFirst().map(\.value)))
            }),
        compare("ne") { (a, b) throws(TemplateError) in try !equal(a, [b]) },
        compare("lt", less),
        compare("le") { (a, b) throws(TemplateError) in
            if try less(a, b) { return true }
            return try equal(a, [b])
        },
        compare("gt") { (a, b) throws(TemplateError) in
            if try less(a, b) { return false }
            return try !equal(a, [b])
        },
        compare("ge") { (a, b) throws(TemplateError) in try !less(a, b) },
    ]

    private static func compare(
        _ name: String, _ test: @escaping @Sendable (Value, Value) throws(TemplateError) -> Bool
    ) -> Function {
        Function(
            name, [.reflectValue, .reflectValue], isVariadic: false, result: .bool,
            .two { (_, a, b) throws(TemplateError) in .bool(try test(a, b)) })
    }
}

/// What Go compares by value.
private enum Basic {
    case bool(Bool)
    case signed(Int64)
    case unsigned(UInt64)
    case float(Double)
    case string(ByteString)

    init?(_ value: Value) {
        switch value.underlying {
        case .bool(let value): self = .bool(value)
        case .int(let value): self = .signed(Int64(value))
        case .int64(let value): self = .signed(value)
        case .uint8(let value): self = .unsigned(UInt64(value))
        case .uint64(let value): self = .unsigned(value)
        case .float64(let value): self = .float(value)
        case .string(let value): self = .string(value)
        default: return nil
        }
    }
}

/// Go's `eq`: whether the first value equals one of the others.
///
/// https://pkg.go.dev/text/template#hdr-Functions
private func equal(_ first: Value, _ others: [Value]) throws(TemplateError) -> Bool {
    guard !others.isEmpty else { throw TemplateError("missing argument for comparison") }
    for other in others {
        if try isEqual(first, other) { return true }
    }
    return false
}

private func isEqual(_ a: Value, _ b: Value) throws(TemplateError) -> Bool {
    switch (Basic(a), Basic(b)) {
    case (.bool(let a), .bool(let b)): return a == b
    case (.signed(let a), .signed(let b)): return a == b
    case (.unsigned(let a), .unsigned(let b)): return a == b
    case (.float(let a), .float(let b)): return a == b
    case (.string(let a), .string(let b)): return a == b
    case (.signed(let a), .unsigned(let b)): return a >= 0 && UInt64(a) == b
    case (.unsigned(let a), .signed(let b)): return b >= 0 && a == UInt64(b)
    case (nil, nil): return try isEqualComposite(a, b)
    default:
        guard let typeA = a.type, let typeB = b.type else { return false }
        throw TemplateError("incompatible types for comparison: \(typeA) and \(typeB)")
    }
}

private func isEqualComposite(_ a: Value, _ b: Value) throws(TemplateError) -> Bool {
    guard let typeA = a.type, let typeB = b.type else { return isNil(a) == isNil(b) }
    guard typeA.kind == typeB.kind else {
        // Go gives the last two the other way round.
        throw TemplateError(
            "non-comparable types \(formatted("%s", [a])): \(typeA), \(typeB): \(b.printed)")
    }
    if isNil(a) || isNil(b) { return isNil(a) == isNil(b) }
    guard case .object(let left) = a, case .object(let right) = b else {
        throw TemplateError("non-comparable type \(formatted("%s", [b])): \(typeB)")
    }
    return left === right
}

private func isNil(_ value: Value) -> Bool {
    switch value {
    case .none: true
    case .list(let list): list.isNil
    case .map(let map): map.isNil
    default: false
    }
}

/// Go's `lt`.
private func less(_ a: Value, _ b: Value) throws(TemplateError) -> Bool {
    guard let left = Basic(a), let right = Basic(b) else {
        throw TemplateError("invalid type for comparison")
    }
    switch (left, right) {
    case (.bool, .bool): throw TemplateError("invalid type for comparison")
    case (.signed(let a), .signed(let b)): return a < b
    case (.unsigned(let a), .unsigned(let b)): return a < b
    case (.float(let a), .float(let b)): return a < b
    case (.string(let a), .string(let b)): return a < b
    case (.signed(let a), .unsigned(let b)): return a < 0 || UInt64(a) < b
    case (.unsigned(let a), .signed(let b)): return b >= 0 && a < UInt64(b)
    default:
        throw TemplateError(
            "incompatible types for comparison: \(a.type ?? .any) and \(b.type ?? .any)")
    }
}

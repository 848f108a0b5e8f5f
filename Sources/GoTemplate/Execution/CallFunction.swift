extension Execution {
    /// How the first argument of `call` is written.
    @inline(never)
    func calleeName(_ form: CallForm, _ final: Operand?) -> ByteString {
        guard form.given > 0 else { return final?.value.printed ?? "" }
        return ByteString(tree.text(of: tree.children[form.first]))
    }

    /// Go's `call`: the first operand is a function, the others are given to it.
    @inline(never)
    mutating func callFunction(
        _ name: ByteString, _ operands: [Operand]
    ) throws(TemplateError) -> Value {
        guard let callee = operands.first, let type = callee.value.type else {
            throw TemplateError("call of nil")
        }
        guard case .function(let function) = callee.value else {
            throw TemplateError("non-function \(name) of type \(type)")
        }
        let count = operands.count - 1
        let fixed = function.parameters.count - (function.isVariadic ? 1 : 0)
        guard function.isVariadic ? count >= fixed : count == fixed else {
            throw TemplateError(
                "wrong number of args for \(name): got \(count) want "
                    + (function.isVariadic ? "at least \(fixed)" : "\(fixed)"))
        }
        var values: [Value] = []
        for (place, operand) in operands.dropFirst().enumerated() {
            let type = function.parameter(place)
            do {
                values.append(try prepared(operand.value, as: type))
            } catch {
                throw TemplateError("arg \(place): \(error.message)", cause: error)
            }
        }
        return try function.call(&self, values)
    }
}

/// A value for a place of type `type`: as it is, or one kind of integer for another.
func prepared(_ value: Value, as type: GoType) throws(TemplateError) -> Value {
    if type == .any || type == .reflectValue { return value }
    guard let found = value.type else {
        if type.canBeNil { return .none }
        throw TemplateError("value is nil; should be of type \(type)")
    }
    if found.isAssignable(to: type) { return value }
    if let converted = Value.integer(value, as: type) { return converted }
    throw TemplateError("value has type \(found); should be \(type)")
}

extension Value {
    /// The bits of an integer as another kind of integer; nil when one of the two is none.
    static func integer(_ value: Value, as type: GoType) -> Value? {
        let bits: UInt64
        switch value.underlying {
        case .int(let number): bits = UInt64(bitPattern: Int64(number))
        case .int64(let number): bits = UInt64(bitPattern: number)
        case .uint8(let number): bits = UInt64(number)
        case .uint64(let number): bits = number
        default: return nil
        }
        switch type {
        case .int: return .int(Int(truncatingIfNeeded: bits))
        case .int64: return .int64(Int64(bitPattern: bits))
        case .uint8: return .uint8(UInt8(truncatingIfNeeded: bits))
        case .uint64: return .uint64(bits)
        default: return nil
        }
    }

    /// The zero value of a type.
    static func zero(of type: GoType) -> Value {
        switch type {
        case .bool: .bool(false)
        case .string: .string(ByteString())
        case .int: .int(0)
        case .int64: .int64(0)
        case .uint8: .uint8(0)
        case .uint64: .uint64(0)
        case .float64: .float64(0)
        case .list(let element): .list(List([], of: element, isNil: true))
        case .map: .map(Map(type: type, isNil: true))
        case .named(_, let type?): zero(of: type)
        case .any, .reflectValue, .error, .function, .named: .none
        }
    }
}

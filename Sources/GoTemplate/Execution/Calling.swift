extension Execution {
    /// Calls a function or a method with the arguments after the first of a command, and `final` last.
    ///
    /// - Parameter id: the node that an error of the function names.
    mutating func call(
        _ function: Function, at id: NodeID, _ dot: Operand, _ arguments: Span,
        _ final: Operand?, receiver: Operand? = nil
    ) throws(TemplateError) -> Operand {
        try charge(steps: 1)
        let given = max(Int(arguments.count) - 1, 0)
        let call = Call(
            function: function, node: id, dot: dot, first: Int(arguments.start) + 1, given: given,
            final: final, receiver: receiver)
        try checkCount(call)
        let value: Value
        switch function.body {
        case .none(let body):
            value = try invoke(call) { (execution) throws(TemplateError) in try body(&execution) }
        case .one(let body):
            let first = try argument(0, of: call).value
            value = try invoke(call) { (execution) throws(TemplateError) in
                try body(&execution, first)
            }
        case .two(let body):
            let first = try argument(0, of: call).value
            let second = try argument(1, of: call).value
            value = try invoke(call) { (execution) throws(TemplateError) in
                try body(&execution, first, second)
            }
        case .three(let body):
            let first = try argument(0, of: call).value
            let second = try argument(1, of: call).value
            let third = try argument(2, of: call).value
            value = try invoke(call) { (execution) throws(TemplateError) in
                try body(&execution, first, second, third)
            }
        case .many(let body):
            var values: [Value] = []
            values.reserveCapacity(call.count)
            for place in 0..<call.count { values.append(try argument(place, of: call).value) }
            value = try invoke(call) { (execution) throws(TemplateError) in
                try body(&execution, values)
            }
        case .operands(let body):
            let operands = try operands(of: call)
            value = try invoke(call) { (execution) throws(TemplateError) in
                try body(&execution, operands)
            }
        case .shortCircuit(let stopsAt): return try evaluate(call, stoppingAt: stopsAt)
        case .call:
            let operands = try operands(of: call)
            let name = calleeName(call)
            value = try invoke(call) { (execution) throws(TemplateError) in
                try execution.callFunction(name, operands)
            }
        }
        return Operand(value, isBoxed: function.result == .any)
    }

    /// A call that is being made.
    ///
    /// Places of arguments count the receiver of a method, then the arguments
    /// that are written, then the value of the pipeline.
    struct Call {
        let function: Function
        let node: NodeID
        let dot: Operand
        /// Where the first argument that is written stands among the tree's children.
        let first: Int
        let given: Int
        let final: Operand?
        let receiver: Operand?

        var count: Int { given + (final == nil ? 0 : 1) + (receiver == nil ? 0 : 1) }
    }

    private func checkCount(_ call: Call) throws(TemplateError) {
        let function = call.function
        let hidden = call.receiver == nil ? 0 : 1
        if function.isVariadic {
            let fixed = function.parameters.count - 1 - hidden
            if call.count - hidden < fixed {
                throw failure(
                    "wrong number of args for \(function.name): want at least \(fixed) got \(call.given)"
                )
            }
        } else if call.count != function.parameters.count {
            throw failure(
                "wrong number of args for \(function.name): "
                    + "want \(function.parameters.count - hidden) got \(call.count - hidden)")
        }
    }

    private func parameter(_ place: Int, of function: Function) -> GoType {
        function.parameters[min(place, function.parameters.count - 1)]
    }

    private mutating func argument(_ place: Int, of call: Call) throws(TemplateError) -> Operand {
        var written = place
        if let receiver = call.receiver {
            if place == 0 { return receiver }
            written -= 1
        }
        let type = parameter(place, of: call.function)
        if written < call.given {
            return try evaluate(
                argument: tree.children[call.first + written], as: type, call.dot)
        }
        return try checked(call.final ?? .none, type)
    }

    private mutating func operands(of call: Call) throws(TemplateError) -> [Operand] {
        var operands: [Operand] = []
        operands.reserveCapacity(call.count)
        for place in 0..<call.count { operands.append(try argument(place, of: call)) }
        return operands
    }

    /// Runs the body, and says where it was called if it fails.
    private mutating func invoke(
        _ call: Call,
        _ body: (inout Execution) throws(TemplateError) -> Value
    ) throws(TemplateError) -> Value {
        let outer = callNode
        callNode = call.node
        do {
            let value = try body(&self)
            callNode = outer
            return value
        } catch {
            node = call.node
            throw failure("error calling \(call.function.name): \(error.message)", cause: error)
        }
    }

    /// Evaluates the arguments of `and` and `or` up to the one that decides.
    private mutating func evaluate(
        _ call: Call, stoppingAt decisive: Bool
    ) throws(TemplateError) -> Operand {
        var value = Operand.none
        for place in 0..<call.count {
            value = try argument(place, of: call)
            if value.value.isTrue == decisive { break }
        }
        return value
    }

    // MARK: call

    private func calleeName(_ call: Call) -> ByteString {
        guard call.given > 0 else { return call.final?.value.printed ?? "" }
        let id = tree.children[call.first]
        let text = ByteString(tree.text(of: id))
        if case .pipeline = tree[id] { return "(" + text + ")" }
        return text
    }

    /// Go's `call`: the first operand is a function, the others are given to it.
    private mutating func callFunction(
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
            do {
                values.append(
                    try prepared(operand.value, as: parameter(place, of: function)))
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

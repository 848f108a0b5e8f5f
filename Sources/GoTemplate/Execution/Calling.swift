extension Execution {
    /// A call that is being made.
    ///
    /// Places of arguments count the receiver of a method, then the arguments that are written, then the
    /// value of the pipeline.
    struct Call {
        let function: Function
        /// The node that an error of the function names.
        let node: NodeID
        let dot: Operand
        /// Where the first argument that is written stands among the tree's children.
        let first: Int
        let given: Int
        let final: Operand?
        let receiver: Operand?

        var count: Int { given + (final == nil ? 0 : 1) + (receiver == nil ? 0 : 1) }

        func parameter(_ place: Int) -> GoType {
            function.parameters[min(place, function.parameters.count - 1)]
        }
    }

    /// Calls a function or a method with the arguments after the first of a command, and `final` last.
    @inline(never)
    mutating func call(
        _ function: Function, at id: NodeID, _ dot: Operand, _ arguments: Span,
        _ final: Operand?, receiver: Operand? = nil
    ) throws(TemplateError) -> Operand {
        try charge(steps: 1)
        let call = Call(
            function: function, node: id, dot: dot, first: Int(arguments.start) + 1,
            given: max(Int(arguments.count) - 1, 0), final: final, receiver: receiver)
        if !hasGoodCount(call) { throw wrongCount(call) }
        let value: Value
        switch function.body {
        case .none(let body): value = try callNone(call, body)
        case .one(let body): value = try callOne(call, body)
        case .two(let body): value = try callTwo(call, body)
        case .three(let body): value = try callThree(call, body)
        case .many(let body): value = try callMany(call, body)
        case .operands(let body): value = try callOperands(call, body)
        case .shortCircuit(let stopsAt): return try evaluate(call, stoppingAt: stopsAt)
        case .call:
            let name = calleeName(call)
            value = try callOperands(call) { (execution, operands) throws(TemplateError) in
                try execution.callFunction(name, operands)
            }
        }
        return Operand(value, isBoxed: function.result == .any)
    }

    // Each in a frame of its own, so that templates within templates take little of the stack.

    @inline(never)
    private mutating func callNone(
        _ call: Call, _ body: @Sendable (inout Execution) throws(TemplateError) -> Value
    ) throws(TemplateError) -> Value {
        let outer = enter(call)
        do { return leave(outer, try body(&self)) } catch { throw failure(of: call, error) }
    }

    @inline(never)
    private mutating func callOne(
        _ call: Call, _ body: @Sendable (inout Execution, Value) throws(TemplateError) -> Value
    ) throws(TemplateError) -> Value {
        let first = try argument(0, of: call).value
        let outer = enter(call)
        do { return leave(outer, try body(&self, first)) } catch { throw failure(of: call, error) }
    }

    @inline(never)
    private mutating func callTwo(
        _ call: Call,
        _ body: @Sendable (inout Execution, Value, Value) throws(TemplateError) -> Value
    ) throws(TemplateError) -> Value {
        let first = try argument(0, of: call).value
        let second = try argument(1, of: call).value
        let outer = enter(call)
        do {
            return leave(outer, try body(&self, first, second))
        } catch { throw failure(of: call, error) }
    }

    @inline(never)
    private mutating func callThree(
        _ call: Call,
        _ body: @Sendable (inout Execution, Value, Value, Value) throws(TemplateError) -> Value
    ) throws(TemplateError) -> Value {
        let first = try argument(0, of: call).value
        let second = try argument(1, of: call).value
        let third = try argument(2, of: call).value
        let outer = enter(call)
        do {
            return leave(outer, try body(&self, first, second, third))
        } catch { throw failure(of: call, error) }
    }

    @inline(never)
    private mutating func callMany(
        _ call: Call, _ body: @Sendable (inout Execution, [Value]) throws(TemplateError) -> Value
    ) throws(TemplateError) -> Value {
        var values: [Value] = []
        values.reserveCapacity(call.count)
        for place in 0..<call.count { values.append(try argument(place, of: call).value) }
        let outer = enter(call)
        do { return leave(outer, try body(&self, values)) } catch { throw failure(of: call, error) }
    }

    @inline(never)
    private mutating func callOperands(
        _ call: Call, _ body: (inout Execution, [Operand]) throws(TemplateError) -> Value
    ) throws(TemplateError) -> Value {
        var operands: [Operand] = []
        operands.reserveCapacity(call.count)
        for place in 0..<call.count { operands.append(try argument(place, of: call)) }
        let outer = enter(call)
        do {
            return leave(outer, try body(&self, operands))
        } catch { throw failure(of: call, error) }
    }

    /// Notes where the function is called, and gives the place of the call around it.
    private mutating func enter(_ call: Call) -> NodeID {
        let outer = callNode
        callNode = call.node
        return outer
    }

    private mutating func leave(_ outer: NodeID, _ value: Value) -> Value {
        callNode = outer
        return value
    }

    // MARK: Arguments

    private func hasGoodCount(_ call: Call) -> Bool {
        let wanted = call.function.parameters.count
        return call.function.isVariadic ? call.count >= wanted - 1 : call.count == wanted
    }

    @inline(never)
    private mutating func argument(_ place: Int, of call: Call) throws(TemplateError) -> Operand {
        var written = place
        if let receiver = call.receiver {
            if place == 0 { return receiver }
            written -= 1
        }
        let type = call.parameter(place)
        if written < call.given {
            return try evaluate(
                argument: tree.children[call.first + written], as: type, call.dot)
        }
        return try checked(call.final ?? .none, type)
    }

    /// Evaluates the arguments of `and` and `or` up to the one that decides.
    @inline(never)
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

    // MARK: Errors

    @inline(never)
    private func wrongCount(_ call: Call) -> TemplateError {
        let function = call.function
        let hidden = call.receiver == nil ? 0 : 1
        let wanted = function.parameters.count - hidden
        return failure(
            "wrong number of args for \(function.name): want "
                + (function.isVariadic
                    ? "at least \(wanted - 1) got \(call.given)"
                    : "\(wanted) got \(call.count - hidden)"))
    }

    /// Says where the function was called that failed.
    @inline(never)
    private mutating func failure(of call: Call, _ error: TemplateError) -> TemplateError {
        node = call.node
        return failure("error calling \(call.function.name): \(error.message)", cause: error)
    }
}

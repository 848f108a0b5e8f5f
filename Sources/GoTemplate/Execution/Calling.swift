/// How a call is written, in plain numbers.
struct CallForm {
    /// The node that an error of the function names.
    let node: NodeID
    /// Where the first argument that is written stands among the tree's children.
    let first: Int
    /// How many are written.
    ///
    /// The receiver of a method comes before them, the value of the pipeline after.
    let given: Int
    let hasReceiver: Bool
    let hasFinal: Bool

    var count: Int { given + (hasFinal ? 1 : 0) + (hasReceiver ? 1 : 0) }
}

extension Execution {
    /// Calls a function or a method with the arguments after the first of a command, and `final` last.
    @inline(never)
    mutating func call(
        _ function: Function, at id: NodeID, _ dot: Operand, _ arguments: Span,
        _ final: Operand?, receiver: Operand? = nil
    ) throws(TemplateError) -> Operand {
        try charge(steps: 1)
        let form = CallForm(
            node: id, first: Int(arguments.start) + 1, given: max(Int(arguments.count) - 1, 0),
            hasReceiver: receiver != nil, hasFinal: final != nil)
        if !hasGoodCount(function, form) { throw wrongCount(function, form) }
        switch function.body {
        case .none(let body): return try callNone(function, form, body)
        case .one(let body): return try callOne(function, form, body, dot, final, receiver)
        case .two(let body): return try callTwo(function, form, body, dot, final, receiver)
        case .three(let body): return try callThree(function, form, body, dot, final, receiver)
        case .many(let body): return try callMany(function, form, body, dot, final, receiver)
        case .operands(let body):
            return try callOperands(function, form, body, dot, final, receiver)
        case .shortCircuit(let stopsAt):
            return try evaluate(function, form, stoppingAt: stopsAt, dot, final)
        case .call:
            let name = calleeName(form, final)
            return try callOperands(
                function, form,
                { (execution, operands) throws(TemplateError) in
                    try execution.callFunction(name, operands)
                }, dot, final, receiver)
        }
    }

    // Each in a frame of its own, so that templates within templates take little of the stack. Operands go from
    // hand to hand and into no structure, which saves counting their references.

    @inline(never)
    private mutating func callNone(
        _ function: Function, _ form: CallForm,
        _ body: @Sendable (inout Execution) throws(TemplateError) -> Value
    ) throws(TemplateError) -> Operand {
        let outer = enter(form)
        do {
            return leave(outer, try body(&self), function)
        } catch { throw failure(of: function, form, error) }
    }

    @inline(never)
    private mutating func callOne(
        _ function: Function, _ form: CallForm,
        _ body: @Sendable (inout Execution, Value) throws(TemplateError) -> Value,
        _ dot: Operand, _ final: Operand?, _ receiver: Operand?
    ) throws(TemplateError) -> Operand {
        let first = try argument(0, function, form, dot, final, receiver).value
        let outer = enter(form)
        do {
            return leave(outer, try body(&self, first), function)
        } catch { throw failure(of: function, form, error) }
    }

    @inline(never)
    private mutating func callTwo(
        _ function: Function, _ form: CallForm,
        _ body: @Sendable (inout Execution, Value, Value) throws(TemplateError) -> Value,
        _ dot: Operand, _ final: Operand?, _ receiver: Operand?
    ) throws(TemplateError) -> Operand {
        let first = try argument(0, function, form, dot, final, receiver).value
        let second = try argument(1, function, form, dot, final, receiver).value
        let outer = enter(form)
        do {
            return leave(outer, try body(&self, first, second), function)
        } catch { throw failure(of: function, form, error) }
    }

    @inline(never)
    private mutating func callThree(
        _ function: Function, _ form: CallForm,
        _ body: @Sendable (inout Execution, Value, Value, Value) throws(TemplateError) -> Value,
        _ dot: Operand, _ final: Operand?, _ receiver: Operand?
    ) throws(TemplateError) -> Operand {
        let first = try argument(0, function, form, dot, final, receiver).value
        let second = try argument(1, function, form, dot, final, receiver).value
        let third = try argument(2, function, form, dot, final, receiver).value
        let outer = enter(form)
        do {
            return leave(outer, try body(&self, first, second, third), function)
        } catch { throw failure(of: function, form, error) }
    }

    @inline(never)
    private mutating func callMany(
        _ function: Function, _ form: CallForm,
        _ body: @Sendable (inout Execution, [Value]) throws(TemplateError) -> Value,
        _ dot: Operand, _ final: Operand?, _ receiver: Operand?
    ) throws(TemplateError) -> Operand {
        var values: [Value] = []
        values.reserveCapacity(form.count)
        for place in 0..<form.count {
            values.append(try argument(place, function, form, dot, final, receiver).value)
        }
        let outer = enter(form)
        do {
            return leave(outer, try body(&self, values), function)
        } catch { throw failure(of: function, form, error) }
    }

    @inline(never)
    private mutating func callOperands(
        _ function: Function, _ form: CallForm,
        _ body: (inout Execution, [Operand]) throws(TemplateError) -> Value,
        _ dot: Operand, _ final: Operand?, _ receiver: Operand?
    ) throws(TemplateError) -> Operand {
        var operands: [Operand] = []
        operands.reserveCapacity(form.count)
        for place in 0..<form.count {
            operands.append(try argument(place, function, form, dot, final, receiver))
        }
        let outer = enter(form)
        do {
            return leave(outer, try body(&self, operands), function)
        } catch { throw failure(of: function, form, error) }
    }

    /// Notes where the function is called, and gives the place of the call around it.
    private mutating func enter(_ form: CallForm) -> NodeID {
        let outer = callNode
        callNode = form.node
        return outer
    }

    private mutating func leave(
        _ outer: NodeID, _ value: Value, _ function: Function
    ) -> Operand {
        callNode = outer
        return Operand(value, isBoxed: function.isBoxing)
    }

    // MARK: Arguments

    private func hasGoodCount(_ function: Function, _ form: CallForm) -> Bool {
        let wanted = function.parameters.count
        return function.isVariadic ? form.count >= wanted - 1 : form.count == wanted
    }

    @inline(never)
    private mutating func argument(
        _ place: Int, _ function: Function, _ form: CallForm, _ dot: Operand, _ final: Operand?,
        _ receiver: Operand?
    ) throws(TemplateError) -> Operand {
        var written = place
        if let receiver {
            if place == 0 { return receiver }
            written -= 1
        }
        if written < form.given {
            return try evaluate(
                argument: tree.children[form.first + written], place, of: function, dot)
        }
        return try checked(final ?? .none, place, of: function)
    }

    /// Evaluates the arguments of `and` and `or` up to the one that decides.
    @inline(never)
    private mutating func evaluate(
        _ function: Function, _ form: CallForm, stoppingAt decisive: Bool, _ dot: Operand,
        _ final: Operand?
    ) throws(TemplateError) -> Operand {
        var value = Operand.none
        for place in 0..<form.count {
            value = try argument(place, function, form, dot, final, nil)
            if value.value.isTrue == decisive { break }
        }
        return value
    }

    // MARK: Errors

    @inline(never)
    private func wrongCount(_ function: Function, _ form: CallForm) -> TemplateError {
        let hidden = form.hasReceiver ? 1 : 0
        let wanted = function.parameters.count - hidden
        return failure(
            "wrong number of args for \(function.name): want "
                + (function.isVariadic
                    ? "at least \(wanted - 1) got \(form.given)"
                    : "\(wanted) got \(form.count - hidden)"))
    }

    /// Says where the function was called that failed.
    ///
    /// Each template on the way puts its own text around the error, so these are counted too.
    @inline(never)
    private mutating func failure(
        of function: Function, _ form: CallForm, _ error: TemplateError
    ) -> TemplateError {
        node = form.node
        if error.kind == .limit { return error }
        do throws(TemplateError) {
            try charge(bytes: error.message.utf8.count)
        } catch { return error }
        return failure("error calling \(function.name): \(error.message)", cause: error)
    }
}

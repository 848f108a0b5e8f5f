extension Execution {
    /// Evaluates the commands one after another, each with the value of the one before as its last argument,
    /// and gives the value to the variables that the pipeline declares.
    @inline(never)
    mutating func evaluate(
        pipeline id: NodeID, _ dot: Operand
    ) throws(TemplateError) -> Operand {
        node = id
        guard case .pipeline(let commands, let variables, _) = tree[id] else { return .none }
        try enterNesting()
        let firstRead = recorder.reads.count
        var value: Operand?
        for place in commands.range {
            value = try evaluate(command: tree.children[place], dot, value)
            // What an interface holds is meant from here on.
            value?.isBoxed = false
        }
        let result = value ?? .none
        if !variables.isEmpty {
            for place in variables.range {
                try set(tree.children[place], result)
                if isTracing { noteVariable(tree.children[place], since: firstRead) }
            }
        }
        nesting -= 1
        return result
    }

    /// Gives a variable a value.
    @inline(never)
    mutating func set(_ id: NodeID, _ value: Operand) throws(TemplateError) {
        guard case .variable(let slot, let name, _) = tree[id] else { return }
        guard slot >= 0 else { throw undefined(name) }
        variables[base + Int(slot)] = value
    }

    @inline(never)
    private mutating func evaluate(
        command id: NodeID, _ dot: Operand, _ final: Operand?
    ) throws(TemplateError) -> Operand {
        guard case .command(let arguments) = tree[id] else { return .none }
        let first = tree.children[Int(arguments.start)]
        guard case .function(let place, _) = tree[first] else {
            return try evaluate(value: first, dot, arguments, final)
        }
        node = first
        return try call(functions[Int(place)], at: id, dot, arguments, final)
    }

    /// Evaluates the first word of a command that is no function.
    @inline(never)
    private mutating func evaluate(
        value first: NodeID, _ dot: Operand, _ arguments: Span, _ final: Operand?
    ) throws(TemplateError) -> Operand {
        switch tree[first] {
        case .field(let names):
            node = first
            return try evaluate(fields: names, of: dot, first, dot, arguments, final)
        case .chain(let base, let names):
            return try evaluate(chain: first, base, names, dot, arguments, final)
        case .pipeline:
            if takesArguments(arguments, final) { throw notAFunction(first) }
            return try evaluate(pipeline: first, dot)
        case .variable(let slot, let name, let fields):
            node = first
            let value = try variable(slot, name)
            if fields.isEmpty {
                if takesArguments(arguments, final) { throw notAFunction(first) }
                return value
            }
            return try evaluate(fields: fields, of: value, first, dot, arguments, final)
        default:
            node = first
            if takesArguments(arguments, final) { throw notAFunction(first) }
            return try literal(first, dot)
        }
    }

    private func takesArguments(_ arguments: Span, _ final: Operand?) -> Bool {
        arguments.count > 1 || final != nil
    }

    private mutating func variable(_ slot: Int32, _ name: Int32) throws(TemplateError) -> Operand {
        guard slot >= 0 else { throw undefined(name) }
        if isTracing { recorder.use(variable: base + Int(slot)) }
        return variables[base + Int(slot)]
    }

    /// The dot, or a literal without a type that is wanted of it.
    @inline(never)
    private func literal(_ id: NodeID, _ dot: Operand) throws(TemplateError) -> Operand {
        switch tree[id] {
        case .dot: return dot
        case .bool(let value): return Operand(.bool(value))
        case .string(let place, _): return Operand(.string(tree.strings[Int(place)]))
        case .number(let place, _):
            let number = tree.numbers[Int(place)]
            if number.isFloat, let float = number.float { return Operand(.float64(float)) }
            if let int = number.int { return Operand(.int(Int(int))) }
            throw failure("\(text(id)) overflows int")
        case .null: throw failure("nil is not a command")
        default: throw failure("can't evaluate command \(quoted(text(id)))")
        }
    }

    // MARK: Arguments

    /// Evaluates the argument at `place` of a function; of none, the base of a chain.
    @inline(never)
    mutating func evaluate(
        argument id: NodeID, _ place: Int, of function: Function?, _ dot: Operand
    ) throws(TemplateError) -> Operand {
        node = id
        let value: Operand
        switch tree[id] {
        case .dot: value = dot
        case .field(let names):
            value = try evaluate(fields: names, of: dot, id, dot, .empty, nil)
        case .variable(let slot, let name, let fields):
            let whole = try variable(slot, name)
            value =
                fields.isEmpty
                ? whole : try evaluate(fields: fields, of: whole, id, dot, .empty, nil)
        case .pipeline: value = try evaluate(parenthesised: id, dot)
        case .function(let place, _):
            value = try call(functions[Int(place)], at: id, dot, .empty, nil)
        case .chain(let base, let names):
            value = try evaluate(chain: id, base, names, dot, .empty, nil)
        case .string(let number, _):
            value = Operand(.string(tree.strings[Int(number)]))
            if function?.glance(place) == .string { return value }
            return try evaluate(literal: id, as: function?.parameter(place), dot)
        default: return try evaluate(literal: id, as: function?.parameter(place), dot)
        }
        return function == nil ? value : try checked(value, place, of: function)
    }

    @inline(never)
    private mutating func evaluate(
        parenthesised id: NodeID, _ dot: Operand
    ) throws(TemplateError) -> Operand {
        try enterNesting(2)
        let value = try evaluate(pipeline: id, dot)
        nesting -= 2
        return value
    }

    @inline(never)
    private func evaluate(
        literal id: NodeID, as type: GoType?, _ dot: Operand
    ) throws(TemplateError) -> Operand {
        let node = tree[id]
        if case .null = node {
            guard let type, type.canBeNil else { throw unassignableNil(type) }
            return Operand(.none, isBoxed: type == .any)
        }
        let wanted: String
        switch type?.underlying {
        case .any?, .reflectValue?: return try literal(id, dot)
        case .string?:
            if case .string(let place, _) = node {
                return Operand(.string(tree.strings[Int(place)]))
            }
            wanted = "string"
        case .bool?:
            if case .bool(let value) = node { return Operand(.bool(value)) }
            wanted = "bool"
        case .int?:
            if let int = number(node)?.int { return Operand(.int(Int(int))) }
            wanted = "integer"
        case .int64?:
            if let int = number(node)?.int { return Operand(.int64(int)) }
            wanted = "integer"
        case .uint8?, .uint64?:
            if let unsigned = number(node)?.unsigned {
                return Operand(Value.integer(.uint64(unsigned), as: type ?? .uint64) ?? .none)
            }
            wanted = "unsigned integer"
        case .float64?:
            if let float = number(node)?.float { return Operand(.float64(float)) }
            wanted = "float"
        default:
            let name = type.map { "\($0)" } ?? "<nil>"
            throw failure("can't handle \(text(id)) for arg of type \(name)")
        }
        throw failure("expected \(wanted); found \(text(id))")
    }

    private func number(_ node: Node) -> NumberLiteral? {
        if case .number(let place, _) = node { tree.numbers[Int(place)] } else { nil }
    }

    /// The operand, if it may be given as the argument at `place`.
    func checked(
        _ operand: Operand, _ place: Int, of function: Function?
    ) throws(TemplateError) -> Operand {
        guard let function else { return operand }
        switch (function.glance(place), operand.value) {
        case (.anything, _), (.string, .string), (.int, .int), (.bool, .bool): return operand
        default: return try checked(operand, function.parameter(place))
        }
    }

    @inline(never)
    private func checked(
        _ operand: Operand, _ type: GoType
    ) throws(TemplateError) -> Operand {
        guard let found = operand.value.type else {
            if operand.isBoxed {
                throw failure("wrong type for value; expected \(type); got interface {}")
            }
            if type.canBeNil { return operand }
            throw failure("invalid value; expected \(type)")
        }
        if found.isAssignable(to: type) { return operand }
        throw failure("wrong type for value; expected \(type); got \(found)")
    }

    private func text(_ id: NodeID) -> ByteString { ByteString(tree.text(of: id)) }

    // MARK: Errors

    @inline(never)
    private func undefined(_ name: Int32) -> TemplateError {
        failure("undefined variable: \(tree.names[Int(name)])")
    }

    @inline(never)
    private func notAFunction(_ id: NodeID) -> TemplateError {
        failure("can't give argument to non-function \(text(id))")
    }

    @inline(never)
    private func unassignableNil(_ type: GoType?) -> TemplateError {
        failure("cannot assign nil to \(type.map { "\($0)" } ?? "<nil>")")
    }
}

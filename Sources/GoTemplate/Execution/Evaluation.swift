extension Execution {
    /// Evaluates the commands one after another, each with the value of the one before as its last argument,
    /// and gives the value to the variables that the pipeline declares.
    mutating func evaluate(
        pipeline id: NodeID, _ dot: Operand
    ) throws(TemplateError) -> Operand {
        node = id
        guard case .pipeline(let commands, let variables, _) = tree[id] else { return .none }
        var value: Operand?
        for place in commands.range {
            value = try evaluate(command: tree.children[place], dot, value)
            // What an interface holds is meant from here on.
            value?.isBoxed = false
        }
        let result = value ?? .none
        if !variables.isEmpty {
            for place in variables.range { try set(tree.children[place], result) }
        }
        return result
    }

    /// Gives a variable a value.
    mutating func set(_ id: NodeID, _ value: Operand) throws(TemplateError) {
        guard case .variable(let slot, let name, _) = tree[id] else { return }
        guard slot >= 0 else { throw undefined(name) }
        variables[base + Int(slot)] = value
    }

    private func undefined(_ name: Int32) -> TemplateError {
        failure("undefined variable: \(tree.names[Int(name)])")
    }

    private mutating func evaluate(
        command id: NodeID, _ dot: Operand, _ final: Operand?
    ) throws(TemplateError) -> Operand {
        guard case .command(let arguments) = tree[id] else { return .none }
        let first = tree.children[Int(arguments.start)]
        switch tree[first] {
        case .field(let names):
            node = first
            return try evaluate(fields: names, of: dot, first, dot, arguments, final)
        case .chain(let base, let names):
            return try evaluate(chain: first, base, names, dot, arguments, final)
        case .function(let place, _):
            node = first
            return try call(functions[Int(place)], at: id, dot, arguments, final)
        case .pipeline:
            try refuseArguments(arguments, final)
            return try evaluate(pipeline: first, dot)
        case .variable(let slot, let name, let fields):
            node = first
            let value = try variable(slot, name)
            if fields.isEmpty {
                try refuseArguments(arguments, final)
                return value
            }
            return try evaluate(fields: fields, of: value, first, dot, arguments, final)
        case .null:
            node = first
            try refuseArguments(arguments, final)
            throw failure("nil is not a command")
        default:
            node = first
            try refuseArguments(arguments, final)
            return try literal(first, dot)
        }
    }

    private func refuseArguments(
        _ arguments: Span, _ final: Operand?
    ) throws(TemplateError) {
        if arguments.count > 1 || final != nil {
            let first = tree.children[Int(arguments.start)]
            var text = ByteString(tree.text(of: first))
            if case .pipeline = tree[first] { text = "(" + text + ")" }
            throw failure("can't give argument to non-function \(text)")
        }
    }

    private func variable(_ slot: Int32, _ name: Int32) throws(TemplateError) -> Operand {
        guard slot >= 0 else { throw undefined(name) }
        return variables[base + Int(slot)]
    }

    /// The dot, or a literal without a type that is wanted of it.
    private func literal(_ id: NodeID, _ dot: Operand) throws(TemplateError) -> Operand {
        switch tree[id] {
        case .dot: return dot
        case .bool(let value): return Operand(.bool(value))
        case .string(let place, _): return Operand(.string(tree.strings[Int(place)]))
        case .number(let place, _):
            let number = tree.numbers[Int(place)]
            if number.isFloat, let float = number.float { return Operand(.float64(float)) }
            if let int = number.int { return Operand(.int(Int(int))) }
            throw failure("\(ByteString(tree.text(of: id))) overflows int")
        default: throw failure("can't evaluate command \(quoted(ByteString(tree.text(of: id))))")
        }
    }

    // MARK: Arguments

    /// Evaluates an argument for a parameter of type `type`; nil for the base of a chain, which takes all.
    mutating func evaluate(
        argument id: NodeID, as type: GoType?, _ dot: Operand
    ) throws(TemplateError) -> Operand {
        node = id
        switch tree[id] {
        case .dot: return try checked(dot, type)
        case .null:
            guard let type, type.canBeNil else {
                throw failure("cannot assign nil to \(type.map { "\($0)" } ?? "<nil>")")
            }
            return Operand(.none, isBoxed: type == .any)
        case .field(let names):
            let value = try evaluate(fields: names, of: dot, id, dot, .empty, nil)
            return try checked(value, type)
        case .variable(let slot, let name, let fields):
            var value = try variable(slot, name)
            if !fields.isEmpty {
                value = try evaluate(fields: fields, of: value, id, dot, .empty, nil)
            }
            return try checked(value, type)
        case .pipeline: return try checked(try evaluate(pipeline: id, dot), type)
        case .function(let place, _):
            return try checked(
                try call(functions[Int(place)], at: id, dot, .empty, nil), type)
        case .chain(let base, let names):
            return try checked(
                try evaluate(chain: id, base, names, dot, .empty, nil), type)
        default: return try evaluate(literal: id, as: type, dot)
        }
    }

    private func evaluate(
        literal id: NodeID, as type: GoType?, _ dot: Operand
    ) throws(TemplateError) -> Operand {
        let node = tree[id]
        switch type?.underlying {
        case .any?, .reflectValue?: return try literal(id, dot)
        case .string?:
            if case .string(let place, _) = node {
                return Operand(.string(tree.strings[Int(place)]))
            }
            throw wrong(literal: id, "string")
        case .bool?:
            if case .bool(let value) = node { return Operand(.bool(value)) }
            throw wrong(literal: id, "bool")
        case .int?, .int64?:
            if let int = number(node)?.int {
                return Operand(type?.underlying == .int ? .int(Int(int)) : .int64(int))
            }
            throw wrong(literal: id, "integer")
        case .uint8?, .uint64?:
            if let unsigned = number(node)?.unsigned {
                return Operand(
                    type?.underlying == .uint8
                        ? .uint8(UInt8(truncatingIfNeeded: unsigned)) : .uint64(unsigned))
            }
            throw wrong(literal: id, "unsigned integer")
        case .float64?:
            if let float = number(node)?.float { return Operand(.float64(float)) }
            throw wrong(literal: id, "float")
        default:
            let name = type.map { "\($0)" } ?? "<nil>"
            throw failure("can't handle \(ByteString(tree.text(of: id))) for arg of type \(name)")
        }
    }

    private func number(_ node: Node) -> NumberLiteral? {
        if case .number(let place, _) = node { tree.numbers[Int(place)] } else { nil }
    }

    private func wrong(literal id: NodeID, _ wanted: String) -> TemplateError {
        failure("expected \(wanted); found \(ByteString(tree.text(of: id)))")
    }

    /// The operand, if it may be given where `type` is wanted.
    func checked(_ operand: Operand, _ type: GoType?) throws(TemplateError) -> Operand {
        guard let type else { return operand }
        if type == .any || type == .reflectValue { return operand }
        guard let found = operand.value.type else {
            if !operand.isBoxed {
                if type.canBeNil { return operand }
                throw failure("invalid value; expected \(type)")
            }
            throw failure("wrong type for value; expected \(type); got interface {}")
        }
        if found.isAssignable(to: type) { return operand }
        throw failure("wrong type for value; expected \(type); got \(found)")
    }

    // MARK: Fields

    private mutating func evaluate(
        chain id: NodeID, _ base: NodeID, _ names: Span, _ dot: Operand, _ arguments: Span,
        _ final: Operand?
    ) throws(TemplateError) -> Operand {
        node = id
        let receiver = try evaluate(argument: base, as: nil, dot)
        return try evaluate(fields: names, of: receiver, id, dot, arguments, final)
    }

    /// Evaluates fields one after another; the last one, if it is a method, gets the arguments.
    private mutating func evaluate(
        fields names: Span, of receiver: Operand, _ id: NodeID, _ dot: Operand, _ arguments: Span,
        _ final: Operand?
    ) throws(TemplateError) -> Operand {
        var value = receiver
        let last = names.range.upperBound - 1
        let hasArguments = arguments.count > 1 || final != nil
        for place in names.range {
            let name = tree.names[place]
            // Nearly always a plain map.
            if case .map(let map) = value.value, map.methods.isEmpty,
                !hasArguments || place < last, let element = map[name]
            {
                value = Operand(element, isBoxed: map.elementType == .any)
            } else if place < last {
                value = try field(name, of: value, id, dot, .empty, nil)
            } else {
                value = try field(name, of: value, id, dot, arguments, final)
            }
        }
        return value
    }

    private mutating func field(
        _ name: ByteString, of receiver: Operand, _ id: NodeID, _ dot: Operand, _ arguments: Span,
        _ final: Operand?
    ) throws(TemplateError) -> Operand {
        if receiver.value.isNone {
            if receiver.isBoxed {
                throw failure("nil pointer evaluating interface {}.\(name)")
            }
            if missingKey == .error { throw failure("nil data; no entry for key \(quoted(name))") }
            return .none
        }
        if let method = method(name, of: receiver.value) {
            return try call(method, at: id, dot, arguments, final, receiver: receiver)
        }
        let hasArguments = arguments.count > 1 || final != nil
        if case .object(let box) = receiver.value, let value = box.object.field(name) {
            if hasArguments {
                throw failure("\(name) has arguments but cannot be invoked as function")
            }
            return Operand(value, isBoxed: value.isNone)
        }
        if let map = receiver.value.asMap {
            if hasArguments { throw failure("\(name) is not a method but has arguments") }
            if let element = map[name] {
                return Operand(element, isBoxed: map.elementType == .any)
            }
            return try missing(name, map)
        }
        throw failure("can't evaluate field \(name) in type \(receiver.typeName)")
    }

    private func method(_ name: ByteString, of value: Value) -> Function? {
        switch value {
        case .map(let map): map.methods.isEmpty ? nil : map.methods[name]
        case .object(let box): box.object.method(name)
        default: nil
        }
    }

    private func missing(_ name: ByteString, _ map: Map) throws(TemplateError) -> Operand {
        switch missingKey {
        case .none: return .none
        case .zero:
            return Operand(Value.zero(of: map.elementType), isBoxed: map.elementType == .any)
        case .error: throw failure("map has no entry for key \(quoted(name))")
        }
    }
}

extension Execution {
    /// Evaluates `(…).a.b`.
    @inline(never)
    mutating func evaluate(
        chain id: NodeID, _ base: NodeID, _ names: Span, _ dot: Operand, _ arguments: Span,
        _ final: Operand?
    ) throws(TemplateError) -> Operand {
        node = id
        if case .null = tree[base] { throw nilChain(id) }
        let receiver = try evaluate(argument: base, 0, of: nil, dot)
        return try evaluate(fields: names, of: receiver, id, dot, arguments, final)
    }

    /// Evaluates fields one after another; the last one, if it is a method, gets the arguments.
    @inline(never)
    mutating func evaluate(
        fields names: Span, of receiver: Operand, _ id: NodeID, _ dot: Operand, _ arguments: Span,
        _ final: Operand?
    ) throws(TemplateError) -> Operand {
        var value = receiver
        let last = names.range.upperBound - 1
        let hasArguments = arguments.count > 1 || final != nil
        for place in names.range {
            if isTracing { note(tree.fieldName(place), of: value.value) }
            // Nearly always a plain map that has the key.
            if case .map(let map) = value.value, !hasArguments || place < last,
                let element = map[tree.fieldName(place)],
                map.method(tree.fieldName(place)) == nil
            {
                value = Operand(element, isBoxed: map.isBoxing)
            } else if place < last {
                value = try field(tree.fieldName(place), of: value, id, dot, .empty, nil)
            } else {
                value = try field(tree.fieldName(place), of: value, id, dot, arguments, final)
            }
        }
        return value
    }

    @inline(never)
    private mutating func field(
        _ name: ByteString, of receiver: Operand, _ id: NodeID, _ dot: Operand, _ arguments: Span,
        _ final: Operand?
    ) throws(TemplateError) -> Operand {
        if let method = method(name, of: receiver.value) {
            return try call(method, at: id, dot, arguments, final, receiver: receiver)
        }
        return try plainField(name, of: receiver, arguments.count > 1 || final != nil)
    }

    private func method(_ name: ByteString, of value: Value) -> Function? {
        switch value {
        case .map(let map): map.method(name)
        case .object(let box): box.object.method(name)
        default: nil
        }
    }

    @inline(never)
    private func plainField(
        _ name: ByteString, of receiver: Operand, _ hasArguments: Bool
    ) throws(TemplateError) -> Operand {
        if receiver.value.isNone {
            if receiver.isBoxed {
                throw failure("nil pointer evaluating interface {}.\(name)")
            }
            if missingKey == .error { throw failure("nil data; no entry for key \(quoted(name))") }
            return .none
        }
        if case .object(let box) = receiver.value, let value = box.object.field(name) {
            if hasArguments {
                throw failure("\(name) has arguments but cannot be invoked as function")
            }
            return Operand(value, isBoxed: value.isNone)
        }
        if let map = receiver.value.asMap {
            if hasArguments { throw failure("\(name) is not a method but has arguments") }
            if let element = map[name] {
                return Operand(element, isBoxed: map.isBoxing)
            }
            return try missing(name, map)
        }
        throw failure("can't evaluate field \(name) in type \(receiver.typeName)")
    }

    @inline(never)
    private func missing(_ name: ByteString, _ map: Map) throws(TemplateError) -> Operand {
        switch missingKey {
        case .none: return .none
        case .zero:
            return Operand(Value.zero(of: map.elementType), isBoxed: map.isBoxing)
        case .error: throw failure("map has no entry for key \(quoted(name))")
        }
    }

    @inline(never)
    private func nilChain(_ id: NodeID) -> TemplateError {
        failure("indirection through explicit nil in \(ByteString(tree.text(of: id)))")
    }
}

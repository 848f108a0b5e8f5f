/// How a list ended.
enum Flow {
    case normal
    case breakLoop
    case continueLoop
}

extension Execution {
    mutating func walk(_ id: NodeID, _ dot: Operand) throws(TemplateError) -> Flow {
        guard case .list(let span) = tree[id] else { return .normal }
        try enterNesting()
        var flow = Flow.normal
        for place in span.range where flow == .normal {
            let id = tree.children[place]
            flow = try isTracing ? walkTraced(id, dot) : walk(statement: id, dot)
        }
        nesting -= 1
        return flow
    }

    // Each kind of statement in a frame of its own: templates within templates then take little of the stack.

    mutating func walk(
        statement id: NodeID, _ dot: Operand
    ) throws(TemplateError) -> Flow {
        node = id
        try charge(steps: 1)
        switch tree[id] {
        case .text(let span):
            mark(id)
            try write(span)
        case .action(let pipeline):
            mark(id)
            try walkAction(id, pipeline, dot)
        case .ifBranch(let pipeline, let list, let elseList):
            let isTrue = try isTrue(pipeline, dot)
            if isTrue || elseList != .none { return try walk(isTrue ? list : elseList, dot) }
        case .with(let pipeline, let list, let elseList):
            return try walkWith(pipeline, list, elseList, dot)
        case .range(let pipeline, let list, let elseList):
            return try walkRange(pipeline, list, elseList, dot)
        case .template(let name, let pipeline):
            mark(id)
            try call(template: name, pipeline, dot)
        case .breakLoop: return .breakLoop
        case .continueLoop: return .continueLoop
        default: break
        }
        return .normal
    }

    @inline(never)
    private mutating func write(_ span: Span) throws(TemplateError) {
        try charge(bytes: Int(span.count))
        output += tree.source[span.range]
    }

    @inline(never)
    private mutating func walkAction(
        _ id: NodeID, _ pipeline: NodeID, _ dot: Operand
    ) throws(TemplateError) {
        let value = try evaluate(pipeline: pipeline, dot)
        if case .pipeline(_, let variables, _) = tree[pipeline], variables.isEmpty {
            node = id
            try write(value.value)
        }
    }

    @inline(never)
    private mutating func isTrue(
        _ pipeline: NodeID, _ dot: Operand
    ) throws(TemplateError) -> Bool {
        let start = recorder.reads.count
        let isTrue = try evaluate(pipeline: pipeline, dot).value.isTrue
        if isTracing { recorder.markConditions(from: start) }
        return isTrue
    }

    @inline(never)
    private mutating func walkWith(
        _ pipeline: NodeID, _ list: NodeID, _ elseList: NodeID, _ dot: Operand
    ) throws(TemplateError) -> Flow {
        let value = try evaluate(pipeline: pipeline, dot)
        if value.value.isTrue { return try walk(list, value) }
        return elseList == .none ? .normal : try walk(elseList, dot)
    }

    @inline(never)
    private mutating func call(
        template name: Int32, _ pipeline: NodeID, _ dot: Operand
    ) throws(TemplateError) {
        guard let called = templates[tree.names[Int(name)]] else { throw noTemplate(name) }
        guard depth < limits.depth else { throw outOfDepth() }
        let data = pipeline == .none ? .none : try evaluate(pipeline: pipeline, dot)
        try run(called, data.value)
    }

    @inline(never)
    private func noTemplate(_ name: Int32) -> TemplateError {
        failure("template \(quoted(tree.names[Int(name)])) not defined")
    }

    // MARK: Loops

    @inline(never)
    private mutating func walkRange(
        _ pipeline: NodeID, _ list: NodeID, _ elseList: NodeID, _ dot: Operand
    ) throws(TemplateError) -> Flow {
        let value = try evaluate(pipeline: pipeline, dot).value
        let loop = Loop(tree[pipeline], tree, list)
        var ran = false
        switch value.underlying {
        case .list(let values):
            let isBoxed = values.isBoxing
            ran = values.count > 0
            for (place, element) in values.elements.enumerated() {
                let element = Operand(element, isBoxed: isBoxed)
                if let flow = try turn(loop, Operand(.int(place)), element) { return flow }
            }
        case .map(let map):
            let isBoxed = map.isBoxing
            ran = map.count > 0
            for entry in map.sortedEntries {
                let element = Operand(entry.value, isBoxed: isBoxed)
                if let flow = try turn(loop, Operand(.string(entry.key)), element) { return flow }
            }
        case .int(let count):
            ran = count > 0
            if let flow = try walkRange(loop, count) { return flow }
        case .int64(let count):
            ran = count > 0
            if let flow = try walkRange(loop, Int(count)) { return flow }
        case .uint8(let count):
            ran = count > 0
            if let flow = try walkRange(loop, Int(count)) { return flow }
        case .uint64(let count):
            ran = count > 0
            if let flow = try walkRange(loop, Int(clamping: count)) { return flow }
        case .none: break
        default: throw failure("range can't iterate over \(printed([value]))")
        }
        if !ran, elseList != .none { return try walk(elseList, dot) }
        return .normal
    }

    private mutating func walkRange(
        _ loop: Loop, _ count: Int
    ) throws(TemplateError) -> Flow? {
        guard loop.variables.count < 2 else {
            throw failure("can't use \(count) to iterate over more than one variable")
        }
        for number in 0..<max(count, 0) {
            if let flow = try turn(loop, .none, Operand(.int(number))) { return flow }
        }
        return nil
    }

    /// What every turn of a loop needs.
    private struct Loop {
        var variables: ArraySlice<NodeID> = []
        var isAssignment = false
        var list: NodeID

        init(_ pipeline: Node, _ tree: Tree, _ list: NodeID) {
            self.list = list
            if case .pipeline(_, let variables, let isAssignment) = pipeline {
                if !variables.isEmpty { self.variables = tree.childIDs(variables) }
                self.isAssignment = isAssignment
            }
        }
    }

    /// Runs the body once.
    ///
    /// - Returns: how the whole loop ends, if it ends here.
    @inline(never)
    private mutating func turn(
        _ loop: Loop, _ index: Operand, _ element: Operand
    ) throws(TemplateError) -> Flow? {
        try charge(steps: 1)
        if let first = loop.variables.first {
            if loop.variables.count > 1, let second = loop.variables.last {
                try set(first, index)
                try set(second, element)
            } else {
                try set(first, element)
            }
        }
        return try walk(loop.list, element) == .breakLoop ? .normal : nil
    }

    // MARK: Writing

    /// Writes the value of an action.
    @inline(never)
    mutating func write(_ value: Value) throws(TemplateError) {
        let start = output.count
        switch value {
        case .string(let text): output += text.bytes
        case .none: output += "<no value>".utf8
        case .int(let number): output += "\(number)".utf8
        case .int64(let number): output += "\(number)".utf8
        case .bool(let flag): output += (flag ? "true" : "false").utf8
        case .function(let function):
            let text = ByteString(tree.text(of: node))
            throw failure("can't print \(text) of type \(function.type)")
        default:
            var printer = printer
            printer.write(value, verb: .v)
            output += try text(of: printer).bytes
            return
        }
        try charge(bytes: output.count - start)
    }
}

/// How a list ended.
enum Flow {
    case normal
    case breakLoop
    case continueLoop
}

extension Execution {
    mutating func walk(_ id: NodeID, _ dot: Operand) throws(TemplateError) -> Flow {
        node = id
        try charge(steps: 1)
        switch tree[id] {
        case .list(let span):
            let tree = tree
            for place in span.range {
                let flow = try walk(tree.children[place], dot)
                if flow != .normal { return flow }
            }
        case .text(let span):
            try charge(bytes: Int(span.count))
            output += tree.source[span.range]
        case .action(let pipeline):
            let value = try evaluate(pipeline: pipeline, dot)
            if case .pipeline(_, let variables, _) = tree[pipeline], variables.isEmpty {
                node = id
                try write(value.value)
            }
        case .ifBranch(let pipeline, let list, let elseList):
            if try evaluate(pipeline: pipeline, dot).value.isTrue { return try walk(list, dot) }
            if elseList != .none { return try walk(elseList, dot) }
        case .with(let pipeline, let list, let elseList):
            let value = try evaluate(pipeline: pipeline, dot)
            if value.value.isTrue { return try walk(list, value) }
            if elseList != .none { return try walk(elseList, dot) }
        case .range(let pipeline, let list, let elseList):
            return try walkRange(pipeline, list, elseList, dot)
        case .template(let name, let pipeline):
            try call(template: tree.names[Int(name)], pipeline, dot)
        case .breakLoop: return .breakLoop
        case .continueLoop: return .continueLoop
        default: throw failure("unknown node")
        }
        return .normal
    }

    private mutating func call(
        template name: ByteString, _ pipeline: NodeID, _ dot: Operand
    ) throws(TemplateError) {
        guard let called = templates[name] else {
            throw failure("template \(quoted(name)) not defined")
        }
        guard depth < limits.depth else { throw outOfDepth() }
        let data = pipeline == .none ? .none : try evaluate(pipeline: pipeline, dot)
        try run(called, data.value)
    }

    // MARK: Loops

    private mutating func walkRange(
        _ pipeline: NodeID, _ list: NodeID, _ elseList: NodeID, _ dot: Operand
    ) throws(TemplateError) -> Flow {
        let value = try evaluate(pipeline: pipeline, dot).value
        let loop = Loop(tree[pipeline], tree, list)
        var ran = false
        switch value.underlying {
        case .list(let values):
            let isBoxed = values.elementType == .any
            ran = values.count > 0
            for (place, element) in values.elements.enumerated() {
                let element = Operand(element, isBoxed: isBoxed)
                if let flow = try turn(loop, Operand(.int(place)), element) { return flow }
            }
        case .map(let map):
            let isBoxed = map.elementType == .any
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
    private mutating func turn(
        _ loop: Loop, _ index: Operand, _ element: Operand
    ) throws(TemplateError) -> Flow? {
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
        default: output += value.printed.bytes
        }
        try charge(bytes: output.count - start)
    }
}

extension Tree {
    /// The node as Go's errors print it: one space between arguments, parentheses around pipelines.
    func text(of id: NodeID) -> [UInt8] {
        var writer = NodeWriter(tree: self)
        writer.write(id)
        return writer.bytes
    }

    /// The name, the line from 1 and the column in bytes from 0, where a node stands.
    func location(of id: NodeID) -> CallSite {
        let position = Int(position(of: id))
        let before = source[..<position]
        let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        return CallSite(
            template: "\(name)", line: 1 + before.count { $0 == UInt8(ascii: "\n") },
            column: position - lineStart)
    }
}

private struct NodeWriter {
    let tree: Tree
    var bytes: [UInt8] = []

    mutating func write(_ id: NodeID) {
        switch tree[id] {
        case .list(let span):
            for child in tree.childIDs(span) { write(child) }
        case .text(let span): bytes += tree.source[span.range]
        case .action(let pipeline): write("{{", pipeline, "}}")
        case .ifBranch(let pipeline, let list, let elseList):
            write("{{if ", pipeline, list, elseList)
        case .with(let pipeline, let list, let elseList):
            write("{{with ", pipeline, list, elseList)
        case .range(let pipeline, let list, let elseList):
            write("{{range ", pipeline, list, elseList)
        case .template(let name, let pipeline):
            bytes += "{{template ".utf8
            bytes += quoted(tree.names[Int(name)]).bytes
            if pipeline != .none { write(" ", pipeline, "") }
            bytes += "}}".utf8
        case .breakLoop: bytes += "{{break}}".utf8
        case .continueLoop: bytes += "{{continue}}".utf8
        case .pipeline(let commands, let variables, let isAssignment):
            write(variables, isAssignment: isAssignment)
            write(commands, separator: " | ")
        case .command(let arguments): writeArguments(arguments)
        case .dot: bytes.append(UInt8(ascii: "."))
        case .null: bytes += "nil".utf8
        case .bool(let value): bytes += "\(value)".utf8
        case .number(_, let length), .string(_, let length), .function(_, let length):
            writeSource(id, length)
        case .field(let names): writeFields(names)
        case .variable(_, let name, let fields):
            bytes += tree.names[Int(name)].bytes
            writeFields(fields)
        case .chain(let base, let fields):
            writeArgument(base)
            writeFields(fields)
        }
    }

    private mutating func write(_ before: String, _ pipeline: NodeID, _ after: String) {
        bytes += before.utf8
        write(pipeline)
        bytes += after.utf8
    }

    private mutating func write(
        _ start: String, _ pipeline: NodeID, _ list: NodeID, _ elseList: NodeID
    ) {
        write(start, pipeline, "}}")
        write(list)
        if elseList != .none {
            bytes += "{{else}}".utf8
            write(elseList)
        }
        bytes += "{{end}}".utf8
    }

    private mutating func write(_ variables: Span, isAssignment: Bool) {
        guard !variables.isEmpty else { return }
        write(variables, separator: ", ")
        bytes += (isAssignment ? " = " : " := ").utf8
    }

    private mutating func write(_ ids: Span, separator: String) {
        for (place, id) in tree.childIDs(ids).enumerated() {
            if place > 0 { bytes += separator.utf8 }
            write(id)
        }
    }

    private mutating func writeArguments(_ arguments: Span) {
        for (place, id) in tree.childIDs(arguments).enumerated() {
            if place > 0 { bytes.append(UInt8(ascii: " ")) }
            writeArgument(id)
        }
    }

    private mutating func writeArgument(_ id: NodeID) {
        if case .pipeline = tree[id] { write("(", id, ")") } else { write(id) }
    }

    private mutating func writeFields(_ names: Span) {
        for place in names.range {
            bytes.append(UInt8(ascii: "."))
            bytes += tree.fieldName(place).bytes
        }
    }

    private mutating func writeSource(_ id: NodeID, _ length: Int32) {
        let start = Int(tree.position(of: id))
        bytes += tree.source[start..<start + Int(length)]
    }
}

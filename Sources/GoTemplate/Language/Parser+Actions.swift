extension Parser {
    /// Reads what stands after a left delimiter.
    mutating func readAction() throws(TemplateError) -> Item {
        let start = place
        let token = nextAfterSpace()
        switch token.kind {
        case .block: return .node(try readBlockAction())
        case .breakLoop: return .node(try readJump(token, "{{break}}", .breakLoop))
        case .continueLoop: return .node(try readJump(token, "{{continue}}", .continueLoop))
        case .elseBranch: return try readElse()
        case .endBlock:
            try expect(.rightDelimiter, "end")
            return .end
        case .ifBranch: return .node(try readBranch(.ifBranch))
        case .range: return .node(try readBranch(.range))
        case .template: return .node(try readTemplateAction())
        case .with: return .node(try readBranch(.with))
        default: break
        }
        place = start
        let position = Int32(peekAfterSpace().start)
        let pipeline = try readPipeline("command", until: .rightDelimiter)
        return .node(builder.add(.action(pipeline: pipeline), at: position))
    }

    private mutating func readJump(
        _ token: Token, _ name: String, _ node: Node
    ) throws(TemplateError) -> NodeID {
        let after = nextAfterSpace()
        guard after.kind == .rightDelimiter else { throw unexpected(after, name) }
        guard frame.rangeDepth > 0 else { throw failure("\(name) outside {{range}}") }
        return builder.add(node, at: Int32(token.start))
    }

    /// Reads `else`; an `if` or `with` after it is left for the branch that is open.
    private mutating func readElse() throws(TemplateError) -> Item {
        let kind = peekAfterSpace().kind
        if kind != .ifBranch, kind != .with { try expect(.rightDelimiter, "else") }
        return .else
    }

    // MARK: Templates

    private mutating func readTemplateName(_ context: String) throws(TemplateError) -> (
        Token, Int32
    ) {
        let token = nextAfterSpace()
        guard token.kind == .string || token.kind == .rawString else {
            throw unexpected(token, context)
        }
        return (token, builder.names.number(of: try unquotedText(token)))
    }

    private mutating func readBlockAction() throws(TemplateError) -> NodeID {
        let (token, name) = try readTemplateName("block clause")
        let pipeline = try readPipeline("block clause", until: .rightDelimiter)
        try readBlock(builder.names.names[Int(name)])
        return builder.add(.template(name: name, pipeline: pipeline), at: Int32(token.start))
    }

    private mutating func readTemplateAction() throws(TemplateError) -> NodeID {
        let (token, name) = try readTemplateName("template clause")
        var pipeline = NodeID.none
        if peekAfterSpace().kind == .rightDelimiter {
            _ = next()
        } else {
            pipeline = try readPipeline("template clause", until: .rightDelimiter)
        }
        return builder.add(.template(name: name, pipeline: pipeline), at: Int32(token.start))
    }

    // MARK: Branches

    private enum Branch: String {
        case ifBranch = "if"
        case with
        case range
    }

    private mutating func readBranch(_ branch: Branch) throws(TemplateError) -> NodeID {
        let visible = frame.visible.count
        let scope = frame.scope.count
        let pipeline = try readPipeline(branch.rawValue, until: .rightDelimiter)
        let position = builder.position(of: pipeline)
        let scopeInside = frame.scope.count
        if branch == .range { frame.rangeDepth += 1 }
        let (list, end) = try readList()
        if branch == .range { frame.rangeDepth -= 1 }
        var elseList = NodeID.none
        if case .else = end {
            // The branch before did not run, so its variables are not there.
            frame.scope.removeSubrange(scopeInside...)
            elseList = try readElseList(branch)
        }
        frame.visible.removeSubrange(visible...)
        frame.scope.removeSubrange(scope...)
        let node: Node =
            switch branch {
            case .ifBranch: .ifBranch(pipeline: pipeline, list: list, elseList: elseList)
            case .with: .with(pipeline: pipeline, list: list, elseList: elseList)
            case .range: .range(pipeline: pipeline, list: list, elseList: elseList)
            }
        return builder.add(node, at: position)
    }

    /// Reads what follows `else`; `{{else if a}}…{{end}}` is `{{else}}{{if a}}…{{end}}{{end}}`.
    private mutating func readElseList(_ branch: Branch) throws(TemplateError) -> NodeID {
        let token = peek()
        let isSame =
            (branch == .ifBranch && token.kind == .ifBranch)
            || (branch == .with && token.kind == .with)
        if isSame {
            place += 1
            try enter()
            let node = try readBranch(branch)
            leave()
            let span = builder.addChildren([node][...])
            return builder.add(.list(span), at: Int32(token.start))
        }
        let (list, end) = try readList()
        guard case .end = end else { throw failure("expected end; found \(end.text)") }
        return list
    }
}

extension Parser {
    /// Reads commands up to the token `end`, which is passed.
    mutating func readPipeline(
        _ context: String, until end: Token.Kind
    ) throws(TemplateError) -> NodeID {
        let position = Int32(peekAfterSpace().start)
        let (variables, isAssignment) = try readDeclarations(context)
        let mark = pending.count
        while true {
            let token = peekAfterSpace()
            if token.kind == end {
                _ = next()
                break
            }
            switch token.kind {
            case .bool, .characterConstant, .complex, .dot, .field, .identifier, .number, .null,
                .rawString, .string, .variable, .leftParenthesis:
                pending.append(try readCommand())
            default:
                _ = next()
                throw unexpected(token, context)
            }
        }
        let commands = takePending(from: mark)
        try check(commands, context)
        let declared = try declare(variables, isAssignment: isAssignment)
        return builder.add(
            .pipeline(commands: commands, variables: declared, isAssignment: isAssignment),
            at: position)
    }

    /// Reads `$x :=`, `$x =` or, for `range`, `$i, $x :=`.
    private mutating func readDeclarations(
        _ context: String
    ) throws(TemplateError) -> (variables: [Token], isAssignment: Bool) {
        var variables: [Token] = []
        while peekAfterSpace().kind == .variable {
            let start = place
            let variable = next()
            let after = peekAfterSpace()
            if after.kind == .assign || after.kind == .declare {
                _ = next()
                variables.append(variable)
                frame.visible.append(builder.number(of: variable))
                return (variables, after.kind == .assign)
            }
            guard after.kind == .character, text(of: after).elementsEqual(",".utf8) else {
                place = start
                break
            }
            _ = next()
            variables.append(variable)
            frame.visible.append(builder.number(of: variable))
            guard context == "range", variables.count < 2 else {
                throw failure("too many declarations in \(context)")
            }
            switch peekAfterSpace().kind {
            case .variable, .rightDelimiter, .rightParenthesis: break
            default: throw failure("range can only initialize variables")
            }
        }
        return (variables, false)
    }

    /// Gives the variables their slots; those that are only assigned must have one.
    private mutating func declare(
        _ variables: [Token], isAssignment: Bool
    ) throws(TemplateError) -> Span {
        guard !variables.isEmpty else { return .empty }
        var ids: [NodeID] = []
        for token in variables {
            let name = builder.number(of: token)
            let slot: Int32
            if isAssignment {
                slot = self.slot(of: name)
            } else {
                slot = Int32(frame.scope.count + 1)
                frame.scope.append((name, slot))
                frame.slotCount = max(frame.slotCount, frame.scope.count + 1)
            }
            ids.append(
                builder.add(
                    .variable(slot: slot, name: name, fields: .empty), at: Int32(token.start)))
        }
        return builder.addChildren(ids[...])
    }

    private func slot(of name: Int32) -> Int32 {
        if let known = frame.scope.last(where: { $0.name == name }) { return known.slot }
        return isDollar(name) ? 0 : -1
    }

    private func isDollar(_ name: Int32) -> Bool { builder.names.names[Int(name)].count == 1 }

    private func check(_ commands: Span, _ context: String) throws(TemplateError) {
        guard !commands.isEmpty else { throw failure("missing value for \(context)") }
        guard commands.count > 1 else { return }
        for (stage, command) in builder.children[commands.range].enumerated().dropFirst() {
            guard case .command(let arguments) = builder[command] else { continue }
            let first = builder.children[Int(arguments.start)]
            switch builder[first] {
            case .bool, .dot, .null, .number, .string:
                throw failure("non executable command in pipeline stage \(stage + 1)")
            default: break
            }
        }
    }

    private mutating func readCommand() throws(TemplateError) -> NodeID {
        let position = Int32(peekAfterSpace().start)
        let mark = pending.count
        reading: while true {
            _ = peekAfterSpace()
            if let operand = try readOperand() { pending.append(operand) }
            let token = next()
            switch token.kind {
            case .space: continue
            case .rightDelimiter, .rightParenthesis:
                place -= 1
                break reading
            case .pipe: break reading
            default: throw unexpected(token, "operand")
            }
        }
        guard pending.count > mark else { throw failure("empty command") }
        let arguments = takePending(from: mark)
        return builder.add(.command(arguments), at: position)
    }

    /// Reads a term and the fields after it.
    private mutating func readOperand() throws(TemplateError) -> NodeID? {
        guard let term = try readTerm() else { return nil }
        guard peek().kind == .field else { return term }
        let position = Int32(peek().start)
        let start = Int32(builder.fields.count)
        switch builder[term] {
        case .field(let names):
            // A term is one field, which was added last.
            let all = readFields(names.start)
            return builder.add(.field(all), at: position)
        case .variable(let slot, let name, _):
            let all = readFields(start)
            return builder.add(.variable(slot: slot, name: name, fields: all), at: position)
        case .bool, .string, .number, .null, .dot:
            _ = next()
            let tree = Tree(builder)
            throw failure("unexpected . after term \(quoted(ByteString(tree.text(of: term))))")
        default:
            let all = readFields(start)
            return builder.add(.chain(base: term, fields: all), at: position)
        }
    }

    /// Reads `.a.b`, and gives all fields since `start`.
    private mutating func readFields(_ start: Int32) -> Span {
        while peek().kind == .field { builder.addField(next()) }
        return Span(start: start, count: Int32(builder.fields.count) - start)
    }

    private mutating func readTerm() throws(TemplateError) -> NodeID? {
        let token = peekAfterSpace()
        let position = Int32(token.start)
        let length = Int32(token.count)
        switch token.kind {
        case .identifier:
            _ = next()
            guard let place = functions.place(of: token.start..<token.end, in: builder.source)
            else {
                throw failure("function \(quoted(ByteString(text(of: token)))) not defined")
            }
            return builder.add(.function(place: Int32(place), length: length), at: position)
        case .dot:
            _ = next()
            return builder.add(.dot, at: position)
        case .null:
            _ = next()
            return builder.add(.null, at: position)
        case .variable:
            _ = next()
            return try readVariable(token)
        case .field:
            _ = next()
            builder.addField(token)
            let names = Span(start: Int32(builder.fields.count - 1), count: 1)
            return builder.add(.field(names), at: position)
        case .bool:
            _ = next()
            return builder.add(.bool(length == 4), at: position)
        case .characterConstant, .complex, .number:
            _ = next()
            builder.numbers.append(try readNumber(token))
            return builder.add(
                .number(Int32(builder.numbers.count - 1), length: length), at: position)
        case .leftParenthesis:
            _ = next()
            try enter()
            let pipeline = try readPipeline(
                "parenthesized pipeline", until: .rightParenthesis)
            leave()
            return pipeline
        case .string, .rawString:
            _ = next()
            builder.strings.append(try unquotedText(token))
            return builder.add(
                .string(Int32(builder.strings.count - 1), length: length), at: position)
        default: return nil
        }
    }

    private mutating func readVariable(_ token: Token) throws(TemplateError) -> NodeID {
        let name = builder.number(of: token)
        guard isDollar(name) || frame.visible.contains(name) else {
            throw failure("undefined variable \(quoted(ByteString(text(of: token))))")
        }
        return builder.add(
            .variable(slot: slot(of: name), name: name, fields: .empty), at: Int32(token.start))
    }

    private func readNumber(_ token: Token) throws(TemplateError) -> NumberLiteral {
        let text = text(of: token)
        do {
            if token.kind == .characterConstant {
                return NumberLiteral(character: try unquotedCharacter(text))
            }
            return try NumberLiteral(text)
        } catch {
            throw failure(error.message)
        }
    }
}

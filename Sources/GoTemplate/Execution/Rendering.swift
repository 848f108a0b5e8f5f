extension TemplateSet {
    /// Runs the template `name` on `data`.
    ///
    /// Maps within `data` may be changed by functions that the templates call.
    ///
    /// - Parameter surroundings: What functions take from outside.
    /// - Throws: an error of kind `execution` or `limit`, or `plain` when there is no such template.
    public func render(
        _ name: ByteString, with data: Value, in surroundings: Surroundings = Surroundings(),
        missingKey: MissingKey = .none, limits: Limits = Limits()
    ) throws(TemplateError) -> ByteString {
        let template = try template(name)
        var execution = Execution(
            template, of: self, surroundings, missingKey: missingKey, limits: limits)
        try execution.run(template, data)
        return ByteString(execution.output)
    }

    func template(_ name: ByteString) throws(TemplateError) -> Template {
        if let template = self[name] { return template }
        throw TemplateError("template: no template \(quoted(name)) in the set")
    }
}

extension Execution {
    /// Runs a template of the set on `data` and gives what it writes, as Helm's `include` does.
    ///
    /// - Throws: `template: no template "x" associated with template "gotpl"` when there is none.
    public mutating func render(
        _ name: ByteString, with data: Value
    ) throws(TemplateError) -> ByteString {
        guard let template = templates[name] else {
            throw TemplateError(
                "template: no template \(quoted(name)) associated with template \"gotpl\"")
        }
        return try captured(template, data)
    }

    /// Parses a text and runs it on `data`, as Helm's `tpl` does.
    ///
    /// What the text defines is there for its own calls only.
    @inline(never)
    public mutating func renderText(
        _ text: ByteString, as name: ByteString, with data: Value
    ) throws(TemplateError) -> ByteString {
        let parsed = try parsed(text, as: name)
        guard let template = parsed.last else { return ByteString() }
        try enterNesting(2)
        let outer = templates
        // Without definitions of its own, the text changes nothing for what it calls.
        if parsed.count > 1 { templates.add(parsed) }
        do {
            let result = try captured(template, data)
            templates = outer
            nesting -= 2
            return result
        } catch {
            templates = outer
            if error.kind == .limit { throw error }
            try charge(bytes: text.count + error.message.utf8.count)
            throw TemplateError(
                "error during tpl function execution for \(quoted(text)): \(error.message)",
                cause: error)
        }
    }

    /// The templates of a text, parsed once for each text.
    @inline(never)
    private mutating func parsed(
        _ text: ByteString, as name: ByteString
    ) throws(TemplateError) -> [Template] {
        if let known = parsedTexts[text], known.last?.name == name { return known }
        try charge(steps: text.count / 8)
        do {
            let parsed = try templates.parsed(text, as: name)
            // What is made up anew in every turn of a loop is not worth keeping.
            if parsedTexts.count < 1_000 { parsedTexts[text] = parsed }
            return parsed
        } catch {
            throw TemplateError(
                "cannot parse template \(quoted(text)): \(error.message)", cause: error)
        }
    }

    /// What a template writes, in place of writing it.
    private mutating func captured(
        _ template: Template, _ data: Value
    ) throws(TemplateError) -> ByteString {
        if isTracing { return try traced(template, data) }
        return try capturedText(template, data)
    }

    private mutating func capturedText(
        _ template: Template, _ data: Value
    ) throws(TemplateError) -> ByteString {
        var outer: [UInt8] = []
        swap(&outer, &output)
        do {
            try run(template, data)
        } catch {
            swap(&outer, &output)
            throw error
        }
        swap(&outer, &output)
        return ByteString(outer)
    }

    /// The same, with its trace among those of the action that runs.
    @inline(never)
    private mutating func traced(
        _ template: Template, _ data: Value
    ) throws(TemplateError) -> ByteString {
        var outer = Recorder()
        swap(&outer, &recorder)
        let text = try capturedText(template, data)
        swap(&outer, &recorder)
        outer.trace.text = text
        recorder.included.append(outer.trace)
        return text
    }

    /// Runs a template in a frame of its own.
    mutating func run(_ template: Template, _ data: Value) throws(TemplateError) {
        guard depth < limits.depth else { throw outOfDepth() }
        let outer = (self.template, tree, base, node, callNode, nesting)
        depth += 1
        self.template = template
        tree = template.tree
        base = variables.count
        node = template.root
        variables.append(Operand(data))
        for _ in 1..<max(template.slotCount, 1) { variables.append(.none) }
        let failure: TemplateError?
        do {
            _ = try walk(template.root, Operand(data))
            failure = nil
        } catch {
            failure = error
        }
        variables.removeSubrange(base...)
        (self.template, tree, base, node, callNode, nesting) = outer
        depth -= 1
        if let failure { throw failure }
    }
}

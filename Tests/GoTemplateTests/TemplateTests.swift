import GoTemplate
import Testing

/// Sets of templates, how they are run, and what is refused.
struct TemplateTests {
    private func check(
        _ text: ByteString, with data: Value = .none, missingKey: MissingKey = .none,
        functions: [Function] = [], gives expected: String,
        at location: SourceLocation = #_sourceLocation
    ) {
        #expect(
            answer(text, data, missingKey, functions) == expected, sourceLocation: location)
    }

    /// What the template prints, or the text of its error.
    private func answer(
        _ text: ByteString, _ data: Value, _ missingKey: MissingKey, _ functions: [Function]
    ) -> String {
        do throws(TemplateError) {
            var templates = TemplateSet(functions: FunctionTable(functions))
            try templates.parse(text, as: "x")
            return "\(try templates.render("x", with: data, missingKey: missingKey))"
        } catch {
            return "error: \(error)"
        }
    }

    private func map(_ entries: (ByteString, Value)...) -> Value { .map(Map(entries)) }

    @Test func missingKeysAreNothingZeroOrAnError() {
        let data = map(("a", .int(1)))
        check("{{ .b }}", with: data, gives: "<no value>")
        check("{{ .b.c }}", with: data, gives: "<no value>")
        check("{{ .b }}", with: data, missingKey: .zero, gives: "<no value>")
        check(
            "{{ .b.c }}", with: data, missingKey: .zero,
            gives: "error: template: x:1:5: executing \"x\" at <.b.c>: "
                + "nil pointer evaluating interface {}.c")
        check(
            "{{ .b }}", with: data, missingKey: .error,
            gives: "error: template: x:1:3: executing \"x\" at <.b>: "
                + "map has no entry for key \"b\"")
        let strings = Value.map(Map(type: .map(of: .string)))
        check("[{{ .b }}]", with: strings, missingKey: .zero, gives: "[]")
    }

    @Test func aTemplateTakesThePlaceOfOneOfItsNameUnlessItIsBlank() throws {
        var templates = TemplateSet()
        try templates.parse("{{ define \"a\" }}1{{ end }}", as: "one")
        try templates.parse("{{ define \"a\" }}2{{ end }}", as: "two")
        #expect("\(try templates.render("a", with: .none))" == "2")
        try templates.parse("{{ define \"a\" }} \n{{ end }}", as: "three")
        #expect("\(try templates.render("a", with: .none))" == "2")
        #expect(templates.names == ["a", "one", "three", "two"])
        let before = templates
        try templates.parse("3", as: "a")
        #expect("\(try before.render("a", with: .none))" == "2")
        #expect("\(try templates.render("a", with: .none))" == "3")
    }

    @Test func delimitersCanBeChosen() throws {
        var templates = TemplateSet(delimiters: Delimiters(left: "<%", right: "%>"))
        try templates.parse("{{ 1 }} <% print 2 -%>  x <%/* c */%>", as: "x")
        #expect("\(try templates.render("x", with: .none))" == "{{ 1 }} 2x ")
    }

    @Test func functionsSeeTheSurroundingsOfEachRendering() throws {
        let now = Function(inContext: "now") { (execution: inout Execution) throws(TemplateError) in
            try execution.given(Int.self)
        }
        var templates = TemplateSet(functions: FunctionTable([now]))
        try templates.parse("{{ now }}", as: "x")
        for number in 1...2 {
            let surroundings = Surroundings(["a text", number])
            let text = try templates.render("x", with: .none, in: surroundings)
            #expect("\(text)" == "\(number)")
        }
        let error = #expect(throws: TemplateError.self) {
            try templates.render("x", with: .none, in: Surroundings(["a text"]))
        }
        #expect("\(error.map { "\($0)" } ?? "")".hasSuffix("the rendering was given no Int"))
    }

    @Test func functionsKnowWhereTheyAreCalled() {
        let whereAmI = Function(inContext: "here") { (execution: inout Execution) in
            let site = execution.callSite
            return ByteString("\(site.template):\(site.line):\(site.column)")
        }
        check("{{ here }}\n {{ print (here) }}", functions: [whereAmI], gives: "x:1:3\n x:2:11")
    }

    @Test func mapsAreSharedAndListsAreNot() {
        let put = Function("put") { (map: Map, key: ByteString, value: Value) in
            map[key] = value
            return ByteString()
        }
        check(
            "{{ put .m \"b\" 2 }}{{ range $k, $v := .m }}{{ $k }}{{ $v }}{{ put $.m \"a\" 1 }}"
                + "{{ end }} {{ .m }}",
            with: map(("m", map(("b", .int(1))))), functions: [put], gives: "b2 map[a:1 b:2]")
    }

    @Test func objectsHaveFieldsMethodsAndATextOrAValueBelow() {
        let data = map(("t", .object(Ticket(number: 7))), ("d", .object(Span(seconds: 90))))
        check(
            "{{ .t.Number }} {{ .t.Plus 3 }} {{ 4 | .t.Plus }} {{ .t }} {{ printf \"%+v\" .t }}",
            with: data, gives: "7 10 11 {7} {Number:7}")
        check(
            "{{ .d }} {{ eq .d .d }} {{ if .d }}y{{ end }} {{ printf \"%d %T\" .d .d }}",
            with: data, gives: "1m30s true y 90 time.Duration")
        check(
            "{{ .t.Nope }}", with: data,
            gives: "error: template: x:1:5: executing \"x\" at <.t.Nope>: "
                + "can't evaluate field Nope in type interface {}")
        check(
            "{{ .t.Plus }}", with: data,
            gives: "error: template: x:1:5: executing \"x\" at <.t.Plus>: "
                + "wrong number of args for Plus: want 1 got 0")
        check(
            "{{ .t.Plus \"a\" }}", with: data,
            gives: "error: template: x:1:11: executing \"x\" at <\"a\">: expected integer; "
                + "found \"a\"")
        check(
            "{{ .t.Number 1 }}", with: data,
            gives: "error: template: x:1:5: executing \"x\" at <.t.Number>: "
                + "Number has arguments but cannot be invoked as function")
    }

    @Test func functionsAreValuesThatCallCalls() {
        let double = Function("double") { (number: Int) in number * 2 }
        let data = map(("f", .function(double)))
        check("{{ call .f 4 }}", with: data, gives: "8")
        check(
            "{{ call .f 4 5 }}", with: data,
            gives: "error: template: x:1:3: executing \"x\" at <call .f 4 5>: "
                + "error calling call: wrong number of args for .f: got 2 want 1")
        check(
            "{{ call .f \"a\" }}", with: data,
            gives: "error: template: x:1:3: executing \"x\" at <call .f \"a\">: "
                + "error calling call: arg 0: value has type string; should be int")
        check(
            "{{ .f }}", with: data,
            gives: "error: template: x:1:3: executing \"x\" at <{{.f}}>: "
                + "can't print {{.f}} of type func(int) int")
    }

    @Test func goSliceCutsStringsAndLists() {
        check(
            "{{ slice \"abcdef\" 1 3 }} {{ slice \"abc\" 1 }} {{ slice \"abc\" }}",
            gives: "bc bc abc")
        check(
            "{{ slice .l 1 }} {{ slice .l 0 1 2 }}", with: map(("l", .list([.int(1), .int(2)]))),
            gives: "[2] [1]")
        check(
            "{{ slice \"abc\" 2 1 }}",
            gives: "error: template: x:1:3: executing \"x\" at <slice \"abc\" 2 1>: "
                + "error calling slice: invalid slice index: 2 > 1")
        check(
            "{{ slice \"abc\" 9 }}",
            gives: "error: template: x:1:3: executing \"x\" at <slice \"abc\" 9>: "
                + "error calling slice: index out of range: 9")
    }

    @Test func complexNumbersAreRefused() {
        check(
            "{{ 1i }}",
            gives: "error: template: x:1: complex number \"1i\" is not supported; "
                + "write a real one")
    }

    @Test func stringsAreBytes() {
        let cut = Function("cut") { (count: Int, text: ByteString) in
            ByteString(text.bytes.prefix(count))
        }
        var templates = TemplateSet(functions: FunctionTable([cut]))
        do throws(TemplateError) {
            try templates.parse("{{ cut 1 \"é\" }}{{ len \"é\" }}{{ \"\\xff\" }}", as: "x")
            let text = try templates.render("x", with: .none)
            #expect(text.bytes == [0xC3, UInt8(ascii: "2"), 0xFF])
        } catch {
            Issue.record("\(error)")
        }
    }

    @Test func thereMustBeSuchATemplate() throws {
        let error = #expect(throws: TemplateError.self) {
            try TemplateSet().render("x", with: .none)
        }
        #expect(error?.message == "template: no template \"x\" in the set")
    }
}

private struct Ticket: Object {
    var number: Int
    var type: GoType { .named("main.Ticket", nil) }
    var fieldNames: [ByteString] { ["Number"] }

    func field(_ name: ByteString) -> Value? { name == "Number" ? .int(number) : nil }

    func method(_ name: ByteString) -> Function? { name == "Plus" ? Ticket.plus : nil }

    private static let plus = Function("Plus") { (ticket: Value, number: Int) in
        guard case .object(let box) = ticket, let ticket = box.object as? Ticket else { return 0 }
        return ticket.number + number
    }
}

private struct Span: Object {
    var seconds: Int64
    var type: GoType { .named("time.Duration", .int64) }
    var underlying: Value? { .int64(seconds) }
    var text: ByteString? { ByteString("\(seconds / 60)m\(seconds % 60)s") }
}

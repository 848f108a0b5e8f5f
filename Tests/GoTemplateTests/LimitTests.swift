import GoTemplate
import Testing

/// Templates that ask for too much end with an error that names them.
struct LimitTests {
    private func check(
        _ text: ByteString, _ limits: Limits, gives expected: String,
        at location: SourceLocation = #_sourceLocation
    ) {
        do throws(TemplateError) {
            var templates = TemplateSet(
                functions: FunctionTable(chartFunctions))
            try templates.parse(text, as: "x")
            _ = try templates.render("x", with: .map(Map()), limits: limits)
            Issue.record("no error", sourceLocation: location)
        } catch {
            #expect(error.message == expected, sourceLocation: location)
            #expect(error.kind == .limit, sourceLocation: location)
        }
    }

    private func limits(_ change: (inout Limits) -> Void) -> Limits {
        var limits = Limits()
        change(&limits)
        return limits
    }

    @Test func loopsEnd() {
        check(
            "{{ range 1000000000 }}{{ end }}", limits { $0.steps = 1000 },
            gives: "template: x:1:9: executing \"x\" at <1000000000>: "
                + "more than 1000 steps in one rendering")
        check(
            "{{ range 100 }}{{ range 100 }}{{ range 100 }}x{{ end }}{{ end }}{{ end }}",
            limits { $0.steps = 1000 },
            gives: "template: x:1:45: executing \"x\" at <x>: "
                + "more than 1000 steps in one rendering")
    }

    @Test func textEnds() {
        check(
            "{{ range 1000 }}0123456789{{ end }}", limits { $0.bytes = 100 },
            gives: "template: x:1:16: executing \"x\" at <0123456789>: "
                + "more than 100 bytes written in one rendering")
        check(
            "{{ printf \"%1000000d\" 1 }}", limits { $0.bytes = 100 },
            gives: "template: x:1:22: executing \"x\" at <1>: "
                + "more than 100 bytes written in one rendering")
    }

    @Test(arguments: ["fromJson", "fromJsonArray", "mustFromJson", "fromToml", "splitList \"\""])
    func textsAreChargedBeforeTheyAreRead(function: String) {
        var templates = TemplateSet(functions: FunctionTable(chartFunctions))
        let error = #expect(throws: TemplateError.self) {
            try templates.parse(
                ByteString("{{ $t := repeat 90 \"x\" }}{{ \(function) $t }}"), as: "x")
            return try templates.render("x", with: .none, limits: limits { $0.bytes = 100 })
        }
        #expect(error?.kind == .limit)
    }

    @Test func recursionEnds() {
        check(
            "{{ template \"x\" }}", limits { $0.depth = 20 },
            gives: "template: x:1:12: executing \"x\" at <{{template \"x\"}}>: "
                + "more than 20 templates within each other")
        check(
            "{{ include \"x\" . }}", limits { $0.depth = 20 },
            gives: "template: x:1:15: executing \"x\" at <.>: "
                + "more than 20 templates within each other")
        check(
            "{{ tpl \"{{ include `x` . }}\" . }}", limits { $0.depth = 20 },
            gives: "template: gotpl:1:15: executing \"gotpl\" at <.>: "
                + "more than 20 templates within each other")
        check(
            "{{ if true }}{{ if true }}{{ template \"x\" }}{{ end }}{{ end }}",
            limits { $0.nesting = 30 },
            gives:
                "template: x:1:0: executing \"x\" at <{{if true}}{{if true}}{{template \"x\"}}{{end}}{{end}}>: "
                + "more than 30 branches and pipelines within each other")
    }

    @Test func theUsualLimitsAreFarBelowTheStack() {
        for text in [
            "{{ template \"x\" . }}", "{{ include \"x\" . }}",
            "{{ tpl \"{{ include `x` . }}\" . }}",
            "{{ range 1 }}{{ with 1 }}{{ print (include \"x\" .) }}{{ end }}{{ end }}",
        ] {
            var templates = TemplateSet(functions: FunctionTable(Inclusion.all))
            #expect(throws: TemplateError.self, "\(text)") {
                try templates.parse(ByteString(text), as: "x")
                return try templates.render("x", with: .none)
            }
        }
    }

    @Test func textsNestedTooDeepAreRefused() {
        let parentheses = String(repeating: "(", count: 2000)
        let branches = String(repeating: "{{ if 1 }}", count: 2000)
        let otherwise = "{{ if 0 }}" + String(repeating: "{{ else if 0 }}", count: 2000)
        for text in ["{{ \(parentheses)", branches, otherwise] {
            var templates = TemplateSet()
            let error = #expect(throws: TemplateError.self) {
                try templates.parse(ByteString(text), as: "x")
            }
            #expect(
                error?.message
                    == "template: x:1: more than 500 levels of branches and parentheses")
        }
    }

    @Test func aMapThatHoldsItselfIsNotPrinted() {
        let text: ByteString = """
            {{ $d := dict }}{{ $_ := set $d "a" $d }}{{ $_ := set $d "b" $d }}{{ $d }}\
            {{ $_ := set $d "a" 1 }}{{ $_ := set $d "b" 1 }}
            """
        check(
            text, Limits(),
            gives: "template: x:1:69: executing \"x\" at <{{$d}}>: "
                + "the value is too large to print, or holds itself")
    }

    /// Thirty doublings of one list: all of it would take 8 GiB.
    @Test(arguments: [
        "print $x", "println $x", "printf \"%v\" $x", "printf \"%s%+v%#v\" $x $x $x",
        "printf \"\" $x $x", "$x", "toString $x", "quote $x", "squote $x", "cat $x", "join \"\" $x",
        "html $x", "js $x", "urlquery $x", "toDecimal $x", "toYaml $x", "toYamlPretty $x",
        "toJson $x", "toPrettyJson $x", "toRawJson $x", "toToml (dict \"x\" $x)",
    ])
    func whatIsPrintedIsCountedWhileItIsWritten(call: String) throws {
        var templates = TemplateSet(functions: FunctionTable(chartFunctions))
        let doublings = "{{ $x := list \"abcdefgh\" }}{{ range 30 }}{{ $x = list $x $x }}{{ end }}"
        try templates.parse(ByteString("\(doublings){{ \(call) }}"), as: "x")
        let start = ContinuousClock.now
        let error = #expect(throws: TemplateError.self) {
            try templates.render("x", with: .none, limits: limits { $0.bytes = 100_000 })
        }
        #expect(error?.kind == .limit)
        #expect(ContinuousClock.now - start < .seconds(2))
    }

    /// JSON may nest as deep as in Go, and what was read can be worked with.
    @Test(arguments: [
        ("len (fromJson .deep)", "1"), ("len (fromJsonArray .list)", "1"),
        ("fromJson .deep | toJson | eq .deep", "true"),
        ("fromJsonArray .list | toJson | eq .list", "true"),
        ("deepEqual (fromJson .deep) (fromJson .deep)", "true"),
        ("deepEqual (fromJson .deep) (fromJson .other)", "false"),
        ("fromJson .tooDeep", "map[Error:exceeded max depth]"),
        ("fromJsonArray .tooLong", "[exceeded max depth]"),
    ])
    func jsonNestsTenThousandDeep(call: String, result: String) throws {
        func nested(_ depth: Int, _ open: String, _ core: String, _ close: String) -> Value {
            let start = String(repeating: open, count: depth - 1)
            return .string(ByteString(start + core + String(repeating: close, count: depth - 1)))
        }
        let data = Map([
            ("deep", nested(10_000, "{\"a\":", "{\"b\":1}", "}")),
            ("other", nested(10_000, "{\"a\":", "{\"b\":2}", "}")),
            ("tooDeep", nested(10_001, "{\"a\":", "{}", "}")),
            ("list", nested(10_000, "[", "[]", "]")), ("tooLong", nested(10_001, "[", "[]", "]")),
        ])
        var templates = TemplateSet(functions: FunctionTable(chartFunctions))
        try templates.parse(ByteString("{{ \(call) }}"), as: "x")
        #expect("\(try templates.render("x", with: .map(data)))" == result)
    }

    @Test(arguments: [
        "print $x", "toYaml $x", "toToml $x", "deepCopy $x", "merge (dict) $x", "mustMerge $x $x",
        "mergeOverwrite $x $x", "deepEqual $x $x", "hasKey $x \"a\"", "uniq (list $x $x)",
        "has $x (list 1 $x)", "without (list $x) 1", "quote $x", "kindOf $x",
        "$x | toJson | fromJson",
    ])
    func deepValuesDoNotTrap(call: String) throws {
        let text =
            String(repeating: "{\"a\":", count: 9_999) + "{}" + String(repeating: "}", count: 9_999)
        var templates = TemplateSet(functions: FunctionTable(chartFunctions))
        try templates.parse(ByteString("{{ $x := fromJson .t }}{{ \(call) }}"), as: "x")
        _ = try? templates.render("x", with: .map(Map([("t", .string(ByteString(text)))])))
    }

    @Test func mapsThatHoldThemselvesAreCompared() throws {
        var templates = TemplateSet(functions: FunctionTable(chartFunctions))
        let text: ByteString = """
            {{ $d := dict }}{{ $_ := set $d "a" $d }}{{ $e := dict }}{{ $_ := set $e "a" $e }}\
            {{ deepEqual $d $e }}{{ $_ := set $e "b" 1 }}{{ deepEqual $d $e }}\
            {{ $_ := unset $d "a" }}{{ $_ := unset $e "a" }}
            """
        try templates.parse(text, as: "x")
        #expect("\(try templates.render("x", with: .none))" == "truefalse")
    }

    @Test func listsWithinListsAreReleased() throws {
        var templates = TemplateSet(functions: FunctionTable(chartFunctions))
        try templates.parse(
            "{{ $x := list }}{{ range 200000 }}{{ $x = list $x }}{{ end }}{{ len $x }}", as: "x")
        #expect("\(try templates.render("x", with: .none))" == "1")
    }

    @Test func anErrorFromDeepInsideStaysSmall() {
        let filler = String(repeating: "x", count: 100_000)
        let text = "{{ define \"a\" }}{{ tpl .t . }}{{ end }}{{ include \"a\" . }}"
        var templates = TemplateSet(functions: FunctionTable(Inclusion.all))
        let inner = Value.string("{{/* \(filler) */}}{{ include \"a\" . }}")
        let error = #expect(throws: TemplateError.self) {
            try templates.parse(ByteString(text), as: "x")
            return try templates.render("x", with: .map(Map([("t", inner)])))
        }
        #expect((error?.message.utf8.count ?? .max) < 1000)
    }
}

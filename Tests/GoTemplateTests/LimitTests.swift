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

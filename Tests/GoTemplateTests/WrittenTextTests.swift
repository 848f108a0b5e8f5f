import GoTemplate
import Testing

/// Which line of a template wrote a place in its text.
struct WrittenTextTests {
    /// For each `@` of the text, the line of the template that wrote it.
    private func check(
        _ template: ByteString, lines expected: [Int],
        at location: SourceLocation = #_sourceLocation
    ) throws {
        var templates = TemplateSet(functions: FunctionTable(Inclusion.all))
        try templates.parse(template, as: "x")
        let written = try templates.write("x", with: .map(Map([("t", "a\n@")])))
        let text = written.text.withoutNoValue
        let lines = text.bytes.indices.filter { text.bytes[$0] == UInt8(ascii: "@") }
            .map { written.line(at: written.offset(of: $0, in: text)) }
        #expect(lines == expected, sourceLocation: location)
        #expect(try templates.render("x", with: .map(Map([("t", "a\n@")]))) == written.text)
    }

    @Test func textsAndActions() throws {
        try check("@\n@\n\n@", lines: [1, 2, 4])
        try check("a\n{{- /* one\ntwo */ -}}\n\n@\n{{ .t }}\n@", lines: [5, 6, 7])
        try check("{{- if true }}\n@\n{{- else }}\n@\n{{- end }}\n@", lines: [2, 6])
        try check("{{ range 2 }}\n@{{ . }}\n@{{ end }}", lines: [2, 3, 2, 3])
    }

    @Test func whatOthersWriteIsOfTheLineThatCallsThem() throws {
        try check(
            "{{ define \"a\" }}\n\n@\n@{{ end }}\n{{ include \"a\" . }}\n\n{{ template \"a\" . }}@",
            lines: [5, 5, 7, 7, 7])
        try check("\n{{ with .t }}\n{{ tpl \"@\\n@\" $ }}{{ end }}@", lines: [3, 3, 3])
    }

    @Test func linesAreThoseOfTheTemplateWhenNothingsAreTakenAway() throws {
        try check("{{ .no }}{{ .no }}\n@{{ .no }}\n<no value>@\n@", lines: [2, 3, 4])
    }
}

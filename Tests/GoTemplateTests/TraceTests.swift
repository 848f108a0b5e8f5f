import GoTemplate
import Testing

/// Which template wrote a line, and what was read for it.
struct TraceTests {
    /// Lines as `LINE|template:line key, key, (condition)`.
    private func check(
        _ texts: [(ByteString, ByteString)], _ values: Map, gives expected: String,
        at location: SourceLocation = #_sourceLocation
    ) throws {
        let indent = Function("nindent") { (count: Int, text: ByteString) in
            let filler = String(repeating: " ", count: count)
            let lines = "\(text)".split(separator: "\n", omittingEmptySubsequences: false)
            return ByteString(lines.map { "\n\(filler)\($0)" }.joined())
        }
        var templates = TemplateSet(
            functions: FunctionTable(Inclusion.all + chartFunctions + [indent]))
        for (name, text) in texts { try templates.parse(text, as: name) }
        let data = Value.map(Map([("Values", .map(values)), ("Name", "rel")]))
        guard let name = texts.last?.0 else { return }
        let trace = try templates.trace(name, with: data, missingKey: .zero)
        #expect(
            trace.text == (try templates.render(name, with: data, missingKey: .zero)),
            sourceLocation: location)
        let lines = "\(trace.text)".split(separator: "\n", omittingEmptySubsequences: false)
        let described = zip(lines, trace.lines).map { text, line in
            let reads = line.reads.filter { $0.key != "Values" }.map {
                $0.isCondition ? "(\($0.key))" : "\($0.key)"
            }
            let from = "\(line.site.template):\(line.site.line)"
            return "\(text)|\(from) \(reads.joined(separator: ", "))"
        }
        #expect(described.joined(separator: "\n") == expected, sourceLocation: location)
    }

    @Test func linesComeFromTheTemplateThatWroteThem() throws {
        let helpers: ByteString = """
            {{- define "labels" -}}
            app: {{ .Name }}
            tier: {{ .Values.tier }}
            {{- end }}
            """
        let page: ByteString = """
            kind: Pod
            labels:
              {{- include "labels" . | nindent 2 }}
            {{- if .Values.on }}
            size: {{ .Values.size }}
            {{- end }}
            end: true

            """
        let values = Map([("tier", "web"), ("on", .bool(true)), ("size", .int(3))])
        try check(
            [("_h.tpl", helpers), ("page", page)], values,
            gives: """
                kind: Pod|page:1\u{20}
                labels:|page:2\u{20}
                  app: rel|_h.tpl:2 Name
                  tier: web|_h.tpl:3 tier
                size: 3|page:5 (on), size
                end: true|page:7\u{20}
                """)
    }

    @Test func valuesFlowThroughVariablesLoopsAndTheDot() throws {
        let page: ByteString = """
            {{ $size := .Values.size -}}
            a: {{ $size }}
            {{ with .Values.port -}}
            b: {{ . }}
            {{ end -}}
            {{ range $k, $v := .Values.env -}}
            {{ $k }}: {{ $v }}
            {{ end -}}
            """
        let values = Map([
            ("size", .int(3)), ("port", .int(80)),
            ("env", .map(Map([("x", "1"), ("y", "2")]))),
        ])
        try check(
            [("page", page)], values,
            gives: """
                a: 3|page:2 size
                b: 80|page:4 port
                x: 1|page:7 env
                y: 2|page:7 env
                """)
    }

    @Test func readsNameTheMapItself() throws {
        let inner = Map([("tag", "1.2")])
        var templates = TemplateSet()
        try templates.parse("image: {{ .image.tag }}", as: "x")
        let trace = try templates.trace("x", with: .map(Map([("image", .map(inner))])))
        let reads = trace.lines.flatMap(\.reads)
        #expect(reads.map { "\($0.key)" } == ["image", "tag"])
        #expect(reads.last?.map === inner)
    }
}

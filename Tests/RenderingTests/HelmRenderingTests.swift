import Model
import Rendering
import Synchronization
import TestSupport
import Testing

/// Charts of a repository, as applications have them rendered.
@Suite("Charts in repositories")
struct HelmRenderingTests {
    private func check(
        _ files: [String: String], name: String = "rel", values: String = "",
        valueFiles: [String] = [], showsOrigins: Bool = false, gives expected: String,
        at location: Testing.SourceLocation = #_sourceLocation
    ) throws {
        var tree = FileTree()
        tree.entries["c/Chart.yaml"] = .file(
            Array("apiVersion: v2\nname: c\nversion: 1.0.0\n".utf8))
        for (path, text) in files { tree.entries[path] = .file(Array(text.utf8)) }
        var options = HelmOptions(
            chart: ChartOptions(
                release: ChartRelease(name: name), capabilities: try ChartCapabilities()))
        options.values = values
        options.valueFiles = valueFiles
        options.environment = ["ARGOCD_APP_NAME": "shop"]
        let (rendered, identity) = renderHelm(tree, path: "c", options: options) { _ in
            ChartSurroundings(now: Timestamp(seconds: 0)) { _, count in
                Array(repeating: 7, count: count)
            }
        }
        #expect(identity?.name == "c" && identity?.version == "1.0.0", sourceLocation: location)
        let lines =
            rendered.problems.map { "problem \($0.summary)" }
            + rendered.objects.map { object in
                showsOrigins
                    ? "\(object.key) \(object.origin.file):\(object.origin.line ?? 0)"
                    : "\(object.key) \(object.node["data"]?["a"]?.stringValue ?? "-")"
            }
        #expect(lines.joined(separator: "\n") == expected, sourceLocation: location)
    }

    private let map =
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\ndata: {a: {{ .Values.a | quote }}}\n"

    @Test func valueFilesMayStandAnywhereInTheRepository() throws {
        try check(
            [
                "c/templates/m.yaml": map, "c/values.yaml": "a: default", "c/x.yaml": "a: beside",
                "values/shop/1.yaml": "a: far", "values/shop/2.yaml": "a: farther",
            ], valueFiles: ["x.yaml", "/values/$ARGOCD_APP_NAME/*.yaml"],
            gives: "/ConfigMap//m farther")
        try check(
            ["c/templates/m.yaml": map], valueFiles: ["../../x.yaml"],
            gives: "problem c: helm: the value file ../../x.yaml is outside of the repository")
    }

    /// The line at which a document begins, whatever stands before it and whatever it includes.
    @Test func objectsComeFromTheLineOfTheirDocument() throws {
        let head = "apiVersion: v1\nkind: ConfigMap\nmetadata:"
        try check(
            [
                "c/templates/_h.tpl":
                    "\n\n{{- define \"m\" }}\n\(head) {name: {{ . }}}\n{{- end }}",
                "c/templates/a.yaml": """
                {{- /* a
                comment */ -}}
                {{- if .Values.shown }}

                \(head) {name: {{ .Values.none }}a1}
                ---
                # a comment
                \(head) {name: a2}
                {{- end }}
                ---
                {{ include "m" "a3" }}
                {{- range $i := until 2 }}
                ---
                \(head) {name: "l{{ $i }}"}
                {{- end }}
                """,
                "c/templates/b.yaml": "{{- $x := 1 }}\n\n{{- include \"m\" \"b\" }}",
                "c/templates/c.yaml":
                    "kind: List\napiVersion: v1\nitems:\n- apiVersion: v1\n  kind: Secret\n"
                    + "  metadata: {name: s}\n",
                "c/crds/d.yaml": "\n\n\(head) {name: d}\n",
            ], values: "shown: true", showsOrigins: true,
            gives: """
                /ConfigMap//d c/crds/d.yaml:3
                /ConfigMap//a1 c/templates/a.yaml:5
                /ConfigMap//a2 c/templates/a.yaml:10
                /ConfigMap//a3 c/templates/a.yaml:15
                /ConfigMap//l0 c/templates/a.yaml:18
                /ConfigMap//l1 c/templates/a.yaml:18
                /ConfigMap//b c/templates/b.yaml:3
                /Secret//s c/templates/c.yaml:1
                """)
        try check(
            [
                "c/templates/a.yaml":
                    "# a comment\n\n{{ if true }}\nkind: X\nmetadata: {name: x}\n{{ end }}"
            ],
            gives: "problem c/templates/a.yaml:4: apiVersion: is required")
    }

    /// What is noted of a zone is the digest of its file; a name that could lead elsewhere is not asked for.
    @Test func zonesAreReadByNameAndNoted() throws {
        let fixed =
            Array("TZif2".utf8) + [UInt8](repeating: 0, count: 15 + 24) + Array("TZif2".utf8)
            + [UInt8](repeating: 0, count: 15 + 19) + [1, 0, 0, 0, 2] + [0, 0, 0x0E, 0x10, 0, 0]
            + Array("A\u{0}".utf8) + Array("\n<ABC>-1\n".utf8)
        let asked = Asked()
        let zones = ChartZones { name in
            asked.add(name)
            return name == "Here/There" ? fixed : name == "Damaged" ? [1, 2, 3] : nil
        }
        let noted = Asked()
        let names = ["Here/There", "Damaged", "No/Where", "../etc/localtime", "UTC", ""]
        let template = names.map {
            "{{ dateInZone \"15:04 MST\" (int64 0) \($0.debugDescription) }}\n"
        }.joined()
        let chart = try Chart(files: [
            ChartFile(
                name: "Chart.yaml", bytes: Array("apiVersion: v2\nname: c\nversion: 1.0.0".utf8)),
            ChartFile(name: "templates/NOTES.txt", bytes: Array(template.utf8)),
        ])
        let output = try chart.rendered(
            ChartValues(),
            ChartOptions(release: ChartRelease(name: "rel"), capabilities: try ChartCapabilities()),
            with: ChartSurroundings(
                now: Timestamp(seconds: 0), zones: zones,
                reads: ChartReads { question, answer in noted.add("\(question.text): \(answer())") }
            ) { _, count in Array(repeating: 7, count: count) })
        #expect(
            String(decoding: output.notes, as: UTF8.self)
                == "01:00 ABC\n" + String(repeating: "00:00 UTC\n", count: 5))
        #expect(asked.all == ["Here/There", "Damaged", "No/Where"])
        let answers = noted.all.map { $0.split(separator: ":").last.map { $0.count - 1 } ?? 0 }
        #expect(answers == [64, 64, 7, 7] && noted.all[2] == "zone No/Where: unknown")
    }

    @Test func aReleaseHasANameThatHelmTakes() throws {
        try check(
            ["c/templates/m.yaml": map], name: "UPPER_x",
            gives:
                #"problem c: helm: release name "UPPER_x": invalid release name, must match regex "#
                + #"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$ and the length "#
                + "must not be longer than 53")
    }

    @Test func errorsRepeatNoSecret() throws {
        try check(
            [
                "c/templates/m.yaml": map,
                "c/values.schema.json": #"{"properties": {"password": {"pattern": "^x$"}}}"#,
            ], values: "password: hunter2\n",
            gives: "problem c: helm: values don't meet the specifications of the schema(s) in the "
                + "following chart(s):\nc:\n- at '/password': '(secret)' does not match pattern '^x$'\n"
        )
    }

    @Test(arguments: [
        ("password: hunter2", #"{{ fail (b64enc .Values.password) }}"#, "(secret)"),
        (#"password: "a\"b c""#, #"{{ fail (toJson .Values.password) }}"#, #""(secret)""#),
        ("pin: {token: 471108}", "{{ fail (toString .Values.pin.token) }}", "(secret)"),
        ("url: 'db://user:pw@host/x'", "{{ fail .Values.url }}", "(secret)"),
        ("blob: aB3dE5fG7hI9jK1lM3nO5", "{{ fail .Values.blob }}", "(secret)"),
        ("image: registry.example.org/web", "{{ fail .Values.image }}", "registry.example.org/web"),
    ])
    func errorsRepeatNoFormOfASecret(_ values: String, _ template: String, _ expected: String)
        throws
    {
        try check(
            ["c/templates/m.yaml": template], values: values,
            gives: "problem c: helm: execution error at (c/templates/m.yaml:1:3): \(expected)")
    }

    @Test func whatIsNoObjectIsRefused() throws {
        try check(
            ["c/templates/m.yaml": "a: 112\n"],
            gives: """
                problem c/templates/m.yaml:1: apiVersion: is required
                problem c/templates/m.yaml:1: kind: is required
                problem c/templates/m.yaml:1: metadata.name: is required
                """)
    }
}

private final class Asked: Sendable {
    private let names = Mutex<[String]>([])

    var all: [String] { names.withLock { $0 } }
    func add(_ name: String) { names.withLock { $0.append(name) } }
}

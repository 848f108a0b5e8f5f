import Foundation
import GoTemplate
import TestSupport
import Testing

/// Templates of one line with what the real Helm printed for them, or the error it gave.
@Suite struct ProbeTests {
    /// Recorded by Fixtures/record.py from Helm 4.3.1.
    @Test(arguments: ["language.json", "language-nulls.json", "mutated.json", "functions.json"])
    func templatesAnswerAsHelmDoes(name: String) throws {
        let file = fixtures().appendingPathComponent(name)
        try check(try JSONDecoder().decode(Probes.self, from: Data(contentsOf: file)))
    }

    private func check(_ probes: Probes) throws {
        for probe in probes.probes {
            var found = answer(to: probe.t, probes.values)
            if probe.file != nil { found = "\(ByteString(found).withoutNoValue)" }
            if let begins = probe.begins {
                #expect(found.hasPrefix(begins), "\(probe.t.debugDescription)")
            } else {
                let expected = probe.out ?? probe.file ?? probe.err
                #expect(found == expected, "\(probe.t.debugDescription)")
            }
        }
    }

    /// What is printed, or the text of the error as Helm words it.
    private func answer(to text: String, _ values: JSONValue) -> String {
        let file = "p/templates/p.yaml"
        do throws(TemplateError) {
            var templates = TemplateSet(
                functions: FunctionTable(chartFunctions))
            try templates.parse(ByteString(text), as: ByteString(file))
            let data = probeData(values)
            let result = try templates.render(
                ByteString(file), with: data, in: chartSurroundings, missingKey: .zero)
            return "\(result)"
        } catch {
            return error.helmText(for: file)
        }
    }
}

struct Probes: Decodable {
    struct Probe: Decodable {
        var t: String
        /// What a template prints.
        var out: String?
        /// What the file prints: without `<no value>`.
        var file: String?
        var err: String?
        /// How an answer begins that is too long to keep.
        var begins: String?
    }

    var values: JSONValue
    var probes: [Probe]
}

import Foundation
import GoTemplate
import TestSupport
import Testing

/// What Helm 4.3.1 wrote for values, and what it read.
@Suite struct SerializationTests {
    private struct Answers: Decodable {
        struct Written: Decodable {
            var json: String
            var yaml: String
            var pretty: String
            var compact: String
            var indented: String
            var raw: String
        }

        struct TOML: Decodable {
            var json: String
            var toml: String
        }

        /// What `fromJson` and `fromJsonArray` make of a text, as JSON.
        struct Read: Decodable {
            var json: String
            var map: String
            var list: String
        }

        var written: [Written]
        var toml: [TOML]
        var read: [Read]
    }

    private let answers: Answers

    init() throws {
        let file = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Fixtures/serialization.json")
        answers = try JSONDecoder().decode(Answers.self, from: Data(contentsOf: file))
    }

    @Test func valuesAreWrittenAsHelmWritesThem() throws {
        for answer in answers.written {
            let place: Comment = "\(answer.json)"
            #expect(result("toYaml", answer.json) == answer.yaml, place)
            #expect(result("toYamlPretty", answer.json) == answer.pretty, place)
            #expect(result("toJson", answer.json) == answer.compact, place)
            #expect(result("toPrettyJson", answer.json) == answer.indented, place)
            #expect(result("toRawJson", answer.json) == answer.raw, place)
        }
    }

    @Test func tomlIsWrittenAsHelmWritesIt() throws {
        for answer in answers.toml {
            #expect(result("toToml", answer.json) == answer.toml, "\(answer.json)")
        }
    }

    @Test func jsonIsReadAsHelmReadsIt() throws {
        for answer in answers.read {
            let place: Comment = "\(answer.json.debugDescription)"
            #expect(rendered("{{ fromJson .json | toJson }}", answer.json) == answer.map, place)
            #expect(
                rendered("{{ fromJsonArray .json | toJson }}", answer.json) == answer.list, place)
        }
    }

    @Test func aMapThatHoldsItselfEnds() {
        let loop = "{{ $d := dict }}{{ $_ := set $d \"d\" $d }}"
        #expect(
            rendered(loop + "[{{ toJson $d }}{{ toYaml $d }}{{ toYamlPretty $d }}]", "") == "[]")
        #expect(rendered(loop + "{{ mustToJson $d }}", "").contains("encountered a cycle"))
        #expect(rendered(loop + "{{ toToml $d }}", "").contains("nests too deeply"))
        #expect(rendered(loop + "{{ merge $d (deepCopy $d) }}", "").contains("nests too deeply"))
        #expect(rendered(loop + "{{ merge $d $d | len }}", "").contains("nest too deeply"))
        #expect(rendered(loop + "{{ deepEqual $d $d }}", "") == "true")
    }

    /// Thirty maps, each of which holds the one before twice.
    @Test(arguments: [
        "toYaml $d", "toYamlPretty $d", "toJson $d", "toPrettyJson $d", "toToml $d",
        "deepCopy $d | len",
        "merge (dict) $d | toRawJson", "uniq (list $d $e)",
    ])
    func sharedMapsMeetALimit(call: String) {
        let make = { (name: String) in
            "$\(name) := dict \"n\" 1 }}{{ range until 30 }}"
                + "{{ $\(name) = dict \"a\" $\(name) \"b\" $\(name) }}{{ end }}"
        }
        let template = "{{ \(make("d")){{ \(make("e")){{ \(call) }}"
        #expect(rendered(template, "").contains("in one rendering"), "\(call)")
    }

    @Test func eachPairOfSharedMapsIsComparedOnce() {
        let make = "dict \"n\" 1 }}{{ range until 30 }}{{ $x = dict \"a\" $x \"b\" $x }}{{ end }}"
        let two = "{{ $x := \(make){{ $d := $x }}{{ $x = \(make)"
        #expect(rendered(two + "{{ deepEqual $d $x }}", "") == "true")
    }

    private func result(_ function: String, _ json: String) -> String {
        rendered("{{ \(function) (mustFromJson .json) }}", json)
    }

    /// What the template prints, or the message of its error.
    private func rendered(_ template: String, _ json: String) -> String {
        let functions = FunctionTable(Sprig.functions + Serialization.functions)
        do throws(TemplateError) {
            var templates = TemplateSet(functions: functions)
            try templates.parse(ByteString(template), as: "t")
            let data = Map([("json", .string(json))])
            var limits = Limits()
            limits.steps = 2_000_000
            limits.bytes = 8 << 20
            return
                "\(try templates.render("t", with: .map(data), missingKey: .zero, limits: limits))"
        } catch {
            return error.message
        }
    }
}

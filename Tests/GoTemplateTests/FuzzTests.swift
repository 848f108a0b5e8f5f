import Foundation
import GoTemplate
import TestSupport
import Testing

/// No text of a template traps, whatever it says.
struct FuzzTests {
    private static let pieces = [
        "{{", "}}", "{{-", "-}}", "{{/*", "*/}}", "{{ if ", "{{ else }}", "{{ else if ",
        "{{ end }}",
        "{{ range $i, $v := ", "{{ with ", "{{ define \"a\" }}", "{{ block \"b\" . }}",
        "{{ template \"a\" . }}", "{{ break }}", "{{ continue }}", "{{ $x := ", "{{ $x = ", "$x",
        "$",
        ".", ".Values", ".m.a", "(", ")", "|", ",", ":=", "=", "\"", "`", "'", "\\", "\\x", "\\u12",
        "nil", "true", "0x", "1e", "1_0", ".5", "-", "+1", "9223372036854775808", "1e999", "'a'",
        "print", "printf \"%", "%*d", "%[2]v", "%-08.3f", "%#q", "index", "slice", "len", "call",
        "and", "or", "not", "eq", "lt", "html", "js", "urlquery", "include \"a\" .", "tpl", "fail",
        "required", "dict", "list", "set", "upper", "\u{0}", "\u{7f}", "é", "😀", "\n", "\t", " ",
    ]

    @Test func mutatedTemplatesEndInTextOrInAnError() throws {
        let file = fixtures().appendingPathComponent("language.json")
        let probes = try JSONDecoder().decode(Probes.self, from: Data(contentsOf: file))
        let corpus = probes.probes.map { Array($0.t.utf8) }
        let functions = FunctionTable(chartFunctions)
        var limits = Limits()
        limits.steps = 2_000
        limits.bytes = 100_000
        limits.depth = 20
        for seed in 0..<4_000 {
            var random = SeededGenerator(seed: seed)
            let text = mutated(corpus, &random)
            do throws(TemplateError) {
                var templates = TemplateSet(functions: functions)
                try templates.parse(ByteString(text), as: "x")
                let result = try templates.render(
                    "x", with: probeData(probes.values), in: chartSurroundings, missingKey: .zero,
                    limits: limits)
                #expect(result.count <= limits.bytes, "seed \(seed)")
            } catch {
                #expect(error.message.hasPrefix("template: "), "seed \(seed): \(error)")
                #expect(!error.helmText(for: "x").isEmpty, "seed \(seed)")
            }
        }
    }

    private func mutated(
        _ corpus: [[UInt8]], _ random: inout SeededGenerator
    ) -> [UInt8] {
        var text = corpus.randomElement(using: &random) ?? []
        for _ in 0..<Int.random(in: 1...8, using: &random) {
            let place = Int.random(in: 0...text.count, using: &random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0 where place < text.count: text[place] = UInt8.random(in: 0...255, using: &random)
            case 1 where place < text.count: text.remove(at: place)
            case 2: text.removeSubrange(place..<min(place + 6, text.count))
            case 3:
                let other = corpus.randomElement(using: &random) ?? []
                let start = Int.random(in: 0...other.count, using: &random)
                let end = min(start + 30, other.count)
                text.insert(contentsOf: other[start..<end], at: place)
            default:
                let piece = Self.pieces.randomElement(using: &random) ?? ""
                text.insert(contentsOf: piece.utf8, at: place)
            }
        }
        return text
    }

    @Test func everyFormatEndsInText() {
        let values: [Value] = [
            .none, .int(.min), .int64(-1), .uint8(7), .uint64(.max), .float64(.infinity),
            .float64(-1e300), .string(ByteString([0xFF, 0x41])), .list(["a", .none]),
            .list(List(bytes: "hi")), .map(Map([("a", .float64(1.5))])), .bool(true),
        ]
        let marks = Array("%vdsqxXobcUeEfFgGtTp+-# 0123456789.*[]w!é".unicodeScalars)
        for seed in 0..<4_000 {
            var random = SeededGenerator(seed: seed)
            var format = ""
            for _ in 0..<Int.random(in: 1...12, using: &random) {
                let mark = marks.randomElement(using: &random) ?? "%"
                // Widths of seven digits only take time.
                let isLong = format.suffix(3).allSatisfy(\.isNumber) && format.count > 3
                format.unicodeScalars.append(isLong ? "v" : mark)
            }
            let chosen = (0..<Int.random(in: 0...3, using: &random)).compactMap { _ in
                values.randomElement(using: &random)
            }
            let text = formatted(ByteString(format), chosen)
            #expect(text == formatted(ByteString(format), chosen), "seed \(seed)")
        }
    }
}

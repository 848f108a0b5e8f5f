import Foundation
import GoTemplate
import TestSupport
import Testing

/// Templates with what Helm 4.3.1 printed for them, or the error of the function that failed.
@Suite struct SprigTests {
    private struct Answer: Decodable {
        var t: String
        var out: String?
        var err: String?
    }

    @Test(arguments: ["sprig.json", "calls.json", "toml.json"])
    func functionsAnswerAsThoseOfHelm(name: String) throws {
        let file = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Fixtures/\(name)")
        let answers = try JSONDecoder().decode([Answer].self, from: Data(contentsOf: file))
        let functions = FunctionTable(
            Builtins.all + Sprig.functions + Serialization.functions)
        for answer in answers {
            do throws(TemplateError) {
                var templates = TemplateSet(functions: functions)
                try templates.parse(ByteString(answer.t), as: "t")
                let values = GoType.named("common.Values", .anyMap)
                let data = Map([("Values", .map(Map(type: values)))], type: values)
                let found = try templates.render(
                    "t", with: .map(data), in: Surroundings([surroundings]), missingKey: .zero)
                #expect("\(found)" == answer.out, "\(answer.t)")
            } catch {
                let expected = answer.err ?? "an output"
                #expect(error.message.hasSuffix(": " + expected), "\(answer.t)\n\(error.message)")
            }
        }
    }

    /// Five zones as far as the answers need them.
    private var surroundings: Sprig.Surroundings {
        let offsets = [
            "America/New_York": (-5 * 3600, "EST"), "Asia/Tokyo": (9 * 3600, "JST"),
            "Asia/Kolkata": (19_800, "IST"),
        ]
        return Sprig.Surroundings(
            now: Instant(seconds: 1_700_000_000),
            zone: { name in
                offsets[name].map { offset, abbreviation in
                    TimeZoneRules(
                        name: name,
                        periods: [
                            .init(
                                start: .min, offsetSeconds: offset, abbreviation: abbreviation)
                        ])
                }
            },
            randomBytes: { _, count in [UInt8](repeating: 7, count: count) })
    }
}

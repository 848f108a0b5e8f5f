import Diffing
import Model
import TestSupport
import Testing
import YAML

@Suite struct ObjectComparisonTests {
    private func nodes(_ text: String) throws -> [Node] {
        try parseYAML(Array(text.utf8), file: "test.yaml").map(\.root)
    }

    private func map(_ name: String, _ data: String) -> String {
        "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: \(name), namespace: shop}\ndata: \(data)\n"
    }

    @Test func everyObjectHasAVerdict() throws {
        let desired = try nodes(
            map("changed", "{LOG: info, \"a.b\": \"x y\", new: \"7\", gone: z}")
                + map("same", "{a: b}")
                + map("missing", "{}"))
        let live = try nodes(
            map("extra", "{}") + map("same", "{a: b, c: d}")
                + map("changed", "{LOG: debug, \"a.b\": \"x\\u001b[1m\", gone: z}"))
        let result = compareAll(desired: desired, live: live)
        let text = result.map(\.text).joined(separator: "\n")
        let lines = result.map(\.jsonLine).joined(separator: "\n")
        #expect(try goldenDifference(text + "\n\n" + lines + "\n", "comparison.txt") == nil)
    }

    @Test func longValuesAreCut() {
        let change = FieldChange(
            path: FieldPath("data", "a"), desired: nil,
            live: .string(String(repeating: "x", count: 500)))
        #expect(change.text.count == "- data.a  ".count + 120 + 1)
    }
}

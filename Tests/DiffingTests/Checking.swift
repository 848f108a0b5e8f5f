import Diffing
import Model
import Testing
import YAML

func yaml(_ text: String) throws -> Node {
    try #require(try parseYAML(Array(text.utf8), file: "test.yaml").first?.root)
}

/// Compares the two and expects these lines of `FieldChange.text`.
func check(
    _ desired: String, _ live: String, _ expected: [String],
    sourceLocation: Testing.SourceLocation = #_sourceLocation
) throws {
    let changes = compare(desired: try yaml(desired), live: try yaml(live))
    #expect(changes.map(\.text) == expected, sourceLocation: sourceLocation)
}

/// An object of the cluster on which managers own what `fieldsV1` says.
func owned(_ live: String, _ entries: (manager: String, operation: String, fields: String)...)
    throws -> Node
{
    var node = try yaml(live)
    let version = node["apiVersion"] ?? "v1"
    node["metadata"]?["managedFields"] = .array(
        try entries.map {
            [
                "manager": .string($0.manager), "operation": .string($0.operation),
                "apiVersion": version, "time": "2026-11-02T10:00:00Z",
                "fieldsType": "FieldsV1", "fieldsV1": try parseJSON(Array($0.fields.utf8)),
            ]
        })
    return node
}

internal import Model
internal import YAML

/// Reads one YAML text as sigs.k8s.io/yaml does: of several documents the first, of equal keys the last.
///
/// - Throws: The text of its error: `error converting YAML to JSON: yaml: line 6: …`.
func readGoYAML(_ bytes: [UInt8], file: String) throws(ChartError) -> Node {
    try goDocuments(bytes, file: file).first ?? .null
}

/// All documents of a text, each read by itself as above.
func readGoDocuments(_ bytes: [UInt8], file: String) throws(ChartError) -> [Node] {
    do {
        return try goDocuments(bytes, file: file)
    } catch {
        throw ChartError("cannot unmarshal yaml document: \(error.message)")
    }
}

/// All documents of a text.
///
/// - Throws: As `readGoYAML` does.
func goDocuments(_ bytes: [UInt8], file: String) throws(ChartError) -> [Node] {
    do throws(Problems) {
        return try parseYAML(bytes, file: file, dialect: .goYAML).map(\.root)
    } catch {
        let message = error.all.first?.message ?? "the text cannot be read"
        throw ChartError("error converting YAML to JSON: yaml: \(message)")
    }
}

/// A text that is one JSON object; `nil` for anything else.
func readJSONObject(_ text: String) -> Mapping? {
    (try? parseJSON(Array(text.utf8)))?.objectValue
}

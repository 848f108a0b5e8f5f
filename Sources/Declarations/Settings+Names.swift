public import Model
internal import YAML

/// The rules in `tidemark.yaml` that are for single applications, and name one that there is not.
///
/// - Parameters:
///   - bytes: The file, which could be read.
///   - applications: The names of all.
/// - Returns: Each with its place, in the order in which they stand there.
public func rulesOfNoApplication(_ bytes: [UInt8], file: String, applications: Set<String>)
    -> [Problem]
{
    guard let document = (try? parseYAML(bytes, file: file))?.first else { return [] }
    var problems: [Problem] = []
    for field in ["modes", "charts", "approvals"] {
        for name in document.root[field]?.objectValue?.keys ?? []
        where !applications.contains(name) {
            let path = FieldPath(field).appending(name)
            problems.append(
                Problem(
                    at: document.keyLocation(of: path, in: file), field: path,
                    "there is no application \(name)",
                    hint: suggestion(for: name, among: applications.sorted())))
        }
    }
    return problems.sorted { ($0.location.line ?? 0) < ($1.location.line ?? 0) }
}

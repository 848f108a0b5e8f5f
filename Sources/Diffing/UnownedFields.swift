internal import Digests
public import Model
public import Schemas

/// A field that somebody else has added to a live object.
public struct UnownedField: Hashable, Sendable {
    public var path: FieldPath
    public var live: Node
    public var writer: FieldWriter
}

/// The fields that somebody has written and that are neither in Git nor applied by `manager`, by path.
///
/// They are not drift, for nobody has said what they should be; but somebody should know of them. What
/// nobody owns is a default and not listed, nor are status and what the server keeps in metadata.
public func unownedFields(
    desired: Node, live: Node, schemas: SchemaRegistry = .builtIn, manager: String = "tidemark"
) -> [UnownedField] {
    let desired = withoutStringData(desired)
    let type = schemas.schema(of: desired)
    let applied = FieldSet.applied(by: manager, of: live) ?? FieldSet()
    let isSecret = isSensitive(live)
    var found: [FieldPath: UnownedField] = [:]
    for entry in ManagedFieldsEntry.all(of: live) where entry.writer.subresource != "status" {
        let writer = entry.writer
        if writer.manager == manager, writer.operation == "Apply" { continue }
        for path in entry.fields.paths where isOfInterest(path) {
            guard !applied.contains(path.steps), applied.cover(path.steps) == .none,
                !isIn(desired, path.steps[...], type), let value = live.value(at: path),
                !value.isNull
            else { continue }
            if let known = found[path], (known.writer.time ?? "") >= (writer.time ?? "") {
                continue
            }
            var shown = value
            if isSecret, path.steps.first == .key("data") {
                shown = .string(secretToken(value)?.text ?? SecretScrubber.replacement)
            }
            found[path] = UnownedField(path: path, live: shown, writer: writer)
        }
    }
    return found.values.map { ($0.path.description, $0) }.sorted { $0.0 < $1.0 }.map(\.1)
}

private func isOfInterest(_ path: FieldPath) -> Bool {
    switch path.steps.first {
    case .key("apiVersion")?, .key("kind")?, .key("status")?, nil: return false
    case .key("metadata")?:
        guard path.steps.count > 1, case .key(let name) = path.steps[1] else { return false }
        if path.steps.last == .key(lastAppliedAnnotation) { return false }
        return !Comparison.serverMetadata.contains(name)
    default: return true
    }
}

/// Whether a manifest has the field, where elements of list-maps may leave out keys that have a default.
private func isIn(_ node: Node, _ path: ArraySlice<FieldPath.Step>, _ type: SchemaType?) -> Bool {
    guard let step = path.first else { return true }
    let rest = path.dropFirst()
    switch step {
    case .key(let key):
        guard let next = node[key] else { return false }
        return isIn(next, rest, type?.field(key))
    case .element(let keys):
        let names = ListKeys(keys.map(\.field), type)
        guard let next = node.arrayValue?.first(where: { names.step(of: $0) == step }) else {
            return false
        }
        return isIn(next, rest, type?.element)
    case .index, .value: return node.value(at: FieldPath([step])) != nil
    }
}

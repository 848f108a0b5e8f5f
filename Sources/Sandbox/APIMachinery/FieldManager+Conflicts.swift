import Model
import Schemas
import YAML

extension FieldManager {
    /// Takes what changed from its other owners, or refuses.
    func resolve(
        _ managed: inout ManagedFields, _ comparison: FieldComparison, owner: FieldOwner,
        force: Bool, live: Node, applied: Node
    ) throws(APIStatus) {
        let changed = comparison.modified.union(comparison.added)
        var conflicts: [(owner: FieldOwner, fields: FieldSet)] = []
        for entry in managed.entries where entry.owner != owner {
            let both = entry.fields.intersection(changed)
            if !both.isEmpty { conflicts.append((entry.owner, both)) }
        }
        let isForced =
            force || owner.manager == "kubectl" && isOwnLastApplied(conflicts, live: live)
        if !isForced, !conflicts.isEmpty { throw Self.conflict(conflicts) }
        let lost = changed.union(comparison.removed)
        for index in managed.entries.indices where managed.entries[index].owner != owner {
            managed.entries[index].fields = managed.entries[index].fields.subtracting(lost)
        }
        managed.dropEmpty()
    }

    /// The refusal, with one cause for each field and owner.
    ///
    /// Source: https://github.com/kubernetes/apimachinery/blob/master/pkg/util/managedfields/internal/conflict.go
    private static func conflict(_ conflicts: [(owner: FieldOwner, fields: FieldSet)]) -> APIStatus
    {
        let sorted = conflicts.map { (text: $0.owner.conflictText, paths: $0.fields.paths) }
            .sorted { $0.text < $1.text }
        let causes = sorted.flatMap { owner in
            owner.paths.map { path in
                APIStatus.Cause(
                    reason: "FieldManagerConflict", message: "conflict with \(owner.text)",
                    field: pathText(path))
            }
        }
        let message: String
        if causes.count == 1, let only = causes.first {
            message = "Apply failed with 1 conflict: \(only.message): \(only.field)"
        } else {
            let lines = sorted.flatMap { owner in
                ["conflicts with \(owner.text):"] + owner.paths.map { "- " + pathText($0) }
            }
            message =
                "Apply failed with \(causes.count) conflicts: " + lines.joined(separator: "\n")
        }
        return APIStatus(
            code: 409, reason: "Conflict", message: message, details: .init(causes: causes))
    }
}

// MARK: - kubectl's annotation

private let lastAppliedAnnotation = "kubectl.kubernetes.io/last-applied-configuration"

extension FieldManager {
    /// Whether all conflicts are about fields that client-side apply set last.
    ///
    /// Source: https://github.com/kubernetes/apimachinery/blob/master/pkg/util/managedfields/internal/lastappliedmanager.go
    private func isOwnLastApplied(
        _ conflicts: [(owner: FieldOwner, fields: FieldSet)], live: Node
    ) -> Bool {
        guard let text = live["metadata"]?["annotations"]?[lastAppliedAnnotation]?.stringValue,
            let last = try? parseJSON(Array(text.utf8))
        else { return false }
        let set = Typed.fieldSet(of: last, schema)
        let all = conflicts.reduce(FieldSet()) { $0.union($1.fields) }
        return all.subtracting(set).isEmpty
    }

    /// Writes the annotation anew, which kubectl does for objects that already have it.
    ///
    /// Source: https://github.com/kubernetes/apimachinery/blob/master/pkg/util/managedfields/internal/lastappliedupdater.go
    func updateLastApplied(_ object: inout Node, live: Node, applied: Node) {
        guard subresource.isEmpty,
            live["metadata"]?["annotations"]?[lastAppliedAnnotation] != nil
        else { return }
        var configuration = applied
        configuration["metadata"]?["managedFields"] = nil
        configuration["metadata"]?["annotations"]?[lastAppliedAnnotation] = nil
        let text = String(decoding: canonicalJSON(configuration), as: UTF8.self) + "\n"
        object["metadata"]?["annotations"]?[lastAppliedAnnotation] = .string(text)
    }
}

public import Model
public import Schemas
internal import YAML

/// What became of comparing one object of Git with the cluster.
public struct ObjectComparison: Hashable, Sendable {
    public enum Verdict: String, Hashable, Sendable {
        case same, modified
        /// In Git, not in the cluster.
        case missing
        /// In the cluster, not in Git.
        case extra
        /// All that differs are secrets under different keys.
        case unknown
    }

    public var key: ObjectKey
    public var verdict: Verdict
    /// Of `modified` and `unknown`, by path.
    public var changes: [FieldChange]

    public init(key: ObjectKey, verdict: Verdict, changes: [FieldChange] = []) {
        self.key = key
        self.verdict = verdict
        self.changes = changes
    }

    /// - Parameters:
    ///   - desired: `nil` when Git does not have the object; one of both is there.
    ///   - live: `nil` when the cluster does not have it.
    public init(
        key: ObjectKey, desired: Node?, live: Node?, schemas: SchemaRegistry = .builtIn,
        manager: String = "tidemark"
    ) {
        self.init(key: key, verdict: live == nil ? .missing : desired == nil ? .extra : .same)
        guard let desired, let live else { return }
        changes = compare(desired: desired, live: live, schemas: schemas, manager: manager)
        if !changes.isEmpty {
            verdict = changes.allSatisfy(\.isUnknown) ? .unknown : .modified
        }
    }
}

/// Compares two sets of manifests object by object, ascending by key.
///
/// Manifests without apiVersion, kind or name are no objects and left out; of two with the same key the
/// last counts.
public func compareAll(
    desired: [Node], live: [Node], schemas: SchemaRegistry = .builtIn,
    manager: String = "tidemark"
) -> [ObjectComparison] {
    func byKey(_ nodes: [Node]) -> [ObjectKey: Node] {
        Dictionary(
            nodes.compactMap { node in ObjectKey(manifest: node).map { ($0, node) } },
            uniquingKeysWith: { _, last in last })
    }
    let (wanted, found) = (byKey(desired), byKey(live))
    return Set(wanted.keys).union(found.keys).sorted().map { key in
        ObjectComparison(
            key: key, desired: wanted[key], live: found[key], schemas: schemas, manager: manager)
    }
}

extension ObjectComparison {
    /// The comparison as one JSON object: `key`, `verdict`, `changes` with `path`, `desired`, `live`.
    ///
    /// A side without a value has no field; `unknown` is there, and true, only where the two cannot be compared.
    public var json: Node {
        let changes = changes.map { change -> Node in
            var node: Node = ["path": .string(change.path.description)]
            node["desired"] = change.desired
            node["live"] = change.live
            if change.isUnknown { node["unknown"] = true }
            return node
        }
        return [
            "key": .string(key.description), "verdict": .string(verdict.rawValue),
            "changes": .array(changes),
        ]
    }

    /// `json` without line ends.
    public var jsonLine: String { String(decoding: printJSON(json), as: UTF8.self) }
}

import Model

/// Where one object is kept: `configmaps` or `apps/deployments`, its namespace and its name.
///
/// All versions of a group share one place, as in etcd.
struct StorageKey: Hashable, Sendable {
    /// `GROUP/PLURAL`, or `PLURAL` of the core group.
    var resource: String
    /// Empty for cluster-scoped objects.
    var namespace: String
    var name: String

    /// `NAMESPACE/NAME` or `NAME`: lists are in the order of its bytes.
    var path: String { namespace.isEmpty ? name : namespace + "/" + name }
}

/// An object as it is kept, in the version it was written in.
struct StoredObject: Sendable {
    var key: StorageKey
    var resourceVersion: Int64
    var node: Node
}

/// One write, as watches see it.
struct StoredChange: Sendable {
    enum Kind: String, Sendable {
        case added = "ADDED"
        case modified = "MODIFIED"
        case deleted = "DELETED"
    }

    var kind: Kind
    var key: StorageKey
    /// Of this write; also in the object's metadata.
    var resourceVersion: Int64
    /// The object after the write; of a deletion the last state, with the deletion's resourceVersion.
    var node: Node
    /// The object before the write; `nil` when it was created.
    var previous: Node?
}

public import Model

/// The fields that other appliers of the same manifests hold, to be handed over to one manager.
public struct OwnershipMove: Hashable, Sendable {
    public struct Part: Hashable, Sendable {
        /// Who held the fields.
        public var manager: String
        public var paths: [FieldPath]
    }

    public var moved: [Part]
    /// The new list for `metadata.managedFields`.
    public var managedFields: Node
    /// The state of the object for which the list was made; empty when the object does not say.
    public var resourceVersion: String

    /// The managers of tools that apply what Git says, and of those the server names for them.
    ///
    /// Source: https://github.com/kubernetes/client-go/blob/master/util/csaupgrade/upgrade.go for the idea;
    /// `before-first-apply` from https://kubernetes.io/docs/reference/using-api/server-side-apply/
    public static let formerManagers: Set<String> = [
        "kubectl-client-side-apply", "argocd-controller", "helm", "kustomize-controller",
        "before-first-apply",
    ]
}

/// What to write so that `manager` owns by Apply what tools before it owned of the object.
///
/// Without it, a field that such a tool had set would stay for ever after it is removed from Git, because
/// applying removes only what the applier owns. Entries of subresources stay as they are, and so does what
/// an entry has of `status`: of a custom kind that has no such subresource, the next apply would remove it.
/// Of an entry in another version of the API only the fields that the object has move, for names may differ
/// there.
///
/// - Returns: `nil` when none of them owns anything.
public func ownershipMove(live: Node, to manager: String) -> OwnershipMove? {
    guard let nodes = live["metadata"]?["managedFields"]?.arrayValue else { return nil }
    var fields = FieldSet()
    var own: Node?
    var former: [ManagedFieldsEntry] = []
    var others: [Node] = []
    for node in nodes {
        guard let entry = ManagedFieldsEntry(node), entry.writer.subresource == nil else {
            others.append(node)
            continue
        }
        if entry.writer.manager == manager, entry.writer.operation == "Apply" {
            own = node
            fields.formUnion(entry.fields)
        } else if OwnershipMove.formerManagers.contains(entry.writer.manager),
            let movable = entry.withoutStatus(rest: &others, of: node)
        {
            former.append(movable)
        } else {
            others.append(node)
        }
    }
    guard !former.isEmpty else { return nil }
    let latest = former.max { ($0.writer.time ?? "") < ($1.writer.time ?? "") }
    let apiVersion =
        own?["apiVersion"]?.stringValue ?? live["apiVersion"]?.stringValue
        ?? latest?.apiVersion ?? ""
    var moved: [OwnershipMove.Part] = []
    for entry in former {
        let part =
            entry.apiVersion == apiVersion
            ? entry.fields : entry.fields.filtered { live.value(at: $0) != nil }
        fields.formUnion(part)
        moved.append(OwnershipMove.Part(manager: entry.writer.manager, paths: part.paths))
    }
    var entry: Node = [
        "manager": .string(manager), "operation": "Apply", "apiVersion": .string(apiVersion),
    ]
    if let time = own?["time"] ?? latest?.writer.time.map(Node.string) { entry["time"] = time }
    entry["fieldsType"] = "FieldsV1"
    entry["fieldsV1"] = .object(fields.root)
    return OwnershipMove(
        moved: moved, managedFields: .array([entry] + others),
        resourceVersion: live["metadata"]?["resourceVersion"]?.stringValue ?? "")
}

extension ManagedFieldsEntry {
    /// What may move of the entry; `nil` when it is about nothing but the status.
    ///
    /// - Parameter rest: Gets what stays.
    fileprivate func withoutStatus(rest: inout [Node], of node: Node) -> ManagedFieldsEntry? {
        guard let status = fields.root["f:status"] else { return self }
        guard fields.root.count > 1 else { return nil }
        var movable = self
        movable.fields.root["f:status"] = nil
        var staying = node
        staying["fieldsV1"] = ["f:status": status]
        rest.append(staying)
        return movable
    }
}

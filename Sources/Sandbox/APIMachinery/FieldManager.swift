public import Model
public import Schemas

/// Keeps `managedFields`: who owns which field of the objects of one kind.
///
/// Every function is pure: objects, the manager and the time come in, the object to store comes out.
/// Source: https://github.com/kubernetes/apimachinery/tree/master/pkg/util/managedfields and
/// https://github.com/kubernetes-sigs/structured-merge-diff/blob/master/merge/update.go
public struct FieldManager: Sendable {
    /// The schema of the kind; `nil` deduces it from values.
    public var schema: SchemaType?
    /// `apps/v1`: the version the request speaks.
    public var apiVersion: String
    public var kind: String
    /// `status`, `scale` or empty.
    public var subresource: String
    /// Fields that this endpoint ignores and so does not own: `status` of the main resource,
    /// everything else of the status subresource.
    var ignored: FieldSet

    public init(
        schema: SchemaType?, apiVersion: String, kind: String, subresource: String = "",
        ignoredFields: [FieldPath] = []
    ) {
        self.schema = schema
        self.apiVersion = apiVersion
        self.kind = kind
        self.subresource = subresource
        ignored = FieldSet(
            paths: ignoredFields.map { path in
                path.steps.compactMap { if case .key(let key) = $0 { .field(key) } else { nil } }
            })
    }

    /// Fields that nobody owns.
    private static let unowned = FieldSet(
        paths: [
            ["apiVersion"], ["kind"], ["metadata"], ["metadata", "name"],
            ["metadata", "namespace"],
            ["metadata", "creationTimestamp"], ["metadata", "selfLink"], ["metadata", "uid"],
            ["metadata", "clusterName"], ["metadata", "generation"], ["metadata", "managedFields"],
            ["metadata", "resourceVersion"],
        ].map { $0.map(PathElement.field) })

    private func owned(_ fields: FieldSet) -> FieldSet {
        fields.subtracting(Self.unowned).subtractingRecursively(ignored)
    }

    func owner(_ manager: String, _ operation: FieldOwner.Operation) -> FieldOwner {
        FieldOwner(
            manager: manager, operation: operation, apiVersion: apiVersion, subresource: subresource
        )
    }

    /// An object of the kind as its Go type is before anything is set.
    var emptyObject: Node { zeroFilled([:], schema) }
}

// MARK: - Update

extension FieldManager {
    /// The object to store after a create, replace or patch, with its managers.
    ///
    /// - Parameters:
    ///   - live: What is stored; `nil` when the request creates.
    ///   - new: What shall be stored, defaulted; its `managedFields` count when they can be read,
    ///     and `[{}]` resets them.
    ///   - time: RFC 3339 in whole seconds.
    public func update(live: Node?, new: Node, manager: String, time: String) -> Node {
        let requested = subresource.isEmpty ? new["metadata"]?["managedFields"] : nil
        let before = ManagedFields(live?["metadata"]?["managedFields"]) ?? ManagedFields()
        var managed = before
        if ManagedFields.isReset(requested) {
            managed = ManagedFields()
        } else if let given = ManagedFields(requested) {
            managed = given
        }
        let old = (live ?? emptyObject).withoutManagedFields
        let object = new.withoutManagedFields
        // An object whose managers were reset is tracked again only from its first apply on.
        if managed.entries.isEmpty && live != nil { return object }
        track(&managed, from: old, to: object, manager: manager, time: time)
        return object.withManagedFields(managed)
    }

    private func track(
        _ managed: inout ManagedFields, from old: Node, to new: Node, manager: String, time: String?
    ) {
        let comparison = FieldComparison(old, new, schema)
        let taken = owned(comparison.modified.union(comparison.added))
        for index in managed.entries.indices {
            let fields = managed.entries[index].fields
            let lost = comparison.modified.union(comparison.added).union(comparison.removed)
            managed.entries[index].fields = fields.subtracting(lost)
        }
        managed.dropEmpty()
        guard !taken.isEmpty else { return }
        let owner = owner(manager, .update)
        let known = managed[owner]
        managed[owner] = .init(
            owner: owner, fields: known.map { taken.union($0.fields) } ?? taken, time: time)
        managed.limitUpdaters(newest: owner)
    }

    /// The parent object after a write through `/scale`, with the replicas' new owner.
    ///
    /// - Parameters:
    ///   - live: The parent as it is stored.
    ///   - new: The same with the new replicas.
    ///   - replicasPath: Usually `spec.replicas`.
    public func updateThroughScale(
        live: Node, new: Node, manager: String, operation: String = "Update",
        replicasPath: FieldPath
    ) -> Node {
        guard live.withoutManagedFields != new.withoutManagedFields else { return live }
        var managed = ManagedFields(live["metadata"]?["managedFields"]) ?? ManagedFields()
        guard !managed.entries.isEmpty else { return new.withoutManagedFields }
        let path = replicasPath.steps.compactMap { step -> PathElement? in
            if case .key(let key) = step { .field(key) } else { nil }
        }
        let replicas = FieldSet(paths: [path])
        for index in managed.entries.indices {
            managed.entries[index].fields = managed.entries[index].fields.subtracting(replicas)
        }
        let owner = FieldOwner(
            manager: manager, operation: operation == "Apply" ? .apply : .update,
            apiVersion: apiVersion, subresource: "scale")
        let time = managed[owner]?.time
        managed[owner] = .init(owner: owner, fields: replicas, time: time)
        managed.dropEmpty()
        return new.withoutManagedFields.withManagedFields(managed)
    }
}

extension ManagedFields {
    /// Folds the oldest updaters into `ancient-changes` when there are more than ten.
    ///
    /// Source: https://github.com/kubernetes/apimachinery/blob/master/pkg/util/managedfields/internal/capmanagers.go
    mutating func limitUpdaters(newest: FieldOwner) {
        let updaters = entries.filter { $0.owner.operation == .update }
            .sorted { ($0.time ?? "", $0.owner.manager) < ($1.time ?? "", $1.owner.manager) }
        guard updaters.count > 10 else { return }
        var surplus = updaters.count - 10
        for entry in updaters where surplus > 0 {
            guard entry.owner != newest, entry.owner.manager != "ancient-changes" else { continue }
            var ancient = entry.owner
            ancient.manager = "ancient-changes"
            ancient.subresource = ""
            let isNew = self[ancient] == nil
            let fields = (self[ancient]?.fields ?? FieldSet()).union(entry.fields)
            self[ancient] = Entry(owner: ancient, fields: fields, time: entry.time)
            self[entry.owner] = nil
            if !isNew { surplus -= 1 }
        }
    }
}

// MARK: - Apply

extension FieldManager {
    /// The result of a server-side apply.
    public struct Applied: Sendable {
        /// With `managedFields`, not yet defaulted.
        public var object: Node
        /// Whether any value changed; owners may have changed all the same.
        public var changesValues: Bool
    }

    /// What an apply makes of the live object.
    ///
    /// The caller defaults and validates the result, and stores it only when it differs from `live`.
    ///
    /// - Parameters:
    ///   - live: What is stored; `nil` when the apply creates.
    ///   - applied: The configuration as sent.
    /// - Throws: 409 with all conflicts unless `force`; 400 for a wrong version or `managedFields`
    ///   in the configuration; 500 for fields that the schema does not know, as the server does.
    public func apply(
        live: Node?, applied: Node, manager: String, force: Bool, time: String
    ) throws(APIStatus) -> Applied {
        try check(applied)
        let old = (live ?? emptyObject).withoutManagedFields
        var managed = ManagedFields(live?["metadata"]?["managedFields"]) ?? ManagedFields()
        if managed.entries.isEmpty, live != nil {
            track(
                &managed, from: emptyObject, to: old, manager: "before-first-apply", time: time)
        }
        let configuration = normalised(applied)
        let owner = owner(manager, .apply)
        let last = managed[owner]
        let fields = owned(Typed.fieldSet(of: configuration, schema))
        var merged = Typed.merge(old, configuration, schema) ?? configuration
        managed[owner] = .init(owner: owner, fields: fields, time: last?.time)
        if let last, !last.fields.isEmpty {
            merged = pruned(merged, managed: managed, last: last.fields)
        }
        let comparison = FieldComparison(old, merged, schema)
        try resolve(&managed, comparison, owner: owner, force: force, live: old, applied: applied)

        if comparison.isSame {
            var same = old
            if manager == "kubectl" { updateLastApplied(&same, live: old, applied: applied) }
            return Applied(object: same.withManagedFields(managed), changesValues: false)
        }
        managed[owner]?.time = time
        if manager == "kubectl" { updateLastApplied(&merged, live: old, applied: applied) }
        return Applied(object: merged.withManagedFields(managed), changesValues: true)
    }

    private func check(_ applied: Node) throws(APIStatus) {
        if let given = applied["metadata"]?["managedFields"], !given.isNull {
            throw .badRequest("metadata.managedFields must be nil")
        }
        if let version = applied["apiVersion"]?.stringValue, version != apiVersion {
            throw .badRequest(
                "Incorrect version specified in apply patch. Specified patch version: "
                    + "\(version), expected: \(apiVersion)")
        }
        let problems = TypeProblem.all(in: applied, schema)
        guard problems.isEmpty else {
            let version = GroupVersion(apiVersion)
            let name = applied["metadata"]?["name"]?.stringValue ?? ""
            let namespace = applied["metadata"]?["namespace"]?.stringValue ?? ""
            let texts = problems.map(\.text)
            let text =
                texts.count == 1
                ? texts[0] : "errors:\n" + texts.map { "  \($0)" }.joined(separator: "\n")
            throw .internalError(
                "failed to create typed patch object (\(namespace)/\(name); \(version.group)/"
                    + "\(version.version), Kind=\(kind)): \(text)")
        }
    }

    /// The configuration without what the endpoint sets itself.
    private func normalised(_ applied: Node) -> Node {
        var node = applied
        for name in ["creationTimestamp", "managedFields"]
        where node["metadata"]?[name]?.isNull == true { node["metadata"]?[name] = nil }
        return node
    }

    /// Without what the manager owned and no longer sets, unless somebody else owns it.
    ///
    /// Source: https://github.com/kubernetes-sigs/structured-merge-diff/blob/master/merge/update.go (prune)
    private func pruned(_ merged: Node, managed: ManagedFields, last: FieldSet) -> Node {
        let named = last.withNamedFields(schema)
        func fields(_ node: Node) -> FieldSet {
            Typed.fieldSet(of: node, schema).withNamedFields(schema)
        }
        var result = Typed.removing(named, from: merged, schema) ?? [:]
        let all = managed.entries.reduce(FieldSet()) { $0.union($1.fields) }
            .withNamedFields(schema)
        let mergedFields = fields(merged)
        let lost = mergedFields.subtracting(fields(result).union(all))
        result = Typed.removing(lost, from: merged, schema) ?? [:]
        // What dangles below a removed field but was never the manager's comes back.
        let dangling = mergedFields.subtracting(fields(result)).intersection(last)
        return Typed.removing(dangling, from: merged, schema) ?? [:]
    }
}

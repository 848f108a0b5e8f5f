public import Model
public import Schemas

/// The fields in which a live object differs from what Git wants, by path.
///
/// An object is in sync when every field that Git has is live with the same value, and no field that
/// `manager` has applied before is gone from Git. Other fields are not drift: see `unownedFields`.
///
/// What the API server changes without a change of meaning does not count: defaults, units of quantities,
/// order in list-maps and sets, empty lists, base64 line ends, `stringData`; nor do status and what the
/// server keeps in metadata. Values of Secrets are shown only as tokens. The API version does not count.
///
/// - Parameters:
///   - desired: The manifest of Git; of a Secret usually with tokens for its values, see `tokenised`.
///   - live: The object as the API server gives it, with `managedFields`, and with tokens of the same key.
///   - schemas: Tell which lists are maps or sets; lists of other kinds are taken as `managedFields` shows
///     them, or as one value each.
public func compare(
    desired: Node, live: Node, schemas: SchemaRegistry = .builtIn, manager: String = "tidemark"
) -> [FieldChange] {
    let desired = withLimitDefaults(withoutStringData(desired))
    let live = withoutStringData(live)
    guard case .object(let wanted) = desired, case .object(let found) = live else {
        return desired == live ? [] : [FieldChange(path: .root, desired: desired, live: live)]
    }
    var comparison = Comparison(
        owned: FieldSet.applied(by: manager, of: live), isSensitive: isSensitive(desired))
    comparison.compareRoot(wanted, found, schemas.schema(of: desired))
    return comparison.changes.count < 2
        ? comparison.changes
        : comparison.changes.map { ($0.path.description, $0) }
            .sorted { $0.0 < $1.0 }.map(\.1)
}

/// The walk through both sides at once.
struct Comparison {
    /// What was applied; `nil` when nothing ever was, as between two files.
    let owned: FieldSet?
    let isSensitive: Bool
    var changes: [FieldChange] = []
    var path: [FieldPath.Step] = []
    /// Whether the walk is inside of a value that is applied as one.
    ///
    /// Fields count there that only the cluster has, for ownership does not tell what has left Git.
    var isInAtomic = false
    /// Whether such fields count there even in a kind without a schema: when somebody has written the
    /// value since it was applied, they may be more than defaults.
    var isStrict = false

    init(owned: FieldSet?, isSensitive: Bool) {
        self.owned = owned
        self.isSensitive = isSensitive
    }

    mutating func enterAtomic() {
        isInAtomic = true
        isStrict = owned.map { !$0.contains(path) } ?? false
    }

    mutating func compareRoot(_ desired: Mapping, _ live: Mapping, _ type: SchemaType?) {
        // An aggregated role's rules are written by a controller.
        let isAggregated = desired["aggregationRule"].map { !$0.isNull } ?? false
        for (key, value) in desired {
            switch key {
            case "apiVersion", "kind", "status": continue
            case "rules" where isAggregated: continue
            case "metadata":
                guard case .object(let wanted) = value else { continue }
                path.append(.key(key))
                compareMetadata(wanted, live[key]?.objectValue ?? Mapping(), type)
                path.removeLast()
            default: compareField(key, value, live[key], type)
            }
        }
        guard let owned else { return }
        for (key, part) in owned.root {
            switch key {
            case "f:apiVersion", "f:kind", "f:status", "f:stringData": continue
            case "f:rules" where isAggregated: continue
            case "f:metadata":
                guard case .object(var metadata) = part else { continue }
                for name in Self.serverMetadata { metadata["f:" + name] = nil }
                if case .object(var annotations)? = metadata["f:annotations"] {
                    annotations["f:" + lastAppliedAnnotation] = nil
                    metadata["f:annotations"] = .object(annotations)
                }
                findRemoved(key, .object(metadata), .object(desired), .object(live), type)
            default: findRemoved(key, part, .object(desired), .object(live), type)
            }
        }
    }

    private mutating func compareMetadata(_ desired: Mapping, _ live: Mapping, _ root: SchemaType?)
    {
        let type = root.map { $0.field("metadata") } ?? SchemaRegistry.objectMetadata
        for (key, value) in desired where !Self.serverMetadata.contains(key) {
            if key == "annotations", case .object(var annotations) = value,
                annotations[lastAppliedAnnotation] != nil
            {
                annotations[lastAppliedAnnotation] = nil
                compareField(key, .object(annotations), live[key], type)
            } else {
                compareField(key, value, live[key], type)
            }
        }
    }

    /// What the server keeps in metadata, and what says which object it is.
    static let serverMetadata: Set<String> = [
        "creationTimestamp", "deletionGracePeriodSeconds", "deletionTimestamp", "generateName",
        "generation", "managedFields", "name", "namespace", "resourceVersion", "selfLink", "uid",
    ]

    mutating func compareField(_ key: String, _ desired: Node, _ live: Node?, _ parent: SchemaType?)
    {
        guard let live, !live.isNull else {
            if !isEmpty(desired, under: key, parent) { recordAbsent(key, desired) }
            return
        }
        switch (desired, live) {
        case (.null, _): return
        case (.object(let wanted), .object(let found)):
            path.append(.key(key))
            compareObject(wanted, found, parent?.field(key))
            path.removeLast()
        case (.array(let wanted), .array(let found)):
            if wanted == found { return }
            path.append(.key(key))
            compareList(wanted, found, parent?.field(key))
            path.removeLast()
        default:
            if desired == live { return }
            if isSameScalar(desired, live, parent?.field(key)?.scalar) { return }
            path.append(.key(key))
            record(desired, live)
            path.removeLast()
        }
    }

    mutating func compareObject(_ desired: Mapping, _ live: Mapping, _ type: SchemaType?) {
        let outer = (isInAtomic, isStrict)
        defer { (isInAtomic, isStrict) = outer }
        if !isInAtomic, type?.isAtomicObject == true { enterAtomic() }
        for (key, value) in desired { compareField(key, value, live[key], type) }
        // Without a schema nobody can tell what the server has filled in, but by who has written.
        guard isInAtomic, isStrict || type != nil else { return }
        for (key, value) in live where (desired[key] ?? .null).isNull {
            if isServerMade(value, under: key, type) { continue }
            path.append(.key(key))
            record(nil, value)
            path.removeLast()
        }
    }

    mutating func compareValue(_ desired: Node, _ live: Node, _ type: SchemaType?) {
        switch (desired, live) {
        case (.object(let wanted), .object(let found)): compareObject(wanted, found, type)
        case (.array(let wanted), .array(let found)):
            if wanted != found { compareList(wanted, found, type) }
        default:
            if desired != live, !isSameScalar(desired, live, type?.scalar) { record(desired, live) }
        }
    }

    mutating func record(_ desired: Node?, _ live: Node?) {
        var change = FieldChange(path: FieldPath(path), desired: desired, live: live)
        if isSensitive, path.first == .key("data") { hideSecrets(&change) }
        changes.append(change)
    }

    private mutating func recordAbsent(_ key: String, _ desired: Node) {
        path.append(.key(key))
        record(desired, nil)
        path.removeLast()
    }
}

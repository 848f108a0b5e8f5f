public import Diffing
public import Model

/// One side of a comparison of environments: what was there at a moment.
public struct EnvironmentView: Sendable {
    public struct Object: Sendable {
        public var key: ObjectKey
        /// The body as it was recorded, with tokens for secret values.
        public var body: Node
        /// Whether it is in the namespace that its application deploys into.
        public var isInOwnNamespace: Bool

        public init(key: ObjectKey, body: Node, isInOwnNamespace: Bool) {
            self.key = key
            self.body = body
            self.isInOwnNamespace = isInOwnNamespace
        }
    }

    public var name: String
    public var objects: [Object]

    public init(name: String, objects: [Object]) {
        self.name = name
        self.objects = objects
    }
}

/// How one object of an environment differs from its counterpart.
public struct EnvironmentChange: Sendable {
    public enum Verdict: String, Sendable { case added, removed, modified }

    public var verdict: Verdict
    /// In the newer environment; of a removed object, in the older one.
    public var key: ObjectKey
    /// Of a modified object; `desired` is the newer value, `live` the older one.
    public var fields: [FieldChange]
}

/// Compares two environments, or two moments of one, object by object, ascending by key.
///
/// An object is compared with the one of the same key; one without such, in the namespace that its
/// application deploys into, with the one of its kind and name in the application's namespace over there.
/// Between different environments, what their clusters assigned is passed over: addresses, ports of nodes,
/// volumes.
public func compare(from old: EnvironmentView, to new: EnvironmentView) -> [EnvironmentChange] {
    let isAcross = old.name != new.name
    var unmatched = Dictionary(
        old.objects.map { ($0.key, $0) }, uniquingKeysWith: { _, last in last })
    var changes: [EnvironmentChange] = []
    var withoutNamesake: [EnvironmentView.Object] = []
    func note(_ before: EnvironmentView.Object, _ after: EnvironmentView.Object) {
        let fields = Diffing.changes(
            from: isAcross ? withoutAssigned(before.body, before.key) : before.body,
            to: isAcross ? withoutAssigned(after.body, after.key) : after.body)
        guard !fields.isEmpty else { return }
        changes.append(EnvironmentChange(verdict: .modified, key: after.key, fields: fields))
    }
    for object in new.objects {
        if let before = unmatched.removeValue(forKey: object.key) {
            note(before, object)
        } else {
            withoutNamesake.append(object)
        }
    }
    for object in withoutNamesake {
        let counterparts = unmatched.values.filter { $0.isCounterpart(of: object) }
        if counterparts.count == 1, let before = counterparts.first {
            unmatched[before.key] = nil
            note(before, object)
        } else {
            changes.append(EnvironmentChange(verdict: .added, key: object.key, fields: []))
        }
    }
    changes += unmatched.keys.map {
        EnvironmentChange(verdict: .removed, key: $0, fields: [])
    }
    return changes.sorted { $0.key < $1.key }
}

extension EnvironmentView.Object {
    fileprivate func isCounterpart(of other: Self) -> Bool {
        isInOwnNamespace && other.isInOwnNamespace && key.groupKind == other.key.groupKind
            && key.name == other.key.name
    }
}

/// A body without what one cluster or another assigned to it, and without what names its environment.
private func withoutAssigned(_ body: Node, _ key: ObjectKey) -> Node {
    var body = body
    if case .object(var annotations)? = body["metadata"]?["annotations"] {
        for name in assignedAnnotations { annotations[name] = nil }
        body["metadata"]?["annotations"] = .object(annotations)
    }
    switch key.kind {
    case "Service":
        for field in ["clusterIP", "clusterIPs", "healthCheckNodePort"] {
            // `None` is a choice, not an address.
            if body["spec"]?["clusterIP"]?.stringValue == "None", field != "healthCheckNodePort" {
                continue
            }
            body["spec"]?[field] = nil
        }
        if case .array(let ports)? = body["spec"]?["ports"] {
            body["spec"]?["ports"] = .array(
                ports.map { port in
                    var port = port
                    port["nodePort"] = nil
                    return port
                })
        }
    case "PersistentVolumeClaim": body["spec"]?["volumeName"] = nil
    default: break
    }
    return body
}

/// The tracking annotation names the application, which differs by design; the others are controllers' notes.
private let assignedAnnotations = [
    "argocd.argoproj.io/tracking-id", "deployment.kubernetes.io/revision",
    "pv.kubernetes.io/bind-completed", "pv.kubernetes.io/bound-by-controller",
    "volume.kubernetes.io/storage-provisioner", "volume.kubernetes.io/selected-node",
]

public import Model

/// Which application an object says it belongs to, and as which object.
///
/// Text form: `<application>:<group>/<Kind>:<namespace>/<name>`, the value of the annotation
/// `argocd.argoproj.io/tracking-id`.
///
/// Source: https://argo-cd.readthedocs.io/en/stable/user-guide/resource_tracking/
public struct TrackingID: Hashable, Sendable {
    public var application: String
    public var key: ObjectKey

    public init(application: String, key: ObjectKey) {
        self.application = application
        self.key = key
    }

    public static let annotation = "argocd.argoproj.io/tracking-id"

    /// Reads the text form; `nil` for anything else.
    public init?(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, !parts[0].isEmpty else { return nil }
        let type = parts[1].split(separator: "/", omittingEmptySubsequences: false)
        let place = parts[2].split(separator: "/", omittingEmptySubsequences: false)
        guard type.count == 2, place.count == 2, !type[1].isEmpty, !place[1].isEmpty else {
            return nil
        }
        self.init(
            application: String(parts[0]),
            key: ObjectKey(
                group: String(type[0]), kind: String(type[1]), namespace: String(place[0]),
                name: String(place[1])))
    }

    /// The id an object bears, about whichever object it is; `nil` without a readable one.
    public init?(of object: Node) {
        guard let text = object["metadata"]?["annotations"]?[Self.annotation]?.stringValue else {
            return nil
        }
        self.init(text)
    }
}

extension TrackingID: CustomStringConvertible {
    public var description: String {
        "\(application):\(key.group)/\(key.kind):\(key.namespace)/\(key.name)"
    }
}

/// The object with its tracking id, in place of any it has.
///
/// A CustomResourceDefinition is left without one, as Argo CD does: it belongs to all who use it. One with
/// `generateName` is too, because only its name in the cluster could be in the id.
///
/// Source: https://github.com/argoproj/argo-cd/blob/master/reposerver/repository/repository.go
public func tracked(_ node: Node, application: String) -> Node {
    guard let key = ObjectKey(manifest: node),
        key.groupKind
            != GroupKind(group: "apiextensions.k8s.io", kind: "CustomResourceDefinition")
    else { return node }
    let id = TrackingID(application: application, key: key)
    var result = node
    var metadata = node["metadata"] ?? [:]
    var annotations = metadata["annotations"] ?? [:]
    annotations[TrackingID.annotation] = .string(id.description)
    metadata["annotations"] = annotations
    result["metadata"] = metadata
    return result
}

/// The application a live object belongs to; `nil` when it says nothing or its id is about another object.
///
/// Controllers copy annotations to objects they make: an id counts only where it names its own bearer.
/// The namespace of the id may differ only by being absent from a cluster-scoped object.
///
/// Source: https://argo-cd.readthedocs.io/en/stable/user-guide/resource_tracking/#non-self-referencing-annotations
public func trackingApplication(of live: Node) -> String? {
    guard let id = TrackingID(of: live), let key = ObjectKey(manifest: live),
        id.key.group == key.group, id.key.kind == key.kind, id.key.name == key.name,
        id.key.namespace == key.namespace || key.namespace.isEmpty
    else { return nil }
    return id.application
}

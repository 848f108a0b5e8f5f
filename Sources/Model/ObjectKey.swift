/// Which Kubernetes object is meant, whatever version of its API it is written in.
public struct ObjectKey: Hashable, Sendable {
    /// Empty for the core group.
    public var group: String
    public var kind: String
    /// Empty for cluster-scoped objects.
    public var namespace: String
    public var name: String

    public init(group: String, kind: String, namespace: String, name: String) {
        self.group = group
        self.kind = kind
        self.namespace = namespace
        self.name = name
    }

    /// The key that the manifest itself gives; `nil` without apiVersion, kind and name.
    public init?(manifest: Node) {
        guard let apiVersion = manifest["apiVersion"]?.stringValue,
            let kind = manifest["kind"]?.stringValue, !kind.isEmpty,
            let name = manifest["metadata"]?["name"]?.stringValue, !name.isEmpty
        else { return nil }
        self.init(
            group: GroupVersion(apiVersion).group, kind: kind,
            namespace: manifest["metadata"]?["namespace"]?.stringValue ?? "", name: name)
    }

    public var groupKind: GroupKind { GroupKind(group: group, kind: kind) }
}

extension ObjectKey: Comparable {
    /// By group, kind, namespace, name.
    public static func < (a: ObjectKey, b: ObjectKey) -> Bool {
        (a.group, a.kind, a.namespace, a.name) < (b.group, b.kind, b.namespace, b.name)
    }
}

extension ObjectKey: CustomStringConvertible {
    /// `apps/Deployment/shop/web`; core group and cluster scope leave their part empty: `/Namespace//shop`.
    ///
    /// This is the stored form; `init(_:)` reads it back.
    public var description: String {
        var text = group
        text += "/"
        text += kind
        text += "/"
        text += namespace
        text += "/"
        text += name
        return text
    }

    /// For people: `Deployment/web`, without group and namespace.
    public var shortText: String { "\(kind)/\(name)" }

    public init?(_ text: String) {
        // By bytes: a slash is one whatever stands behind it.
        let parts = text.utf8.split(
            separator: UInt8(ascii: "/"), maxSplits: 3, omittingEmptySubsequences: false
        ).map { String(Substring($0)) }
        guard parts.count == 4, !parts[1].isEmpty, !parts[3].isEmpty else { return nil }
        self.init(group: parts[0], kind: parts[1], namespace: parts[2], name: parts[3])
    }
}

public struct GroupKind: Hashable, Sendable {
    public var group: String
    public var kind: String
    public init(group: String, kind: String) {
        self.group = group
        self.kind = kind
    }
}

/// `apps/v1`, or `v1` of the core group.
public struct GroupVersion: Hashable, Sendable, CustomStringConvertible {
    public var group: String
    public var version: String

    public init(group: String, version: String) {
        self.group = group
        self.version = version
    }

    public init(_ apiVersion: String) {
        if let slash = apiVersion.firstIndex(of: "/") {
            group = String(apiVersion[..<slash])
            version = String(apiVersion[apiVersion.index(after: slash)...])
        } else {
            group = ""
            version = apiVersion
        }
    }

    public var description: String { group.isEmpty ? version : "\(group)/\(version)" }
}

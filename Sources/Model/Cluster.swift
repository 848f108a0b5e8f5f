/// One kind of object a cluster serves, as its discovery tells.
public struct APIResource: Hashable, Sendable {
    public var group: String
    public var version: String
    public var kind: String
    /// The name in URLs: `deployments`.
    public var plural: String
    public var isNamespaced: Bool
    /// Such as `get`, `list`, `watch`, `patch` and `delete`.
    public var verbs: [String]

    public init(
        group: String, version: String, kind: String, plural: String, isNamespaced: Bool,
        verbs: [String]
    ) {
        self.group = group
        self.version = version
        self.kind = kind
        self.plural = plural
        self.isNamespaced = isNamespaced
        self.verbs = verbs
    }

    public var groupKind: GroupKind { GroupKind(group: group, kind: kind) }
    public var apiVersion: String { GroupVersion(group: group, version: version).description }
}

/// What a cluster serves: every resource in every version, the group's preferred version first.
public struct Discovery: Equatable, Sendable {
    /// `v1.36.2`.
    public var serverVersion: String
    public var resources: [APIResource]

    public init(serverVersion: String, resources: [APIResource]) {
        self.serverVersion = serverVersion
        self.resources = resources
    }

    /// The resource of a kind in the version asked for, or in the preferred one.
    public func resource(_ groupKind: GroupKind, version: String? = nil) -> APIResource? {
        resources.first {
            $0.kind == groupKind.kind && $0.group == groupKind.group
                && (version == nil || $0.version == version)
        }
    }
}

/// A change of one object, as a watch tells it.
public enum WatchEvent: Equatable, Sendable {
    case added(Node)
    case modified(Node)
    case deleted(Node)
    /// Nothing changed up to this resourceVersion: a watch may resume from here.
    case bookmark(resourceVersion: String)
}

/// One page of a list.
public struct ListPage: Equatable, Sendable {
    public var items: [Node]
    /// Of the whole list: where a watch starts that misses nothing.
    public var resourceVersion: String
    /// Hand back to get the next page; `nil` on the last one.
    public var continueToken: String?

    public init(items: [Node], resourceVersion: String, continueToken: String? = nil) {
        self.items = items
        self.resourceVersion = resourceVersion
        self.continueToken = continueToken
    }
}

/// What becomes of the dependents of a deleted object.
///
/// Source: https://kubernetes.io/docs/concepts/architecture/garbage-collection/
public enum Propagation: String, Hashable, Sendable, CaseIterable {
    case foreground = "Foreground"
    case background = "Background"
    case orphan = "Orphan"
}

/// Why a cluster did not do what it was asked.
public enum ClusterError: Error, Hashable, Sendable {
    /// The server answered with a Status that is a failure: code, reason (`NotFound`, `Conflict`, `Invalid`,
    /// `Forbidden`, `AlreadyExists`, `TooManyRequests`, …) and its message.
    case refused(code: Int, reason: String, message: String)
    /// No answer came: refused connection, time-out, broken TLS, a connection cut while waiting. The request may or may not
    /// have been carried out.
    case unreachable(cluster: String, message: String)
    /// A watch or a list cannot be continued from that resourceVersion (410 Gone): list again.
    case expired(message: String)
    /// The cluster does not serve this kind.
    case unknownKind(GroupKind)
    /// The answer is not what the API promises.
    case malformedAnswer(message: String)
}

extension ClusterError: Diagnostic {
    public var summary: String {
        switch self {
        case .refused(_, let reason, let message):
            message.isEmpty ? "the cluster refused: \(reason)" : message
        case .unreachable(let cluster, _): "cluster \(cluster) does not answer"
        case .expired: "the watch is too old to go on"
        case .unknownKind(let kind):
            "the cluster has no kind \(kind.kind)\(kind.group.isEmpty ? "" : " in group \(kind.group)")"
        case .malformedAnswer(let message): "the cluster's answer cannot be read: \(message)"
        }
    }

    public var cause: String? {
        switch self {
        case .unreachable(_, let message), .expired(let message): message
        case .refused(let code, let reason, _): "\(code) \(reason)"
        case .unknownKind, .malformedAnswer: nil
        }
    }

    public var hint: String? {
        switch self {
        case .unknownKind: "apply its CustomResourceDefinition first"
        case .unreachable: "is the cluster running, and does the kubeconfig name the right address?"
        case .refused, .expired, .malformedAnswer: nil
        }
    }

    /// Whether the object asked for does not exist.
    public var isNotFound: Bool {
        if case .refused(404, _, _) = self { true } else { false }
    }
}

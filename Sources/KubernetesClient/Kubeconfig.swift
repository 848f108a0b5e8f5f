public import Model

/// A kubeconfig file as a value: clusters, users and contexts by name.
///
/// Reading it touches no other file; paths inside it are resolved against its folder. What Tidemark
/// does not support (exec plugins, auth providers, proxies, impersonation) is refused when a context
/// that uses it is asked for, so that a file shared with other tools stays usable.
///
/// Source: https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/
public struct Kubeconfig: Sendable {
    struct Cluster: Sendable {
        var server: String
        var tls: ClusterConnection.TLS
        var refusals: [Problem]
    }

    struct User: Sendable {
        var certificate: ClusterConnection.Material?
        var key: ClusterConnection.Material?
        var credential: ClusterConnection.Credential
        var refusals: [Problem]
    }

    struct Context: Sendable {
        var cluster: String
        var user: String
        var namespace: String
        var location: SourceLocation
        var refusals: [Problem]
    }

    public let file: String
    public let currentContext: String?
    let clusters: [String: Cluster]
    let users: [String: User]
    let contexts: [String: Context]

    public var contextNames: [String] { contexts.keys.sorted() }

    /// Reads the file's content.
    ///
    /// - Parameters:
    ///   - file: Its path: for messages, and as the base of relative paths.
    ///   - home: Replaces a leading `~` of paths inside the file.
    public static func parse(_ bytes: [UInt8], file: String, home: String? = nil)
        throws(Problems) -> Kubeconfig
    {
        var reader = try KubeconfigReader(bytes, file: file, home: home)
        return try reader.read()
    }

    /// The connection that a context describes; `nil` asks for the current one.
    public func connection(context name: String? = nil) throws(Problems) -> ClusterConnection {
        guard let name = name ?? currentContext else {
            throw Problems([
                Problem(
                    at: SourceLocation(file: file), field: FieldPath("current-context"),
                    "no current context", hint: contextHint)
            ])
        }
        guard let context = contexts[name] else {
            throw Problems([
                Problem(
                    at: SourceLocation(file: file), field: FieldPath("contexts"),
                    "no context \(name)", hint: contextHint)
            ])
        }
        guard let cluster = clusters[context.cluster] else {
            throw Problems([
                Problem(
                    at: context.location,
                    "context \(name) names cluster \(context.cluster), "
                        + "which the file does not define")
            ])
        }
        let user = context.user.isEmpty ? nil : users[context.user]
        if user == nil, !context.user.isEmpty {
            throw Problems([
                Problem(
                    at: context.location,
                    "context \(name) names user \(context.user), "
                        + "which the file does not define")
            ])
        }
        let refusals = context.refusals + cluster.refusals + (user?.refusals ?? [])
        if !refusals.isEmpty { throw Problems(refusals) }
        var tls = cluster.tls
        tls.certificate = user?.certificate
        tls.key = user?.key
        return ClusterConnection(
            server: cluster.server, namespace: context.namespace, tls: tls,
            credential: user?.credential ?? .none)
    }

    private var contextHint: String? {
        contexts.isEmpty ? nil : "the file has: \(contextNames.joined(separator: ", "))"
    }
}

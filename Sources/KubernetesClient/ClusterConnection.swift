/// How one cluster is reached and as whom, as one context of a kubeconfig says it.
///
/// Its description never shows a credential.
public struct ClusterConnection: Sendable {
    /// Bytes written in the kubeconfig itself, or the path of a file that holds them.
    public enum Material: Hashable, Sendable {
        case bytes([UInt8])
        case file(String)
    }

    public struct TLS: Hashable, Sendable {
        /// PEM of the authorities to trust instead of the system's.
        public var authority: Material?
        /// Does not check the server's certificate.
        public var isInsecure: Bool
        /// The name the server's certificate must have, when it is not the host of the address.
        public var serverName: String?
        /// PEM of the client's certificate chain and of its key: both or none.
        public var certificate: Material?
        public var key: Material?

        public init(
            authority: Material? = nil, isInsecure: Bool = false, serverName: String? = nil,
            certificate: Material? = nil, key: Material? = nil
        ) {
            self.authority = authority
            self.isInsecure = isInsecure
            self.serverName = serverName
            self.certificate = certificate
            self.key = key
        }
    }

    public enum Credential: Hashable, Sendable {
        case none
        case token(String)
        /// Read again for every request, because such tokens are renewed in place.
        case tokenFile(String)
        case basic(username: String, password: String)
    }

    /// `https://host:port` with an optional path in front of the API.
    public var server: String
    /// The context's namespace, `default` without one.
    public var namespace: String
    public var tls: TLS
    public var credential: Credential

    public init(
        server: String, namespace: String = "default", tls: TLS = TLS(),
        credential: Credential = .none
    ) {
        self.server = server
        self.namespace = namespace
        self.tls = tls
        self.credential = credential
    }
}

extension ClusterConnection: CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    public var description: String { "connection to \(server)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["server": server]) }
}

extension ClusterConnection.Credential: CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    public var description: String {
        switch self {
        case .none: "no credential"
        case .token: "a token"
        case .tokenFile(let path): "the token in \(path)"
        case .basic(let username, _): "user \(username)"
        }
    }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(reflecting: description) }
}

extension ClusterConnection.Material: CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    public var description: String {
        switch self {
        case .bytes(let bytes): "\(bytes.count) bytes"
        case .file(let path): path
        }
    }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(reflecting: description) }
}

public import Model

/// Why a connection's settings cannot be used.
public enum ConnectionError: Error, Hashable, Sendable {
    /// The address is no http or https URL with a host.
    case badServer(String)
    case unreadableFile(path: String)
    /// `what` is no PEM of the kind needed: `client key`.
    case badPEM(what: String)
    case keyOfAnotherCertificate
}

extension ConnectionError: Diagnostic {
    public var summary: String {
        switch self {
        case .badServer(let server): "server address \(server) cannot be used"
        case .unreadableFile(let path): "cannot read \(path)"
        case .keyOfAnotherCertificate: "the client key does not belong to the client certificate"
        case .badPEM(let what): "the \(what) is not valid PEM"
        }
    }

    public var cause: String? {
        switch self {
        case .badServer: "it must be an http or https URL with a host and no user or query"
        case .unreadableFile, .badPEM, .keyOfAnotherCertificate: nil
        }
    }

    public var hint: String? {
        switch self {
        case .badServer, .badPEM, .keyOfAnotherCertificate: "correct it in the kubeconfig"
        case .unreadableFile: "does the file exist, and may this user read it?"
        }
    }
}

internal import FoundationEssentials

/// What a repository or registry wants to know of whoever pulls.
///
/// It is sent to the origin (scheme, name and port) of the reference alone, and to the token service that a registry
/// itself names; never along with a redirect. Printed, it shows nothing.
public struct ChartCredentials: Hashable, Sendable {
    enum Secret: Hashable, Sendable {
        case none
        case basic(username: String, password: String)
        case bearer(token: String)
    }

    var secret: Secret
    /// PEM text of the authorities to trust in place of the system's.
    var authority: [UInt8]?

    public static let none = ChartCredentials(secret: .none, authority: nil)

    private init(secret: Secret, authority: [UInt8]?) {
        (self.secret, self.authority) = (secret, authority)
    }

    /// - Parameter authority: PEM text of the certificates to trust in place of the system's.
    public init(authority: [UInt8]) { self.init(secret: .none, authority: authority) }

    public init(username: String, password: String, authority: [UInt8]? = nil) {
        self.init(secret: .basic(username: username, password: password), authority: authority)
    }

    public init(token: String, authority: [UInt8]? = nil) {
        self.init(secret: .bearer(token: token), authority: authority)
    }

    /// The value of a header `Authorization`.
    var header: String? {
        switch secret {
        case .none: nil
        case .basic(let username, let password): basicAuthorization(username, password)
        case .bearer(let token): "Bearer \(token)"
        }
    }

    /// `text` without the secret, should a server have repeated it.
    func redacted(_ text: String) -> String {
        var hidden: [String] = []
        switch secret {
        case .none: break
        case .basic(let username, let password):
            hidden = [
                password, basicAuthorization(username, password).replacing("Basic ", with: ""),
            ]
        case .bearer(let token): hidden = [token]
        }
        return hidden.filter { !$0.isEmpty }.reduce(text) { $0.replacing($1, with: "(hidden)") }
    }
}

extension ChartCredentials: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable
{
    public var description: String { "(hidden)" }
    public var debugDescription: String { "(hidden)" }
    public var customMirror: Mirror { Mirror(self, children: EmptyCollection()) }
}

// Source: https://www.rfc-editor.org/rfc/rfc7617#section-2
func basicAuthorization(_ username: String, _ password: String) -> String {
    "Basic " + Data("\(username):\(password)".utf8).base64EncodedString()
}

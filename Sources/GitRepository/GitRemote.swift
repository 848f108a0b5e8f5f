/// Where a repository comes from and how to be let in.
public struct GitRemote: Equatable, Sendable {
    /// `https://…`, `ssh://…`, `user@host:path`, `file://…`; `http://` only without credentials or
    /// to this machine.
    public let url: String
    public let credentials: GitCredentials

    /// - Throws: `GitError.invalidRemote` when the scheme is not one of these, when the URL holds a
    ///   password, or when the credentials do not go with the scheme.
    public init(url: String, credentials: GitCredentials = .none) throws(GitError) {
        self.url = url
        self.credentials = credentials
        if let reason = Self.problem(url: url, credentials: credentials) {
            throw .invalidRemote(url: Self.redacted(url), reason: reason)
        }
    }

    /// The URL without what may be secret: safe in errors and logs.
    ///
    /// Of what stands before an `@`, only the user name of an ssh address is kept; a query goes.
    public static func redacted(_ url: String) -> String {
        let start = url.firstRange(of: "://")?.upperBound ?? url.startIndex
        let rest = url[start...]
        guard let login = login(in: url) else { return String(url.prefix { $0 != "?" }) }
        let after = rest[login.endIndex...].prefix { $0 != "?" }
        let keepsName = url.hasPrefix("ssh://") || start == url.startIndex
        let name = keepsName ? login.prefix { $0 != ":" && $0 != "@" } : ""
        return String(url[..<start] + name + (name.isEmpty ? "" : "@") + after)
    }

    /// What stands before the host, with the `@`.
    private static func login(in url: String) -> Substring? {
        let rest = url.firstRange(of: "://").map { url[$0.upperBound...] } ?? url[...]
        let authority = rest.prefix { $0 != "/" }
        if let at = authority.lastIndex(of: "@") { return rest[...at] }
        // A password with a slash in it: what looks like a port is none.
        guard rest.startIndex != url.startIndex, !authority.hasPrefix("["),
            let colon = authority.firstIndex(of: ":"),
            !authority[colon...].dropFirst().allSatisfy(\.isNumber),
            let at = rest.lastIndex(of: "@")
        else { return nil }
        return rest[...at]
    }

    private static func problem(url: String, credentials: GitCredentials) -> String? {
        if url.utf8.contains(where: { $0 < 0x21 || $0 == 0x7F }) {
            return "it contains a space or a control character"
        }
        let isHTTP = url.hasPrefix("https://") || url.hasPrefix("http://")
        let isFile = url.hasPrefix("file:///")
        let isSSH =
            url.hasPrefix("ssh://")
            || (!url.contains("://") && url.contains("@") && url.contains(":"))
        if isHTTP, login(in: url) != nil {
            return "it holds a user name or a password; name them under credentials"
        }
        if isHTTP, url.contains("?") {
            return "it has a query, where secrets would show; name them under credentials"
        }
        if isSSH, login(in: url)?.contains(":") == true {
            return "it holds a password; ssh uses a key, named under credentials"
        }
        switch credentials {
        case .none:
            if isSSH { return "ssh needs a private key, named under credentials" }
            return isHTTP || isFile ? nil : "expected https://, ssh://, user@host:path or file:///"
        case .basic, .token:
            if url.hasPrefix("http://"), !isLoopback(url) {
                return "a password would travel in the clear; use https"
            }
            return isHTTP ? nil : "a password or token goes with https only"
        case .sshKey: return isSSH ? nil : "an ssh key goes with ssh only"
        }
    }

    private static func isLoopback(_ url: String) -> Bool {
        let authority = url.dropFirst("http://".count).prefix { $0 != "/" }
        let host = authority.hasPrefix("[") ? authority : authority.prefix { $0 != ":" }
        return host == "localhost" || host == "127.0.0.1" || authority.hasPrefix("[::1]")
    }
}

/// How to be let in; values are read in the worker alone and never held here.
public enum GitCredentials: Hashable, Sendable {
    case none
    case basic(username: String, passwordFrom: SecretReference)
    /// Sent as the password of the user `x-access-token`, which GitHub, GitLab and Gitea accept.
    case token(SecretReference)
    /// The user name is the one of the URL, `git` without one.
    case sshKey(privateKeyPath: String, passphraseFrom: SecretReference?)
}

/// Where the worker finds a secret value.
public enum SecretReference: Hashable, Sendable {
    /// The whole file, without one final line break.
    case file(String)
    case environment(String)
}

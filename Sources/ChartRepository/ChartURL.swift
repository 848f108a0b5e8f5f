internal import FoundationEssentials

/// An address over http or https, without a user in it.
struct ChartURL: Hashable, Sendable {
    /// Who is meant: a credential is for one of these.
    struct Origin: Hashable, Sendable {
        var scheme: String
        var host: String
        var port: Int
    }

    private let url: URL
    let origin: Origin

    init(_ text: String) throws(ChartRepositoryError) {
        guard let url = URL(string: text) else {
            throw .badReference(shownURL(text), "it is no URL")
        }
        try self.init(url)
    }

    private init(_ url: URL) throws(ChartRepositoryError) {
        let shown = shownURL(url.absoluteString)
        guard let scheme = url.scheme?.lowercased(), scheme == "http" || scheme == "https" else {
            throw .badReference(shown, "only http, https and oci addresses are known")
        }
        guard let host = url.host?.lowercased(), !host.isEmpty else {
            throw .badReference(shown, "it names no host")
        }
        guard url.user == nil, url.password == nil else {
            throw .badReference(shown, "user and password do not belong into an address")
        }
        origin = Origin(
            scheme: scheme, host: host, port: url.port ?? (scheme == "https" ? 443 : 80))
        self.url = url
    }

    /// The whole address, with its query, for requests only.
    var text: String { url.absoluteString }
    var isSecure: Bool { origin.scheme == "https" }
    var isLoopback: Bool { Self.isLoopback(origin.host) }
    /// The last part of the path.
    var fileName: String { url.lastPathComponent }

    /// An address that a server gives, seen from this one.
    func resolving(_ text: String) throws(ChartRepositoryError) -> ChartURL {
        guard let url = URL(string: text, relativeTo: url)?.absoluteURL else {
            throw .malformed(description, "it leads to what is no URL")
        }
        return try ChartURL(url)
    }

    /// A file of a repository: below this address, whose query goes with it.
    ///
    /// Source: https://github.com/helm/helm/blob/v4.1.0/pkg/repo/v1/chartrepo.go (ResolveReferenceURL)
    func file(_ reference: String) throws(ChartRepositoryError) -> ChartURL {
        if let absolute = URL(string: reference), absolute.scheme != nil {
            return try ChartURL(absolute)
        }
        guard var base = URLComponents(url: url, resolvingAgainstBaseURL: true) else {
            throw .badReference(description, "it is no URL")
        }
        let query = base.percentEncodedQuery
        base.percentEncodedQuery = nil
        base.fragment = nil
        while base.percentEncodedPath.hasSuffix("/") { base.percentEncodedPath.removeLast() }
        base.percentEncodedPath += "/"
        guard let folder = base.url,
            let target = URL(string: reference, relativeTo: folder)?.absoluteURL,
            var parts = URLComponents(url: target, resolvingAgainstBaseURL: true)
        else { throw .malformed(description, "\(shownURL(reference)) is no URL") }
        parts.percentEncodedQuery = query
        guard let whole = parts.url else {
            throw .malformed(description, "\(shownURL(reference)) is no URL")
        }
        return try ChartURL(whole)
    }

    /// This address with more fields in its query; empty ones are left out.
    func adding(_ fields: [(name: String, value: String)]) throws(ChartRepositoryError) -> ChartURL
    {
        guard var parts = URLComponents(url: url, resolvingAgainstBaseURL: true) else {
            throw .badReference(description, "it is no URL")
        }
        parts.queryItems =
            (parts.queryItems ?? [])
            + fields.filter { !$0.value.isEmpty }.map {
                URLQueryItem(name: $0.name, value: $0.value)
            }
        guard let whole = parts.url else { throw .badReference(description, "it is no URL") }
        return try ChartURL(whole)
    }

    /// This machine, whatever its name service says.
    static func isLoopback(_ host: String) -> Bool {
        if ["localhost", "::1", "[::1]"].contains(host.lowercased()) { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }

    /// `registry.example.com:5000`, `[::1]:5000`.
    static func isHostAndPort(_ text: String) -> Bool {
        guard !text.isEmpty, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }),
            !text.contains(where: { "/?#@\\%".contains($0) }),
            let url = URL(string: "https://\(text)/"), let host = url.host, !host.isEmpty
        else { return false }
        return url.path == "/"
    }
}

extension ChartURL: CustomStringConvertible {
    /// Without the query, which may hold a secret.
    var description: String { shownURL(url.absoluteString) }
}

/// An address as people are shown it: without user, password, query and fragment.
func shownURL(_ text: String) -> String {
    var shown = text.prefix { $0 != "?" && $0 != "#" }
    let authority = shown.firstRange(of: "://")?.upperBound ?? shown.startIndex
    let end = shown[authority...].firstIndex(of: "/") ?? shown.endIndex
    if let at = shown[authority..<end].lastIndex(of: "@") {
        shown.removeSubrange(authority...at)
    }
    return printable(String(shown))
}

/// A text of somebody else's, cut short, without what a terminal would obey.
func printable(_ text: String, limit: Int = 400) -> String {
    String(
        String.UnicodeScalarView(
            text.unicodeScalars.prefix(limit).map {
                $0.value < 0x20 || (0x7F...0x9F).contains($0.value) ? " " : $0
            }))
}

func trimmed(_ text: String) -> String {
    let isSpace = { (character: Character) in character.isWhitespace }
    var rest = text.drop(while: isSpace)
    while let last = rest.last, last.isWhitespace { rest.removeLast() }
    return String(rest)
}

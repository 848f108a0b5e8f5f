internal import Digests

/// A chart in a registry: `ghcr.io/org/charts/web:1.2.3@sha256:…`.
///
/// Source: https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pulling-manifests
struct OCIReference: Hashable, Sendable {
    /// Name and port of the registry.
    var host: String
    /// The repository within it.
    var path: String
    /// As it was written, before `+` becomes `_`.
    var tag: String
    var digest: Digest?
    /// What was asked for beside the reference: a version, a range, or nothing.
    var version: String

    init(_ text: String, version: String) throws(ChartRepositoryError) {
        let refuse = { (why: String) -> ChartRepositoryError in
            .badReference("oci://" + shownURL(text), why)
        }
        guard !text.contains("@") || text.contains("@sha256:") else {
            throw refuse("after the @ belongs a digest: sha256: and 64 digits")
        }
        var rest = Substring(text)
        digest = nil
        if let at = rest.firstIndex(of: "@") {
            guard let digest = ociDigest(rest[rest.index(after: at)...]) else {
                throw refuse("after the @ belongs a digest: sha256: and 64 digits")
            }
            self.digest = digest
            rest = rest[..<at]
        }
        guard let slash = rest.firstIndex(of: "/") else {
            throw refuse("it names no repository below the registry")
        }
        host = String(rest[..<slash])
        rest = rest[rest.index(after: slash)...]
        tag = ""
        if let colon = rest.firstIndex(of: ":") {
            tag = String(rest[rest.index(after: colon)...])
            rest = rest[..<colon]
            guard Self.isTag(tag) else { throw refuse("\(tag) is no tag") }
        }
        path = String(rest)
        self.version = trimmed(version)
        guard Self.isHost(host) else { throw refuse("\(host) is no name of a registry") }
        guard Self.isPath(path) else {
            throw refuse("a repository is written in lower case: letters, digits, . _ - and /")
        }
        guard tag.isEmpty || self.version.isEmpty || tag == self.version else {
            throw refuse("chart reference and version mismatch: \(self.version) is not \(tag)")
        }
    }

    /// The last part of the path, which Helm takes for the chart's name.
    var name: String { path.split(separator: "/").last.map(String.init) ?? path }

    private static func isHost(_ text: String) -> Bool {
        ChartURL.isHostAndPort(text)
    }

    // Source: distribution-spec, `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/…)*`
    private static func isPath(_ text: String) -> Bool {
        text.utf8.count <= 255
            && text.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
                let isFramed = [part.utf8.first, part.utf8.last].allSatisfy {
                    $0.map(isAlphanumeric) ?? false
                }
                return isFramed && !part.contains("..") && !part.contains("___")
                    && part.utf8.allSatisfy {
                        isAlphanumeric($0) || [0x2D, 0x2E, 0x5F].contains($0)
                    }
            }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte)
    }

    // Source: distribution-spec, `[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}`; `+`, which stands for `_`, besides.
    static func isTag(_ text: String) -> Bool {
        guard let first = text.utf8.first, first != UInt8(ascii: "."), first != UInt8(ascii: "-"),
            text.utf8.count <= 128
        else { return false }
        return text.utf8.allSatisfy {
            isAlphanumeric($0) || (0x41...0x5A).contains($0)
                || [0x2B, 0x2D, 0x2E, 0x5F].contains($0)
        }
    }
}

extension OCIReference: CustomStringConvertible {
    var description: String {
        var text = "oci://\(host)/\(path)"
        if !tag.isEmpty { text += ":" + tag } else if !version.isEmpty { text += " \(version)" }
        if let digest { text += "@sha256:\(digest)" }
        return text
    }
}

/// Reads `sha256:…`; other algorithms are not known to registries of charts.
func ociDigest(_ text: some StringProtocol) -> Digest? {
    text.hasPrefix("sha256:") ? Digest(hex: text.dropFirst("sha256:".count)) : nil
}

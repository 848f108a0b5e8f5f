internal import Digests
public import EventLog

extension SourceRevision {
    /// Such as `platform 1a2b3c4`, or `nginx 15.2.0 (sha256:3f9a0c1d2e4b)`: a version alone says nothing of the bytes.
    public var text: String {
        "\(chart ?? repository) \(place ?? "")"
    }

    /// `1a2b3c4`, or `15.2.0 (sha256:3f9a0c1d2e4b)`; `nil` where neither is on record.
    public var place: String? {
        guard let version else { return commit.map { String($0.prefix(7)) } }
        return version + (digest.map { " (sha256:\($0.shortText))" } ?? "")
    }
}

extension [SourceRevision] {
    /// Each repository with its commit and each chart with its version and digest, once.
    public var text: String {
        var parts: [String] = []
        for part in map(\.text) where !parts.contains(part) { parts.append(part) }
        return parts.joined(separator: ", ")
    }
}

extension ReplacedArchive {
    /// `web 1.2.0 of charts was replaced under its version: sha256:3f9a0c1d2e4b → sha256:0c1d2e4b3f9a`.
    public var text: String {
        "\(chart) \(version) of \(repository) was replaced under its version: "
            + "sha256:\(from.shortText) → sha256:\(to.shortText)"
    }
}

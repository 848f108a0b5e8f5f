public import Digests
public import Model

/// Why a chart cannot be had.
///
/// Addresses in it are without user and query, and texts of servers without the credential.
public enum ChartRepositoryError: Error, Hashable, Sendable {
    /// What was asked for cannot be right.
    case badReference(String, String)
    /// A range of versions that cannot be read, and why.
    case badVersion(String, String)
    /// The certificates to trust cannot be read.
    case badAuthority
    /// No such chart in the repository, or no such repository in the registry.
    case noChart(chart: String, repository: String)
    /// The chart is there, and no version of it is the one that was asked for.
    case noVersion(chart: String, version: String, repository: String)
    /// 401 or 403, and what the server says.
    case unauthorized(String, String)
    /// Any other answer that is no success: its code, and what the server says.
    case refused(String, status: Int, String)
    /// No answer, or none in time.
    case unreachable(String, String)
    /// More than `limit` bytes.
    case tooLarge(String, limit: Int)
    /// An index, manifest or list that cannot be read, and why.
    case malformed(String, String)
    /// Bytes that are not those that were promised.
    case wrongDigest(String, expected: Digest, found: Digest)
    /// A redirect or address that is not followed, and why.
    case unsafe(String, String)
    /// The folder of kept archives cannot be used.
    case cache(String, String)
    case cancelled

    /// Whether the same request may work later, with nothing changed by anybody who declares things.
    public var isTransient: Bool {
        switch self {
        case .unreachable, .cache, .cancelled: true
        case .refused(_, let status, _): status >= 500 || status == 429 || status == 408
        default: false
        }
    }
}

extension ChartRepositoryError: Diagnostic {
    public var summary: String {
        switch self {
        case .badReference(let reference, _): "cannot pull \(reference)"
        case .badVersion(let version, _): "cannot read the version \(version)"
        case .badAuthority: "the certificates of the authority to trust cannot be read"
        case .noChart(let chart, let repository):
            "chart \"\(chart)\" not found in \(repository) repository"
        case .noVersion(let chart, "", let repository):
            "chart \"\(chart)\" has no version in \(repository) repository"
        case .noVersion(let chart, let version, let repository):
            "chart \"\(chart)\" version \"\(version)\" not found in \(repository) repository"
        case .unauthorized(let url, _): "\(url) does not let us in"
        case .refused(let url, _, _): "failed to fetch \(url)"
        case .unreachable(let url, _): "\(url) cannot be reached"
        case .tooLarge(let url, let limit): "\(url) is larger than \(limit) bytes"
        case .malformed(let url, _): "the answer of \(url) cannot be read"
        case .wrongDigest(let url, _, _): "\(url) is not what its repository promises"
        case .unsafe(let url, _): "\(url) is not followed"
        case .cache(let path, _): "cannot keep charts in \(path)"
        case .cancelled: "pulling the chart was cancelled"
        }
    }

    public var cause: String? {
        switch self {
        case .badReference(_, let why), .badVersion(_, let why), .unauthorized(_, let why),
            .unreachable(_, let why), .malformed(_, let why), .unsafe(_, let why),
            .cache(_, let why):
            why.isEmpty ? nil : why
        case .refused(_, let status, let why): "\(status)" + (why.isEmpty ? "" : ": \(why)")
        case .wrongDigest(_, let expected, let found):
            "its digest should be sha256:\(expected), and is sha256:\(found)"
        case .badAuthority, .noChart, .noVersion, .tooLarge, .cancelled: nil
        }
    }

    public var hint: String? {
        switch self {
        case .badAuthority: "give a file of certificates in PEM form"
        case .noVersion:
            "look at the versions that the repository has; a range without a prerelease takes none"
        case .unauthorized: "look at the user name and password, or the token, for this repository"
        case .wrongDigest: "do not use it; ask those who run the repository"
        default: nil
        }
    }
}

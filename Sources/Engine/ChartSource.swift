public import ChartRepository
public import Digests
public import Model

/// The charts of one repository or registry.
public protocol ChartSource: Sendable {
    /// Which version is meant now.
    ///
    /// - Throws: `ChartRepositoryError`.
    func find(_ request: ChartRequest) async throws -> FoundChart
    /// The archive (.tgz) of a chart that was resolved before: kept, or pulled again; never other bytes than those of
    /// its digest.
    ///
    /// - Throws: `ChartRepositoryError`.
    func archive(of chart: PinnedChart) async throws -> [UInt8]
}

/// A version that a repository named, whose archive is still to be had.
public struct FoundChart: Sendable {
    /// Pulls the archive, unless it is kept; it is kept from then on.
    ///
    /// - Throws: `ChartRepositoryError`.
    public var pull: @Sendable () async throws -> PinnedChart

    public init(pull: @escaping @Sendable () async throws -> PinnedChart) { self.pull = pull }
}

/// The repository answered, and the archive that it names, perhaps elsewhere, is not to be had.
public struct ChartArchiveError: Error, Diagnostic {
    public var error: ChartRepositoryError

    public init(_ error: ChartRepositoryError) { self.error = error }

    public var summary: String { error.summary }
    public var cause: String? { error.cause }
    public var hint: String? { error.hint }
}

/// A chart as an application asks for it.
public struct ChartRequest: Hashable, Sendable {
    public var repoURL: String
    public var chart: String
    /// A version, or a range of them.
    public var targetRevision: String

    public init(repoURL: String, chart: String, targetRevision: String) {
        self.repoURL = repoURL
        self.chart = chart
        self.targetRevision = targetRevision
    }
}

/// One version of a chart, by the digest of its archive.
public struct PinnedChart: Hashable, Sendable {
    public var repoURL: String
    public var chart: String
    public var version: String
    /// The SHA-256 of the archive.
    public var digest: Digest

    public init(repoURL: String, chart: String, version: String, digest: Digest) {
        self.repoURL = repoURL
        self.chart = chart
        self.version = version
        self.digest = digest
    }
}

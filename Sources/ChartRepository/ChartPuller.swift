public import Digests
public import Logging

/// Finds and pulls charts, and keeps every archive by its digest.
///
/// One for the whole program: it owns connections, and `shutdown` must be called once when nothing uses it any more. Nothing is
/// retried here.
public final class ChartPuller: Sendable {
    let limits: PullLimits
    let log: Logger

    /// - Parameter cacheFolder: Made when the first archive is kept; may be deleted at any time.
    public init(cacheFolder: String, limits: PullLimits = .standard, log: Logger) {
        self.limits = limits
        self.log = log
    }

    /// Which version a reference means now, without pulling it.
    public func resolve(_ reference: ChartReference, credentials: ChartCredentials = .none)
        async throws(ChartRepositoryError) -> ResolvedChart
    {
        throw .unreachable("\(reference)", "charts are not pulled yet")
    }

    /// Resolves a reference and pulls what it means.
    ///
    /// - Parameter digest: What the archive must be; another one is an error.
    public func pull(
        _ reference: ChartReference, credentials: ChartCredentials = .none,
        expecting digest: Digest? = nil
    ) async throws(ChartRepositoryError) -> PulledChart {
        throw .unreachable("\(reference)", "charts are not pulled yet")
    }

    /// Pulls what was resolved; from the folder when its digest is known and there, which needs no network.
    public func pull(_ resolved: ResolvedChart, credentials: ChartCredentials = .none)
        async throws(ChartRepositoryError) -> PulledChart
    {
        throw .unreachable(resolved.location, "charts are not pulled yet")
    }

    /// The archive with this digest, if it was pulled before and is intact.
    public func cached(_ digest: Digest) -> [UInt8]? { nil }

    /// Closes all connections.
    public func shutdown() async {}
}

public import ChartRepository
internal import Digests

/// The charts of one repository or registry as the engine's port.
public struct PulledCharts: ChartSource {
    private let puller: ChartPuller
    private let credentials: @Sendable () throws -> ChartCredentials

    /// - Parameter credentials: Read each time, so that one that was exchanged counts at once.
    public init(
        _ puller: ChartPuller, credentials: @escaping @Sendable () throws -> ChartCredentials
    ) {
        self.puller = puller
        self.credentials = credentials
    }

    public func find(_ request: ChartRequest) async throws -> FoundChart {
        let reference = try ChartReference(
            repository: request.repoURL, chart: request.chart, version: request.targetRevision)
        let credentials = try credentials()
        let resolved = try await puller.resolve(reference, credentials: credentials)
        return FoundChart { [puller] in
            let pulled = try await puller.pull(resolved, credentials: credentials)
            return PinnedChart(
                repoURL: request.repoURL, chart: request.chart,
                version: pulled.version ?? request.targetRevision, digest: pulled.digest)
        }
    }

    public func archive(of chart: PinnedChart) async throws -> [UInt8] {
        let reference = try ChartReference(
            repository: chart.repoURL, chart: chart.chart, version: chart.version)
        return try await puller.pull(
            reference, credentials: try credentials(), expecting: chart.digest
        ).bytes
    }
}

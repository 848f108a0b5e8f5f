public import ChartRepository
internal import Digests

/// The charts of one repository or registry as the engine's port.
public struct PulledCharts: ChartSource {
    private let puller: ChartPuller
    private let credentials: @Sendable () throws -> ChartCredentials
    /// How long finding a version, or pulling one, may take.
    private let deadline: Duration

    /// - Parameter credentials: Read each time, so that one that was exchanged counts at once.
    public init(
        _ puller: ChartPuller, deadline: Duration,
        credentials: @escaping @Sendable () throws -> ChartCredentials
    ) {
        self.puller = puller
        self.deadline = deadline
        self.credentials = credentials
    }

    public func resolve(_ request: ChartRequest) async throws -> PinnedChart {
        let reference = try ChartReference(
            repository: request.repoURL, chart: request.chart, version: request.targetRevision)
        let pulled = try await pull(reference, expecting: nil)
        return PinnedChart(
            repoURL: request.repoURL, chart: request.chart,
            version: pulled.version ?? request.targetRevision, digest: pulled.digest)
    }

    public func archive(of chart: PinnedChart) async throws -> [UInt8] {
        let reference = try ChartReference(
            repository: chart.repoURL, chart: chart.chart, version: chart.version)
        return try await pull(reference, expecting: chart.digest).bytes
    }

    private func pull(_ reference: ChartReference, expecting digest: Digest?) async throws
        -> PulledChart
    {
        let credentials = try credentials()
        return try await withThrowingTaskGroup(of: PulledChart?.self) { group in
            defer { group.cancelAll() }
            group.addTask {
                try await puller.pull(reference, credentials: credentials, expecting: digest)
            }
            group.addTask {
                try await Task.sleep(for: deadline)
                return nil
            }
            guard let pulled = try await group.next().flatMap({ $0 }) else {
                throw ChartRepositoryError.unreachable(
                    "\(reference)", "it did not answer within \(deadline.components.seconds) s")
            }
            return pulled
        }
    }
}

public import ChartRepository
internal import Deadline
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
        let credentials = try credentials()
        let resolved = try await inTime(reference) {
            try await puller.resolve(reference, credentials: credentials)
        }
        let pulled: PulledChart
        do {
            pulled = try await inTime(reference) {
                try await puller.pull(resolved, credentials: credentials)
            }
        } catch let error as ChartRepositoryError {
            throw ChartArchiveError(error)
        }
        return PinnedChart(
            repoURL: request.repoURL, chart: request.chart,
            version: pulled.version ?? request.targetRevision, digest: pulled.digest)
    }

    public func archive(of chart: PinnedChart) async throws -> [UInt8] {
        let reference = try ChartReference(
            repository: chart.repoURL, chart: chart.chart, version: chart.version)
        let credentials = try credentials()
        return try await inTime(reference) {
            try await puller.pull(
                reference, credentials: credentials, expecting: chart.digest
            ).bytes
        }
    }

    private func inTime<Answer: Sendable>(
        _ reference: ChartReference, _ work: @escaping @Sendable () async throws -> Answer
    ) async throws -> Answer {
        do {
            return try await withDeadline(deadline, work)
        } catch let passed as DeadlinePassed {
            throw ChartRepositoryError.unreachable(
                "\(reference)", "it did not answer within \(passed.after)")
        }
    }
}

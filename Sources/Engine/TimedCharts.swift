internal import ChartRepository
internal import Deadline
public import Declarations
internal import GitRepository

/// The charts of one repository, each answer under the repository's deadline.
public struct TimedCharts: Sendable {
    private let source: any ChartSource
    private let settings: Settings.Repository
    private let clock: EngineClock

    public init(_ source: any ChartSource, of settings: Settings.Repository, clock: EngineClock) {
        self.source = source
        self.settings = settings
        self.clock = clock
    }

    /// Which version is meant now; its archive is kept from then on.
    ///
    /// - Throws: `ChartArchiveError` when the repository answered, and the archive is not to be had;
    ///   `ChartRepositoryError`.
    public func resolve(_ request: ChartRequest) async throws -> PinnedChart {
        let what = "chart \(request.chart) \(request.targetRevision)"
        let found = try await inTime(what) { try await source.find(request) }
        do {
            return try await inTime("the archive of \(what)", found.pull)
        } catch let error as ChartRepositoryError {
            throw ChartArchiveError(error)
        }
    }

    /// The archive of a chart that was resolved before.
    func archive(of chart: PinnedChart) async throws -> [UInt8] {
        try await inTime("the archive of chart \(chart.chart) \(chart.version)") {
            try await source.archive(of: chart)
        }
    }

    private func inTime<Answer: Sendable>(
        _ what: String, _ work: @escaping @Sendable () async throws -> Answer
    ) async throws -> Answer {
        do {
            return try await withDeadline(settings.deadline, sleep: clock.sleep, work)
        } catch let passed as DeadlinePassed {
            throw ChartRepositoryError.unreachable(
                "\(what) of \(GitRemote.redacted(settings.url))",
                "it did not answer within \(passed.after)")
        }
    }
}

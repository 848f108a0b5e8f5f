internal import ChartRepository
internal import Deadline
internal import Declarations
internal import EventLog
internal import Logging
internal import Model
internal import Projections

/// Follows the charts of one repository: asks which version each request means, and says it.
///
/// A repository that does not answer is recorded once, asked again with growing pauses, and shown in `status`; charts
/// that are on record stay what they were.
actor ChartFollower {
    let settings: Settings.Repository
    private let source: TimedCharts
    private let recorder: Recorder
    private let log: Logger
    private var failures = 0
    private var pinned: [ChartRequest: PinnedChart] = [:]
    /// Why the last attempt at a request failed.
    private var complaints: [ChartRequest: String] = [:]
    /// What is being asked just now.
    private var underWay: Set<ChartRequest> = []

    init(
        settings: Settings.Repository, source: TimedCharts, recorder: Recorder, log: Logger
    ) {
        self.settings = settings
        self.source = source
        self.recorder = recorder
        self.log = log
    }

    /// How long to wait before the next look: the poll interval, or less after a failure, growing up to it.
    var pause: Duration { settings.pause(afterFailures: failures) }

    /// Those that were never asked for, and are not being asked for; what is not among the requests is forgotten.
    func unknown(among requests: Set<ChartRequest>) -> Set<ChartRequest> {
        forget(allBut: requests)
        return requests.filter {
            pinned[$0] == nil && complaints[$0] == nil && !underWay.contains($0)
        }
    }

    /// Forgets what nobody wants any more: should it be wanted again, it means what it means then.
    func forget(allBut requests: Set<ChartRequest>) {
        pinned = pinned.filter { requests.contains($0.key) }
        complaints = complaints.filter { requests.contains($0.key) }
    }

    /// Ends what is said of the repository: no application has a chart of it.
    func drop() async throws {
        failures = 0
        forget(allBut: [])
        let name = settings.name
        guard let row = try await recorder.store.state({ $0.repositories[name] }) else { return }
        try await recorder.record(
            recorder.dropping(name, row, because: "no application has a chart of it"))
    }

    /// Asks the repository what each request means now, for as long as finding and pulling one chart may take: what was
    /// not reached then counts as what the repository did not answer.
    func lookInTime(_ requests: Set<ChartRequest>) async throws {
        do {
            try await withDeadline(settings.deadline * 2, sleep: recorder.clock.sleep) {
                try await self.look(requests)
            }
        } catch let passed as DeadlinePassed {
            for request in requests where pinned[request] == nil {
                complaints[request] =
                    complaints[request] ?? "it did not answer within \(passed.after)"
            }
        }
    }

    /// Asks the repository what each request means now.
    func look(_ requests: Set<ChartRequest>) async throws {
        guard !requests.isEmpty else { return }
        underWay.formUnion(requests)
        defer { underWay.subtract(requests) }
        var failure: String?
        var isSilent = false
        let order = { (a: ChartRequest, b: ChartRequest) in
            (a.chart, a.targetRevision, a.repoURL) < (b.chart, b.targetRevision, b.repoURL)
        }
        for request in requests.sorted(by: order) {
            if let failure, isSilent {
                // It would only wait for the same.
                complaints[request] = failure
                continue
            }
            do {
                pinned[request] = try await source.resolve(request)
                complaints[request] = nil
            } catch {
                if error is CancellationError || Task.isCancelled { throw CancellationError() }
                let text = describe(error)
                if complaints[request] != text {
                    log.warning("cannot find \(request.chart) in \(settings.name): \(text)")
                }
                complaints[request] = text
                if case ChartRepositoryError.unreachable = error { isSilent = true }
                if failure == nil, try await isOfRepository(error, request) { failure = text }
            }
        }
        if let failure { try await recordUnreachable(failure) } else { try await recordReachable() }
    }

    /// Whether an error is one of the repository, and not of one chart in it.
    ///
    /// Of a chart that was never had the application says it.
    private func isOfRepository(_ error: any Error, _ request: ChartRequest) async throws -> Bool {
        switch error {
        case is ChartArchiveError, ChartRepositoryError.noChart, ChartRepositoryError.noVersion:
            return false
        case let error as ChartRepositoryError where !error.isTransient:
            return try await isOnRecord(request)
        default: return true
        }
    }

    /// What a request means: as it was found, or as the ledger has it of an application.
    ///
    /// - Throws: `TargetRefusal` when it was asked for in vain; `nil` means not yet.
    func locate(_ request: ChartRequest, for application: String) async throws -> PinnedChart? {
        if let chart = pinned[request] { return chart }
        if let chart = try await recorded(request, of: application) { return chart }
        guard let complaint = complaints[request] else { return nil }
        throw TargetRefusal(
            reason: .unknownRepository,
            message: "\(request.chart) \(request.targetRevision) of \(settings.name): \(complaint)")
    }

    private func isOnRecord(_ request: ChartRequest) async throws -> Bool {
        if pinned[request] != nil { return true }
        return try await recorded(request, of: nil) != nil
    }

    /// As it was rendered last: by this application, else by the first one that has it.
    private func recorded(_ request: ChartRequest, of application: String?) async throws
        -> PinnedChart?
    {
        let repository = settings.name
        return try await recorder.store.state { state in
            let own = application.flatMap { state.applications[$0] }
            if let chart = own?.pinned(request, in: repository) { return chart }
            var first: (name: String, chart: PinnedChart)?
            for (name, row) in state.applications.all where first.map({ name < $0.name }) ?? true {
                if let chart = row.pinned(request, in: repository) { first = (name, chart) }
            }
            return first?.chart
        }
    }
}

extension ApplicationRow {
    /// What a request meant when it was rendered last.
    fileprivate func pinned(_ request: ChartRequest, in repository: String) -> PinnedChart? {
        let known = renderedSources?.first {
            $0.repository == repository && $0.chart == request.chart
                && $0.targetRevision == request.targetRevision
        }
        return known?.pinned(repoURL: request.repoURL)
    }
}

extension SourceRevision {
    /// The version of the chart; `nil` of a folder of Git.
    func pinned(repoURL: String) -> PinnedChart? {
        guard let chart, let version, let digest else { return nil }
        return PinnedChart(repoURL: repoURL, chart: chart, version: version, digest: digest)
    }
}

extension ChartFollower {
    private func event(_ event: Event) -> NewEvent {
        recorder.event(
            event, stream: LedgerState.Stream.repository(settings.name),
            subjects: Subjects(repository: settings.name))
    }

    private func recordReachable() async throws {
        let attempts = failures
        failures = 0
        let name = settings.name
        let row = try await recorder.store.state { $0.repositories[name] }
        guard let since = row?.unreachableSince else { return }
        let reachable = RepositoryReachable {
            $0.attempts = attempts
            $0.unreachableSince = since
        }
        try await recorder.record([event(.repositoryReachable(reachable))])
    }

    private func recordUnreachable(_ reason: String) async throws {
        failures += 1
        let name = settings.name
        let row = try await recorder.store.state { $0.repositories[name] }
        guard row?.unreachableSince == nil else { return }
        try await recorder.record([
            event(.repositoryUnreachable(RepositoryUnreachable { $0.reason = reason }))
        ])
    }
}

extension Settings.Repository {
    /// 5 s after the first failure, twice as long after each further one, the poll interval at most.
    func pause(afterFailures failures: Int) -> Duration {
        guard failures > 0 else { return poll }
        var pause = Duration.seconds(5)
        for _ in 1..<min(failures, 16) where pause < poll { pause = pause * 2 }
        return min(pause, max(poll, .seconds(5)))
    }
}

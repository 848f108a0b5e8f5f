public import ChartCrypto
public import Declarations
public import Digests
internal import EventLog
internal import GitRepository
public import HelmTool
public import Logging
internal import Model
internal import Planning
internal import Projections
public import Rendering

/// The reconciler as a whole: one loop for each repository, one for each environment.
///
/// Every task of the program's work is made in `run()`.
public actor Engine {
    /// What the engine is made of; the ports come from outside, so that a simulation is the same engine.
    public struct Parts: Sendable {
        public var settings: Settings
        public var store: any EventStore
        public var clusters: [String: any ClusterClient]
        public var sources: [String: any ManifestSource]
        /// By name those of the repositories that hold charts.
        public var charts: [String: any ChartSource] = [:]
        public var tokenKey: TokenKey
        /// Where keys and certificates are kept that charts make.
        public var chartVault: ChartVault
        public var clock: EngineClock
        public var log: Logger
        /// The addresses of the clusters, for the record.
        public var servers: [String: String]
        /// What one command is about, so that it waits for no other charts; `nil` is everything.
        public var application: String?
        /// Whether applications are synced and healed without being asked; `false` serves one command.
        public var startsSyncs: Bool
        public var signatures: any SignatureChecking
        /// The time zones that templates of charts may name.
        public var zones = ChartZones.none
        /// For charts that are not rendered in the process.
        public var helm = HelmProgram()

        public init(
            settings: Settings, store: any EventStore, clusters: [String: any ClusterClient],
            sources: [String: any ManifestSource], tokenKey: TokenKey, chartVault: ChartVault,
            clock: EngineClock, log: Logger,
            servers: [String: String] = [:], startsSyncs: Bool = true,
            signatures: any SignatureChecking = NoTrustedKeys()
        ) {
            self.settings = settings
            self.store = store
            self.clusters = clusters
            self.sources = sources
            self.tokenKey = tokenKey
            self.chartVault = chartVault
            self.clock = clock
            self.log = log
            self.servers = servers
            self.startsSyncs = startsSyncs
            self.signatures = signatures
        }
    }

    let parts: Parts
    let recorder: Recorder
    let environments: [String: EnvironmentReconciler]
    let repositories: [String: RepositoryFollower]
    let charts: [String: ChartFollower]
    private let jobs: AsyncStream<EnvironmentReconciler.Job>
    private let jobSink: AsyncStream<EnvironmentReconciler.Job>.Continuation
    private var readiness: [CheckedContinuation<Void, Never>] = []
    private var isDistributing = false
    private var distributionQueue: [CheckedContinuation<Void, Never>] = []
    private var isReady = false
    /// Why applications have no target, as it was said last.
    var problems: [String: String] = [:]

    public init(_ parts: Parts) {
        self.parts = parts
        let recorder = Recorder(
            store: AnnouncingStore(parts.store, log: parts.log), clock: parts.clock)
        self.recorder = recorder
        let (jobs, jobSink) = AsyncStream<EnvironmentReconciler.Job>.makeStream()
        (self.jobs, self.jobSink) = (jobs, jobSink)
        var timed: [String: TimedCharts] = [:]
        for repository in parts.settings.repositories {
            timed[repository.name] = parts.charts[repository.name].map {
                TimedCharts($0, of: repository, clock: parts.clock)
            }
        }
        var environments: [String: EnvironmentReconciler] = [:]
        for environment in parts.settings.environments {
            guard let client = parts.clusters[environment.name] else { continue }
            environments[environment.name] = EnvironmentReconciler(
                name: environment.name, mode: environment.mode == .apply ? .apply : .observe,
                client: client, recorder: recorder, sources: parts.sources, charts: timed,
                tokenKey: parts.tokenKey, chartVault: parts.chartVault, log: parts.log,
                jobs: jobSink,
                startsSyncs: parts.startsSyncs, zones: parts.zones, helm: parts.helm)
        }
        self.environments = environments
        var charts: [String: ChartFollower] = [:]
        var repositories: [String: RepositoryFollower] = [:]
        for repository in parts.settings.repositories {
            if let source = timed[repository.name] {
                charts[repository.name] = ChartFollower(
                    settings: repository, source: source, recorder: recorder, log: parts.log)
            }
            guard let source = parts.sources[repository.name] else { continue }
            let folders = parts.settings.applications.filter {
                parts.settings.repository(named: $0.repository)?.name == repository.name
            }
            repositories[repository.name] = RepositoryFollower(
                settings: repository, folders: folders, source: source, recorder: recorder,
                signatures: parts.signatures, log: parts.log)
        }
        self.repositories = repositories
        self.charts = charts
    }

    /// Reconciles until cancelled.
    ///
    /// - Throws: Only when the ledger cannot be written at the very start.
    public func run() async throws {
        do {
            try await recordSettings()
        } catch {
            await end()
            throw error
        }
        await withDiscardingTaskGroup { group in
            for environment in environments.values {
                group.addTask { await environment.loop() }
            }
            group.addTask { await self.followRepositories() }
            for await job in jobs {
                group.addTask { await job() }
            }
            for environment in environments.values { environment.stop() }
            group.cancelAll()
        }
        await end()
    }

    /// Nobody waits for an engine that has stopped.
    private func end() async {
        finishReadiness()
        for environment in environments.values { await environment.end() }
    }

    /// Returns when the declarations have been read once and every environment has looked once.
    public func ready() async {
        if isReady { return }
        await withCheckedContinuation { readiness.append($0) }
    }

    private func finishReadiness() {
        isReady = true
        for waiter in readiness { waiter.resume() }
        readiness = []
    }

    private func followRepositories() async {
        // What serves one command has to know all before; a program that goes on waits for no chart.
        await look(via: .poll, awaiting: parts.startsSyncs ? .none : .of(parts.application))
        await closePushes()
        finishReadiness()
        for (name, repository) in repositories {
            jobSink.yield {
                await self.poll(every: { await repository.pause }) {
                    await self.look([name], via: .poll)
                }
            }
        }
        for (name, charts) in charts {
            jobSink.yield {
                await self.poll(every: { await charts.pause }) {
                    await self.pollCharts(of: name)
                }
            }
        }
    }

    private func poll(
        every pause: @Sendable () async -> Duration, _ look: @Sendable () async -> Void
    ) async {
        while !Task.isCancelled {
            do { try await parts.clock.sleep(await pause()) } catch { return }
            await look()
        }
    }
}

// MARK: - Looking

extension Engine {
    /// Whose charts are asked for before a look is over.
    enum AwaitedCharts {
        case none
        /// Those of an application, or of all.
        case of(String?)
    }

    /// Fetches repositories (all by default), then tells the environments what has become of their targets.
    func look(
        _ names: [String]? = nil, via: RefMoved.Via, awaiting charts: AwaitedCharts = .none
    ) async {
        let known = await declaredApplications()
        await withDiscardingTaskGroup { group in
            for (name, repository) in repositories where names?.contains(name) ?? true {
                let revisions = revisions(followedIn: name, by: known)
                group.addTask {
                    do {
                        try await repository.look(revisions, via: via)
                    } catch {
                        self.parts.log.error("cannot follow \(name): \(describe(error))")
                    }
                }
            }
        }
        await distribute()
        await lookAtCharts(awaiting: charts)
    }

    /// Asks repositories of charts what versions mean that are awaited, for as long as one chart may take.
    ///
    /// What others were never asked for is asked in jobs of their own: a slow repository of charts holds up those
    /// applications only that are charts of it.
    private func lookAtCharts(awaiting awaited: AwaitedCharts) async {
        let applications = await declaredApplications()
        let concerned =
            switch awaited {
            case .none: [Application]()
            case .of(let name): applications.filter { name == nil || $0.name == name }
            }
        await withDiscardingTaskGroup { group in
            for (name, follower) in charts {
                let now = requests(for: name, by: concerned)
                let all = requests(for: name, by: applications)
                if all.isEmpty {
                    await drop(follower)
                    continue
                }
                let later = await follower.unknown(among: all).subtracting(now)
                if !now.isEmpty {
                    group.addTask {
                        await self.ask(follower) { try await follower.lookInTime(now) }
                    }
                }
                if !later.isEmpty {
                    jobSink.yield { await self.ask(follower) { try await follower.look(later) } }
                }
            }
        }
    }

    /// Asks a repository of charts for all that is wanted of it.
    private func pollCharts(of name: String) async {
        guard let follower = charts[name] else { return }
        let all = requests(for: name, by: await declaredApplications())
        await follower.forget(allBut: all)
        if all.isEmpty { return await drop(follower) }
        await ask(follower) { try await follower.look(all) }
    }

    /// Ends what is said of a repository of charts that no application asks, once all declarations are known.
    private func drop(_ follower: ChartFollower) async {
        guard await hasLookedEverywhere() else { return }
        do { try await follower.drop() } catch {
            parts.log.error("cannot record \(follower.settings.name): \(describe(error))")
        }
    }

    private func ask(
        _ follower: ChartFollower, _ look: @escaping @Sendable () async throws -> Void
    ) async {
        do { try await look() } catch {
            guard !(error is CancellationError) else { return }
            parts.log.error("cannot follow \(follower.settings.name): \(describe(error))")
        }
        await distribute()
    }

    private func requests(for repository: String, by applications: [Application]) -> Set<
        ChartRequest
    > {
        Set(
            applications.flatMap(\.sources).filter {
                parts.settings.repository(of: $0)?.name == repository
            }.compactMap(\.chartRequest))
    }

    func declaredApplications() async -> [Application] {
        var all: [String: Application] = [:]
        for repository in repositories.values {
            for application in await repository.restored { all[application.name] = application }
        }
        for repository in repositories.values {
            for application in await repository.declared { all[application.name] = application }
        }
        return all.values.sorted { $0.name < $1.name }
    }

    private func revisions(followedIn repository: String, by applications: [Application]) -> Set<
        String
    > {
        Set(
            applications.flatMap(\.sources).filter {
                parts.settings.repository(of: $0)?.name == repository
            }.map(\.targetRevision))
    }

    /// Works out every application's target and hands it to its environment.
    ///
    /// One at a time, so that targets never go back to an older commit.
    private func distribute() async {
        if isDistributing { await withCheckedContinuation { distributionQueue.append($0) } }
        isDistributing = true
        await distributeNow()
        if distributionQueue.isEmpty {
            isDistributing = false
        } else {
            distributionQueue.removeFirst().resume()
        }
    }
}

internal import ChartCrypto
internal import Declarations
internal import Diffing
internal import Digests
internal import EventLog
internal import GitRepository
internal import Health
internal import HelmTool
internal import Logging
internal import Model
internal import Planning
internal import Projections
internal import Rendering

/// Keeps one environment's cluster as Git wants it: one loop with its own cache, queue and deadlines, so that a
/// cluster that never answers holds up nobody else.
///
/// 1. The loop owns all state; nothing is awaited between reading the state and deciding from it but the ledger.
/// 2. Every decision is recorded before it is acted on.
/// 3. A sync runs as a job beside the loop; the loop goes on comparing the other applications.
actor EnvironmentReconciler {
    /// What an application is to be brought to.
    struct Target: Sendable, Equatable {
        var application: Application
        var rules: SyncRules
        var repository: String
        /// Of the first folder of Git among the sources; of charts alone that of the manifest.
        var commit: CommitID
        /// Of the folder's content; `nil` when the folder does not exist at this commit.
        ///
        /// Of several sources of all their folders.
        var treeID: String?
        /// Where the manifest is; `nil` where nobody asks who wrote it.
        var manifest: Manifest?
        /// Where each source of the application stands, in their order.
        var sources: [LocatedSource] = []
        /// The revision of the repository that the commit is the newest of.
        var revision = "HEAD"
        /// What is known of the commit's signature, where that matters.
        var signature: CommitObserved.Signature?
        /// Whose signature that is: of several sources one that is not verified, if there is any.
        var signedCommit: CommitID?
        var charts = Settings.ChartRules()
        /// Set once the application has left Git and its objects are to go, too.
        var removal: Removal?
    }

    /// Where a manifest is, and the newest commit that was read there.
    struct Manifest: Sendable, Equatable {
        var repository: String
        var head: CommitID
    }

    struct Removal: Sendable, Equatable {
        var propagation: Propagation
        /// Whether its folder declares nothing any more.
        var isLastOfFolder: Bool
    }

    /// One application as this environment has it in memory.
    struct Entry {
        var target: Target
        var desired: DesiredSet?
        /// Why the target could not be rendered.
        var renderProblems: [String]?
        /// The inputs that `desired` or `renderProblems` come from.
        var renderedInputs: Digest?
        /// What the cluster served when they were rendered.
        var renderedScopes: Digest?
        var renderedFor: Discovery?
        /// Set while the rendering failed for a reason that may pass, and when it looked things up in the cluster.
        var renderRetry: RenderRetry?
        /// How often another rendering was asked for with the same inputs.
        var renderRequests = 0
        var isDirty = true
        var wakeAt: Timestamp?
        var run: RunningSync?
        var approval = ApprovalMemo()
    }

    struct RenderRetry: Sendable {
        var failures: Int
        var at: Timestamp
    }

    /// A sync that a job carries out.
    struct RunningSync {
        var name: String
        /// Wakes the job: something changed that it may be waiting for.
        var wake: AsyncStream<Void>.Continuation
        var onlyAwaitsHealth = false
        /// The commit of what is applied: of a roll-back not the newest one.
        var commit: String?
        /// How often each step was announced and, as it turned out, not carried out.
        var fruitless: [Int: Int] = [:]
        /// The objects its plan is about, also those that no application desires.
        var keys: Set<ObjectKey> = []
        var terminationReason: String?
    }

    let name: String
    let mode: EnvironmentDeclared.Mode
    let client: any ClusterClient
    let recorder: Recorder
    let sources: [String: any ManifestSource]
    let charts: [String: TimedCharts]
    let tokenKey: TokenKey
    let chartVault: ChartVault
    let log: Logger
    let jobs: AsyncStream<Job>.Continuation
    /// Whether decisions to sync are carried out, or only what somebody asks for.
    let startsSyncs: Bool
    let zones: ChartZones
    let helm: HelmProgram

    var entries: [String: Entry] = [:]
    var cache: LiveCache
    var discovery: Discovery?
    var discoveryDigest = Digest(of: "")
    /// Kinds being followed.
    var followed: Set<GroupKind> = []
    var comparisons = ComparisonMemo()
    var suppressions: [ObjectKey: ObservationsSuppressed] = [:]
    /// `nil` before the first answer.
    var isConnected: Bool?
    var disconnection: String?
    var hasRecovered = false
    /// How often a recovery was asked for since the start.
    var recoveryRequests = 0
    /// Not before then is a failed recovery tried again.
    var recoverAt: Timestamp?
    /// Whether Git has said what this environment's applications are.
    var hasTargets = false
    /// By application the kinds that the ledger knows objects of, also those that Git no longer wants.
    var deployedKinds: [String: Set<GroupKind>] = [:]
    /// When the kinds that nobody desires are looked through next; at once when `nil`.
    var exploreAt: Timestamp?
    var isExploring = false
    /// Desired objects that may exist although the cache does not have them.
    var unseenKeys: Set<ObjectKey> = []
    /// Every object that an application desires.
    private(set) var desiredKeys: Set<ObjectKey> = []
    private let signal: AsyncStream<Void>.Continuation
    private let signals: AsyncStream<Void>
    private var passWaiters: [CheckedContinuation<Void, Never>] = []
    /// Set when the loop is over: nobody waits for another pass.
    private var hasEnded = false
    /// The earliest moment at which a timer will wake the loop.
    private var timer: Timestamp?

    /// Work that runs beside the loop; the engine makes the task.
    typealias Job = @Sendable () async -> Void

    init(
        name: String, mode: EnvironmentDeclared.Mode, client: any ClusterClient, recorder: Recorder,
        sources: [String: any ManifestSource], charts: [String: TimedCharts] = [:],
        tokenKey: TokenKey, chartVault: ChartVault,
        log: Logger, jobs: AsyncStream<Job>.Continuation, startsSyncs: Bool = true,
        zones: ChartZones = .none, helm: HelmProgram = HelmProgram()
    ) {
        self.name = name
        self.mode = mode
        self.client = client
        self.recorder = recorder
        self.sources = sources
        self.charts = charts
        self.tokenKey = tokenKey
        self.chartVault = chartVault
        self.log = log
        self.jobs = jobs
        self.startsSyncs = startsSyncs
        self.zones = zones
        self.helm = helm
        cache = LiveCache(tokenKey: tokenKey)
        (signals, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Runs until cancelled.
    func loop() async {
        for await _ in signals {
            if Task.isCancelled { break }
            await pass()
        }
        end()
    }

    /// No pass will come any more.
    func end() {
        hasEnded = true
        for waiter in passWaiters { waiter.resume() }
        passWaiters = []
    }

    /// Asks for another pass; many signals before it begins are one.
    nonisolated func wake() { signal.yield() }

    nonisolated func stop() { signal.finish() }
}

extension EnvironmentReconciler {
    /// Takes over what Git says of this environment's applications.
    func setTargets(_ targets: [Target]) {
        var isChanged = !hasTargets
        hasTargets = true
        for target in targets {
            let name = target.application.name
            if entries[name] == nil {
                entries[name] = Entry(target: target)
                isChanged = true
            } else if let known = entries[name]?.target, known != target {
                if known.removal != nil, target.removal == nil, let run = entries[name]?.run {
                    entries[name]?.run?.terminationReason = "the application is declared again"
                    run.wake.yield()
                }
                entries[name]?.target = target
                entries[name]?.isDirty = true
                isChanged = true
            }
        }
        let names = Set(targets.map(\.application.name))
        for name in entries.keys where !names.contains(name) {
            entries[name] = nil
            isChanged = true
        }
        if isChanged { wake() }
    }

    /// Looks at every application again, or at one; costs nothing beyond the look when nothing changed.
    func markDirty(_ application: String? = nil) {
        for name in application.map({ [$0] }) ?? Array(entries.keys) {
            // What failed may have failed for a reason that has passed, such as a full disk.
            if entries[name]?.renderProblems != nil || entries[name]?.renderRetry != nil {
                entries[name]?.renderedInputs = nil
            }
            entries[name]?.isDirty = true
        }
        wake()
    }

    /// Returns when a pass that begins after this call has come to its end; at once when the cluster does not
    /// answer or the engine has stopped.
    func nextPass() async {
        guard !hasEnded, isConnected != false else { return }
        await withCheckedContinuation { waiter in
            passWaiters.append(waiter)
            wake()
        }
    }

    /// One look at everything that may have changed.
    func pass() async {
        let waiters = passWaiters
        passWaiters = []
        await ensureConnected()
        let now = recorder.clock.now()
        for name in entries.keys.sorted() {
            guard !Task.isCancelled else { break }
            guard let entry = entries[name] else { continue }
            let isDue = entry.wakeAt.map { $0 <= now } ?? false
            guard entry.isDirty || isDue else { continue }
            entries[name]?.isDirty = false
            entries[name]?.wakeAt = nil
            do {
                try await reconcile(name)
            } catch {
                await report(error, of: name)
            }
        }
        await recoverIfDue()
        exploreIfDue()
        let times = entries.values.compactMap(\.wakeAt) + [exploreAt].compactMap { $0 }
        if let next = times.min() { wake(at: next) }
        for waiter in waiters { waiter.resume() }
    }

    /// Says that an application could not be reconciled, above all because the ledger cannot be written.
    ///
    /// Nothing was applied; the application is looked at again later.
    private func report(_ error: any Error, of application: String) async {
        guard !(error is CancellationError) else { return }
        log.error("cannot reconcile \(application): \(describe(error))")
        entries[application]?.wakeAt = recorder.clock.now() + .seconds(5)
    }

    /// Has an application looked at again by then.
    func wake(_ application: String, at time: Timestamp) {
        let known = entries[application]?.wakeAt
        entries[application]?.wakeAt = known.map { min($0, time) } ?? time
    }

    func wakeAfter(_ delay: Duration) { wake(at: recorder.clock.now() + delay) }

    /// Makes a timer, unless one is due before.
    private func wake(at time: Timestamp) {
        if let timer, timer <= time { return }
        timer = time
        let clock = recorder.clock
        jobs.yield { [weak self] in
            do {
                try await clock.sleep(max(time - clock.now(), .milliseconds(1)))
            } catch { return }  // The engine stops.
            await self?.timeHasCome(time)
        }
    }

    private func timeHasCome(_ time: Timestamp) {
        if timer == time { timer = nil }
        wake()
    }

    /// The objects that are kept in memory, whether they say whose they are or not.
    var wantedKeys: Set<ObjectKey> {
        entries.values.reduce(into: desiredKeys) { $0.formUnion($1.run?.keys ?? []) }
    }

    func rememberDesiredKeys() {
        let keys = Set(entries.values.flatMap { $0.desired.map { Array($0.byKey.keys) } ?? [] })
        let new = keys.subtracting(desiredKeys).subtracting(cache.objects.keys)
        unseenKeys.formUnion(new.filter { cache.known.contains($0.groupKind) })
        unseenKeys.formIntersection(keys)
        desiredKeys = keys
    }
}

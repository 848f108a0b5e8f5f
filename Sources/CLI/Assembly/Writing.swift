internal import Declarations
internal import Digests
internal import Engine
internal import EventLog
internal import Glibc
internal import Logging
internal import Model
internal import Projections
internal import SQLiteLedger
internal import Server

/// The way to the writer of a ledger: its socket when it listens, else this process for a while.
struct Writing: Sendable {
    let workspace: Workspace
    let onBehalfOf: String?

    init(_ workspace: Workspace, by onBehalfOf: String? = nil) {
        self.workspace = workspace
        self.onBehalfOf = onBehalfOf
    }

    /// Thrown by a `body` that finds out that the writer is gone before its work is done: the request is
    /// repeated with its id, to another writer or to this process.
    struct WriterGone: Error {}

    /// How long another writer that does not listen is waited for: a command like this one.
    static let patience = Duration.seconds(120)

    /// Has the request carried out, and calls `body` with the answer while the writer goes on.
    ///
    /// - Parameter application: What the request is about: without a running writer only its environment
    ///   is connected to.
    func perform<Result: Sendable>(
        _ action: ControlRequest.Action, about application: String?,
        _ body: @escaping @Sendable (ControlAnswer, Session) async throws -> Result
    ) async throws -> Result {
        let request = ControlRequest(
            id: EventID(
                at: TimeSource.system.now(), random: RandomSource.system.bytes(10)),
            onBehalfOf: onBehalfOf, action)
        let result = try await untilInterrupted {
            try await repeating(request, application, body)
        }
        guard let result else { throw Outcome.interrupted }
        return result
    }

    private func repeating<Result: Sendable>(
        _ request: ControlRequest, _ application: String?,
        _ body: @escaping @Sendable (ControlAnswer, Session) async throws -> Result
    ) async throws -> Result {
        let client = ControlClient(path: workspace.socketPath)
        let end = ContinuousClock.now + Self.patience
        while true {
            do {
                switch try await client.send(request) {
                case .answered(let answer):
                    let ledger = try await workspace.openForReading()
                    return try await body(answer, Session(ledger: ledger, client: client))
                case .broken(let reason):
                    guard ContinuousClock.now < end else {
                        throw CommandError("the writer does not answer", because: reason)
                    }
                case .nobodyListens:
                    return try await alone(request, application, body)
                }
            } catch is WriterGone {
                // Repeated below, with the same id.
            } catch LedgerError.locked(let path, let pid) {
                // Another command writes for its own duration, or a writer is about to listen.
                guard ContinuousClock.now < end else {
                    throw LedgerError.locked(path: path, pid: pid)
                }
            }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    private func alone<Result: Sendable>(
        _ request: ControlRequest, _ application: String?,
        _ body: @escaping @Sendable (ControlAnswer, Session) async throws -> Result
    ) async throws -> Result {
        let log = ErrorStreamLog.logger(level: .error)
        let ledger: SQLiteLedger
        let checkpointing: Checkpointing
        do {
            (ledger, checkpointing) = try await open(for: request, log)
        } catch LedgerError.full {
            throw LedgerError.noSpace(ledger: workspace.ledgerPath)
        }
        let actor = Actor(kind: .user, id: "uid:\(getuid())", authentication: .unixPeer)
        var assembly = Assembly(
            workspace: workspace, ledger: ledger, log: log, checkpointing: checkpointing)
        if !request.needsClusters {
            let controls = try assembly.ledgerControls()
            let answer = try await controls.perform(request, actor: actor)
            return try await body(answer, Session(ledger: ledger, client: nil))
        }
        assembly.environments = try await environments(of: application, ledger)
        assembly.application = try await self.application(of: application, ledger)
        return try await assembly.withEngine { engine, controls in
            await engine.ready()
            let answer = try await controls.perform(request, actor: actor)
            return try await body(answer, Session(ledger: ledger, client: nil))
        }
    }

    /// Opens the ledger as its writer, and sees to it that it may be written to.
    private func open(for request: ControlRequest, _ log: Logger) async throws -> (
        SQLiteLedger, Checkpointing
    ) {
        let ledger = try await workspace.openForWriting(
            archives: request.archives, mending: request.mending)
        // Before the first event of this command: an older copy must not be written to.
        let checkpointing = Checkpointing(workspace: workspace, ledger: ledger, log: log)
        for remark in try await checkpointing.verifyWithOthers() where !request.tellsOfOthers {
            warn(remark)
        }
        try await ledger.recordBase()
        try await recordSettings(ledger, workspace)
        return (ledger, checkpointing)
    }

    /// The application that a name means, which may be that of a saved plan; `nil` when the ledger does not know it.
    private func application(of name: String?, _ ledger: SQLiteLedger) async throws -> String? {
        guard let name else { return nil }
        return try await ledger.state {
            $0.applications[name] == nil ? $0.plans[name]?.application : name
        }
    }

    /// The environment that the ledger knows for an application or plan; all when it does not know it.
    private func environments(of application: String?, _ ledger: SQLiteLedger) async throws
        -> Set<String>?
    {
        guard let application else { return nil }
        let known = try await ledger.state {
            $0.applications[application]?.environment ?? $0.plans[application]?.environment
        }
        // One that belongs nowhere is about every environment.
        return known.flatMap { $0.isEmpty ? nil : [$0] }
    }
}

extension ControlRequest {
    /// Files to read as part of the ledger.
    fileprivate var archives: [String] {
        if case .rebuild(let archives) = action { archives } else { [] }
    }

    /// Whether carrying it out looks at clusters or repositories.
    fileprivate var needsClusters: Bool {
        switch action {
        case .sync, .syncPlan, .plan, .refresh, .rollback, .revert, .revertPlan, .release,
            .regenerate,
            .terminate, .judge:
            true
        case .attest, .verify, .rebuild, .redact, .archive, .checkpoint: false
        }
    }
}

extension ControlRequest {
    /// Whether its answer says who could not be asked.
    fileprivate var tellsOfOthers: Bool {
        if case .checkpoint = action { true } else { false }
    }

    /// What the ledger is opened with to carry it out.
    fileprivate var mending: Mending {
        switch action {
        case .verify: .nothing
        case .rebuild: .everything
        default: .missingNodes
        }
    }
}

/// The ledger while a request is being carried out.
struct Session: Sendable {
    let ledger: any LedgerReading
    /// `nil` when this process is the writer.
    let client: ControlClient?

    /// Waits until a sync has ended.
    ///
    /// - Returns: How it ended, or `nil` when the time was over first.
    func end(of sync: String, timeout: Duration?, _ note: (SyncRow, [StepRow]) -> Void)
        async throws -> SyncRow?
    {
        let end = timeout.map { ContinuousClock.now + $0 }
        let follower = HeadFollower(ledger: ledger, client: client)
        while true {
            let (position, found) = try await ledger.state { state in
                (state.position, state.syncs[sync].map { ($0, state.steps(of: sync)) })
            }
            if let (row, steps) = found {
                if row.phase.isFinished { return row }
                note(row, steps)
            }
            let left = end.map { $0 - ContinuousClock.now } ?? .seconds(30)
            if left <= .zero { return nil }
            let isWritten = try await follower.wait(
                beyond: position, within: min(left, .seconds(30)))
            if !isWritten { throw Writing.WriterGone() }
        }
    }
}

/// Records what changed outside the ledger since it was written last: the settings and the keys.
func recordSettings(_ ledger: SQLiteLedger, _ workspace: Workspace) async throws {
    let key = try workspace.readTokenKey()
    let row = try await ledger.state { $0.ledger["ledger"] }
    let known = row?.tokenKeyID
    let last = try await ledger.events(
        matching: EventFilter { $0.types = ["configuration.changed"] }, newestFirst: true, limit: 1)
    var events: [Event] = []
    if known != key.id {
        events.append(
            .redactionKeyChanged(
                RedactionKeyChanged {
                    $0.from = known
                    $0.to = key.id
                }))
    }
    if Files.exists(workspace.signingKeyPath) {
        let signer = try workspace.readSigningKey()
        if let origin = row?.origin, !origin.isEmpty, origin != signer.name.text {
            throw CommandError(
                "the key at \(workspace.signingKeyPath) is of the log \(signer.name)",
                because: "this ledger is the log \(origin)", try: "bring back the key of this log")
        }
        if let from = row?.signingKey, from != signer.verifier.text {
            events.append(
                .signingKeyChanged(
                    SigningKeyChanged {
                        $0.from = from
                        $0.to = signer.verifier.text
                    }))
        }
    }
    let changed = ConfigurationChanged { $0.digest = workspace.settings.digest }
    if last.first?.event != .configurationChanged(changed) {
        events.append(.configurationChanged(changed))
    }
    guard !events.isEmpty else { return }
    let now = TimeSource.system.now()
    _ = try await ledger.append(
        AppendBatch(
            events: events.map {
                NewEvent(
                    id: EventID(at: now, random: RandomSource.system.bytes(10)), $0,
                    stream: LedgerState.Stream.ledger, subjects: Subjects(), occurredAt: now)
            }))
}

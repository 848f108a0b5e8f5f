internal import Declarations
internal import Digests
public import EventLog
public import GitRepository
public import Model
internal import Planning
internal import Projections

/// What a person may ask of a sync.
public struct SyncCommand: Sendable {
    public var application: String
    /// `nil` means as the application's policy says.
    public var isPruning: Bool?
    /// Only these objects; empty means all.
    public var onlyObjects: [ObjectKey]
    public init(application: String, isPruning: Bool? = nil, onlyObjects: [ObjectKey] = []) {
        self.application = application
        self.isPruning = isPruning
        self.onlyObjects = onlyObjects
    }
}

extension Engine {
    /// Starts a sync and returns at once.
    ///
    /// A manual sync releases an application that a rollback holds. Repeated with the same `id` it names the sync
    /// that the first request made.
    ///
    /// - Returns: The sync's name, such as `sync-42`.
    public func sync(_ command: SyncCommand, actor: Actor, id: EventID) async throws -> String {
        if let known = try await requested(id) { return known }
        let environment = try await environment(of: command.application)
        guard let target = await environment.target(of: command.application) else {
            throw SyncError.unknownApplication(command.application)
        }
        guard target.rules.mode == .apply else {
            throw SyncError.observeOnly(application: command.application)
        }
        let request = SyncRequested {
            $0.isPruning = command.isPruning ?? target.rules.isPruning
            $0.onlyObjects = command.onlyObjects
            $0.trigger = .manual
        }
        try await environment.awaitRecovery(command.application)
        let name = command.application
        let row = try await parts.store.state { $0.applications[name] }
        let released = AutoSyncReleased { $0.reason = "synced by hand" }
        do {
            return try await environment.startSync(
                name, request, actor: actor, id: id,
                after: row?.heldBecause == nil ? [] : [.autoSyncReleased(released)])
        } catch SyncError.anotherSyncRuns(let running) {
            // Perhaps the very one that this request, sent twice, has made.
            if let known = try await requested(id) { return known }
            throw SyncError.anotherSyncRuns(running)
        }
    }

    /// Runs a saved plan, if every input of it is still as it was.
    public func sync(plan: String, actor: Actor, id: EventID) async throws -> String {
        if let known = try await requested(id) { return known }
        guard let row = try await parts.store.state({ $0.plans[plan] }) else {
            throw SyncError.unknownPlan(plan)
        }
        let environment = try await environment(of: row.application)
        guard await environment.target(of: row.application)?.rules.mode == .apply else {
            throw SyncError.observeOnly(application: row.application)
        }
        guard let bytes = try await parts.store.blob(row.saved.plan) else {
            throw SyncError.unknownPlan(plan)
        }
        let saved = try RecordDecoder.decode(SyncPlan.self, from: bytes)
        let request = SyncRequested {
            $0.isPruning = !saved.pruneSkipped.contains { $0.reason.contains("requires") }
            $0.plan = plan
            $0.trigger = .manual
        }
        try await environment.awaitRecovery(row.application)
        var decided = try await environment.reexamine(saved, request)
        let moved = row.saved.inputs.moved(since: decided.inputs)
        guard moved.isEmpty else {
            try await refuse(row, plan, moved)
            throw SyncError.stalePlan(plan: plan, moved: moved)
        }
        decided.planningInput = row.saved.planningInput
        return try await environment.startSync(
            row.application, request, actor: actor, id: id, running: decided)
    }

    /// What a sync would do now; nothing is recorded.
    public func plan(_ command: SyncCommand) async throws -> DecidedPlan {
        let environment = try await environment(of: command.application)
        guard let target = await environment.target(of: command.application) else {
            throw SyncError.unknownApplication(command.application)
        }
        let request = SyncRequested {
            $0.isPruning = command.isPruning ?? target.rules.isPruning
            $0.onlyObjects = command.onlyObjects
        }
        return try await environment.decidePlan(command.application, request)
    }

    /// Keeps a plan under a name, so that exactly it can be approved and run.
    ///
    /// - Returns: Its name, such as `plan-17`.
    public func save(_ decided: DecidedPlan, actor: Actor, id: EventID) async throws -> String {
        while true {
            let count = try await parts.store.state { $0.ledger["ledger"]?.plans ?? 0 }
            let name = "plan-\(count + 1)"
            let saved = PlanSaved {
                $0.decidedAt = decided.decidedAt
                $0.inputs = decided.inputs
                $0.plan = decided.blobs[0].digest
                $0.planningInput = decided.planningInput
            }
            let event = recorder.event(
                .planSaved(saved), stream: name,
                subjects: Subjects(
                    application: decided.plan.application, commit: decided.plan.commit,
                    environment: decided.plan.environment),
                actor: actor, id: id)
            do {
                let recorded = try await recorder.record(
                    [event], expected: [name: .noStream], blobs: decided.blobs)
                return recorded.first?.envelope.stream ?? name
            } catch LedgerError.wrongExpectedVersion {
                continue
            }
        }
    }

    /// Fetches now and looks at everything, or at one application; returns when that has been done.
    public func refresh(_ application: String? = nil) async throws {
        let concerned =
            if let application { [try await environment(of: application)] } else {
                Array(environments.values)
            }
        await look(via: .refresh)
        // Side by side: a cluster that does not answer holds up only its own look.
        await withDiscardingTaskGroup { group in
            for environment in concerned {
                group.addTask {
                    await environment.markDirty(application)
                    await environment.nextPass()
                }
            }
        }
    }

    /// Applies again what a sync had applied, and holds the application's auto-sync until it is released.
    public func rollback(
        _ application: String, to sync: String, isPruning: Bool?, actor: Actor, id: EventID
    ) async throws -> String {
        if let known = try await requested(id) { return known }
        let environment = try await environment(of: application)
        guard let target = await environment.target(of: application) else {
            throw SyncError.unknownApplication(application)
        }
        guard target.rules.mode == .apply else {
            throw SyncError.observeOnly(application: application)
        }
        // Found out before anything is recorded or held: a rollback that cannot be made changes nothing.
        _ = try await environment.recordedSet(of: sync, application)
        let request = SyncRequested {
            $0.isPruning = isPruning ?? target.rules.isPruning
            $0.rollbackTo = sync
            $0.trigger = .rollback
        }
        let asked = RollbackRequested { $0.to = sync }
        let held = AutoSyncHeld {
            $0.reason =
                "rolled back to \(sync); release it with: tidemark rollback \(application) --release"
        }
        try await environment.awaitRecovery(application)
        return try await environment.startSync(
            application, request, actor: actor, id: id,
            after: [.rollbackRequested(asked), .autoSyncHeld(held)])
    }

    /// Lets auto-sync of an application go on.
    public func release(_ application: String, actor: Actor, reason: String) async throws {
        let environment = try await environment(of: application)
        let row = try await parts.store.state { $0.applications[application] }
        guard row?.heldBecause != nil else { return }
        let released = AutoSyncReleased { $0.reason = reason }
        try await recorder.record([
            await environment.event(.autoSyncReleased(released), application, actor: actor)
        ])
        await environment.markDirty(application)
    }

    /// Makes and pushes a commit that takes back the newest one an application follows, or those since a sync.
    ///
    /// - Returns: The new commit.
    public func revert(_ application: String, to sync: String?, actor: Actor, id: EventID)
        async throws -> CommitID
    {
        if let known = try await parts.store.event(id: id)?.subjects.commit.flatMap({ CommitID($0) }
        ) {
            return known
        }
        let environment = try await environment(of: application)
        guard let target = await environment.target(of: application),
            let source = parts.sources[target.repository]
        else { throw SyncError.unknownApplication(application) }
        guard let ref = try await source.followedRef(of: target.application.source.targetRevision),
            let branch = ref.branchName
        else {
            throw SyncError.cannotRollBack(
                to: sync ?? "the commit before", reason: "the application follows no branch")
        }
        let undone = try await commitsToRevert(application, target, since: sync)
        let commit = try await source.makeRevert(
            of: undone, onto: branch, at: parts.clock.now())
        try await push(
            commit, branch, target, actor, source, undone, application, to: sync, id: id)
        await look([target.repository], via: .push)
        return commit
    }

    /// Ends the running sync of an application as soon as no call is under way.
    public func terminate(_ application: String, actor: Actor) async throws -> String {
        let environment = try await environment(of: application)
        guard let name = await environment.terminate(application, "terminated by \(actor.id)")
        else {
            throw SyncError.noSyncRuns(application: application)
        }
        return name
    }
}

// MARK: - Parts of commands

extension Engine {
    /// The sync that a request with this id has made before.
    private func requested(_ id: EventID) async throws -> String? {
        try await parts.store.event(id: id)?.envelope.stream
    }

    private func environment(of application: String) async throws -> EnvironmentReconciler {
        for environment in environments.values
        where await environment.target(of: application) != nil {
            return environment
        }
        throw SyncError.unknownApplication(application)
    }

    private func refuse(_ row: PlanRow, _ plan: String, _ moved: [String]) async throws {
        let refused = SyncRefused {
            $0.reason = .stalePlan
            $0.message = "\(plan) is stale; changed since: \(moved.joined(separator: ", "))"
        }
        try await recorder.record([
            recorder.event(
                .syncRefused(refused), stream: LedgerState.Stream.application(row.application),
                subjects: Subjects(
                    application: row.application, commit: row.commit, environment: row.environment))
        ])
    }

    /// The commits from the newest back to what a sync had deployed, newest first.
    private func commitsToRevert(
        _ application: String, _ target: EnvironmentReconciler.Target, since sync: String?
    ) async throws -> [CommitID] {
        guard let sync else { return [target.commit] }
        let row = try await parts.store.state { $0.syncs[sync] }
        guard let row, row.application == application,
            let commit = row.commit.flatMap({ CommitID($0) })
        else {
            throw SyncError.cannotRollBack(
                to: sync, reason: "\(application) has no sync of that name")
        }
        guard let source = parts.sources[target.repository] else { return [] }
        let commits = try await source.commits(from: commit, to: target.commit, limit: 1000)
        return commits.reversed().map { $0.id }
    }

    private func push(
        _ commit: CommitID, _ branch: String, _ target: EnvironmentReconciler.Target,
        _ actor: Actor,
        _ source: any ManifestSource, _ undone: [CommitID], _ application: String,
        to sync: String?, id: EventID
    ) async throws {
        let stream = LedgerState.Stream.repository(target.repository)
        let subjects = Subjects(
            application: application, commit: commit.description, repository: target.repository)
        let asked = RollbackRequested {
            $0.method = .revertCommit
            $0.to = sync
        }
        let intended = PushIntended {
            $0.branch = branch
            $0.commit = commit.description
            $0.expected = target.commit.description
        }
        let committed = RollbackCommitted {
            $0.commit = commit.description
            $0.reverted = undone.map(\.description)
        }
        let events: [Event] = [
            .rollbackRequested(asked), .rollbackCommitted(committed), .pushIntended(intended),
        ]
        try await recorder.record(
            events.enumerated().map { number, event in
                recorder.event(
                    event, stream: stream, subjects: subjects, actor: actor,
                    id: number == 0 ? id : nil)
            })
        var finished = PushFinished {
            $0.branch = branch
            $0.commit = commit.description
        }
        do {
            try await source.push(commit, to: branch, expecting: target.commit)
        } catch {
            finished.outcome =
                (error as? GitError)?.leavesPushUnknown == true ? .unknown : .notPushed
            finished.message = describe(error)
            try await recorder.record(
                [recorder.event(.pushFinished(finished), stream: stream, subjects: subjects)],
                isOutcome: true)
            throw error
        }
        try await recorder.record(
            [recorder.event(.pushFinished(finished), stream: stream, subjects: subjects)],
            isOutcome: true)
    }
}

extension EnvironmentReconciler {
    func target(of application: String) -> Target? { entries[application]?.target }

    func terminate(_ application: String, _ reason: String) -> String? {
        guard let run = entries[application]?.run else { return nil }
        entries[application]?.run?.terminationReason = reason
        run.wake.yield()
        return run.name
    }
}

extension PlanInputs {
    /// The names of the inputs that differ; the time is none of them, as it always differs.
    func moved(since other: PlanInputs) -> [String] {
        let pairs: [(String, Bool)] = [
            ("desired set", desired == other.desired), ("live set", live == other.live),
            ("dry-run answers", dryRun == other.dryRun),
            ("discovery", discovery == other.discovery),
            ("application", application == other.application),
            ("project", project == other.project),
            ("sync windows", windows == other.windows),
            ("planner", plannerVersion == other.plannerVersion),
        ]
        return pairs.filter { !$0.1 }.map(\.0)
    }
}

extension String {
    /// `main` of `refs/heads/main`; `nil` of anything that is no branch.
    var branchName: String? {
        hasPrefix("refs/heads/") ? String(dropFirst("refs/heads/".count)) : nil
    }
}

extension GitError {
    /// Whether the remote may have taken the push although no answer came.
    public var leavesPushUnknown: Bool {
        switch self {
        case .deadline, .worker, .cancelled, .unreachable: true
        default: false
        }
    }
}

internal import Declarations
internal import Digests
public import EventLog
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
            // Of an application that left Git everything would go: that takes a person who says so.
            $0.isPruning =
                command.isPruning ?? (target.rules.isPruning && target.removal == nil)
            $0.onlyObjects = command.onlyObjects
            $0.trigger = .manual
        }
        try await environment.checkSyncable(command.application)
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
        try await environment.checkRunnable(plan, row)
        try await environment.awaitRecovery(row.application)
        let examined = try await environment.examine(plan, row, trigger: .manual)
        guard examined.moved.isEmpty else {
            try await environment.replaceStale(plan, row, examined.moved)
            throw SyncError.stalePlan(plan: plan, moved: examined.moved)
        }
        return try await environment.startSync(
            row.application, examined.request, actor: actor, id: id, running: examined.decided)
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
        let environment = try await environment(of: decided.plan.application)
        let authors = await environment.authors(of: decided.plan.application)
        return try await recorder.save(decided, by: authors, actor: actor, id: id)
    }

    /// Fetches now and looks at everything, or at one application; returns when that has been done.
    public func refresh(_ application: String? = nil) async throws {
        let concerned =
            if let application { [try await environment(of: application)] } else {
                Array(environments.values)
            }
        await look(via: .refresh, awaiting: .of(application))
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

    /// Has the charts of an application draw, and make, everything anew.
    ///
    /// Returns once it has been rendered so, or that was tried.
    public func regenerate(_ application: String, reason: String?, actor: Actor, id: EventID)
        async throws
    {
        if try await parts.store.event(id: id) != nil { return }
        let environment = try await environment(of: application)
        if await environment.hasChart(application) == nil { await environment.nextPass() }
        // What cannot be rendered may be a chart.
        guard await environment.hasChart(application) ?? true else {
            throw SyncError.noChart(application: application)
        }
        let requested = RegenerationRequested { $0.reason = reason }
        var event = await environment.event(
            .regenerationRequested(requested), application, actor: actor)
        event.id = id
        try await recorder.record([event])
        await environment.renderAgain(application)
        await environment.nextPass()
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

    func environment(of application: String) async throws -> EnvironmentReconciler {
        for environment in environments.values
        where await environment.target(of: application) != nil {
            return environment
        }
        let row = try await parts.store.state { $0.applications[application] }
        guard let row, !row.isRemoved, let refusal = row.refusal else {
            throw SyncError.unknownApplication(application)
        }
        throw SyncError.cannotCompare(application: application, reason: refusal.message)
    }
}

extension EnvironmentReconciler {
    func target(of application: String) -> Target? { entries[application]?.target }

    /// `nil` while it is not rendered.
    func hasChart(_ application: String) -> Bool? {
        entries[application]?.desired.map { $0.chart != nil }
    }

    func renderAgain(_ application: String) {
        entries[application]?.renderedInputs = nil
        entries[application]?.renderRequests += 1
        markDirty(application)
    }

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
            ("desired set", desired == other.desired), ("live set", comparesAs(other)),
            ("dry-run answers", dryRun == other.dryRun),
            ("discovery", discovery == other.discovery),
            ("application", application == other.application),
            ("project", project == other.project),
            ("sync windows", windows == other.windows),
            ("planner", plannerVersion == other.plannerVersion),
        ]
        return pairs.filter { !$0.1 }.map(\.0)
    }

    /// Whether the live set differs in the same way from the desired one; of older plans, whether it is the same.
    private func comparesAs(_ other: PlanInputs) -> Bool {
        guard let differences, let others = other.differences else { return live == other.live }
        return differences == others
    }
}

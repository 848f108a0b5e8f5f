internal import Declarations
internal import Digests
internal import EventLog
internal import GitRepository
internal import Logging
internal import Model
internal import Planning
internal import Projections

/// What an environment keeps in memory of an application whose syncs people must agree to.
struct ApprovalMemo: Sendable {
    /// Whether a job saves or examines a plan.
    var isBusy = false
    /// The accounts of those who wrote what is between two commits.
    var authors: Authors?

    struct Authors: Sendable {
        var from: [LocatedSource]
        var to: [LocatedSource]
        var manifest: EnvironmentReconciler.Manifest?
        var declaration: Digest
        var accounts: Set<String>
    }
}

/// A saved plan beside the world as it is now.
struct ExaminedPlan: Sendable {
    var request: SyncRequested
    var decided: DecidedPlan
    /// The inputs that have moved since it was saved.
    var moved: [String]
}

extension EnvironmentReconciler {
    /// Adds to an observation what decides about agreement and signatures.
    ///
    /// - Returns: The application's saved plans, where people must agree.
    func observeApproval(_ observation: inout Observation, _ application: String) async throws
        -> [String: PlanRow]
    {
        guard let target = entries[application]?.target else { return [:] }
        observation.signature = target.signature
        observation.signedCommit = target.signedCommit?.description
        guard target.rules.approval.isNeeded else { return [:] }
        observation.desired = entries[application]?.desired?.objects.map(\.planning).digest
        observation.authors = await authors(of: application)
        return try await recorder.store.state { state in
            state.plans.all.filter { $0.value.application == application }
        }
    }

    /// The accounts of those who wrote what the newest commits bring to an application: of the commits since the
    /// ones that were synced last, those that touch what it reads, or its manifest; of the newest alone when that
    /// cannot be told.
    func authors(of application: String) async -> Set<String> {
        guard let target = entries[application]?.target else { return [] }
        let synced = try? await recorder.store.state { SyncedLast(of: application, in: $0) }
        let past = target.asOf(synced?.commit ?? target.commit, synced?.sources)
        let known = entries[application]?.approval.authors
        if let known, known.from == past.sources, known.to == target.sources,
            known.manifest == target.manifest, known.declaration == target.application.digest
        {
            return known.accounts
        }
        var accounts = await authors(ofSourcesOf: target, since: past, synced)
        accounts.formUnion(await authorsOfManifest(target, synced: synced?.declaration))
        if accounts.isEmpty, let source = sources[target.repository] {
            let newest = try? await source.commits(from: nil, to: target.commit, limit: 1)
            accounts = (newest ?? []).accounts
        }
        entries[application]?.approval.authors = ApprovalMemo.Authors(
            from: past.sources, to: target.sources, manifest: target.manifest,
            declaration: target.application.digest, accounts: accounts)
        return accounts
    }

    private func authors(ofSourcesOf target: Target, since past: Target, _ synced: SyncedLast?)
        async -> Set<String>
    {
        var accounts: Set<String> = []
        let hasMoved = past.sources.map(\.commit) != target.sources.map(\.commit)
        for (index, located) in target.sources.enumerated() {
            let isFirst = target.application.sources[index] == target.application.source
            let isKnown = synced?.commit != nil && (isFirst || synced?.sources != nil)
            let from = isKnown ? past.sources[index].commit : nil
            // What another source brings was written by others.
            if hasMoved, target.sources.count > 1, from == located.commit { continue }
            guard let source = sources[located.repository], let commit = located.commit else {
                continue
            }
            let commits =
                (try? await source.commits(from: from, to: commit, limit: from == nil ? 1 : 1000))
                ?? []
            let concerned = commits.filter { commit in
                from == nil || commit.changedPathsTruncated
                    || commit.changedPaths.contains { path in
                        target.application.mayRead(path) {
                            $0 == target.application.sources[index]
                        }
                    }
            }
            accounts.formUnion(concerned.accounts)
        }
        return accounts
    }

    /// Who touched the manifest since it said what was synced last.
    ///
    /// Of an application of charts that is declared as it was, who made it say that: a version is chosen there.
    private func authorsOfManifest(_ target: Target, synced: Digest?) async -> Set<String> {
        let application = target.application
        guard let manifest = target.manifest, let source = sources[manifest.repository],
            synced != application.digest || application.source.chart != nil
        else { return [] }
        return await source.commits(
            touching: application.location.file, to: manifest.head
        ) { commit in
            let digest = await source.declaration(of: application, at: commit)
            return synced == application.digest ? digest != synced : digest == synced
        }.accounts
    }
}

/// What an application was brought to by its last sync that succeeded.
private struct SyncedLast: Sendable {
    var commit: CommitID?
    var sources: [SourceRevision]?
    /// The digest of the declaration that it carried out.
    var declaration: Digest?

    init(of application: String, in state: LedgerState) {
        let row = state.applications[application]
        commit = row?.lastSyncedCommit.flatMap { CommitID($0) }
        let sync = row?.lastSynced.flatMap { state.syncs[$0] }
        sources = sync?.plan?.sources
        // A roll-back brings what the earlier sync had brought, whatever is declared meanwhile.
        let original = sync?.rollbackTo.flatMap { state.syncs[$0] } ?? sync
        declaration = original?.plan?.inputs.application
    }
}

extension [Commit] {
    /// Names and addresses of the authors, and addresses of the committers.
    fileprivate var accounts: Set<String> {
        Set(flatMap { [$0.author.email, $0.author.name, $0.committer.email] })
    }
}

// MARK: - Plans

extension EnvironmentReconciler {
    /// Looks at everything again that a saved plan was decided from.
    func examine(_ name: String, _ row: PlanRow, trigger: SyncTrigger) async throws -> ExaminedPlan
    {
        guard let bytes = try await recorder.store.blob(row.saved.plan) else {
            throw SyncError.unknownPlan(name)
        }
        let saved = try RecordDecoder.decode(SyncPlan.self, from: bytes)
        let request = SyncRequested {
            $0.isPruning = !saved.pruneSkipped.contains { $0.reason.contains("requires") }
            $0.plan = name
            $0.trigger = trigger
        }
        var decided = try await reexamine(saved, request)
        decided.planningInput = row.saved.planningInput
        return ExaminedPlan(
            request: request, decided: decided,
            moved: row.saved.inputs.moved(since: decided.inputs))
    }

    /// Records that a plan is stale; one that Tidemark had saved is replaced by the plan as of now.
    ///
    /// - Returns: The name of the new plan, if there is one.
    @discardableResult
    func replaceStale(_ plan: String, _ row: PlanRow, _ moved: [String]) async throws -> String? {
        let refused = SyncRefused {
            $0.reason = .stalePlan
            $0.message = "\(plan) is stale; changed since: \(moved.joined(separator: ", "))"
        }
        let event = recorder.event(
            .syncRefused(refused), stream: LedgerState.Stream.application(row.application),
            subjects: Subjects(
                application: row.application, commit: row.commit, environment: row.environment))
        defer { markDirty(row.application) }
        guard row.savedBy.kind == .system, let rules = entries[row.application]?.target.rules,
            rules.approval.isNeeded, rules.policy.automated != nil
        else {
            try await recorder.record([event])
            return nil
        }
        let request = SyncRequested {
            $0.isPruning = rules.isPruning
            $0.trigger = .automated
        }
        let decided = try await decidePlan(row.application, request)
        return try await recorder.save(
            decided, by: await authors(of: row.application), actor: .reconciler, after: [event])
    }
}

extension Recorder {
    /// Keeps a plan under the next free name.
    ///
    /// - Parameters:
    ///   - authors: The accounts of those who wrote what it brings.
    ///   - preceding: Recorded with it or not at all.
    /// - Returns: Its name, such as `plan-17`.
    func save(
        _ decided: DecidedPlan, by authors: Set<String>, actor: Actor, id: EventID? = nil,
        after preceding: [NewEvent] = []
    ) async throws -> String {
        while true {
            let count = try await store.state { $0.ledger["ledger"]?.plans ?? 0 }
            let name = "plan-\(count + 1)"
            let saved = PlanSaved {
                $0.authors = authors.sorted()
                $0.decidedAt = decided.decidedAt
                $0.inputs = decided.inputs
                $0.plan = decided.blobs[0].digest
                $0.planningInput = decided.planningInput
            }
            let event = event(
                .planSaved(saved), stream: name,
                subjects: Subjects(
                    application: decided.plan.application, commit: decided.plan.commit,
                    environment: decided.plan.environment),
                actor: actor, id: id)
            do {
                let recorded = try await record(
                    preceding + [event], expected: [name: .noStream], blobs: decided.blobs)
                return recorded.last?.envelope.stream ?? name
            } catch LedgerError.wrongExpectedVersion {
                continue
            }
        }
    }
}

// MARK: - Beside the loop

extension EnvironmentReconciler {
    /// Saves or runs a plan in a job of its own: both ask the cluster about every object.
    func workOnPlan(_ decision: Decision, _ application: String) {
        guard startsSyncs, entries[application]?.approval.isBusy == false else { return }
        entries[application]?.approval.isBusy = true
        jobs.yield { [weak self] in await self?.work(on: decision, application) }
    }

    private func work(on decision: Decision, _ application: String) async {
        do {
            switch decision {
            case .savePlan(let request):
                let decided = try await decidePlan(application, request)
                // The decision may be older than the last job: then its plan is the one that waits.
                guard try await !isOffered(decided.inputs, of: application) else { break }
                _ = try await recorder.save(
                    decided, by: await authors(of: application), actor: .reconciler)
            case .runPlan(let name): try await runApproved(name, application)
            default: break  // Only these two are handed over.
            }
            entries[application]?.approval.isBusy = false
            markDirty(application)
        } catch {
            entries[application]?.approval.isBusy = false
            guard !Task.isCancelled, !(error is CancellationError) else { return }
            log.error("cannot go on with the plan of \(application): \(describe(error))")
            entries[application]?.wakeAt = recorder.clock.now() + .seconds(5)
            wakeAfter(.seconds(5))
        }
    }

    private func isOffered(_ inputs: PlanInputs, of application: String) async throws -> Bool {
        try await recorder.store.state { state in
            state.plans.all.values.contains {
                $0.application == application && $0.usedBy == nil
                    && $0.isOffer(of: inputs.desired, inputs.application)
            }
        }
    }

    /// Runs a plan that was approved, or replaces it when the world has moved on.
    private func runApproved(_ name: String, _ application: String) async throws {
        guard let row = try await recorder.store.state({ $0.plans[name] }) else { return }
        let examined = try await examine(name, row, trigger: .automated)
        guard examined.moved.isEmpty else {
            try await replaceStale(name, row, examined.moved)
            return
        }
        // Somebody may have rejected it meanwhile.
        guard let now = try await recorder.store.state({ $0.plans[name] }), now.usedBy == nil else {
            return
        }
        try await checkRunnable(name, now)
        try await startSync(
            application, examined.request, actor: .reconciler, running: examined.decided)
    }
}

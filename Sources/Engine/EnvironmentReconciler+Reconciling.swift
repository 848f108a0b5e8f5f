internal import ChartCrypto
internal import ChartRepository
internal import Declarations
internal import Digests
internal import Dispatch
internal import EventLog
internal import GitRepository
internal import HelmTool
internal import Logging
internal import Model
internal import Planning
internal import Projections

extension EnvironmentReconciler {
    /// Compares, decides, records and acts for one application.
    func reconcile(_ application: String) async throws {
        guard let target = entries[application]?.target else { return }
        try await renderIfNeeded(application)
        await readUnseenKeys()
        let (row, objects, running) = try await recorded(application)
        guard let row, var observation = observe(application, target, row, objects) else { return }
        try await recordObservations(application, objects)
        if target.removal != nil, row.isRemoved {
            entries[application] = nil
            return
        }
        let plans = try await observeApproval(&observation, application)
        let decisions =
            if let removal = target.removal {
                decideRemoval(
                    of: row, running: running, isLastOfFolder: removal.isLastOfFolder,
                    hasHooksToRun: try await hasHooksToRun(row, application), observation)
            } else {
                decide(row, objects: objects, running: running, plans: plans, observation)
            }
        try await carryOut(decisions, application, observation)
    }

    /// What the ledger has of an application: its row, its objects, and its sync in progress.
    func recorded(_ application: String) async throws -> (
        ApplicationRow?, [ObjectKey: ObjectRow], SyncRow?
    ) {
        let environment = name
        return try await recorder.store.state { state in
            var objects: [ObjectKey: ObjectRow] = [:]
            for key in state.objectKeys(of: application) {
                // An application that moved here has rows in its former environment, too.
                guard key.hasPrefix(environment + "|"), let row = state.objects[key],
                    let object = ObjectKey(String(key.dropFirst(environment.count + 1)))
                else { continue }
                objects[object] = row
            }
            let row = state.applications[application]
            return (row, objects, row?.runningSync.flatMap { state.syncs[$0] })
        }
    }

    private func carryOut(
        _ decisions: [Decision], _ application: String, _ observation: Observation
    ) async throws {
        var events: [NewEvent] = []
        var request: SyncRequested?
        var planned: Decision?
        var isRemoved = false
        for decision in decisions {
            switch decision {
            case .recordComparison(let payload):
                events.append(event(.comparisonChanged(payload), application))
            case .recordHealth(let payload):
                events.append(event(.healthChanged(payload), application))
            case .recordObjectHealth(let key, let payload):
                events.append(event(.healthChanged(payload), application, key))
            case .recordDrift(let key, let payload):
                events.append(event(.driftDetected(payload), application, key))
            case .resolveDrift(let key, let payload):
                events.append(event(.driftResolved(payload), application, key))
            case .refuse(let payload):
                events.append(event(.syncRefused(payload), application))
            case .sync(let payload): request = payload
            case .savePlan, .runPlan: planned = decision
            case .remove(let isCascaded):
                let removed = ApplicationRemoved { $0.isCascaded = isCascaded }
                events.append(event(.applicationRemoved(removed), application))
                isRemoved = true
            case .supersede(let reason): supersede(application, reason)
            case .wait(let time): wake(application, at: time)
            }
        }
        try await recorder.record(events)
        if isRemoved { entries[application] = nil }
        if let planned { workOnPlan(planned, application) }
        if startsSyncs, let request {
            try await startSync(application, request, actor: .reconciler)
        }
    }

    private func supersede(_ application: String, _ reason: String) {
        guard let run = entries[application]?.run, run.onlyAwaitsHealth else { return }
        entries[application]?.run?.terminationReason = "superseded: \(reason)"
        run.wake.yield()
    }

    /// An event about an application of this environment, or about one of its objects.
    func event(
        _ event: Event, _ application: String, _ object: ObjectKey? = nil,
        actor: Actor = .reconciler,
        stream: String? = nil
    ) -> NewEvent {
        let target = entries[application]?.target
        return recorder.event(
            event, stream: stream ?? LedgerState.Stream.application(application),
            subjects: Subjects(
                application: application, commit: target?.commit.description, environment: name,
                object: object, repository: target?.repository),
            actor: actor)
    }

    func inputs(of target: Target) -> Digest {
        guard target.removal == nil else { return Digest(of: "nothing is desired") }
        return DesiredSet.inputs(
            of: target.application, commit: target.commit.description,
            treeID: target.treeID ?? "", tokenKeyID: tokenKey.id)
    }

    private func renderIfNeeded(_ application: String) async throws {
        // What the cluster serves says which objects have a namespace.
        guard let entry = entries[application], discovery != nil else { return }
        let target = entry.target
        let inputs = inputs(of: target)
        let (scopes, served) = (discoveryDigest, discovery)
        let isDue = entry.renderRetry.map { $0.at <= recorder.clock.now() } ?? false
        let isOfOtherCluster = entry.renderedScopes != scopes && !isIndifferent(entry)
        guard entry.renderedInputs != inputs || isOfOtherCluster || isDue else {
            entries[application]?.renderedScopes = scopes
            entries[application]?.renderedFor = discovery
            if let retry = entry.renderRetry { wake(application, at: retry.at) }
            // The same files at a newer commit.
            entries[application]?.desired?.commit = target.commit.description
            entries[application]?.desired?.sources = target.recordedSources
            return
        }
        let isOfSameInputs = entry.renderedInputs == inputs && !isOfOtherCluster
        do {
            if isOfSameInputs, let told = entry.desired?.told, !told.isEmpty,
                try await tellsTheSame(told)
            {
                return askAgain(application, where: true)
            }
            let desired =
                target.removal == nil
                ? try await renderAndRecord(application, target, inputs)
                : try await desiredWhileLeaving(application, target, inputs)
            entries[application]?.desired = desired
            entries[application]?.renderProblems = nil
            askAgain(application, where: desired.looksUp)
        } catch let problems as Problems {
            // What could not be rendered for want of an object may be, once that is there.
            askAgain(application, where: true)
            try await recordRenderFailure(application, problems.all.map(\.summary))
        } catch let failure as ChartVaultError {
            try await tryAgain(application, entry, inputs, "a key of its chart: \(failure)")
        } catch let failure as HelmProgramError {
            try await tryAgain(application, entry, inputs, describe(failure))
        } catch let failure as ChartRepositoryError {
            try await tryAgain(application, entry, inputs, describe(failure))
        } catch let failure as ClusterError {
            try await tryAgain(application, entry, inputs, "lookup: \(failure.summary)")
        }
        // Asked for again meanwhile, it is rendered in the next pass.
        let isCurrent = entries[application]?.renderRequests == entry.renderRequests
        entries[application]?.renderedInputs = isCurrent ? inputs : nil
        entries[application]?.renderedScopes = scopes
        entries[application]?.renderedFor = entry.target.removal == nil ? served : nil
        rememberDesiredKeys()
        followDesiredKinds()
    }

    /// Whether what the cluster serves now would make no other objects of the same inputs.
    private func isIndifferent(_ entry: Entry) -> Bool {
        guard let desired = entry.desired, let discovery, let former = entry.renderedFor else {
            return false
        }
        let hasSameScopes = (desired.objects + desired.deletionHooks).allSatisfy { object in
            let kind = object.planning.key.groupKind
            return former.resource(kind)?.isNamespaced == discovery.resource(kind)?.isNamespaced
        }
        return hasSameScopes && desired.isAnswered(alike: discovery)
    }

    /// After a failure that may pass; what was rendered from the same inputs stays in force meanwhile.
    private func tryAgain(
        _ application: String, _ entry: Entry, _ inputs: Digest, _ message: String
    ) async throws {
        let retry = RenderRetry(
            failures: (entry.renderRetry?.failures ?? 0) + 1, now: recorder.clock.now())
        entries[application]?.renderRetry = retry
        wake(application, at: retry.at)
        if entry.desired != nil, entry.renderedInputs == inputs { return }
        try await recordRenderFailure(application, ["\(message); that is tried again"])
    }

    /// How long what a chart looked up in its cluster is taken to be so still.
    private static let lookupInterval = Duration.seconds(60)

    private func askAgain(_ application: String, where looksUp: Bool) {
        entries[application]?.renderRetry = nil
        guard entries[application]?.target.charts.looksUp == true, looksUp else { return }
        let time = recorder.clock.now() + Self.lookupInterval
        entries[application]?.renderRetry = RenderRetry(failures: 0, at: time)
        wake(application, at: time)
    }

    private func renderAndRecord(_ application: String, _ target: Target, _ inputs: Digest)
        async throws -> DesiredSet
    {
        let row = try await recorder.store.state { $0.applications[application] }
        var desired = try await render(target, inputs, known: row)
        desired.replaced = try await replaced(desired.sources, of: application, since: row)
        let event = desired.event
        // What was looked up may change often, to no effect.
        let isIdle =
            desired.looksUp && !desired.asksTime && row?.renderedInputs != nil
            && row?.renderedCommit == target.commit.description
        if row?.renderedInputs != desired.inputs && !isIdle || row?.desired != event.objects
            || row?.deletionHooks != event.deletionHooks ?? []
            || row?.replacedArchives != event.replaced
            || row?.renderProblems.isEmpty == false
        {
            try await recorder.record(
                [self.event(.manifestsRendered(event), application)], blobs: desired.blobs)
        }
        return desired
    }

    private func recordRenderFailure(_ application: String, _ problems: [String]) async throws {
        let known = try await recorder.store.state { $0.applications[application]?.renderProblems }
        if known != problems {
            let failure = RenderFailed { $0.problems = problems }
            try await recorder.record([event(.renderFailed(failure), application)])
        }
        entries[application]?.desired = nil
        entries[application]?.renderProblems = problems
    }

    private static let renderings = DispatchQueue(
        label: "tidemark.renderings", attributes: .concurrent)

    /// - Parameter row: What is on record of the application: `now` stays what it was for equal inputs.
    func render(_ target: Target, _ inputs: Digest, known row: ApplicationRow?) async throws
        -> DesiredSet
    {
        let trees = try await trees(of: target)
        var context = RenderingContext(
            key: tokenKey, discovery: discovery, chartVault: chartVault, now: recorder.clock.now())
        context.generation = row?.regenerations.last ?? 0
        context.zones = zones
        if let inputs = row?.renderedInputs, let now = row?.renderedNow {
            context.last = (inputs, now)
        }
        if target.charts.renderer == .helm {
            context.helm = try await renderedByHelm(target, trees, context)
        }
        let lookups = target.charts.looksUp ? ClusterLookups() : nil
        context.lookups = lookups
        var round = 0
        while true {
            defer { round += 1 }
            let set: DesiredSet
            do {
                set = try await rendered(target, trees, inputs, context)
            } catch let problems as Problems {
                guard let lookups else { throw problems }
                if try await answer(lookups, target.application, round: round) { continue }
                throw Problems(
                    problems.all.map { problem in
                        var problem = problem
                        problem.message = lookups.scrub(problem.message)
                        return problem
                    })
            }
            guard let lookups, try await answer(lookups, target.application, round: round) else {
                return set
            }
        }
    }

    private func rendered(
        _ target: Target, _ trees: [FileTree], _ inputs: Digest, _ context: RenderingContext
    ) async throws -> DesiredSet {
        // Charts are programs: they run beside the pool of tasks, and hold up nobody else.
        try await withCheckedThrowingContinuation { continuation in
            Self.renderings.async {
                continuation.resume(
                    with: Result {
                        try DesiredSet.render(
                            target, trees: trees, inputs: inputs, in: context)
                    })
            }
        }
    }
}

extension EnvironmentReconciler.RenderRetry {
    /// 5 s after the first failure, twice as long after each further one, 300 s at most.
    init(failures: Int, now: Timestamp) {
        let seconds = min(300, 5 << min(failures - 1, 6))
        self.init(failures: failures, at: now + .seconds(seconds))
    }
}

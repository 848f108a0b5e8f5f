internal import Declarations
internal import Digests
internal import EventLog
internal import GitRepository
internal import Logging
internal import Model
internal import Planning
internal import Projections

/// Nothing is wrong: what an application is to be brought to is known after the next look.
private struct NotYetKnown: Error {}

/// Why an application has no target.
struct TargetRefusal: Error {
    var reason: SyncRefused.Reason
    var message: String
}

extension Engine {
    /// Hands every environment what its applications are to be brought to, and records what stands in the way.
    func distributeNow() async {
        let applications = await declaredApplications()
        var targets: [String: [EnvironmentReconciler.Target]] = [:]
        var refused: [(Application, TargetRefusal)] = []
        for application in applications {
            let environment = parts.settings.environment(for: application.destination)
            do {
                let target = try await target(of: application, environment)
                targets[environment?.name ?? "", default: []].append(target)
                problems[application.name] = nil
            } catch {
                if !(error is NotYetKnown), isNews(error, about: application),
                    let error = error as? TargetRefusal
                {
                    refused.append((application, error))
                }
                // The last known target stays in force.
                guard let environment,
                    let last = await environments[environment.name]?.target(of: application.name)
                else { continue }
                targets[environment.name, default: []].append(last)
            }
        }
        do {
            let leaving = try await leaving(applications)
            try await recordDeclarations(applications, leaving: leaving.keptOpen)
            try await recordRefusals(refused)
            for (environment, target) in leaving.targets {
                targets[environment, default: []].append(target)
            }
        } catch {
            parts.log.error("cannot record the declarations: \(describe(error))")
        }
        guard await hasTriedEverywhere() else { return }
        for (name, environment) in environments {
            await environment.setTargets(targets[name] ?? [])
        }
    }

    /// Before every repository that declares applications was read once, nobody knows which are gone.
    func hasLookedEverywhere() async -> Bool {
        for repository in repositories.values where await !repository.hasLooked { return false }
        return true
    }

    /// Whether every repository was read, or what it declared last was taken from the ledger.
    private func hasTriedEverywhere() async -> Bool {
        for repository in repositories.values where await !repository.hasTried { return false }
        return true
    }

    /// Logs what is said for the first time.
    private func isNews(_ error: any Error, about application: Application) -> Bool {
        let text = (error as? TargetRefusal)?.message ?? describe(error)
        guard problems[application.name] != text else { return false }
        parts.log.error("\(application.name): \(text)")
        problems[application.name] = text
        return true
    }

    private func target(of application: Application, _ environment: Settings.Environment?)
        async throws -> EnvironmentReconciler.Target
    {
        guard let environment else {
            throw TargetRefusal(
                reason: .unknownDestination,
                message: "no environment of tidemark.yaml is \(application.destination.cluster), "
                    + "where \(application.location) sends it")
        }
        let located = try await located(application)
        let first = located[application.sources.firstIndex(of: application.source) ?? 0]
        guard let commit = first.commit else {
            return try await target(ofCharts: application, located, environment)
        }
        let signed = zip(application.sources, located).filter {
            parts.settings.requiresSignature(of: $0.0, in: environment)
        }.map(\.1)
        let weakest = signed.first { $0.signature != .verified } ?? signed.first ?? first
        let rules = rules(of: application, environment)
        let home = rules.approval.isNeeded ? try await home(of: application) : nil
        return EnvironmentReconciler.Target(
            application: application, rules: rules,
            repository: first.repository, commit: commit,
            treeID: application.treeID(of: located), manifest: home?.manifest, sources: located,
            revision: application.source.targetRevision, signature: weakest.signature,
            signedCommit: weakest.commit,
            charts: parts.settings.charts[application.name] ?? Settings.ChartRules())
    }

    /// Of charts alone: what it has of Git is its manifest.
    private func target(
        ofCharts application: Application, _ located: [LocatedSource],
        _ environment: Settings.Environment
    ) async throws -> EnvironmentReconciler.Target {
        guard let home = try await home(of: application) else {
            throw SyncError.unknownApplication(application.name)
        }
        var rules = rules(of: application, environment)
        let repository = parts.settings.repository(named: home.repository)
        rules.requiresSignature = repository?.requiresSignature(in: environment) == true
        return EnvironmentReconciler.Target(
            application: application, rules: rules, repository: home.repository,
            commit: home.commit, treeID: application.treeID(of: located), manifest: home.manifest,
            sources: located, revision: home.revision, signature: home.signature,
            signedCommit: home.head,
            charts: parts.settings.charts[application.name] ?? Settings.ChartRules())
    }

    /// Where an application is declared.
    func home(of application: Application) async throws -> ApplicationHome? {
        let row = try await parts.store.state { $0.applications[application.name] }
        let isOfManifest = application.source.chart != nil && row?.renderedSources != nil
        let known =
            isOfManifest && row?.declaration.digest == application.digest
            ? row?.renderedCommit.flatMap { CommitID($0) } : nil
        for (_, follower) in repositories.sorted(by: { $0.key < $1.key }) {
            if let home = try await follower.home(of: application, known: known) { return home }
        }
        return nil
    }

    /// Where each source stands.
    ///
    /// - Throws: `NotYetKnown` before a repository of charts was asked for the first time.
    private func located(_ application: Application) async throws -> [LocatedSource] {
        var all: [LocatedSource] = []
        for source in application.sources {
            guard let repository = parts.settings.repository(of: source) else {
                throw unknownRepository(source, application)
            }
            if let request = source.chartRequest {
                guard let follower = charts[repository.name] else {
                    throw unknownRepository(source, application)
                }
                let chart = try await follower.locate(request, for: application.name)
                guard let chart else { throw NotYetKnown() }
                all.append(
                    LocatedSource(
                        repository: repository.name, place: .chart(chart),
                        treeID: chart.digest.description))
                continue
            }
            guard let follower = repositories[repository.name] else {
                throw unknownRepository(source, application)
            }
            do {
                all.append(
                    try await follower.locate(source, under: application.scope(of: source)))
            } catch GitError.unknownRevision(let revision) {
                throw TargetRefusal(
                    reason: .unknownRepository,
                    message:
                        "repository \(repository.name) has no branch, tag or commit \(revision)")
            }
        }
        return all
    }

    private func unknownRepository(_ source: Application.Source, _ application: Application)
        -> TargetRefusal
    {
        let kind = source.chart == nil ? "" : "of charts "
        return TargetRefusal(
            reason: .unknownRepository,
            message: "no repository \(kind)of tidemark.yaml has the URL "
                + "\(GitRemote.redacted(source.repoURL)), which \(application.location) names")
    }

    private func rules(of application: Application, _ environment: Settings.Environment)
        -> SyncRules
    {
        let backoff = parts.settings.selfHeal
        return SyncRules(
            mode: parts.settings.mode(of: application.name, in: environment) == .apply
                ? .apply : .observe,
            policy: application.syncPolicy,
            heal: HealBackoff(
                base: backoff.duration, factor: backoff.factor, cap: backoff.maxDuration),
            approval: ApprovalRules(
                rules: parts.settings.approvalRules(of: application.name, in: environment),
                identities: parts.settings.identities),
            requiresSignature: parts.settings.requiresSignature(of: application, in: environment))
    }
}

// MARK: - Leaving

extension Engine {
    /// Applications that left Git and are not done with, because their objects are to go, too.
    private struct Leaving {
        /// Not yet to be recorded as removed.
        var keptOpen: Set<String> = []
        var targets: [(environment: String, target: EnvironmentReconciler.Target)] = []
    }

    private func leaving(_ declared: [Application]) async throws -> Leaving {
        var leaving = Leaving()
        guard await hasLookedEverywhere() else { return leaving }
        let names = Set(declared.map(\.name))
        let rows = try await parts.store.state { $0.applications.all }
        for (name, row) in rows where !row.isRemoved && !names.contains(name) {
            guard
                let environment = parts.settings.environments.first(where: {
                    $0.name == row.environment
                }), let target = await departure(row, environment)
            else { continue }
            leaving.keptOpen.insert(name)
            leaving.targets.append((environment.name, target))
        }
        return leaving
    }

    /// The target of an application whose finalizer asks for its objects to go; `nil` when they stay, and when
    /// it never brought any.
    private func departure(_ row: ApplicationRow, _ environment: Settings.Environment) async
        -> EnvironmentReconciler.Target?
    {
        guard let application = try? row.declaration.application,
            case .deletesObjects(let propagation) = application.removal,
            let commit = (row.renderedCommit ?? row.lastSyncedCommit).flatMap({ CommitID($0) })
        else { return nil }
        var isLastOfFolder = false
        for repository in repositories.values
        where await repository.declaresNothing(besides: row.declaration.file) {
            isLastOfFolder = true
        }
        return EnvironmentReconciler.Target(
            application: application, rules: rules(of: application, environment),
            repository: row.repository, commit: commit, treeID: nil,
            sources: application.located(
                row.renderedSources, in: row.repository, at: commit),
            charts: parts.settings.charts[application.name] ?? Settings.ChartRules(),
            removal: EnvironmentReconciler.Removal(
                propagation: propagation, isLastOfFolder: isLastOfFolder))
    }
}

extension ApplicationDeclaration {
    /// The application as it was declared.
    ///
    /// - Throws: `Problems` when this release does not support what an earlier one recorded.
    var application: Application {
        get throws(Problems) {
            try readRecordedApplication(manifest, at: SourceLocation(file: file, line: line))
        }
    }
}

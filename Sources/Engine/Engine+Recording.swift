internal import Declarations
internal import Digests
internal import EventLog
internal import GitRepository
internal import Model
internal import Projections
internal import YAML

extension Engine {
    /// Records what `tidemark.yaml` declares, as far as it is new.
    func recordSettings() async throws {
        let settings = parts.settings
        let (repositories, environments) = try await parts.store.state {
            ($0.repositories.all, $0.environments.all)
        }
        var events: [NewEvent] = []
        for repository in settings.repositories where repositories[repository.name] == nil {
            let registered = RepositoryRegistered { $0.url = withoutCredentials(repository.url) }
            events.append(
                recorder.event(
                    .repositoryRegistered(registered),
                    stream: LedgerState.Stream.repository(repository.name),
                    subjects: Subjects(repository: repository.name)))
        }
        for (name, row) in repositories.sorted(by: { $0.key < $1.key })
        where !settings.repositories.contains(where: { $0.name == name }) {
            events += recorder.dropping(name, row, because: "it is not in tidemark.yaml any more")
        }
        for environment in settings.environments {
            let declared = EnvironmentDeclared {
                $0.mode = environment.mode == .apply ? .apply : .observe
                $0.promotionOrder = settings.promotion.firstIndex(of: environment.name)
                $0.server = parts.servers[environment.name] ?? environment.server ?? ""
            }
            let known = environments[environment.name]
            if let known, known.mode == declared.mode, known.server == declared.server,
                known.promotionOrder == declared.promotionOrder
            {
                continue
            }
            events.append(
                recorder.event(
                    .environmentDeclared(declared),
                    stream: LedgerState.Stream.environment(environment.name),
                    subjects: Subjects(environment: environment.name)))
        }
        try await recorder.record(events)
    }

    /// Records which applications appeared, changed or are gone.
    ///
    /// - Parameter leaving: Those that left Git and are not done with.
    func recordDeclarations(_ applications: [Application], leaving: Set<String>) async throws {
        let rows = try await parts.store.state { $0.applications.all }
        var events: [NewEvent] = []
        for application in applications {
            // Also one that belongs nowhere: it is on record, with the reason.
            let environment = parts.settings.environment(for: application.destination)
            let declaration = declaration(of: application, environment)
            let known = rows[application.name]
            if let known, !known.isRemoved, known.declaration == declaration,
                known.environment == environment?.name ?? "",
                known.repository == repository(of: application) ?? ""
            {
                continue
            }
            let event: Event =
                known == nil || known?.isRemoved == true
                ? .applicationDeclared(declaration) : .applicationChanged(declaration)
            events.append(about(application.name, environment?.name, application, event))
        }
        if await hasLookedEverywhere() {
            let names = Set(applications.map(\.name))
            for (name, row) in rows.sorted(by: { $0.key < $1.key })
            where !row.isRemoved && !names.contains(name) && !leaving.contains(name) {
                events.append(
                    about(
                        name, row.environment.isEmpty ? nil : row.environment, nil,
                        .applicationRemoved(ApplicationRemoved())))
            }
        }
        try await recorder.record(events)
    }

    /// Records why applications have no target: once for each change of the reason.
    func recordRefusals(_ refused: [(Application, TargetRefusal)]) async throws {
        let rows = try await parts.store.state { $0.applications.all }
        var events: [NewEvent] = []
        for (application, refusal) in refused {
            let known = rows[application.name]?.refusal
            if known?.reason == refusal.reason, known?.message == refusal.message { continue }
            let payload = SyncRefused {
                $0.reason = refusal.reason
                $0.message = refusal.message
            }
            let environment = parts.settings.environment(for: application.destination)
            events.append(
                about(application.name, environment?.name, application, .syncRefused(payload)))
        }
        try await recorder.record(events)
    }

    private func repository(of application: Application) -> String? {
        parts.settings.repository(of: application.source)?.name
    }

    private func about(
        _ name: String, _ environment: String?, _ application: Application?, _ event: Event
    ) -> NewEvent {
        recorder.event(
            event, stream: LedgerState.Stream.application(name),
            subjects: Subjects(
                application: name, environment: environment,
                repository: application.flatMap { repository(of: $0) }))
    }

    private func declaration(of application: Application, _ environment: Settings.Environment?)
        -> ApplicationDeclaration
    {
        ApplicationDeclaration {
            $0.digest = application.digest
            $0.file = application.location.file
            $0.line = application.location.line ?? 0
            $0.manifest = application.manifest
            let mode = environment.map { parts.settings.mode(of: application.name, in: $0) }
            $0.mode = mode == .observe ? .observe : .apply
            $0.path = application.source.chart ?? application.source.path
            $0.targetRevision = application.source.targetRevision
        }
    }

    /// A URL without the user name and password that somebody may have written into it.
    private func withoutCredentials(_ url: String) -> String {
        GitRemote.redacted(url)
    }
}

extension Recorder {
    /// Ends what is said of a repository that is not asked for anything any more; nothing when nothing is said of it.
    func dropping(_ repository: String, _ row: RepositoryRow, because reason: String) -> [NewEvent]
    {
        guard row.unreachableSince != nil || !row.rejected.isEmpty else { return [] }
        return [
            event(
                .repositoryDropped(RepositoryDropped { $0.reason = reason }),
                stream: LedgerState.Stream.repository(repository),
                subjects: Subjects(repository: repository))
        ]
    }
}

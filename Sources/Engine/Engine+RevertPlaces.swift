internal import Declarations
internal import EventLog
internal import GitRepository
internal import Model
internal import Projections

/// A branch of a repository that a commit that reverts may go to.
struct RevertPlace: Sendable {
    var repository: String
    var source: any ManifestSource
    var branch: String
    /// The revisions by which applications follow the branch.
    var revisions: Set<String>
    /// Whether the application is declared there.
    var isHome: Bool
}

/// Which commits of a branch come into question.
private enum RevertStart {
    case anywhere
    case after(CommitID)
    /// None of them concerns the application.
    case nowhere
}

// Which branch a commit that reverts goes to: an application reads folders of several, and is declared in one of them
// or in yet another.
extension Engine {
    /// Fetches every repository that may have brought an application what it is.
    func lookForReverting(_ application: String) async throws {
        let names = Set(try await places(of: application).map(\.repository))
        await look(Array(names), via: .refresh)
    }

    /// The branch that the commit of an earlier attempt went to.
    ///
    /// - Parameter repository: As it is on record; `nil` means that of the application's commit.
    func place(of application: String, in repository: String?) async throws -> RevertPlace {
        let places = try await places(of: application)
        guard
            let place = places.first(where: { $0.repository == repository ?? places[0].repository })
        else {
            throw SyncError.cannotRollBack(
                to: "an earlier commit",
                reason: "the application follows no branch of \(repository ?? "it") any more")
        }
        return place
    }

    /// The branch with the newest commit that concerns the application, and what would be taken back there.
    ///
    /// - Throws: `SyncError` when there is none, and when more than one branch brought something since a sync.
    func chooseRevert(_ application: String, to sync: String?) async throws -> (
        place: RevertPlace, plan: RevertPlan
    ) {
        var found: [(place: RevertPlace, plan: RevertPlan, newest: Timestamp)] = []
        for place in try await places(of: application) {
            let from: CommitID?
            switch try await start(of: application, sync, place) {
            case .anywhere: from = nil
            case .after(let commit): from = commit
            case .nowhere: continue
            }
            let head = try await place.source.resolve(place.branch)
            let commits = try await place.source.commits(from: from, to: head, limit: 1000)
            let plan = try await plan(
                application, place, head, commits, limit: sync == nil ? 1 : nil)
            let newest = commits.last { $0.id.description == plan.reverted.first?.commit }
            if let newest { found.append((place, plan, newest.committedAt)) }
        }
        let since = sync == nil ? "" : " since then"
        guard let first = found.first else {
            throw SyncError.cannotRollBack(
                to: sync ?? "the commit before",
                reason: "no commit\(since) concerns \(application)")
        }
        guard let sync else {
            let newest = found.dropFirst().reduce(first) { $1.newest > $0.newest ? $1 : $0 }
            return (newest.place, newest.plan)
        }
        guard found.count == 1 else {
            let branches = found.map { "\($0.place.branch) of \($0.place.repository)" }
            throw SyncError.cannotRollBack(
                to: sync,
                reason:
                    "commits of \(branches.joined(separator: " and of ")) concern \(application)"
                    + "\(since), and one commit cannot take both back; "
                    + "take back the newest with --revert alone, one after the other")
        }
        return (first.place, first.plan)
    }

    private func plan(
        _ application: String, _ place: RevertPlace, _ head: CommitID, _ commits: [Commit],
        limit: Int?
    ) async throws -> RevertPlan {
        let isHere = { (source: Application.Source) in
            self.parts.settings.repository(of: source)?.name == place.repository
                && place.revisions.contains(source.targetRevision)
        }
        let target = try await revertTarget(of: application)
        var declaredHere = Set(
            await repositories[place.repository]?.declared.map(\.name) ?? [])
        if !place.isHome { declaredHere.remove(application) }
        return RevertPlan(
            target.application, repository: place.repository, branch: place.branch, head: head,
            commits: commits, limit: limit,
            others: await declaredApplications().filter {
                $0.sources.contains(where: isHere) || declaredHere.contains($0.name)
            },
            isHere: isHere, declaredHere: declaredHere)
    }
}

extension Engine {
    private func revertTarget(of application: String) async throws
        -> EnvironmentReconciler.Target
    {
        let environment = try await environment(of: application)
        guard let target = await environment.target(of: application) else {
            throw SyncError.unknownApplication(application)
        }
        return target
    }

    /// The branches that the application reads and the one that declares it, that of its commit first.
    private func places(of application: String) async throws -> [RevertPlace] {
        let target = try await revertTarget(of: application)
        let sources = await declaredApplications().flatMap(\.sources)
        let home = try await home(of: target.application)
        var wanted = [(target.repository, target.revision)]
        wanted += zip(target.sources, target.application.sources).filter { $0.0.commit != nil }
            .map { ($0.repository, $1.targetRevision) }
        if let home { wanted.append((home.repository, home.revision)) }
        var places: [RevertPlace] = []
        for (repository, revision) in wanted {
            guard let source = parts.sources[repository],
                let branch = try await source.followedRef(of: revision)?.branchName,
                !places.contains(where: { $0.repository == repository && $0.branch == branch })
            else { continue }
            var revisions: Set<String> = [revision]
            for other in sources
            where parts.settings.repository(of: other)?.name == repository
                && !revisions.contains(other.targetRevision)
            {
                let ref = try? await source.followedRef(of: other.targetRevision)
                if ref?.branchName == branch { revisions.insert(other.targetRevision) }
            }
            var isHome = false
            if let home, home.repository == repository {
                isHome = try await source.followedRef(of: home.revision)?.branchName == branch
            }
            places.append(
                RevertPlace(
                    repository: repository, source: source, branch: branch, revisions: revisions,
                    isHome: isHome))
        }
        guard !places.isEmpty else {
            throw SyncError.cannotRollBack(
                to: "an earlier commit", reason: "the application follows no branch")
        }
        return places
    }

    /// Where a branch stood when a sync had been carried out.
    ///
    /// - Throws: `SyncError` when the manifest has changed since in a repository of which that is not on record.
    private func start(of application: String, _ sync: String?, _ place: RevertPlace) async throws
        -> RevertStart
    {
        guard let sync else { return .anywhere }
        let row = try await parts.store.state { $0.syncs[sync] }
        guard let row, row.application == application,
            let commit = row.commit.flatMap({ CommitID($0) })
        else {
            throw SyncError.cannotRollBack(
                to: sync, reason: "\(application) has no sync of that name")
        }
        let recorded = row.plan?.sources?.first {
            $0.repository == place.repository
                && place.revisions.contains($0.targetRevision)
        }
        if let known = recorded?.commit.flatMap({ CommitID($0) }) { return .after(known) }
        let target = try await revertTarget(of: application)
        let isFirst =
            place.repository == target.repository && place.revisions.contains(target.revision)
        if isFirst { return .after(commit) }
        guard place.isHome, row.plan?.inputs.application != target.application.digest
        else { return .nowhere }
        throw SyncError.cannotRollBack(
            to: sync,
            reason: "its manifest, \(target.application.location.file) of \(place.repository), has "
                + "changed since, and from which commit is not on record; "
                + "take back its newest change with --revert alone")
    }
}

extension String {
    /// `main` of `refs/heads/main`; `nil` of anything that is no branch.
    fileprivate var branchName: String? {
        hasPrefix("refs/heads/") ? String(dropFirst("refs/heads/".count)) : nil
    }
}

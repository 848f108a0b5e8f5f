internal import Declarations
internal import Digests
internal import EventLog
internal import GitRepository
internal import Model

/// Where an application is declared: what it has of Git when its sources are charts.
struct ApplicationHome: Sendable, Equatable {
    var repository: String
    /// Of the folder of declarations.
    var revision: String
    /// The newest commit that touched the manifest.
    var commit: CommitID
    /// The newest commit of the revision, and what is known of its signature, where that matters.
    var head: CommitID
    var signature: CommitObserved.Signature?

    var manifest: EnvironmentReconciler.Manifest {
        EnvironmentReconciler.Manifest(repository: repository, head: head)
    }
}

extension RepositoryFollower {
    /// How many commits are looked through for the one that touched a manifest.
    private static let commitsLookedThrough = 200

    /// The home of an application; `nil` when this repository does not declare it.
    ///
    /// - Parameter known: The commit that is on record of the same declaration, should it be too long ago.
    func home(of application: Application, known: CommitID?) async throws -> ApplicationHome? {
        let file = application.location.file
        guard (declared + restored).contains(where: { $0.name == application.name }),
            let folder = folders.first(where: { $0.holds(file) })
        else { return nil }
        let head = try await source.resolve(folder.revision)
        let last = manifestCommits[file]
        var commit = last?.commit
        if last?.head != head {
            let commits = try await commits(from: last?.head, to: head)
            let newest = commits.last { $0.touches(file) }?.id
            commit = newest ?? commit ?? known ?? head
        }
        let found = commit ?? head
        manifestCommits[file] = (found, head)
        return ApplicationHome(
            repository: name, revision: folder.revision, commit: found, head: head,
            signature: try await signature(of: head))
    }

    /// Many applications ask for the same ones.
    private func commits(from: CommitID?, to head: CommitID) async throws -> [Commit] {
        if let known = lookedThrough, known.from == from, known.head == head {
            return known.commits
        }
        let commits = try await source.commits(
            from: from, to: head, limit: Self.commitsLookedThrough)
        lookedThrough = (from, head, commits)
        return commits
    }
}

extension ManifestSource {
    /// The commits that touched a file since the newest one of them at which `isStart` holds, newest first.
    ///
    /// Those of branches that were merged since are among them. Of more than a thousand commits the newest count.
    func commits(
        touching file: String, to head: CommitID, since isStart: (CommitID) async -> Bool
    ) async -> [Commit] {
        var touching: [Commit] = []
        // Nearly always the first few suffice.
        for limit in [200, 1000] {
            let all = (try? await commits(from: nil, to: head, limit: limit)) ?? []
            let known = touching.count
            touching = all.reversed().filter { $0.touches(file) }
            for commit in touching.dropFirst(known) where await isStart(commit.id) {
                let since = (try? await commits(from: commit.id, to: head, limit: limit)) ?? all
                return since.reversed().filter { $0.touches(file) }
            }
            if all.count < limit { break }
        }
        return touching
    }

    /// The digest of what a commit declares of an application; `nil` when its file does not say it there.
    func declaration(of application: Application, at commit: CommitID) async -> Digest? {
        let folder = application.location.file.split(separator: "/").dropLast()
            .joined(separator: "/")
        guard let tree = try? await tree(at: commit, under: folder) else { return nil }
        return readApplications(tree, path: folder).applications.first {
            $0.name == application.name && $0.location.file == application.location.file
        }?.digest
    }
}

extension Commit {
    /// Whether it changed a file, or may have.
    fileprivate func touches(_ file: String) -> Bool {
        changedPathsTruncated || changedPaths.contains(file)
    }
}

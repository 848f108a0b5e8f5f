internal import Declarations
internal import Digests
internal import EventLog
internal import GitRepository
internal import Logging
internal import Model
internal import Projections

/// Follows one Git repository: fetches, records what moved, and says what its applications are to be brought to.
///
/// A remote that does not answer is recorded once, asked again with growing pauses, and shown in `status`;
/// everything goes on with the last known commits.
actor RepositoryFollower {
    let settings: Settings.Repository
    let folders: [Settings.ApplicationFolder]
    let source: any ManifestSource
    let recorder: Recorder
    let signatures: any SignatureChecking
    let log: Logger

    /// The newest commit of each revision, and the trusted keys, for which its signature was looked at.
    var lookedAt: [String: LookedAt] = [:]
    private var failures = 0
    private var unreachableSince: Timestamp?
    /// The folder of declarations as it was read last.
    private var declarationsRead: [String: String] = [:]
    /// The applications that this repository declares.
    private(set) var declared: [Application] = []
    /// Those that the ledger has of folders that could not be read since the start: they stay in force.
    private(set) var restored: [Application] = []
    private var declaredByFolder: [String: [Application]] = [:]
    /// By file the newest commit that touched it, and the newest one that was looked at for that.
    var manifestCommits: [String: (commit: CommitID, head: CommitID)] = [:]
    /// The commits that were looked through for that last.
    var lookedThrough: (from: CommitID?, head: CommitID, commits: [Commit])?
    /// Mistakes in the newest declarations.
    private var problems: [String: [String]] = [:]
    /// Whether every folder was read without problems once: until then nobody knows which applications are gone.
    private(set) var hasLooked = false
    /// Whether every folder was read, or what it declared last was taken from the ledger.
    private(set) var hasTried = false

    init(
        settings: Settings.Repository, folders: [Settings.ApplicationFolder],
        source: any ManifestSource, recorder: Recorder, signatures: any SignatureChecking,
        log: Logger
    ) {
        self.settings = settings
        self.folders = folders
        self.source = source
        self.recorder = recorder
        self.signatures = signatures
        self.log = log
    }

    var name: String { settings.name }

    /// How long to wait before the next look: the poll interval, or less after a failure, growing up to it.
    var pause: Duration { settings.pause(afterFailures: failures) }

    /// Fetches and records; then reads the declarations from the newest commit there is.
    ///
    /// - Parameter revisions: The target revisions that applications follow here.
    func look(_ revisions: Set<String>, via: RefMoved.Via) async throws {
        do {
            try await source.fetch()
            try await recordReachable()
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            try await recordUnreachable(error)
        }
        for revision in revisions.union(folders.map(\.revision)).sorted() {
            try await recordMoves(of: revision, via)
        }
        try await lookAtSignatures(revisions)
        try await readDeclarations()
        try await restoreDeclarations()
        hasLooked = folders.allSatisfy { declaredByFolder[place(of: $0)] != nil }
        hasTried = true
    }

    /// The commit and folder that a source of an application is now.
    ///
    /// - Parameter folder: That everything which is read of it is in.
    /// - Throws: What the repository says when the revision does not exist.
    func locate(_ declared: Application.Source, under folder: String) async throws -> LocatedSource
    {
        let commit = try await source.resolve(declared.targetRevision)
        return LocatedSource(
            repository: name, place: .commit(commit),
            treeID: try await source.treeID(at: commit, path: folder),
            signature: try await signature(of: commit))
    }
}

// MARK: - Recording

extension RepositoryFollower {
    func event(_ event: Event, commit: CommitID? = nil) -> NewEvent {
        recorder.event(
            event, stream: LedgerState.Stream.repository(name),
            subjects: Subjects(commit: commit?.description, repository: name))
    }

    private func recordReachable() async throws {
        let attempts = failures
        failures = 0
        let repository = name
        let row = try await recorder.store.state { $0.repositories[repository] }
        guard let since = row?.unreachableSince else { return }
        let reachable = RepositoryReachable {
            $0.attempts = attempts
            $0.unreachableSince = since
        }
        try await recorder.record([event(.repositoryReachable(reachable))])
    }

    private func recordUnreachable(_ error: any Error) async throws {
        failures += 1
        log.warning("cannot fetch \(name): \(describe(error))")
        let repository = name
        let row = try await recorder.store.state { $0.repositories[repository] }
        guard row?.unreachableSince == nil else { return }
        let unreachable = RepositoryUnreachable { $0.reason = describe(error) }
        try await recorder.record([event(.repositoryUnreachable(unreachable))])
    }

    /// Records that the ref a revision follows moved, and the commits it brought.
    private func recordMoves(of revision: String, _ via: RefMoved.Via) async throws {
        guard let ref = try? await source.followedRef(of: revision),
            let head = try? await source.resolve(revision)
        else { return }
        let repository = name
        let known = try await recorder.store.state { $0.repositories[repository]?.commit(of: ref) }
        guard known != head.description else { return }
        let from = known.flatMap { CommitID($0) }
        let moved = try await RefMoved {
            $0.from = known
            $0.ref = ref
            $0.to = head.description
            $0.via = via
        }.settingForced(source, from, head)
        let commits = try await newCommits(from, head)
        let observed = await observed(commits)
        try await recorder.record(
            [event(.refMoved(moved), commit: head)]
                + observed.map { event(.commitObserved($0), commit: $1) })
    }

    /// At first sight only the newest commit; the history before Tidemark is Git's.
    private func newCommits(_ from: CommitID?, _ head: CommitID) async throws -> [Commit] {
        let commits = try await source.commits(
            from: from, to: head, limit: from == nil ? 1 : 1000)
        let seen = try await recorder.store.state { state in
            Set(commits.map(\.id.description).filter { state.commits[$0] != nil })
        }
        return commits.filter { !seen.contains($0.id.description) }
    }
}

extension RefMoved {
    fileprivate func settingForced(
        _ source: any ManifestSource, _ from: CommitID?, _ to: CommitID
    ) async throws -> RefMoved {
        guard let from else { return self }
        var moved = self
        moved.isForced = !(try await source.isAncestor(from, of: to))
        return moved
    }
}

/// What is recorded of a commit.
func commitObserved(_ commit: Commit, _ checked: CheckedSignature) -> CommitObserved {
    CommitObserved {
        $0.author = person(commit.author)
        $0.changedPaths = commit.changedPaths
        $0.changedPathsOmitted = commit.changedPathsTruncated ? 1 : 0
        $0.committer = person(commit.committer)
        $0.message = commit.message
        $0.parents = commit.parents.map(\.description)
        $0.signature = checked.signature
        $0.signedBy = checked.evidence
        $0.trailers = commit.trailers.map { trailer in
            CommitObserved.Trailer {
                $0.key = trailer.key
                $0.value = trailer.value
            }
        }
    }
}

private func person(_ identity: Commit.Identity) -> CommitObserved.Person {
    CommitObserved.Person {
        $0.email = identity.email
        $0.name = identity.name
        $0.time = identity.time
    }
}

// MARK: - Declarations

extension RepositoryFollower {
    private func place(of folder: Settings.ApplicationFolder) -> String {
        "\(folder.revision):\(folder.path)"
    }

    /// Reads the folders of declarations that changed since the last time.
    ///
    /// A folder with problems keeps what it declared before; the problems are recorded once for each commit.
    private func readDeclarations() async throws {
        var rejectedAt: CommitID?
        for folder in folders {
            let place = place(of: folder)
            guard let commit = try? await source.resolve(folder.revision) else { continue }
            let treeID = try await source.treeID(at: commit, path: folder.path) ?? ""
            if declarationsRead[place] != treeID {
                do {
                    let tree = try await source.tree(at: commit, under: folder.path)
                    read(folder, tree)
                    declarationsRead[place] = treeID
                } catch let error as GitError {
                    // Tried again at the next look; meanwhile the last ones stay in force.
                    log.error("cannot read the declarations of \(name): \(describe(error))")
                }
            }
            if problems[place] != nil { rejectedAt = commit }
        }
        declared = declaredByFolder.sorted { $0.key < $1.key }.flatMap(\.value)
        if let rejectedAt { try await recordRejected(at: rejectedAt) }
    }

    private func read(_ folder: Settings.ApplicationFolder, _ tree: FileTree) {
        let place = place(of: folder)
        let read = readApplications(tree, path: folder.path, recurse: folder.recurse)
        for warning in read.warnings { log.warning("\(warning.summary)") }
        for problem in read.problems { log.error("\(problem.summary)") }
        if read.problems.isEmpty {
            declaredByFolder[place] = read.applications
            problems[place] = nil
        } else {
            problems[place] = read.problems.map(\.summary)
        }
    }

    private func recordRejected(at commit: CommitID) async throws {
        let all = problems.sorted { $0.key < $1.key }.flatMap(\.value)
        let repository = name
        let known = try await recorder.store.state { $0.repositories[repository]?.rejected }
        guard known != all else { return }
        let rejected = DeclarationsRejected { $0.problems = all }
        try await recorder.record([event(.declarationsRejected(rejected), commit: commit)])
    }

    /// Takes from the ledger what the folders had declared that could not be read yet.
    private func restoreDeclarations() async throws {
        let unread = folders.filter { declaredByFolder[place(of: $0)] == nil }
        guard !unread.isEmpty else {
            restored = []
            return
        }
        guard !hasTried else { return }
        let rows = try await recorder.store.state { $0.applications.all }
        for (name, row) in rows.sorted(by: { $0.key < $1.key })
        where !row.isRemoved && unread.contains(where: { $0.holds(row.declaration.file) }) {
            do { restored.append(try row.declaration.application) } catch {
                log.error("cannot restore application \(name): \(describe(error))")
            }
        }
    }

    /// Whether a folder that a file of declarations was in, or is in, declares no application.
    func declaresNothing(besides file: String) -> Bool {
        folders.contains { $0.holds(file) && declaredByFolder[place(of: $0)]?.isEmpty == true }
    }
}

extension Settings.ApplicationFolder {
    /// Whether a file is one that is read for declarations.
    func holds(_ file: String) -> Bool {
        guard path.isEmpty || file.hasPrefix(path + "/") else { return false }
        let below = path.isEmpty ? Substring(file) : file.dropFirst(path.count + 1)
        return recurse || !below.contains("/")
    }
}

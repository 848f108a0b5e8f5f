internal import Declarations
internal import Digests
internal import Engine
internal import EventLog
internal import GitRepository
internal import Model
internal import Projections

/// Copies of checkpoints in Git: a file for each, which is never changed, on a branch of their own.
///
/// Every clone of the repository is then a witness. The file `checkpoint` repeats the newest one, so that it is
/// found without reading them all.
struct Anchoring: Sendable {
    let workspace: Workspace

    private static let newest = "checkpoint"

    /// Where a checkpoint may stand; the second is for a log that came to the branch after another one.
    private static func paths(of checkpoint: Checkpoint) -> [String] {
        [
            "checkpoints/\(checkpoint.size)",
            "checkpoints/\(Digest(of: checkpoint.origin).shortText)/\(checkpoint.size)",
        ]
    }

    private struct Place {
        var anchor: Settings.Anchor
        var repository: Settings.Repository
        var mirror: GitRepository
    }

    /// `nil` when nothing is to be anchored.
    ///
    /// A mirror of its own: the engine's is fetched at the engine's pace, and must not find it busy.
    private func place() async throws -> Place? {
        guard let anchor = workspace.settings.anchor,
            let repository = workspace.settings.repository(named: anchor.repository)
        else { return nil }
        return Place(
            anchor: anchor, repository: repository,
            mirror: try await workspace.mirror(repository, as: "anchor"))
    }

    /// Pushes a checkpoint, unless it is there; announced before and told after, as every push.
    ///
    /// Nobody else's push in between is lost: the branch must still be where it was seen.
    ///
    /// - Parameter isFetched: Whether the mirror was fetched for this checkpoint already.
    func push(_ checkpoint: SignedCheckpoint, isFetched: Bool, _ recorder: Recorder) async throws {
        guard let place = try await place() else { return }
        if !isFetched { _ = try await place.mirror.fetch(deadline: place.repository.deadline) }
        let head = try await place.mirror.refs()["refs/heads/" + place.anchor.branch]
        guard let path = try await freePath(for: checkpoint.checkpoint, at: head, place) else {
            return
        }
        if let head, let known = try await place.mirror.file(at: head, path: Self.newest),
            let newest = try? SignedCheckpoint(parsing: known).checkpoint,
            newest.origin == checkpoint.checkpoint.origin, newest.size > checkpoint.checkpoint.size
        {
            throw CommandError(
                "\(place.anchor.branch) has a checkpoint of \(newest.size) events already",
                because: "one of \(checkpoint.checkpoint.size) must not come after it")
        }
        let commit = try await place.mirror.makeCommit(
            onto: place.anchor.branch,
            changes: [path: checkpoint.bytes, Self.newest: checkpoint.bytes],
            author: Commit.Identity(
                name: "Tidemark", email: "tidemark@localhost", time: recorder.clock.now()),
            message: "Checkpoint \(checkpoint.checkpoint.size) of "
                + "\(checkpoint.checkpoint.origin)\n")
        try await push(commit, onto: head, place, recorder)
    }

    /// Where the branch has room for a checkpoint; `nil` when it is there.
    private func freePath(for checkpoint: Checkpoint, at head: CommitID?, _ place: Place)
        async throws -> String?
    {
        for path in Self.paths(of: checkpoint) {
            guard let head, let known = try await place.mirror.file(at: head, path: path) else {
                return path
            }
            let found = (try? SignedCheckpoint(parsing: known))?.checkpoint
            if found == checkpoint { return nil }
            guard let found, found.origin != checkpoint.origin else { break }
        }
        throw CommandError(
            "checkpoints/\(checkpoint.size) on \(place.anchor.branch) is another checkpoint",
            because: "files there are never changed")
    }

    private func push(
        _ commit: CommitID, onto head: CommitID?, _ place: Place, _ recorder: Recorder
    ) async throws {
        let branch = place.anchor.branch
        let intended = PushIntended {
            $0.branch = branch
            $0.commit = commit.description
            $0.expected = head?.description
        }
        try await record(.pushIntended(intended), commit, place, isOutcome: false, recorder)
        var finished = PushFinished {
            $0.branch = branch
            $0.commit = commit.description
        }
        do {
            try await place.mirror.push(
                commit, to: branch, expecting: head, deadline: place.repository.deadline)
        } catch {
            finished.outcome = error.leavesPushUnknown ? .unknown : .notPushed
            finished.message = error.summary
            try await record(.pushFinished(finished), commit, place, isOutcome: true, recorder)
            throw error
        }
        try await record(.pushFinished(finished), commit, place, isOutcome: true, recorder)
    }

    private func record(
        _ event: Event, _ commit: CommitID, _ place: Place, isOutcome: Bool, _ recorder: Recorder
    ) async throws {
        try await recorder.record(
            [
                recorder.event(
                    event, stream: LedgerState.Stream.repository(place.repository.name),
                    subjects: Subjects(
                        commit: commit.description, repository: place.repository.name))
            ], isOutcome: isOutcome)
    }

    /// The newest checkpoint of the branch, and where that is; `nil` when there is none.
    ///
    /// - Parameter limit: How long it may take, where the repository's own deadline is longer.
    func last(within limit: Duration) async throws -> (SignedCheckpoint, source: String)? {
        guard let place = try await place() else { return nil }
        _ = try await place.mirror.fetch(deadline: min(limit, place.repository.deadline))
        guard let head = try await place.mirror.refs()["refs/heads/" + place.anchor.branch],
            let bytes = try await place.mirror.file(at: head, path: Self.newest)
        else { return nil }
        return (
            try SignedCheckpoint(parsing: bytes),
            "branch \(place.anchor.branch) of \(place.repository.name)"
        )
    }
}

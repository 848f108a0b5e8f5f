internal import Deadline
internal import Model

extension GitRepository {
    /// Brings in all branches and tags of the remote and says which ones moved.
    ///
    /// Refs that are gone from the remote go here too; their objects stay. When anything fails, no
    /// visible ref has moved.
    ///
    /// - Parameter deadline: The child is killed when it has not answered after so long.
    public func fetch(deadline: Duration) async throws(GitError) -> [RefMove] {
        let answer = try await transfer(push: nil, deadline: deadline)
        return try adoptIncoming(defaultBranch: answer.defaultBranch)
    }

    /// Moves a branch of the remote to a commit that is in this repository.
    ///
    /// The local branch moves with the next fetch.
    ///
    /// - Parameter old: Where the branch must stand; `nil` when it must not exist yet.
    /// - Throws: `GitError.rejected` when it stands elsewhere or leaves commits behind. After
    ///   `.deadline` or `.worker` it is unknown whether the push arrived: fetch and look.
    public func push(
        _ commit: CommitID, to branch: String, expecting old: CommitID?, deadline: Duration
    ) async throws(GitError) {
        guard isValidRefName("refs/heads/" + branch) else {
            throw .invalidInput("\(branch) is not a branch name")
        }
        let push = WorkerRequest.Push(
            commit: commit.description, branch: branch, expected: old?.description)
        _ = try await transfer(push: push, deadline: deadline)
    }

    private nonisolated func transfer(
        push: WorkerRequest.Push?, deadline: Duration
    ) async throws(GitError) -> WorkerAnswer {
        guard let remote, let worker else { throw .noRemote }
        let name = GitRemote.redacted(remote.url)
        let request = WorkerRequest(folder: folder, remote: remote, push: push)
        let answer: WorkerAnswer
        do {
            answer = try await withDeadline(deadline) { try await worker.run(request) }
        } catch let passed as DeadlinePassed {
            throw .deadline(remote: name, after: passed.after)
        } catch let error as GitError {
            throw error
        } catch is CancellationError {
            throw .cancelled
        } catch {
            if Task.isCancelled { throw .cancelled }
            throw .worker("\(error)")
        }
        if let failure = answer.failure {
            throw Self.error(failure, remote: name, branch: push?.branch ?? "")
        }
        return answer
    }

    private static func error(
        _ failure: WorkerAnswer.Failure, remote: String, branch: String
    ) -> GitError {
        switch failure.kind {
        case "unreachable": .unreachable(remote: remote, message: failure.message)
        case "authentication": .authentication(remote: remote, message: failure.message)
        case "untrusted": .untrusted(remote: remote, message: failure.message)
        case "credentials": .credentials(reason: failure.message, hint: failure.hint)
        case "rejected": .rejected(branch: branch, reason: failure.message)
        case "unsupported": .unsupportedLibrary(version: failure.message)
        default: .damaged(remote, message: failure.message)
        }
    }
}

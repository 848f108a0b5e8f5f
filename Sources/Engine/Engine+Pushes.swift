internal import EventLog
internal import GitRepository
internal import Logging
internal import Model
internal import Projections

extension Engine {
    /// Closes pushes that an interruption left without an outcome: the branch itself says what became of them.
    ///
    /// Called after a fetch; a repository that cannot be reached is asked at the next start.
    func closePushes() async {
        do {
            let open = try await parts.store.state { $0.pushes.all }
            for (_, push) in open.sorted(by: { $0.key < $1.key }) {
                guard let source = parts.sources[push.repository],
                    let commit = CommitID(push.commit),
                    let row = try await parts.store.state({ $0.repositories[push.repository] }),
                    row.unreachableSince == nil
                else { continue }
                let hasArrived = try await hasArrived(commit, in: push.branch, source)
                try await close(push, hasArrived: hasArrived)
            }
        } catch {
            parts.log.error("cannot close an interrupted push: \(describe(error))")
        }
    }

    /// Whether a branch, as it was fetched last, has a commit.
    func hasArrived(_ commit: CommitID, in branch: String, _ source: any ManifestSource)
        async throws -> Bool
    {
        let head: CommitID
        do { head = try await source.resolve(branch) } catch GitError.unknownRevision {
            return false  // A branch that the push was to make.
        }
        if head == commit { return true }
        // A commit that never left this machine may not even be in the mirror.
        return (try? await source.isAncestor(commit, of: head)) ?? false
    }

    private func close(_ push: PushRow, hasArrived: Bool) async throws {
        let finished = PushFinished {
            $0.branch = push.branch
            $0.commit = push.commit
            $0.message = "recovered after an interruption"
            $0.outcome = hasArrived ? .pushed : .notPushed
        }
        try await recorder.record(
            [
                recorder.event(
                    .pushFinished(finished), stream: LedgerState.Stream.repository(push.repository),
                    subjects: Subjects(commit: push.commit, repository: push.repository))
            ], isOutcome: true)
    }
}

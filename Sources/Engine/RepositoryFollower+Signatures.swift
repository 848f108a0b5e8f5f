internal import Declarations
internal import Digests
internal import EventLog
internal import GitRepository
internal import Logging
internal import Model
internal import Projections

extension RepositoryFollower {
    /// What the signature of a revision's newest commit was last looked at for.
    struct LookedAt: Equatable {
        var commit: CommitID
        var trust: Digest?
    }

    /// The signatures of so many commits are checked when a ref moves, the newest ones; each takes up to three
    /// runs of a program.
    private static let checkedMax = 100

    /// The commits with what is known of their signatures, in their order.
    func observed(_ commits: [Commit]) async -> [(CommitObserved, CommitID)] {
        var all: [(CommitObserved, CommitID)] = []
        let unchecked = max(0, commits.count - Self.checkedMax)
        for (number, commit) in commits.enumerated() {
            let checked =
                number < unchecked
                ? CheckedSignature(commit.signature == nil ? .none : .unverified)
                : await check(commit)
            all.append((commitObserved(commit, checked), commit.id))
        }
        if unchecked > 0 {
            log.notice(
                "\(name): of \(commits.count) new commits the newest \(Self.checkedMax) were checked"
            )
        }
        return all
    }

    /// What is on record of a commit's signature; `nil` also where none is required.
    func signature(of commit: CommitID) async throws -> CommitObserved.Signature? {
        guard settings.signatures.require != .none else { return nil }
        return try await recorder.store.state { $0.commits[commit.description]?.signature }
    }

    private func check(_ commit: Commit) async -> CheckedSignature {
        let checked = await signatures.check(commit, of: name)
        if let warning = checked.warning { log.warning("\(name): \(warning)") }
        return checked
    }

    /// Looks at the newest commit of each revision again when the trusted keys are others than before, and
    /// records what is seen in another light; where signatures are required, also of commits that no ref brought.
    func lookAtSignatures(_ revisions: Set<String>) async throws {
        guard let trust = await signatures.trust(of: name) else { return }
        for revision in revisions.sorted() {
            guard let head = try? await source.resolve(revision) else { continue }
            let look = LookedAt(commit: head, trust: trust)
            guard lookedAt[revision] != look else { continue }
            let row = try await recorder.store.state { $0.commits[head.description] }
            guard row != nil || settings.signatures.require != .none,
                let commit = try await source.commits(from: nil, to: head, limit: 1).last
            else { continue }
            let checked = await check(commit)
            if row == nil || row?.signature != checked.signature
                || row?.signedBy != checked.evidence
            {
                let observed = commitObserved(commit, checked)
                try await recorder.record([event(.commitObserved(observed), commit: head)])
            }
            lookedAt[revision] = look
        }
    }
}

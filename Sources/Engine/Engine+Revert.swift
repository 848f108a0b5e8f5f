internal import Declarations
internal import Digests
public import EventLog
public import GitRepository
internal import Model
internal import Projections

// A commit that reverts, as one request: however often it is repeated, one commit arrives.
//
// 1. `rollback.requested` has the id of the request; the `rollback.committed` of the n-th attempt has an id
//    made from it, so that a repeated request finds the newest attempt.
// 2. An attempt whose commit is in the branch is the last one.
// 3. While the branch stands where the attempt was built, the same commit is pushed again; once it has moved
//    on, the same commits are taken back by a new one.
extension Engine {
    /// What `revert` would take back now, after a fetch.
    ///
    /// Without a sync it is the newest commit that concerns the application; with one, all that came since.
    public func revertPlan(_ application: String, to sync: String?) async throws -> RevertPlan {
        try await lookForReverting(application)
        return try await chooseRevert(application, to: sync).plan
    }

    /// Makes and pushes a commit that takes back the newest one that concerns an application, or those since a sync.
    ///
    /// - Parameter expected: The commit that a plan was shown for; the branch must still stand there.
    public func revert(
        _ application: String, to sync: String?, expecting expected: CommitID? = nil, actor: Actor,
        id: EventID
    ) async throws -> RevertCommit {
        try await lookForReverting(application)
        let request = RevertRequest(application: application, to: sync, actor: actor, id: id)
        let result: RevertCommit
        let place: RevertPlace
        if let asked = try await parts.store.event(id: id) {
            place = try await self.place(of: application, in: asked.subjects.repository)
            result = try await finish(request, place)
        } else {
            let plan: RevertPlan
            (place, plan) = try await chooseRevert(application, to: sync)
            if let expected, plan.head != expected.description {
                throw SyncError.cannotRollBack(
                    to: sync ?? "the commit before",
                    reason: "\(place.branch) has moved to \(plan.head.prefix(7)) since it was shown"
                )
            }
            result = try await make(request, place, plan, attempt: 1)
        }
        await look([place.repository], via: .push)
        return result
    }
}

/// One request to revert.
private struct RevertRequest: Sendable {
    var application: String
    var to: String?
    var actor: Actor
    var id: EventID
}

extension Engine {
    private func make(
        _ request: RevertRequest, _ place: RevertPlace, _ plan: RevertPlan, attempt: Int
    ) async throws -> RevertCommit {
        let undone = plan.reverted.compactMap { CommitID($0.commit) }
        let commit = try await place.source.makeRevert(
            of: undone, onto: place.branch, at: parts.clock.now(), note: plan.warning)
        let asked = RollbackRequested {
            $0.method = .revertCommit
            $0.to = request.to
        }
        let committed = RollbackCommitted {
            $0.commit = commit.description
            $0.reverted = undone.map(\.description)
        }
        var events = [
            event(
                .rollbackCommitted(committed), commit, request, place,
                id: request.id.followUp(attempt)),
            event(
                intent(commit, place, on: CommitID(plan.head)), commit, request, place, id: nil),
        ]
        if attempt == 1 {
            events.insert(
                event(.rollbackRequested(asked), commit, request, place, id: request.id), at: 0)
        }
        try await recorder.record(events)
        try await push(commit, request, place, on: CommitID(plan.head))
        return RevertCommit(commit: commit, note: plan.warning)
    }

    /// Brings a request to its end that was made before.
    private func finish(_ request: RevertRequest, _ place: RevertPlace) async throws -> RevertCommit
    {
        await closePushes()
        var attempt = 1
        while try await parts.store.event(id: request.id.followUp(attempt + 1)) != nil {
            attempt += 1
        }
        guard
            case .rollbackCommitted(let made)? =
                try await parts.store.event(id: request.id.followUp(attempt))?.event,
            let commit = CommitID(made.commit)
        else {
            throw SyncError.cannotRollBack(
                to: request.to ?? "the commit before",
                reason: "the id of the request is that of another event")
        }
        try await ensureReachable(place.repository)
        if try await hasArrived(commit, in: place.branch, place.source) {
            return RevertCommit(commit: commit, note: "it was pushed before")
        }
        let head = try await place.source.resolve(place.branch)
        if try await parent(of: commit, place.source) == head {
            try await recorder.record([
                event(intent(commit, place, on: head), commit, request, place, id: nil)
            ])
            try await push(commit, request, place, on: head)
            return RevertCommit(
                commit: commit, note: "an earlier push had not arrived; it was pushed again")
        }
        let plan = RevertPlan(
            application: request.application, repository: place.repository,
            branch: place.branch, head: head.description,
            reverted: made.reverted.map { RevertPlan.Reverted(commit: $0, subject: "") })
        var again = try await make(request, place, plan, attempt: attempt + 1)
        again.note =
            "an earlier push of \(commit.short) had not arrived and \(place.branch) has moved on; "
            + "it was made anew"
        return again
    }

    /// Nobody can tell whether a push arrived while the remote does not answer.
    private func ensureReachable(_ repository: String) async throws {
        let row = try await parts.store.state { $0.repositories[repository] }
        guard row?.unreachableSince == nil else {
            throw SyncError.cannotRollBack(
                to: "the commit before",
                reason:
                    "repository \(repository) does not answer: \(row?.reason ?? "no reason given")")
        }
    }

    /// The commit it was built upon; `nil` when it is no longer in the mirror.
    private func parent(of commit: CommitID, _ source: any ManifestSource) async throws
        -> CommitID?
    {
        // A commit that never left this machine is lost with the mirror: then it is made anew.
        try? await source.commits(from: nil, to: commit, limit: 1).first?.parents.first
    }
}

// MARK: - Pushing

extension Engine {
    private func event(
        _ event: Event, _ commit: CommitID, _ request: RevertRequest, _ place: RevertPlace,
        id: EventID?
    ) -> NewEvent {
        recorder.event(
            event, stream: LedgerState.Stream.repository(place.repository),
            subjects: Subjects(
                application: request.application, commit: commit.description,
                repository: place.repository),
            actor: request.actor, id: id)
    }

    private func intent(_ commit: CommitID, _ place: RevertPlace, on head: CommitID?) -> Event {
        .pushIntended(
            PushIntended {
                $0.branch = place.branch
                $0.commit = commit.description
                $0.expected = head?.description
            })
    }

    /// Pushes what was announced, and records what became of it.
    private func push(
        _ commit: CommitID, _ request: RevertRequest, _ place: RevertPlace, on head: CommitID?
    ) async throws {
        var finished = PushFinished {
            $0.branch = place.branch
            $0.commit = commit.description
        }
        let result: Result<Void, any Error>
        do {
            try await place.source.push(commit, to: place.branch, expecting: head)
            result = .success(())
        } catch {
            // Cut off by the end of the program: the next start looks what became of it.
            try Task.checkCancellation()
            finished.outcome =
                (error as? GitError)?.leavesPushUnknown == true ? .unknown : .notPushed
            finished.message = describe(error)
            result = .failure(error)
        }
        var outcome = event(.pushFinished(finished), commit, request, place, id: nil)
        outcome.actor = .reconciler
        try await recorder.record([outcome], isOutcome: true)
        try result.get()
    }
}

extension EventID {
    /// The id of the n-th event that follows from a request: always the same one.
    fileprivate func followUp(_ number: Int) -> EventID {
        let milliseconds = Int64(text.prefix(13).filter { $0 != "-" }, radix: 16) ?? 0
        let time = Timestamp(nanoseconds: min(milliseconds, .max / 1_000_000) * 1_000_000)
        return EventID(at: time, random: Array(Digest(of: "\(text)/\(number)").bytes.prefix(10)))
    }
}

extension GitError {
    /// Whether the remote may have taken the push although no answer came.
    public var leavesPushUnknown: Bool {
        switch self {
        case .deadline, .worker, .cancelled, .unreachable: true
        default: false
        }
    }
}

internal import Declarations
internal import Digests
public import EventLog
internal import GitRepository
internal import Model
internal import Planning
public import Projections

/// What somebody says of a saved plan.
public struct PlanJudgement: Equatable, Sendable {
    public var plan: String
    public var verdict: Judgement.Verdict
    /// The reason of a rejection; of an approval a comment, if there is one.
    public var comment: String?
    /// An armoured SSH signature over `signedText`.
    public var signature: String?

    public init(
        plan: String, verdict: Judgement.Verdict, comment: String? = nil, signature: String? = nil
    ) {
        self.plan = plan
        self.verdict = verdict
        self.comment = comment
        self.signature = signature
    }
}

extension Engine {
    /// Records what somebody says of a saved plan; one that is stale, used or rejected is not judged any more.
    ///
    /// Whoever signs is who the trust file says; whoever only gives a name is put on record as claimed, which
    /// never counts; anybody else is the account at the other end of the socket.
    ///
    /// - Returns: Where the plan stands now, for people: `approved`, or what is missing.
    public func judge(_ judgement: PlanJudgement, actor: Actor, id: EventID) async throws -> String
    {
        let name = judgement.plan
        // A request that is repeated may find that the plan has been run meanwhile.
        let isKnown = try await parts.store.event(id: id) != nil
        let row = try await judgeable(name, isKnown)
        let environment = try await environment(of: row.application)
        if !isKnown {
            try await environment.checkNotRejected(name, row)
            let (judge, evidence) = try await authenticated(judgement, row, actor)
            try await environment.awaitRecovery(row.application)
            let examined = try await environment.examine(name, row, trigger: .manual)
            guard examined.moved.isEmpty else {
                let replacement = try await environment.replaceStale(name, row, examined.moved)
                throw ApprovalError.stale(
                    plan: name, moved: examined.moved, replacement: replacement)
            }
            try await recorder.record([
                recorder.event(
                    self.event(judgement, row, evidence), stream: name,
                    subjects: Subjects(
                        application: row.application, commit: row.commit,
                        environment: row.environment),
                    actor: judge, id: id)
            ])
        }
        await environment.markDirty(row.application)
        return try await standingText(name, environment, id)
    }

    /// A saved plan that has not been run.
    private func judgeable(_ name: String, _ isJudged: Bool) async throws -> PlanRow {
        let plans = try await parts.store.state { $0.plans.all }
        guard let row = plans[name] else {
            let open = plans.filter { $0.value.usedBy == nil }.sorted {
                $0.value.savedPosition < $1.value.savedPosition
            }
            throw ApprovalError.unknownPlan(name, saved: open.suffix(10).map(\.key))
        }
        if let sync = row.usedBy, !isJudged { throw ApprovalError.used(plan: name, by: sync) }
        return row
    }

    private func authenticated(_ judgement: PlanJudgement, _ row: PlanRow, _ actor: Actor)
        async throws -> (Actor, SignatureEvidence?)
    {
        guard let signature = judgement.signature else {
            guard let claimed = actor.onBehalfOf else { return (actor, nil) }
            return (Actor(kind: .user, id: claimed, authentication: .asserted), nil)
        }
        let text = signedText(judgement.verdict, of: judgement.plan, row.saved.plan)
        let evidence = try await parts.signatures.check(
            signature, of: text, namespace: planSignatureNamespace)
        return (
            Actor(kind: .user, id: evidence.signer, authentication: .sshSignature), evidence
        )
    }

    private func event(
        _ judgement: PlanJudgement, _ row: PlanRow, _ evidence: SignatureEvidence?
    ) -> Event {
        switch judgement.verdict {
        case .approved:
            .planApproved(
                PlanApproved {
                    $0.comment = judgement.comment
                    $0.plan = row.saved.plan
                    $0.signature = evidence
                })
        case .rejected:
            .planRejected(
                PlanRejected {
                    $0.plan = row.saved.plan
                    $0.reason = judgement.comment ?? ""
                    $0.signature = evidence
                })
        }
    }

    /// Where a plan stands after a judgement, which may be one that does not count.
    private func standingText(
        _ name: String, _ environment: EnvironmentReconciler, _ id: EventID
    ) async throws -> String {
        let position = try await parts.store.event(id: id)?.position
        guard let row = try await parts.store.state({ $0.plans[name] }),
            let given = row.judgements.first(where: { $0.position == position }),
            let target = await environment.target(of: row.application)
        else { return "recorded" }
        let rules = target.rules.approval
        let authors = await environment.authors(of: row.application)
        let flaws = rules.rules.map { rules.flaw(of: given, of: row, $0, authors: authors) }
        let flaw = flaws.first { $0 != nil } ?? nil
        let note =
            given.verdict == .approved && flaw != nil
            ? "recorded, but it does not count: \(given.actor.id) is \(flaw?.rawValue ?? "")\n" : ""
        switch rules.standing(of: row, authors: authors) {
        case .approved: return note + "\(name) is approved"
        case .waiting(let missing): return note + "\(name) waits: \(missing)"
        case .rejected(let person, _): return "\(name) is rejected by \(person)"
        }
    }
}

// MARK: - What a sync by hand needs

extension EnvironmentReconciler {
    /// What keeps a person from syncing an application by its name.
    func checkSyncable(_ application: String) throws {
        guard let target = entries[application]?.target else { return }
        if target.rules.approval.isNeeded {
            throw ApprovalError.needsPlan(application: application)
        }
        try checkSigned(target)
    }

    /// What keeps a person from running a saved plan.
    func checkRunnable(_ plan: String, _ row: PlanRow) async throws {
        guard let target = entries[row.application]?.target else { return }
        try checkSigned(target)
        switch target.rules.approval.standing(of: row, authors: await authors(of: row.application))
        {
        case .approved: break
        case .waiting(let missing): throw ApprovalError.waiting(plan: plan, missing: missing)
        case .rejected(let person, let reason):
            throw ApprovalError.rejected(plan: plan, by: person, reason: reason)
        }
    }

    /// What is rejected is not judged again.
    func checkNotRejected(_ plan: String, _ row: PlanRow) throws {
        guard let rules = entries[row.application]?.target.rules.approval,
            case .rejected(let person, let reason) = rules.standing(of: row, authors: [])
        else { return }
        throw ApprovalError.rejected(plan: plan, by: person, reason: reason)
    }

    private func checkSigned(_ target: Target) throws {
        guard target.rules.requiresSignature, target.signature != .verified else { return }
        let commit = target.signedCommit ?? target.commit
        throw ApprovalError.unsigned(unsignedText(commit.description, target.signature))
    }
}

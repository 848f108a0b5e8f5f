internal import Declarations
internal import Digests
internal import EventLog
internal import Model
internal import Planning
internal import Projections

/// What people said of a plan, and what was put on record beside it, in lines.
struct Approvals {
    private let rules: ApprovalRules
    private let state: LedgerState
    private let now: Timestamp

    /// - Parameter settings: They say whose agreement is needed, and which accounts are one person.
    init(
        _ settings: Settings, application: String, environment: String, _ state: LedgerState,
        now: Timestamp
    ) {
        let declared = settings.environments.first { $0.name == environment }
        rules = ApprovalRules(
            rules: declared.map { settings.approvalRules(of: application, in: $0) } ?? [],
            identities: settings.identities)
        self.state = state
        self.now = now
    }

    /// Of a sync: who approved what it ran, or why nobody had to.
    func approved(_ name: String, _ sync: SyncRow) -> [String] {
        let plan = state.plans.all.first { $0.value.usedBy == name }?.value
        let approvals = plan?.judgements.filter { $0.verdict == .approved } ?? []
        if let plan, !approvals.isEmpty {
            return approvals.map { line($0, plan, ran: sync.plan?.plan) }
        }
        if plan == nil, let (earlier, row) = covering(sync), let first = row.usedBy {
            let given = row.judgements.filter { $0.verdict == .approved }
            return ["as \(earlier), which \(first) ran before"]
                + given.map { line($0, row, ran: nil) }
        }
        guard rules.isNeeded else { return [] }
        switch sync.trigger {
        case .selfHeal: return ["not needed: back to what was applied before"]
        case .rollback: return ["not needed: back to \(sync.rollbackTo ?? "an earlier sync")"]
        case .automated, .manual, .removal: return ["none on record"]
        }
    }

    /// The approved plan that ran before for the same manifests: a further attempt is made under its approval.
    private func covering(_ sync: SyncRow) -> (String, PlanRow)? {
        guard sync.trigger == .automated, let inputs = sync.plan?.inputs else { return nil }
        let used = state.plans.all.filter {
            $0.value.application == sync.application && $0.value.usedBy != nil
                && $0.value.savedPosition < sync.requestedPosition
        }
        guard let last = used.max(by: { $0.value.savedPosition < $1.value.savedPosition }),
            last.value.saved.inputs.desired == inputs.desired,
            last.value.saved.inputs.application == inputs.application,
            last.value.judgements.contains(where: { $0.verdict == .approved })
        else { return nil }
        return (last.key, last.value)
    }

    /// Of a saved plan: what was said of it, and what is missing.
    func judgements(_ plan: PlanRow) -> [String] {
        var lines = plan.judgements.map { judgement in
            judgement.verdict == .approved
                ? "approved by \(line(judgement, plan, ran: nil))"
                : "rejected by \(who(judgement)): \(judgement.comment ?? "")"
        }
        if rules.isNeeded, plan.usedBy == nil,
            case .waiting(let missing) = rules.standing(of: plan, authors: authors(of: plan))
        {
            lines.append("waits: \(missing)")
        }
        return lines
    }

    /// `engineer-b 10:04:40 (not the author ✓, plan digest matches ✓)`.
    private func line(_ judgement: Judgement, _ plan: PlanRow, ran: Digest?) -> String {
        let authors = authors(of: plan)
        let isAuthor = rules.isAuthor(judgement.actor, of: plan, authors: authors)
        let flaws = rules.rules.map { rules.flaw(of: judgement, of: plan, $0, authors: authors) }
        let isSame = judgement.plan == plan.saved.plan && (ran == nil || ran == plan.saved.plan)
        var marks = [
            isAuthor ? "an author\(flaws.contains(.author) ? " ✗" : "")" : "not the author ✓",
            isSame ? "plan digest matches ✓" : "another plan ✗",
        ]
        if judgement.actor.authentication == .asserted {
            marks.append("merely claimed ✗")
        } else if flaws.contains(.authentication) {
            marks.append("not known by a way that counts ✗")
        }
        if let key = judgement.signingKey { marks.append("signed with \(key) ✓") }
        let comment = judgement.comment.map { ": \($0)" } ?? ""
        return "\(who(judgement)) (\(marks.joined(separator: ", ")))\(comment)"
    }

    private func who(_ judgement: Judgement) -> String {
        "\(rules.person(judgement.actor.id)) \(clock(judgement.at, now: now))"
    }

    /// The author and the committer of the plan's commit.
    private func authors(of plan: PlanRow) -> Set<String> {
        guard let commit = plan.commit.flatMap({ state.commits[$0] }) else { return [] }
        return [commit.authorEmail, commit.authorName, commit.committerEmail]
    }

    /// The documents beside a sync, and beside its commit.
    func evidence(_ sync: SyncRow) -> [String] {
        let commit = sync.commit.flatMap { state.commits[$0]?.evidence } ?? []
        return sync.evidence.map { line($0, "") }
            + commit.map { line($0, " for commit \(short(sync.commit))") }
    }

    private func line(_ evidence: Evidence, _ place: String) -> String {
        let attested = evidence.attested
        let signer = attested.signature.map { ", signed by \($0.signer) ✓" } ?? ""
        return "\(attested.kind.rawValue) \(attested.name)\(place), "
            + "\(counted(Int(attested.size), "byte")), by \(text(of: evidence.actor)) "
            + "\(clock(evidence.at, now: now))\(signer)"
    }

    /// What is known of the signature of a sync's commit; `nil` when it has none, or nothing is known.
    func signature(_ sync: SyncRow) -> String? {
        guard let commit = sync.commit.flatMap({ state.commits[$0] }) else { return nil }
        switch commit.signature {
        case .none, .unverified: return nil
        case .verified:
            return "by \(commit.signedBy?.signer ?? "?") with \(commit.signedBy?.key ?? "?") ✓"
        case .untrusted: return "by a key that is not trusted ✗"
        case .invalid: return "with a signature that is not good ✗"
        }
    }
}

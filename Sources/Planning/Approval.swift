public import Declarations
public import Digests
public import EventLog
public import Projections

/// Whose agreement the syncs of an application need, and which accounts are one person.
public struct ApprovalRules: Equatable, Sendable {
    /// Each is to be met by itself; none means that nobody need agree.
    public var rules: [Settings.ApprovalRule]
    public var identities: [Settings.Identity]

    public init(rules: [Settings.ApprovalRule] = [], identities: [Settings.Identity] = []) {
        self.rules = rules
        self.identities = identities
    }

    public static let none = ApprovalRules()

    public var isNeeded: Bool { !rules.isEmpty }
}

/// Where a saved plan stands between being saved and being run.
public enum ApprovalStanding: Equatable, Sendable {
    /// Enough people agreed; their names.
    case approved(by: [String])
    /// What is missing.
    case waiting(String)
    case rejected(by: String, reason: String)
}

/// Why an approval does not count.
public enum ApprovalFlaw: String, Equatable, Sendable {
    case authentication = "not known by a way that counts"
    case author = "an author of the change, or who asked for it"
    case otherPlan = "of another plan"
}

extension ApprovalRules {
    /// Where a plan stands.
    ///
    /// A rejection by anybody who is known by a way that counts is final, whatever was approved; the authors
    /// of a change may always reject it.
    ///
    /// - Parameter authors: The accounts of those who wrote what the plan brings.
    public func standing(of plan: PlanRow, authors: Set<String>) -> ApprovalStanding {
        if let rejection = plan.judgements.first(where: { isRejection($0, of: plan) }) {
            return .rejected(by: person(rejection.actor.id), reason: rejection.comment ?? "")
        }
        let approvals = plan.judgements.filter { $0.verdict == .approved }
        var names: Set<String> = []
        for rule in rules {
            let people = Set(
                approvals.filter { flaw(of: $0, of: plan, rule, authors: authors) == nil }
                    .map { person($0.actor.id) })
            guard people.count >= rule.count else {
                return .waiting(Self.missing(rule.count - people.count, rule))
            }
            names.formUnion(people)
        }
        return .approved(by: names.sorted())
    }

    /// Why an approval does not count under a rule; `nil` when it does.
    public func flaw(
        of approval: Judgement, of plan: PlanRow, _ rule: Settings.ApprovalRule,
        authors: Set<String>
    ) -> ApprovalFlaw? {
        if approval.plan != plan.saved.plan { return .otherPlan }
        guard rule.accepts(approval.actor.authentication) else { return .authentication }
        guard rule.isNotAuthor else { return nil }
        return isAuthor(approval.actor, of: plan, authors: authors) ? .author : nil
    }

    /// Whether somebody wrote what a plan brings, or asked for the plan.
    ///
    /// - Parameter authors: For a plan that was saved without a record of them.
    public func isAuthor(_ actor: Actor, of plan: PlanRow, authors: Set<String>) -> Bool {
        var accounts = plan.saved.authors.map { Set($0) } ?? authors
        if plan.savedBy.kind == .user {
            accounts.insert(plan.savedBy.id)
            if let principal = plan.savedBy.onBehalfOf { accounts.insert(principal) }
        }
        return accounts.map(person).contains(person(actor.id))
    }

    /// Who an account is.
    public func person(_ account: String) -> String {
        Settings.Identity.person(account, among: identities)
    }

    private func isRejection(_ judgement: Judgement, of plan: PlanRow) -> Bool {
        guard judgement.verdict == .rejected, judgement.plan == plan.saved.plan else {
            return false
        }
        let accepting = rules.isEmpty ? [.standard] : rules
        return accepting.contains { $0.accepts(judgement.actor.authentication) }
    }

    private static func missing(_ count: Int, _ rule: Settings.ApprovalRule) -> String {
        let ways = rule.authentication.map(\.words).sorted().joined(separator: " or ")
        return "\(count) more \(count == 1 ? "person" : "people") must approve it, by \(ways)"
            + (rule.isNotAuthor ? ", and none of its authors" : "")
    }
}

extension Settings.ApprovalRule {
    func accepts(_ authentication: Actor.Authentication) -> Bool {
        switch authentication {
        case .sshSignature: self.authentication.contains(.sshSignature)
        case .unixPeer: self.authentication.contains(.unixPeer)
        // Nobody is known so yet, and a mere claim never counts.
        case .oidc, .forgeReview, .system, .asserted: false
        }
    }
}

extension Settings.ApprovalRule.Authentication {
    fileprivate var words: String {
        switch self {
        case .sshSignature: "SSH signature"
        case .unixPeer: "account"
        }
    }
}

/// The namespace of signatures that approve or reject a plan.
public let planSignatureNamespace = "tidemark-plan"

/// The namespace of signatures over documents that are put on record as evidence.
public let evidenceSignatureNamespace = "tidemark-evidence"

/// The text that is signed to approve or reject a plan: what is said, of which plan, and its digest.
///
/// One line with its end. It names the verdict, so that no approval can be passed off as a rejection.
public func signedText(_ verdict: Judgement.Verdict, of name: String, _ plan: Digest) -> [UInt8] {
    Array("tidemark \(verdict.rawValue) \(name) \(plan)\n".utf8)
}

internal import Declarations
public import Digests
public import EventLog
internal import Model
public import Projections

/// What a sync that would be due leads to when people must agree to it first.
///
/// What was applied last was agreed to: drift back to it is healed without asking again, and an approved
/// plan that failed is tried again. Everything else is offered once as a saved plan, and waits.
///
/// - Returns: `nil` when the sync needs no further agreement and goes on as any other.
func approvalDecisions(
    _ application: ApplicationRow, _ due: [ObjectKey: Observation.Object],
    _ plans: [String: PlanRow], _ observation: Observation
) -> [Decision]? {
    let used = plans.values.filter { $0.usedBy != nil }
    if let last = used.max(by: { $0.savedPosition < $1.savedPosition }),
        last.isOffered(for: application, observation)
    {
        return nil
    }
    if due.values.allSatisfy({ $0.isAsLastApplied && $0.verdict != .extra }) {
        let failures = application.attempts.lastFailed ? application.attempts.failures : 0
        return heal(application, due, observation, failures: failures)
    }
    let offers = plans.filter { $0.value.isOffered(for: application, observation) }
        .sorted { $0.value.savedPosition < $1.value.savedPosition }
    func standing(_ plan: PlanRow) -> ApprovalStanding {
        observation.rules.approval.standing(of: plan, authors: observation.authors)
    }
    for (name, plan) in offers {
        guard case .rejected(let person, let reason) = standing(plan) else { continue }
        return refusal(
            application, observation.commit, .waitingForApproval,
            "\(name) was rejected by \(person): \(reason)")
    }
    guard let (name, plan) = offers.last(where: { $0.value.usedBy == nil }) else {
        return [.savePlan(request(.automated, observation, attempt: 0))]
    }
    switch standing(plan) {
    case .approved: return [.runPlan(name)]
    case .waiting, .rejected:
        return refusal(
            application, observation.commit, .waitingForApproval,
            "waits for approval of \(name): tidemark show \(name), then tidemark approve \(name)")
    }
}

/// A sync is refused at a commit whose signature is not verified, where one is required.
func signatureDecisions(_ application: ApplicationRow, _ observation: Observation) -> [Decision]? {
    guard observation.rules.requiresSignature, observation.signature != .verified else {
        return nil
    }
    return refusal(
        application, observation.commit, .unsignedCommit,
        unsignedText(
            observation.signedCommit ?? observation.commit ?? "", observation.signature))
}

/// Why a commit does not pass for one that a trusted key has signed.
public func unsignedText(_ commit: String, _ signature: CommitObserved.Signature?) -> String {
    let why =
        switch signature {
        case .none?: "it has no signature"
        case .invalid: "its signature is not good"
        case .untrusted: "the trusted keys do not vouch for its signature"
        case .unverified: "its signature could not be verified"
        case .verified: "it is verified"
        case nil: "it was not looked at yet"
        }
    return "commit \(commit.prefix(7)) is not signed by a trusted key: \(why)"
}

extension PlanRow {
    fileprivate func isOffered(for application: ApplicationRow, _ observation: Observation) -> Bool
    {
        isOffer(of: observation.desired, application.declaration.digest)
    }

    /// Whether Tidemark saved it for what is wanted and declared now: all of it, not some objects.
    public func isOffer(of desired: Digest?, _ declaration: Digest?) -> Bool {
        savedBy.kind == .system && saved.inputs.desired == desired
            && saved.inputs.application == declaration
    }
}

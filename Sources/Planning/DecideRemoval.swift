internal import Declarations
internal import EventLog
internal import Model
public import Projections

/// Says what to do about an application that left Git and whose finalizer asks for its objects to go, too.
///
/// Pure, as `decide` is. The objects go by a sync that prunes; once none is left that may go, the application is
/// removed. Where nothing is ever written, and where pruning is switched off, it is removed at once and its
/// objects stay.
///
/// - Parameter isLastOfFolder: Whether its folder declares no application any more: that looks like a folder
///   that was moved or emptied by mistake, so a person has to confirm it by a sync with pruning.
/// - Parameter hasHooksToRun: Whether hooks of its deletion have not run yet.
///
/// Source: https://argo-cd.readthedocs.io/en/stable/user-guide/app_deletion/
public func decideRemoval(
    of application: ApplicationRow, running: SyncRow?, isLastOfFolder: Bool,
    hasHooksToRun: Bool = false, _ observation: Observation
) -> [Decision] {
    let rules = observation.rules
    guard rules.mode == .apply, rules.policy.options.prunes else {
        return [.remove(isCascaded: false)]
    }
    if let obstacle = observation.obstacle {
        return refusal(application, observation.commit, obstacle.reason, obstacle.message)
    }
    if let running {
        switch running.trigger {
        case .removal, .manual: return []
        case .automated, .selfHeal, .rollback:
            return [.supersede(because: "the application left Git")]
        }
    }
    // What is being deleted already tells when it is gone.
    guard !observation.objects.values.contains(where: \.isBeingDeleted) else { return [] }
    guard hasHooksToRun || observation.objects.values.contains(where: \.isPrunable) else {
        return [.remove(isCascaded: true)]
    }
    if rules.approval.isNeeded {
        return refusal(
            application, observation.commit, .waitingForApproval,
            "it left Git; its objects stay until a plan to prune them is approved and run: "
                + "tidemark plan APP --prune --save")
    }
    if isLastOfFolder {
        return refusal(
            application, observation.commit, .wouldPruneEverything,
            "its folder declares no application any more; to remove its objects, sync it by hand "
                + "with --prune")
    }
    if let held = application.heldBecause {
        return refusal(application, observation.commit, .held, held)
    }
    let attempts = application.attempts
    if attempts.lastFailed {
        let time =
            attempts.lastAt
            + rules.heal.delay(afterHeals: max(attempts.failures, attempts.heals, 1))
        guard observation.now >= time else { return [.wait(until: time)] }
    }
    return [
        .sync(
            SyncRequested {
                $0.attempt = attempts.failures
                $0.isPruning = true
                $0.trigger = .removal
            })
    ]
}

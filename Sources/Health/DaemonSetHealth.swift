import Model

/// An available pod of the newest template on every node that wants one.
///
/// Source: https://github.com/argoproj/argo-cd/blob/master/gitops-engine/pkg/health/health_daemonset.go
func daemonSetHealth(_ live: Node) throws(MisshapenField) -> HealthAssessment {
    let observed = try live.generation("status", "observedGeneration")
    guard try live.generation("metadata", "generation") <= observed else {
        return .progressing(
            "Waiting for rollout to finish: observed daemon set generation less than desired "
                + "generation")
    }
    let desired = try live.count("status", "desiredNumberScheduled") ?? 0
    let updated = try live.count("status", "updatedNumberScheduled") ?? 0
    let available = try live.count("status", "numberAvailable") ?? 0
    if try live.text("spec", "updateStrategy", "type") == "OnDelete" {
        return .healthy("daemon set \(updated) out of \(desired) new pods have been updated")
    }
    let waiting =
        "Waiting for daemon set \"\(try live.text("metadata", "name"))\" rollout to finish: "
    if updated < desired {
        return .progressing(
            waiting + "\(updated) out of \(desired) new pods have been updated...")
    }
    if available < desired {
        return .progressing(
            waiting + "\(available) of \(desired) updated pods are available...")
    }
    return .healthy()
}

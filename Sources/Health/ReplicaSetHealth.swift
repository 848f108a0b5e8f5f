import Model

/// Enough available pods, and none that could not be made.
///
/// Source: https://github.com/argoproj/argo-cd/blob/master/gitops-engine/pkg/health/health_replicaset.go
func replicaSetHealth(_ live: Node) throws(MisshapenField) -> HealthAssessment {
    let waiting = "Waiting for rollout to finish: "
    let observed = try live.generation("status", "observedGeneration")
    guard try live.generation("metadata", "generation") <= observed else {
        return .progressing(
            waiting + "observed replica set generation less than desired generation")
    }
    if let failure = try live.condition("ReplicaFailure"), try failure.text("status") == "True" {
        return .degraded(try failure.text("message"))
    }
    let available = try live.count("status", "availableReplicas") ?? 0
    if let desired = try live.count("spec", "replicas"), available < desired {
        return .progressing(
            waiting + "\(available) out of \(desired) new replicas are available...")
    }
    return .healthy()
}

import Model

/// A rollout that has ended well is Healthy; one that is past its deadline is Degraded.
///
/// Source: https://github.com/argoproj/argo-cd/blob/master/gitops-engine/pkg/health/health_deployment.go
func deploymentHealth(_ live: Node) throws(MisshapenField) -> HealthAssessment {
    if try live.flag("spec", "paused") { return .suspended("Deployment is paused") }
    let waiting = "Waiting for rollout to finish: "
    let observed = try live.generation("status", "observedGeneration")
    guard try live.generation("metadata", "generation") <= observed else {
        return .progressing(waiting + "observed deployment generation less than desired generation")
    }
    if try live.condition("Progressing")?.text("reason") == "ProgressDeadlineExceeded" {
        let name = try live.text("metadata", "name")
        return .degraded("Deployment \"\(name)\" exceeded its progress deadline")
    }
    let desired = try live.count("spec", "replicas")
    let all = try live.count("status", "replicas") ?? 0
    let updated = try live.count("status", "updatedReplicas") ?? 0
    let available = try live.count("status", "availableReplicas") ?? 0
    if let desired, updated < desired {
        return .progressing(
            waiting + "\(updated) out of \(desired) new replicas have been updated...")
    }
    if all > updated {
        return .progressing(waiting + "\(all - updated) old replicas are pending termination...")
    }
    if available < updated {
        return .progressing(
            waiting + "\(available) of \(updated) updated replicas are available...")
    }
    return .healthy()
}

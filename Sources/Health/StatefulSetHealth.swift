import Model

/// All pods ready and, but for partitions and OnDelete, of the newest revision.
///
/// Source: https://github.com/argoproj/argo-cd/blob/master/gitops-engine/pkg/health/health_statefulset.go
func statefulSetHealth(_ live: Node) throws(MisshapenField) -> HealthAssessment {
    let observed = try live.generation("status", "observedGeneration")
    guard observed != 0, try live.generation("metadata", "generation") <= observed else {
        return .progressing("Waiting for statefulset spec update to be observed...")
    }
    let desired = try live.count("spec", "replicas")
    let ready = try live.count("status", "readyReplicas") ?? 0
    let updated = try live.count("status", "updatedReplicas") ?? 0
    if let desired, ready < desired {
        return .progressing("Waiting for \(desired - ready) pods to be ready...")
    }
    let strategy = try live.text("spec", "updateStrategy", "type")
    if strategy == "RollingUpdate",
        let rollingUpdate = try live.part("spec", "updateStrategy", "rollingUpdate")
    {
        if let desired, let partition = try rollingUpdate.count("partition"),
            updated < desired - partition
        {
            return .progressing(
                "Waiting for partitioned roll out to finish: \(updated) out of "
                    + "\(desired - partition) new pods have been updated...")
        }
        return .healthy(
            "partitioned roll out complete: \(updated) new pods have been updated...")
    }
    if strategy == "OnDelete" { return .healthy("statefulset has \(ready) ready pods") }
    let newest = try live.text("status", "updateRevision")
    let current = try live.text("status", "currentRevision")
    guard newest == current else {
        return .progressing(
            "waiting for statefulset rolling update to complete \(updated) pods at revision "
                + "\(newest)...")
    }
    let count = try live.count("status", "currentReplicas") ?? 0
    return .healthy(
        "statefulset rolling update complete \(count) pods at revision \(current)...")
}

import Model

/// By the phase of the claim.
///
/// Source: https://github.com/argoproj/argo-cd/blob/master/gitops-engine/pkg/health/health_pvc.go
func persistentVolumeClaimHealth(_ live: Node) throws(MisshapenField) -> HealthAssessment {
    switch try live.text("status", "phase") {
    case "Bound": .healthy()
    case "Pending": .progressing()
    case "Lost": .degraded()
    default: .unknown()
    }
}

import Model

/// Only a load balancer that has no address yet is not Healthy.
///
/// Source: https://github.com/argoproj/argo-cd/blob/master/gitops-engine/pkg/health/health_service.go
func serviceHealth(_ live: Node) throws(MisshapenField) -> HealthAssessment {
    guard try live.text("spec", "type") == "LoadBalancer" else { return .healthy() }
    return try live.list("status", "loadBalancer", "ingress").isEmpty ? .progressing() : .healthy()
}

import Model

/// Healthy once it has an address.
///
/// Source: https://github.com/argoproj/argo-cd/blob/master/gitops-engine/pkg/health/health_ingress.go
func ingressHealth(_ live: Node) -> HealthAssessment {
    let addresses = live["status"]?["loadBalancer"]?["ingress"]?.arrayValue ?? []
    return addresses.isEmpty ? .progressing() : .healthy()
}

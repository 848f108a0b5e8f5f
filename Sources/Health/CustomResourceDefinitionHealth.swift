import Model

/// Healthy once the API server has accepted its names and serves its objects.
///
/// Source: https://github.com/argoproj/argo-cd/blob/master/resource_customizations/apiextensions.k8s.io/CustomResourceDefinition/health.lua
func customResourceDefinitionHealth(_ live: Node) throws(MisshapenField) -> HealthAssessment {
    if isBeingDeleted(live) { return .progressing("CRD is terminating") }
    let conditions = try live.list("status", "conditions")
    guard !conditions.isEmpty else { return .progressing("Status conditions not found") }
    var isEstablished = false
    for condition in conditions {
        let message = try condition.text("message")
        switch (try condition.text("type"), try condition.text("status")) {
        case ("Terminating", "True"): return .progressing("CRD is terminating: " + message)
        case ("NamesAccepted", "False"):
            return .degraded("CRD names have not been accepted: " + message)
        case ("NonStructuralSchema", "True"):
            return .degraded("Schema violations found: " + message)
        case ("Established", "True"): isEstablished = true
        case ("Established", _) where try condition.text("reason") == "Installing":
            return .progressing("CRD is being installed")
        default: break
        }
    }
    return isEstablished ? .healthy("CRD is healthy") : .degraded("CRD is not established")
}

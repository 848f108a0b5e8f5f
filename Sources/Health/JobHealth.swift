import Model

/// Healthy once it has ended well; a job that was suspended and went on counts as ended, as in Argo CD.
///
/// Only of `Suspended` does the condition's status count.
///
/// Source: https://github.com/argoproj/argo-cd/blob/master/gitops-engine/pkg/health/health_job.go
func jobHealth(_ live: Node) throws(MisshapenField) -> HealthAssessment {
    var failure: String?
    var message: String?
    var isSuspended = false
    for condition in try live.list("status", "conditions") {
        switch try condition.text("type") {
        case "Failed": failure = try condition.text("message")
        case "Complete": message = try condition.text("message")
        case "Suspended":
            message = try condition.text("message")
            if try condition.text("status") == "True" { isSuspended = true }
        default: break
        }
    }
    if let failure { return .degraded(failure) }
    guard let message else { return .progressing() }
    return isSuspended ? .suspended(message) : .healthy(message)
}

import Model

/// A pod that is meant to run for ever is Healthy when it is ready, any other one when it has succeeded.
///
/// Containers that cannot start make only the former Degraded: a hook's pod may still recover, and would
/// run after the sync was given up.
///
/// Source: https://github.com/argoproj/argo-cd/blob/master/gitops-engine/pkg/health/health_pod.go
func podHealth(_ live: Node) throws(MisshapenField) -> HealthAssessment {
    let policy = try live.text("spec", "restartPolicy")
    let runsForEver =
        policy == "Always"
        || live.annotation("argocd.argoproj.io/ignore-restart-policy") == "true" && !isHook(live)
    if runsForEver, let message = try startProblem(of: live) { return .degraded(message) }

    let message = try live.text("status", "message")
    switch try live.text("status", "phase") {
    case "Pending": return .progressing(message)
    case "Succeeded": return .healthy(message)
    case "Failed": return .degraded(message.isEmpty ? try failureMessage(of: live) : message)
    case "Running" where runsForEver: return try runningHealth(live, message)
    case "Running" where policy == "OnFailure" || policy == "Never": return .progressing(message)
    default: return .unknown(message)
    }
}

private func runningHealth(_ live: Node, _ message: String) throws(MisshapenField)
    -> HealthAssessment
{
    if try live.condition("Ready")?.text("status") == "True" { return .healthy(message) }
    for container in try live.list("status", "containerStatuses")
    where try container.part("lastState", "terminated") != nil {
        return .degraded(message)
    }
    return .progressing(message)
}

/// What the containers say that wait because of an error; `nil` when none does.
private func startProblem(of live: Node) throws(MisshapenField) -> String? {
    var messages: [String] = []
    for container in try live.list("status", "containerStatuses") {
        guard let waiting = try container.part("state", "waiting") else { continue }
        let reason = try waiting.text("reason")
        if reason.hasPrefix("Err") || reason.hasSuffix("Error") || reason.hasSuffix("BackOff") {
            messages.append(try waiting.text("message"))
        }
    }
    return messages.isEmpty ? nil : messages.joined(separator: ", ")
}

/// What the first container with something to say died of.
private func failureMessage(of live: Node) throws(MisshapenField) -> String {
    let containers =
        try live.list("status", "initContainerStatuses")
        + live.list("status", "containerStatuses")
    for container in containers {
        guard let terminated = try container.part("state", "terminated") else { continue }
        let message = try terminated.text("message")
        if !message.isEmpty { return message }
        if try terminated.text("reason") == "OOMKilled" { return "OOMKilled" }
        if let code = try terminated.count("exitCode"), code != 0 {
            return "container \"\(try container.text("name"))\" failed with exit code \(code)"
        }
    }
    return ""
}

/// Whether the pod is a hook of a sync, of Argo CD's kind or of Helm's.
///
/// Source: https://github.com/argoproj/argo-cd/blob/master/gitops-engine/pkg/sync/hook/hook.go
private func isHook(_ live: Node) -> Bool {
    if let hook = live.annotation("argocd.argoproj.io/hook") { return hook != "Skip" }
    guard let hook = live.annotation("helm.sh/hook") else { return false }
    return hook != "crd-install"
}

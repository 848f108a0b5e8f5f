import Model

/// Runs Pods until enough have succeeded or too many have failed.
///
/// Source: https://kubernetes.io/docs/concepts/workloads/controllers/job/
@Sendable func stepJob(_ job: Node, _ view: ControllerView) -> ControllerStep {
    if job.isBeingDeleted || isFinished(job) { return ControllerStep() }
    let spec = job["spec"]
    let pods = view.owned("pods", by: job)
    let active = pods.filter(\.isActivePod)
    let succeeded = pods.count { $0["status"]?["phase"] == "Succeeded" }
    let failed = pods.count { $0["status"]?["phase"] == "Failed" }
    let completions = Int(spec?["completions"]?.intValue ?? 1)
    let parallelism = Int(spec?["parallelism"]?.intValue ?? 1)
    let backoffLimit = Int(spec?["backoffLimit"]?.intValue ?? 6)
    var step = ControllerStep()
    var status = job["status"] ?? [:]
    if spec?["suspend"]?.boolValue == true { return suspended(job, active, view) }
    if status["startTime"] == nil { status["startTime"] = .string(view.now.secondsText) }
    status.setCount("succeeded", succeeded)
    status.setCount("failed", failed)
    status["uncountedTerminatedPods"] = [:]
    let end = deadline(job, status, view)
    let isOver: Bool
    if succeeded >= completions {
        isOver = true
        status["completionTime"] = .string(view.now.secondsText)
        status.finish(
            ["SuccessCriteriaMet", "Complete"], "CompletionsReached",
            "Reached expected number of succeeded pods", view.now)
    } else if failed > backoffLimit {
        isOver = true
        status.finish(
            ["FailureTarget", "Failed"], "BackoffLimitExceeded",
            "Job has reached the specified backoff limit", view.now)
    } else if let end, view.now >= end {
        isOver = true
        status.finish(
            ["FailureTarget", "Failed"], "DeadlineExceeded",
            "Job was active longer than specified deadline", view.now)
    } else {
        isOver = false
        step.wake = end
    }
    if isOver {
        status.setCount("active", 0)
        status["ready"] = 0
        step.writes += active.map { .delete($0, DeleteOptions(propagation: .background)) }
    } else {
        let missing = max(0, min(parallelism, completions - succeeded) - active.count)
        for _ in 0..<missing {
            step.writes.append(.create(pod(from: spec?["template"], owner: job, name: nil)))
        }
        status.setCount("active", active.count + missing)
        status["ready"] = .int(Int64(active.count(where: \.isReadyPod)))
        status["terminating"] = 0
    }
    if let changed = job.with(status: status) { step.writes.append(.updateStatus(changed)) }
    return step
}

extension Node {
    /// Sets, in a Job's status, the conditions that say that it is over and why.
    fileprivate mutating func finish(
        _ types: [String], _ reason: String, _ message: String, _ now: Timestamp
    ) {
        for type in types {
            self["conditions"] = finished(self["conditions"], type, reason, message, now)
        }
    }
}

private func suspended(_ job: Node, _ active: [Node], _ view: ControllerView) -> ControllerStep {
    var step = ControllerStep()
    var status = job["status"] ?? [:]
    step.writes += active.map { .delete($0, DeleteOptions(propagation: .background)) }
    status["conditions"] = conditions(
        status["conditions"], setting: "Suspended", true, reason: "JobSuspended",
        message: "Job suspended", now: view.now, updates: false)
    status.setCount("active", 0)
    if let changed = job.with(status: status) { step.writes.append(.updateStatus(changed)) }
    return step
}

private func isFinished(_ job: Node) -> Bool {
    ["Complete", "Failed"].contains { job.condition($0)?["status"] == "True" }
}

private func deadline(_ job: Node, _ status: Node, _ view: ControllerView) -> Timestamp? {
    guard let seconds = job["spec"]?["activeDeadlineSeconds"]?.intValue,
        let text = status["startTime"]?.stringValue, let start = Timestamp(text)
    else { return nil }
    return start + view.second * Int(min(seconds, 1_000_000))
}

private func finished(
    _ list: Node?, _ type: String, _ reason: String, _ message: String, _ now: Timestamp
) -> Node {
    let time: Node = .string(now.secondsText)
    let entry: Node = [
        "type": .string(type), "status": "True", "lastProbeTime": time,
        "lastTransitionTime": time, "reason": .string(reason), "message": .string(message),
    ]
    return .array((list?.arrayValue ?? []).filter { $0["type"]?.stringValue != type } + [entry])
}

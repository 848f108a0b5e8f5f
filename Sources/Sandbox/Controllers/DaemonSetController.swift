import Model

/// Keeps one Pod on the one node there is.
@Sendable func stepDaemonSet(_ set: Node, _ view: ControllerView) -> ControllerStep {
    if set.isBeingDeleted { return ControllerStep() }
    let hash = templateHash(set["spec"]?["template"])
    let pods = view.owned("pods", by: set).filter(\.isActivePod)
    func isCurrent(_ pod: Node) -> Bool {
        pod["metadata"]?["labels"]?["controller-revision-hash"]?.stringValue == hash
    }
    var step = ControllerStep()
    for old in pods where !isCurrent(old) {
        step.writes.append(.delete(old, DeleteOptions(propagation: .background)))
    }
    if pods.isEmpty {
        var template = set["spec"]?["template"] ?? [:]
        var labels = template["metadata"]?["labels"] ?? [:]
        labels["controller-revision-hash"] = .string(hash)
        template.setMetadata("labels", labels)
        step.writes.append(.create(pod(from: template, owner: set, name: nil)))
    }
    let current = pods.filter(isCurrent)
    let ready = pods.count(where: \.isReadyPod)
    var status: Node = [
        "currentNumberScheduled": .int(Int64(min(pods.count, 1))), "numberMisscheduled": 0,
        "desiredNumberScheduled": 1, "numberReady": .int(Int64(ready)),
    ]
    status["observedGeneration"] = set["metadata"]?["generation"]
    status.setCount("updatedNumberScheduled", current.count)
    status.setCount("numberAvailable", ready)
    status.setCount("numberUnavailable", 1 - min(ready, 1))
    if let changed = set.with(status: status) { step.writes.append(.updateStatus(changed)) }
    return step
}

import Model

/// Keeps as many Pods as wanted.
@Sendable func stepReplicaSet(_ set: Node, _ view: ControllerView) -> ControllerStep {
    if set.isBeingDeleted { return ControllerStep() }
    let pods = view.owned("pods", by: set)
    let active = pods.filter(\.isActivePod)
    let wanted = Int(set["spec"]?["replicas"]?.intValue ?? 1)
    var step = ControllerStep()
    if active.count < wanted {
        for _ in active.count..<wanted {
            step.writes.append(.create(pod(from: set["spec"]?["template"], owner: set, name: nil)))
        }
    } else if active.count > wanted {
        // Those that are not ready yet are missed least.
        let surplus = active.sorted { !$0.isReadyPod && $1.isReadyPod }
            .prefix(active.count - wanted)
        step.writes += surplus.map { .delete($0, DeleteOptions(propagation: .background)) }
    }
    let ready = active.count(where: \.isReadyPod)
    var status: Node = ["replicas": .int(Int64(active.count))]
    status.setCount("fullyLabeledReplicas", active.count)
    status.setCount("readyReplicas", ready)
    status.setCount("availableReplicas", ready)
    status["observedGeneration"] = set["metadata"]?["generation"]
    if let changed = set.with(status: status) { step.writes.append(.updateStatus(changed)) }
    return step
}

import Model

/// Keeps numbered Pods, made in order and replaced from the last to the first.
///
/// Source: https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#deployment-and-scaling-guarantees
@Sendable func stepStatefulSet(_ set: Node, _ view: ControllerView) -> ControllerStep {
    if set.isBeingDeleted { return ControllerStep() }
    return NumberedPods(set, view).step
}

private struct NumberedPods {
    let owner: Node
    let view: ControllerView
    let wanted: Int
    let start: Int
    let updateRevision: String
    let currentRevision: String
    let pods: [Node]

    init(_ set: Node, _ view: ControllerView) {
        owner = set
        self.view = view
        wanted = Int(set["spec"]?["replicas"]?.intValue ?? 1)
        start = Int(set["spec"]?["ordinals"]?["start"]?.intValue ?? 0)
        updateRevision = "\(set.name)-\(templateHash(set["spec"]?["template"]))"
        let known = set["status"]?["currentRevision"]?.stringValue ?? ""
        currentRevision = known.isEmpty ? updateRevision : known
        pods = view.owned("pods", by: set).sorted { Self.number($0) < Self.number($1) }
    }

    private static func number(_ pod: Node) -> Int {
        pod.name.split(separator: "-").last.flatMap { Int($0) } ?? -1
    }

    private func isCurrent(_ pod: Node) -> Bool {
        pod["metadata"]?["labels"]?["controller-revision-hash"]?.stringValue == updateRevision
    }

    private var isParallel: Bool {
        owner["spec"]?["podManagementPolicy"]?.stringValue == "Parallel"
    }

    var step: ControllerStep {
        var step = ControllerStep()
        let range = start..<(start + wanted)
        let byNumber = Dictionary(
            pods.map { (Self.number($0), $0) }, uniquingKeysWith: { a, _ in a })
        var waits = false
        for number in range where !waits || isParallel {
            guard let pod = byNumber[number] else {
                step.writes += claims(number) + [.create(newPod(number))]
                waits = true
                continue
            }
            let phase = pod["status"]?["phase"]?.stringValue
            if phase == "Failed" || phase == "Succeeded" {
                step.writes.append(.delete(pod, DeleteOptions(propagation: .background)))
            }
            if !pod.isReadyPod { waits = true }
        }
        if !waits || isParallel { step.writes += removals(beyond: range) }
        if step.writes.isEmpty { step.writes += replacements(in: range) }
        if let changed = owner.with(status: status) { step.writes.append(.updateStatus(changed)) }
        return step
    }

    private func removals(beyond range: Range<Int>) -> [ControllerWrite] {
        let surplus = pods.filter { !range.contains(Self.number($0)) && !$0.isBeingDeleted }
        let first = isParallel ? surplus : surplus.suffix(1)
        return first.map { .delete($0, DeleteOptions(propagation: .background)) }
    }

    /// The last Pod of an old revision goes, once those after it are ready; a broken one goes at once.
    private func replacements(in range: Range<Int>) -> [ControllerWrite] {
        let strategy = owner["spec"]?["updateStrategy"]
        if strategy?["type"]?.stringValue == "OnDelete" { return [] }
        let partition = Int(strategy?["rollingUpdate"]?["partition"]?.intValue ?? 0)
        for pod in pods.reversed()
        where range.contains(Self.number(pod)) && Self.number(pod) >= partition {
            if isCurrent(pod) {
                if !pod.isReadyPod { return [] }
            } else {
                return pod.isBeingDeleted
                    ? [] : [.delete(pod, DeleteOptions(propagation: .background))]
            }
        }
        return []
    }

    private func newPod(_ number: Int) -> Node {
        var template = owner["spec"]?["template"] ?? [:]
        var labels = template["metadata"]?["labels"] ?? [:]
        let name = "\(owner.name)-\(number)"
        labels["apps.kubernetes.io/pod-index"] = .string(String(number))
        labels["controller-revision-hash"] = .string(updateRevision)
        labels["statefulset.kubernetes.io/pod-name"] = .string(name)
        template.setMetadata("labels", labels)
        var spec = template["spec"] ?? [:]
        spec["hostname"] = .string(name)
        spec["subdomain"] = owner["spec"]?["serviceName"]
        let volumes = claimTemplates.map { claim -> Node in
            [
                "name": .string(claim.name),
                "persistentVolumeClaim": ["claimName": .string("\(claim.name)-\(name)")],
            ]
        }
        if !volumes.isEmpty {
            spec["volumes"] = .array((spec["volumes"]?.arrayValue ?? []) + volumes)
        }
        template["spec"] = spec
        return pod(from: template, owner: owner, name: name)
    }

    private var claimTemplates: [Node] { owner["spec"]?["volumeClaimTemplates"]?.arrayValue ?? [] }

    private func claims(_ number: Int) -> [ControllerWrite] {
        let existing = Set((view.related["persistentvolumeclaims"] ?? []).map(\.name))
        return claimTemplates.compactMap { template in
            let name = "\(template.name)-\(owner.name)-\(number)"
            if existing.contains(name) { return nil }
            var metadata: Node = [
                "name": .string(name), "namespace": owner["metadata"]?["namespace"] ?? "",
            ]
            metadata["labels"] = owner["spec"]?["selector"]?["matchLabels"]
            return .create([
                "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": metadata,
                "spec": template["spec"] ?? [:],
            ])
        }
    }

    private var status: Node {
        let active = pods.filter(\.isActivePod)
        let ready = active.count(where: \.isReadyPod)
        let updated = active.count(where: isCurrent)
        let isDone = updated == wanted && ready == wanted && active.count == wanted
        let current = isDone ? updateRevision : currentRevision
        var status: Node = [
            "replicas": .int(Int64(active.count)), "availableReplicas": .int(Int64(ready)),
        ]
        status["observedGeneration"] = owner["metadata"]?["generation"]
        status.setCount("readyReplicas", ready)
        status.setCount("updatedReplicas", updated)
        status.setCount(
            "currentReplicas",
            current == updateRevision ? updated : active.count - updated)
        status["currentRevision"] = .string(current)
        status["updateRevision"] = .string(updateRevision)
        status["collisionCount"] = 0
        return status
    }
}

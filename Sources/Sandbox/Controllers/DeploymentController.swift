import Model

/// Moves a Deployment to its newest template, ReplicaSet by ReplicaSet.
///
/// Source: https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#updating-a-deployment
@Sendable func stepDeployment(_ deployment: Node, _ view: ControllerView) -> ControllerStep {
    if deployment.isBeingDeleted { return ControllerStep() }
    let rollout = Rollout(deployment, view)
    var step = ControllerStep()
    step.writes += rollout.scaling + rollout.cleanup
    let (status, wake) = rollout.status
    // The number of the revision is an annotation, but goes with the status.
    var changed = rollout.revisedDeployment ?? deployment
    changed["status"] = status
    if changed != deployment { step.writes.append(.updateStatus(changed)) }
    step.wake = wake
    return step
}

private let revisionKey = "deployment.kubernetes.io/revision"

private struct Rollout {
    let deployment: Node
    let view: ControllerView
    let wanted: Int
    let hash: String
    let isPaused: Bool
    /// The ReplicaSet of the newest template; `nil` until it is made.
    let new: Node?
    /// All others, the oldest first.
    let old: [Node]

    init(_ deployment: Node, _ view: ControllerView) {
        self.deployment = deployment
        self.view = view
        wanted = Int(deployment["spec"]?["replicas"]?.intValue ?? 1)
        hash = templateHash(deployment["spec"]?["template"])
        isPaused = deployment["spec"]?["paused"]?.boolValue ?? false
        let hash = hash
        let sets = view.owned("apps/replicasets", by: deployment).filter { !$0.isBeingDeleted }
        new = sets.first {
            $0["metadata"]?["labels"]?["pod-template-hash"]?.stringValue == hash
        }
        let newName = new?.name
        old = sets.filter { $0.name != newName }.sorted { revision($0) < revision($1) }
    }

    // MARK: Scaling

    var scaling: [ControllerWrite] {
        guard let new else { return isPaused ? [] : creation }
        let newReplicas = replicas(new)
        let oldTotal = old.reduce(0) { $0 + replicas($1) }
        if isPaused { return [] }
        let isRecreate = deployment["spec"]?["strategy"]?["type"]?.stringValue == "Recreate"
        if isRecreate {
            if oldTotal > 0 { return old.compactMap { scaled($0, to: 0) } }
            let remaining = old.reduce(0) { $0 + podCount($1) }
            return remaining > 0 ? [] : [scaled(new, to: wanted)].compactMap { $0 }
        }
        let surge = bound("maxSurge", roundsUp: true)
        let unavailable =
            surge == 0
            ? max(1, bound("maxUnavailable", roundsUp: false))
            : bound("maxUnavailable", roundsUp: false)
        var writes: [ControllerWrite] = []
        let room = wanted + surge - oldTotal - newReplicas
        if newReplicas > wanted {
            writes += [scaled(new, to: wanted)].compactMap { $0 }
        } else if newReplicas < wanted, room > 0 {
            writes += [scaled(new, to: min(wanted, newReplicas + room))].compactMap { $0 }
        }
        writes += scaledDown(unavailable: unavailable)
        return writes
    }

    /// Takes Pods from the old ReplicaSets, first those that are of no use anyway.
    private func scaledDown(unavailable: Int) -> [ControllerWrite] {
        let available = ([new].compactMap { $0 } + old).reduce(0) { $0 + ready($1) }
        var surplus = available - (wanted - unavailable)
        var writes: [ControllerWrite] = []
        for set in old where replicas(set) > 0 {
            let broken = replicas(set) - min(replicas(set), ready(set))
            let healthy = max(0, min(replicas(set) - broken, surplus))
            surplus -= healthy
            if let write = scaled(set, to: replicas(set) - broken - healthy) {
                writes.append(write)
            }
        }
        return writes
    }

    private func bound(_ field: String, roundsUp: Bool) -> Int {
        let value = deployment["spec"]?["strategy"]?["rollingUpdate"]?[field]
        if let number = value?.intValue { return Int(number) }
        guard let text = value?.stringValue, text.hasSuffix("%"),
            let percent = Int(text.dropLast())
        else { return wanted == 0 ? 0 : 1 }
        let product = wanted * percent
        return roundsUp ? (product + 99) / 100 : product / 100
    }

    private var creation: [ControllerWrite] {
        var template = deployment["spec"]?["template"] ?? [:]
        var labels = template["metadata"]?["labels"] ?? [:]
        labels["pod-template-hash"] = .string(hash)
        template.setMetadata("labels", labels)
        var selector = deployment["spec"]?["selector"] ?? [:]
        var matchLabels = selector["matchLabels"] ?? [:]
        matchLabels["pod-template-hash"] = .string(hash)
        selector["matchLabels"] = matchLabels
        let oldTotal = old.reduce(0) { $0 + replicas($1) }
        let isRecreate = deployment["spec"]?["strategy"]?["type"]?.stringValue == "Recreate"
        let room =
            isRecreate
            ? (oldTotal == 0 ? wanted : 0)
            : max(0, wanted + bound("maxSurge", roundsUp: true) - oldTotal)
        return [
            .create([
                "apiVersion": "apps/v1", "kind": "ReplicaSet",
                "metadata": [
                    "name": .string("\(deployment.name)-\(hash)"),
                    "namespace": deployment["metadata"]?["namespace"] ?? "", "labels": labels,
                    "annotations": [revisionKey: .string(String(nextRevision))],
                    "ownerReferences": [controllerReference(deployment)],
                ],
                "spec": [
                    "replicas": .int(Int64(min(wanted, room))), "selector": selector,
                    "template": template,
                ],
            ])
        ]
    }

    private func scaled(_ set: Node, to count: Int) -> ControllerWrite? {
        var changed = set
        if set.name == new?.name, revision(set) < nextRevision {
            changed.setAnnotation(revisionKey, String(nextRevision))
        }
        if replicas(set) != count {
            var spec = set["spec"] ?? [:]
            spec["replicas"] = .int(Int64(count))
            changed["spec"] = spec
        }
        return changed == set ? nil : .update(changed)
    }

    // MARK: History

    private var nextRevision: Int { (old.map(revision).max() ?? 0) + 1 }

    /// The Deployment with the number of its revision, when it has to change.
    var revisedDeployment: Node? {
        let number = String(max(nextRevision, new.map(revision) ?? 0))
        if isPaused && new == nil { return nil }
        if deployment["metadata"]?["annotations"]?[revisionKey]?.stringValue == number {
            return nil
        }
        var revised = deployment
        revised.setAnnotation(revisionKey, number)
        return revised
    }

    /// Removes empty ReplicaSets beyond the number to keep.
    var cleanup: [ControllerWrite] {
        let limit = Int(deployment["spec"]?["revisionHistoryLimit"]?.intValue ?? 10)
        let empty = old.filter { replicas($0) == 0 && podCount($0) == 0 }
        return empty.prefix(max(0, empty.count - limit))
            .map { .delete($0, DeleteOptions(propagation: .background)) }
    }

    // MARK: Status

    var status: (node: Node, wake: Timestamp?) {
        let sets = [new].compactMap { $0 } + old
        let total = sets.reduce(0) { $0 + podCount($1) }
        let updated = new.map(podCount) ?? 0
        let available = sets.reduce(0) { $0 + ready($1) }
        let before = deployment["status"]
        var status: Node = [:]
        status["observedGeneration"] = deployment["metadata"]?["generation"]
        status.setCount("replicas", total)
        status.setCount("updatedReplicas", updated)
        status.setCount("readyReplicas", available)
        status.setCount("availableReplicas", available)
        status.setCount("unavailableReplicas", max(0, max(total, wanted) - available))
        let minimum = wanted - min(wanted, bound("maxUnavailable", roundsUp: false))
        let isAvailable = available >= minimum
        var list = conditions(
            before?["conditions"], setting: "Available", isAvailable,
            reason: isAvailable ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
            message: isAvailable
                ? "Deployment has minimum availability."
                : "Deployment does not have minimum availability.", now: view.now)
        let isComplete = updated == wanted && total == wanted && available == wanted && new != nil
        let progressed =
            updated > Int(before?["updatedReplicas"]?.intValue ?? 0)
            || available > Int(before?["readyReplicas"]?.intValue ?? 0)
            || total - updated < staleBefore
        let (progress, wake) = progressing(
            list, isComplete: isComplete, progressed: progressed)
        list = progress
        status["conditions"] = list
        return (status, wake)
    }

    private var staleBefore: Int {
        let status = deployment["status"]
        return Int(
            (status?["replicas"]?.intValue ?? 0) - (status?["updatedReplicas"]?.intValue ?? 0))
    }

    private func progressing(_ list: Node, isComplete: Bool, progressed: Bool)
        -> (Node, Timestamp?)
    {
        let name = new?.name ?? "\(deployment.name)-\(hash)"
        let old = list.arrayValue?.first { $0["type"] == "Progressing" }
        func set(_ status: Bool, _ reason: String, _ message: String) -> Node {
            conditions(
                list, setting: "Progressing", status, reason: reason, message: message,
                now: view.now)
        }
        if isPaused { return (list, nil) }
        if isComplete {
            return (
                set(
                    true, "NewReplicaSetAvailable",
                    "ReplicaSet \"\(name)\" has successfully progressed."), nil
            )
        }
        if new == nil {
            return (
                set(true, "NewReplicaSetCreated", "Created new replica set \"\(name)\""), nil
            )
        }
        let isAbout = old?["message"]?.stringValue?.contains("\"\(name)\"") ?? false
        let expired = old?["reason"] == "ProgressDeadlineExceeded" && isAbout
        let message = "ReplicaSet \"\(name)\" is progressing."
        if progressed || !isAbout || old?["reason"] == "NewReplicaSetAvailable" {
            var changed = set(true, "ReplicaSetUpdated", message)
            if let index = changed.arrayValue?.firstIndex(where: { $0["type"] == "Progressing" }),
                var entries = changed.arrayValue,
                progressed || old?["reason"] == "NewReplicaSetAvailable"
            {
                // A new rollout has its whole deadline before it.
                entries[index]["lastUpdateTime"] = .string(view.now.secondsText)
                changed = .array(entries)
            }
            return (changed, deadline(changed))
        }
        if expired { return (list, nil) }
        guard let end = deadline(list) else { return (list, nil) }
        if view.now < end { return (list, end) }
        return (
            set(
                false, "ProgressDeadlineExceeded",
                "ReplicaSet \"\(name)\" has timed out progressing."), nil
        )
    }

    /// When a rollout without progress has failed.
    private func deadline(_ list: Node) -> Timestamp? {
        guard let seconds = deployment["spec"]?["progressDeadlineSeconds"]?.intValue,
            let progressing = list.arrayValue?.first(where: { $0["type"] == "Progressing" }),
            let text = progressing["lastUpdateTime"]?.stringValue, let start = Timestamp(text)
        else { return nil }
        return start + view.second * Int(min(seconds, 1_000_000))
    }

    private func replicas(_ set: Node) -> Int { Int(set["spec"]?["replicas"]?.intValue ?? 0) }
    private func podCount(_ set: Node) -> Int { Int(set["status"]?["replicas"]?.intValue ?? 0) }
    private func ready(_ set: Node) -> Int { Int(set["status"]?["readyReplicas"]?.intValue ?? 0) }
}

private func revision(_ set: Node) -> Int {
    (set["metadata"]?["annotations"]?[revisionKey]?.stringValue).flatMap(Int.init) ?? 0
}

extension Node {
    mutating func setAnnotation(_ key: String, _ value: String) {
        var annotations = self["metadata"]?["annotations"] ?? [:]
        annotations[key] = .string(value)
        setMetadata("annotations", annotations)
    }
}

import Model

/// What a controller sees of the cluster.
struct ControllerView: Sendable {
    var now: Timestamp
    /// For how long the object has been known to the controllers, at least.
    var since: Timestamp
    var nodeName: String
    var readyDelay: Duration
    /// How long one second of Kubernetes' deadlines takes.
    var second: Duration
    /// All objects of the same namespace, by storage name; only those asked for by the controller's `reads`.
    var related: [String: [Node]] = [:]

    /// The objects that this one controls.
    func owned(_ resource: String, by owner: Node) -> [Node] {
        let uid = owner["metadata"]?["uid"]
        return (related[resource] ?? []).filter { object in
            object["metadata"]?["ownerReferences"]?.arrayValue?.contains {
                $0["uid"] == uid && $0["controller"]?.boolValue == true
            } ?? false
        }
    }

    func after(_ duration: Duration) -> Timestamp { now + duration }
}

/// One thing a controller wants done.
enum ControllerWrite: Sendable {
    /// In the namespace of the manifest.
    case create(Node)
    /// Everything but the status.
    case update(Node)
    case updateStatus(Node)
    /// Gives a Pod its node, as a scheduler does through the binding subresource.
    case bind(Node)
    case delete(Node, DeleteOptions)
    /// Without waiting for anything, as a kubelet that has stopped the containers.
    case remove(Node)
}

/// What one look at one object leads to.
struct ControllerStep: Sendable {
    var writes: [ControllerWrite] = []
    /// When to look again although nothing has been written.
    var wake: Timestamp?
}

/// A controller for one kind: who it is in managedFields, what it reads, and its step.
struct Controller: Sendable {
    /// Storage name of the kind.
    var resource: String
    var manager = "kube-controller-manager"
    /// Storage names of what it looks at beside the object.
    var reads: [String] = []
    var step: @Sendable (Node, ControllerView) -> ControllerStep

    static let all: [Controller] = [
        Controller(
            resource: "apps/deployments", reads: ["apps/replicasets", "pods"], step: stepDeployment),
        Controller(resource: "apps/replicasets", reads: ["pods"], step: stepReplicaSet),
        Controller(
            resource: "apps/statefulsets", reads: ["pods", "persistentvolumeclaims"],
            step: stepStatefulSet),
        Controller(resource: "apps/daemonsets", reads: ["pods"], step: stepDaemonSet),
        Controller(resource: "batch/jobs", reads: ["pods"], step: stepJob),
        Controller(resource: "pods", manager: "kubelet", step: stepPod),
        Controller(resource: "persistentvolumeclaims", step: stepClaim),
        Controller(resource: "services", step: stepService),
        Controller(resource: "networking.k8s.io/ingresses", step: stepIngress),
    ]

    static let byResource = Dictionary(uniqueKeysWithValues: all.map { ($0.resource, $0) })
}

// MARK: Shared by controllers

/// A reference that makes `owner` the controller of what carries it.
func controllerReference(_ owner: Node) -> Node {
    [
        "apiVersion": owner["apiVersion"] ?? "", "kind": owner["kind"] ?? "",
        "name": owner["metadata"]?["name"] ?? "", "uid": owner["metadata"]?["uid"] ?? "",
        "controller": true, "blockOwnerDeletion": true,
    ]
}

/// A Pod from the template of a workload.
func pod(from template: Node?, owner: Node, name: String?) -> Node {
    var metadata: Node = [
        "namespace": owner["metadata"]?["namespace"] ?? "",
        "ownerReferences": [controllerReference(owner)],
    ]
    if let name {
        metadata["name"] = .string(name)
    } else {
        metadata["generateName"] = .string((owner["metadata"]?["name"]?.stringValue ?? "") + "-")
    }
    for field in ["labels", "annotations", "finalizers"] {
        metadata[field] = template?["metadata"]?[field]
    }
    return [
        "apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": template?["spec"] ?? [:],
    ]
}

extension Node {
    var isBeingDeleted: Bool { self["metadata"]?["deletionTimestamp"] != nil }

    var name: String { self["metadata"]?["name"]?.stringValue ?? "" }

    /// Of a Pod: neither ended nor about to.
    var isActivePod: Bool {
        let phase = self["status"]?["phase"]?.stringValue
        return phase != "Succeeded" && phase != "Failed" && !isBeingDeleted
    }

    var isReadyPod: Bool { condition("Ready")?["status"] == "True" && !isBeingDeleted }

    /// The same object with another status; `nil` when that is its status already.
    func with(status: Node) -> Node? {
        if self["status"] == status { return nil }
        var result = self
        result["status"] = status
        return result
    }

    /// Sets `key` of an object, or removes it for 0: counters that are 0 are left out.
    mutating func setCount(_ key: String, _ value: Int) {
        self[key] = value == 0 ? nil : .int(Int64(value))
    }
}

/// A condition with the time of its last change kept while its status stays the same.
func conditions(
    _ old: Node?, setting type: String, _ status: Bool, reason: String, message: String,
    now: Timestamp, updates: Bool = true
) -> Node {
    var list = old?.arrayValue ?? []
    let before = list.first { $0["type"]?.stringValue == type }
    let text: Node = status ? "True" : "False"
    if let before, before["status"] == text, before["reason"]?.stringValue == reason,
        before["message"]?.stringValue == message
    {
        return .array(list)
    }
    let time: Node = .string(now.secondsText)
    var entry: Node = ["type": .string(type), "status": text]
    if updates { entry["lastUpdateTime"] = time }
    entry["lastTransitionTime"] =
        before?["status"] == text ? before?["lastTransitionTime"] ?? time : time
    if !reason.isEmpty { entry["reason"] = .string(reason) }
    if !message.isEmpty { entry["message"] = .string(message) }
    if let index = list.firstIndex(where: { $0["type"]?.stringValue == type }) {
        list[index] = entry
    } else {
        list.append(entry)
    }
    return .array(list)
}

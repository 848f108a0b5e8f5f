import Model

/// Plays scheduler and kubelet: a Pod gets its node at once, is ready after a while, and ends at once.
///
/// An image whose tag contains `broken` cannot be pulled: the Pod waits in ImagePullBackOff, or fails
/// when it is one that is meant to end.
@Sendable func stepPod(_ pod: Node, _ view: ControllerView) -> ControllerStep {
    if pod.isBeingDeleted {
        return ControllerStep(writes: [.remove(pod)])
    }
    let phase = pod["status"]?["phase"]?.stringValue
    if phase == "Succeeded" || phase == "Failed" { return ControllerStep() }
    if (pod["spec"]?["nodeName"]?.stringValue ?? "").isEmpty {
        var scheduled = pod
        var spec = pod["spec"] ?? [:]
        spec["nodeName"] = .string(view.nodeName)
        scheduled["spec"] = spec
        return ControllerStep(writes: [.bind(scheduled)])
    }
    let life = PodLife(pod, view)
    var step = ControllerStep()
    if let changed = pod.with(status: life.status) { step.writes = [.updateStatus(changed)] }
    if life.stage == .starting { step.wake = view.since + view.readyDelay }
    return step
}

/// The status a Pod has at one moment of its short life.
private struct PodLife {
    enum Stage { case starting, unpullable, running, succeeded, failed }

    let stage: Stage
    private let pod: Node
    private let view: ControllerView

    init(_ pod: Node, _ view: ControllerView) {
        self.pod = pod
        self.view = view
        let containers =
            (pod["spec"]?["initContainers"]?.arrayValue ?? [])
            + (pod["spec"]?["containers"]?.arrayValue ?? [])
        let isBroken = containers.contains { isBrokenImage($0["image"]?.stringValue ?? "") }
        let ends = (pod["spec"]?["restartPolicy"]?.stringValue ?? "Always") != "Always"
        if view.now < view.since + view.readyDelay {
            stage = .starting
        } else if isBroken {
            stage = ends ? .failed : .unpullable
        } else {
            stage = ends ? .succeeded : .running
        }
    }

    var status: Node {
        var status = pod["status"] ?? [:]
        status["observedGeneration"] = pod["metadata"]?["generation"]
        status["hostIP"] = "127.0.0.1"
        if status["startTime"] == nil { status["startTime"] = .string(view.now.secondsText) }
        let address: Node = .string(podAddress(pod["metadata"]?["uid"]?.stringValue ?? ""))
        status["podIP"] = address
        status["podIPs"] = [["ip": address]]
        status["phase"] = .string(phase)
        let isReady = stage == .running
        var list = status["conditions"]
        for (type, isTrue) in [
            ("PodScheduled", true), ("Initialized", true), ("ContainersReady", isReady),
            ("Ready", isReady),
        ] {
            let reason =
                isTrue ? "" : stage == .succeeded ? "PodCompleted" : "ContainersNotReady"
            list = conditions(
                list, setting: type, isTrue, reason: reason, message: "", now: view.now,
                updates: false)
        }
        status["conditions"] = list
        status["containerStatuses"] = .array(
            (pod["spec"]?["containers"]?.arrayValue ?? []).map(containerStatus))
        return status
    }

    private var phase: String {
        switch stage {
        case .starting, .unpullable: "Pending"
        case .running: "Running"
        case .succeeded: "Succeeded"
        case .failed: "Failed"
        }
    }

    private func containerStatus(_ container: Node) -> Node {
        let image = container["image"]?.stringValue ?? ""
        let started: Node = .string(view.now.secondsText)
        let old = pod["status"]?["containerStatuses"]?.arrayValue?.first {
            $0["name"] == container["name"]
        }
        let state: Node
        switch stage {
        case .starting: state = ["waiting": ["reason": "ContainerCreating"]]
        case .unpullable where isBrokenImage(image):
            state = [
                "waiting": [
                    "reason": "ImagePullBackOff",
                    "message": .string("Back-off pulling image \"\(image)\""),
                ]
            ]
        case .unpullable: state = ["waiting": ["reason": "PodInitializing"]]
        case .running:
            state = ["running": ["startedAt": old?["state"]?["running"]?["startedAt"] ?? started]]
        case .succeeded, .failed:
            state = [
                "terminated": [
                    "exitCode": stage == .succeeded ? 0 : 1,
                    "reason": stage == .succeeded ? "Completed" : "Error",
                    "startedAt": started, "finishedAt": started,
                ]
            ]
        }
        return [
            "name": container["name"] ?? "", "image": .string(image),
            "imageID": stage == .running ? .string("sandbox://\(image)") : "",
            "ready": .bool(stage == .running), "started": .bool(stage == .running),
            "restartCount": 0, "state": state, "lastState": [:],
        ]
    }
}

/// Whether the tag of an image contains `broken`.
func isBrokenImage(_ image: String) -> Bool {
    guard let colon = image.lastIndex(of: ":") else { return false }
    return image[colon...].contains("broken")
}

/// An address of 10.244.0.0/16 that follows from the uid.
private func podAddress(_ uid: String) -> String {
    let sum = uid.utf8.reduce(UInt32(2_166_136_261)) { ($0 ^ UInt32($1)) &* 16_777_619 }
    return "10.244.\(sum >> 8 & 255).\(sum % 254 + 1)"
}

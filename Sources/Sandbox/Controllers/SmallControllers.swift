import Model

/// Binds a claim as a provisioner would, at once.
@Sendable func stepClaim(_ claim: Node, _ view: ControllerView) -> ControllerStep {
    if claim.isBeingDeleted {
        var freed = claim
        let finalizers = (claim["metadata"]?["finalizers"]?.arrayValue ?? [])
            .filter { $0 != "kubernetes.io/pvc-protection" }
        freed.setMetadata("finalizers", finalizers.isEmpty ? nil : .array(finalizers))
        return freed == claim ? ControllerStep() : ControllerStep(writes: [.update(freed)])
    }
    if (claim["spec"]?["volumeName"]?.stringValue ?? "").isEmpty {
        var bound = claim
        var spec = claim["spec"] ?? [:]
        spec["volumeName"] = .string("pvc-" + (claim["metadata"]?["uid"]?.stringValue ?? ""))
        bound["spec"] = spec
        return ControllerStep(writes: [.update(bound)])
    }
    var status: Node = ["phase": "Bound"]
    status["accessModes"] = claim["spec"]?["accessModes"]
    status["capacity"] = claim["spec"]?["resources"]?["requests"]
    return ControllerStep(writes: claim.with(status: status).map { [.updateStatus($0)] } ?? [])
}

/// Gives a Service of type LoadBalancer its address.
@Sendable func stepService(_ service: Node, _ view: ControllerView) -> ControllerStep {
    guard service["spec"]?["type"]?.stringValue == "LoadBalancer", !service.isBeingDeleted else {
        return ControllerStep()
    }
    let status: Node = [
        "loadBalancer": ["ingress": [["ip": "127.0.0.1", "ipMode": "VIP"]]]
    ]
    return ControllerStep(writes: service.with(status: status).map { [.updateStatus($0)] } ?? [])
}

/// Gives an Ingress the address of the ingress controller that is not there.
@Sendable func stepIngress(_ ingress: Node, _ view: ControllerView) -> ControllerStep {
    if ingress.isBeingDeleted { return ControllerStep() }
    let status: Node = ["loadBalancer": ["ingress": [["ip": "127.0.0.1"]]]]
    return ControllerStep(writes: ingress.with(status: status).map { [.updateStatus($0)] } ?? [])
}

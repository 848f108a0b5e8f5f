import Model

/// What a change of a Pod may not touch: nearly everything.
///
/// The API server adds the difference as text; here only the rule is named.
/// Source: ValidatePodUpdate in
/// https://github.com/kubernetes/kubernetes/blob/v1.36.0/pkg/apis/core/validation/validation.go
func podUpdateCauses(live: Node, new: Node) -> [APIStatus.Cause] {
    let before = live["spec"] ?? [:]
    let after = new["spec"] ?? [:]
    for field in ["containers", "initContainers"] {
        let names = { (spec: Node) in (spec[field]?.arrayValue ?? []).map { $0["name"] } }
        if names(before) != names(after) {
            let why = "pod updates may not add or remove containers"
            return [
                .init(
                    reason: "FieldValueForbidden", message: "Forbidden: \(why)",
                    field: "spec.\(field)")
            ]
        }
    }
    var masked = after
    for field in ["containers", "initContainers"] {
        var images = (before[field]?.arrayValue ?? []).map { $0["image"] }[...]
        masked.changeEach(field) { container in
            if let image = images.popFirst() { container["image"] = image }
        }
    }
    if mayReplace(deadline: before["activeDeadlineSeconds"], by: after["activeDeadlineSeconds"]) {
        masked["activeDeadlineSeconds"] = before["activeDeadlineSeconds"]
    }
    let tolerations = after["tolerations"]?.arrayValue ?? []
    if (before["tolerations"]?.arrayValue ?? []).allSatisfy(tolerations.contains) {
        masked["tolerations"] = before["tolerations"]
    }
    let period = before["terminationGracePeriodSeconds"]
    if (period?.intValue ?? 0) < 0, after["terminationGracePeriodSeconds"] == 1 {
        masked["terminationGracePeriodSeconds"] = period
    }
    let gates = before["schedulingGates"]?.arrayValue ?? []
    if (after["schedulingGates"]?.arrayValue ?? []).allSatisfy(gates.contains) {
        masked["schedulingGates"] = before["schedulingGates"]
    }
    if masked == before { return [] }
    return [
        .init(
            reason: "FieldValueForbidden",
            message:
                "Forbidden: pod updates may not change fields other than "
                + "`spec.containers[*].image`,`spec.initContainers[*].image`,"
                + "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing "
                + "tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it "
                + "was previously negative)", field: "spec")
    ]
}

/// A deadline can be set and brought forward, not taken away.
private func mayReplace(deadline old: Node?, by new: Node?) -> Bool {
    guard let new = new?.intValue else { return old == nil }
    return old?.intValue.map { new <= $0 } ?? true
}

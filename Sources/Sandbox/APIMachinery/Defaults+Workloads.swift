import Model

func defaultPodSpec(_ spec: inout Node) {
    for name in ["hostNetwork", "hostPID", "hostIPC"] where spec[name] == false { spec[name] = nil }
    if spec["serviceAccountName"] == nil, let old = spec["serviceAccount"] {
        spec["serviceAccountName"] = old
    }
    if let name = spec["serviceAccountName"] { spec["serviceAccount"] = name }
    let usesHost = spec["hostNetwork"] == true
    for list in ["containers", "initContainers", "ephemeralContainers"] {
        spec.changeEach(list) { container in
            if let image = container["image"]?.stringValue {
                container.setDefault("imagePullPolicy", .string(pullPolicy(of: image)))
            }
            requestLimits(&container)
            if usesHost {
                container.changeEach("ports") { port in
                    if let number = port["containerPort"] { port.setDefault("hostPort", number) }
                }
            }
        }
    }
    spec.changeEach("volumes") { volume in
        if volume.objectValue?.count == 1, volume["name"] != nil { volume["emptyDir"] = [:] }
    }
}

/// `Always` for images without a tag or with the tag `latest`.
///
/// Source: https://kubernetes.io/docs/concepts/containers/images/#imagepullpolicy-defaulting
private func pullPolicy(of image: String) -> String {
    if image.contains("@") { return "IfNotPresent" }
    let last = image.split(separator: "/").last ?? ""
    guard let colon = last.lastIndex(of: ":") else { return "Always" }
    return last[last.index(after: colon)...] == "latest" ? "Always" : "IfNotPresent"
}

/// A resource with a limit and no request requests its limit.
private func requestLimits(_ container: inout Node) {
    guard let limits = container["resources"]?["limits"]?.objectValue else { return }
    var requests = container["resources"]?["requests"]?.objectValue ?? Mapping()
    for (name, limit) in limits where requests[name] == nil { requests[name] = limit }
    container["resources"]?["requests"] = .object(requests)
}

func defaultWorkload(_ node: inout Node, _ kind: String) {
    switch kind {
    case "Deployment":
        if node["spec"]?["strategy"]?["type"] == "RollingUpdate" {
            node["spec"]?["strategy"]?.setDefault("rollingUpdate", [:])
            node["spec"]?["strategy"]?["rollingUpdate"]?.setDefault("maxUnavailable", "25%")
            node["spec"]?["strategy"]?["rollingUpdate"]?.setDefault("maxSurge", "25%")
        }
    case "StatefulSet":
        if node["spec"]?["updateStrategy"]?["type"] == "RollingUpdate" {
            node["spec"]?["updateStrategy"]?.setDefault("rollingUpdate", [:])
            node["spec"]?["updateStrategy"]?["rollingUpdate"]?.setDefault("partition", 0)
        }
    case "DaemonSet":
        if node["spec"]?["updateStrategy"]?["type"] == "RollingUpdate" {
            node["spec"]?["updateStrategy"]?.setDefault("rollingUpdate", [:])
            node["spec"]?["updateStrategy"]?["rollingUpdate"]?.setDefault("maxUnavailable", 1)
            node["spec"]?["updateStrategy"]?["rollingUpdate"]?.setDefault("maxSurge", 0)
        }
    default: break
    }
}

func defaultJob(_ node: inout Node) {
    if node["spec"]?["completions"] == nil && node["spec"]?["parallelism"] == nil {
        node["spec"]?["completions"] = 1
    }
    node["spec"]?.setDefault("parallelism", 1)
    let replacement = node["spec"]?["podFailurePolicy"] == nil ? "TerminatingOrFailed" : "Failed"
    node["spec"]?.setDefault("podReplacementPolicy", .string(replacement))
}

func defaultReplicationController(_ node: inout Node) {
    guard let labels = node["spec"]?["template"]?["metadata"]?["labels"] else { return }
    node["spec"]?.setDefault("selector", labels)
    node["metadata"]?.setDefault("labels", labels)
}

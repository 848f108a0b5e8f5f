public import Model

/// Values that the API server chooses when it creates an object.
public struct CreationValues: Sendable {
    public var uid: String
    /// RFC 3339 in whole seconds.
    public var time: String
    /// Five random characters of generated volume names.
    public var suffix: String
    /// For Services that need them, see `allocationsNeeded`.
    public var clusterIP: String?
    public var nodePorts: [Int]
    public var healthCheckNodePort: Int?
    /// Whether Pods get the service account's token volume, as on a real cluster.
    public var mountsTokens: Bool

    public init(
        uid: String, time: String, suffix: String = "00000", clusterIP: String? = nil,
        nodePorts: [Int] = [], healthCheckNodePort: Int? = nil, mountsTokens: Bool = true
    ) {
        self.uid = uid
        self.time = time
        self.suffix = suffix
        self.clusterIP = clusterIP
        self.nodePorts = nodePorts
        self.healthCheckNodePort = healthCheckNodePort
        self.mountsTokens = mountsTokens
    }
}

/// What has to be allocated for a defaulted Service.
public struct ServiceAllocations: Hashable, Sendable {
    public var clusterIP = false
    public var nodePorts = 0
    public var healthCheckNodePort = false

    /// Nothing, for any other kind.
    public init(for object: Node) {
        guard object["kind"] == "Service", object["apiVersion"] == "v1", let spec = object["spec"]
        else { return }
        let type = spec["type"]?.stringValue ?? "ClusterIP"
        let address = spec["clusterIP"]?.stringValue ?? ""
        clusterIP = type != "ExternalName" && address.isEmpty
        let wantsPorts =
            type == "NodePort"
            || type == "LoadBalancer" && spec["allocateLoadBalancerNodePorts"] != false
        if wantsPorts {
            nodePorts = (spec["ports"]?.arrayValue ?? []).count {
                ($0["nodePort"]?.intValue ?? 0) == 0
            }
        }
        healthCheckNodePort =
            type == "LoadBalancer" && spec["externalTrafficPolicy"] == "Local"
            && (spec["healthCheckNodePort"]?.intValue ?? 0) == 0
    }
}

/// The defaulted object with everything the server sets on creation except `resourceVersion` and
/// `managedFields`: identity, first generation, finalizers, selectors, addresses, a reset status.
public func prepared(_ object: Node, group: String, kind: String, values: CreationValues) -> Node {
    var node = object
    if node["metadata"]?.objectValue == nil { node["metadata"] = [:] }
    for name in ["selfLink", "deletionTimestamp", "deletionGracePeriodSeconds", "resourceVersion"] {
        node["metadata"]?[name] = nil
    }
    node["metadata"]?["uid"] = .string(values.uid)
    node["metadata"]?["creationTimestamp"] = .string(values.time)
    if hasGeneration(group: group, kind: kind) { node["metadata"]?["generation"] = 1 }
    switch (group, kind) {
    case ("", "Pod"): preparePod(&node, values)
    case ("", "Service"): allocate(&node, values)
    case ("", "Namespace"):
        node["spec"] = ["finalizers": ["kubernetes"]]
        node["status"] = ["phase": "Active"]
    case ("", "PersistentVolumeClaim"):
        addFinalizer("kubernetes.io/pvc-protection", to: &node)
        node["status"] = ["phase": "Pending"]
    case ("", "PersistentVolume"):
        addFinalizer("kubernetes.io/pv-protection", to: &node)
        node["status"] = [
            "phase": "Pending", "lastPhaseTransitionTime": .string(values.time),
        ]
    case ("", "Node"):
        let taint: Node = ["key": "node.kubernetes.io/not-ready", "effect": "NoSchedule"]
        if node["spec"]?["taints"] == nil { node["spec"]?["taints"] = [taint] }
    case ("apps", "DaemonSet"):
        if node["metadata"]?["annotations"] == nil { node["metadata"]?["annotations"] = [:] }
        node["metadata"]?["annotations"]?["deprecated.daemonset.template.generation"] = "1"
    case ("batch", "Job"): prepareJob(&node, values)
    case ("apiextensions.k8s.io", "CustomResourceDefinition"):
        let versions = node["spec"]?["versions"]?.arrayValue ?? []
        let storage = versions.filter { $0["storage"] == true }.compactMap { $0["name"] }
        node["status"] = [
            "conditions": nil, "acceptedNames": ["plural": "", "kind": ""],
            "storedVersions": .array(Array(storage.prefix(1))),
        ]
    default: break
    }
    return node
}

private func addFinalizer(_ name: String, to node: inout Node) {
    var names = node["metadata"]?["finalizers"]?.arrayValue ?? []
    if !names.contains(.string(name)) { names.append(.string(name)) }
    node["metadata"]?["finalizers"] = .array(names)
}

/// Gives a Service the addresses and ports that it needs and has not.
func allocate(_ node: inout Node, _ values: CreationValues) {
    let needed = ServiceAllocations(for: node)
    let type = node["spec"]?["type"]?.stringValue
    guard type != "ExternalName" else { return }
    if needed.clusterIP, let address = values.clusterIP {
        node["spec"]?["clusterIP"] = .string(address)
    }
    if let address = node["spec"]?["clusterIP"] {
        node["spec"]?.setDefault("clusterIPs", [address])
    }
    node["spec"]?.setDefault("ipFamilies", ["IPv4"])
    node["spec"]?.setDefault("ipFamilyPolicy", "SingleStack")
    if needed.nodePorts > 0 {
        var ports = values.nodePorts[...]
        node["spec"]?.changeEach("ports") { port in
            guard (port["nodePort"]?.intValue ?? 0) == 0, let number = ports.popFirst() else {
                return
            }
            port["nodePort"] = .int(Int64(number))
        }
    }
    if needed.healthCheckNodePort, let number = values.healthCheckNodePort {
        node["spec"]?["healthCheckNodePort"] = .int(Int64(number))
    }
}

private func prepareJob(_ node: inout Node, _ values: CreationValues) {
    guard node["spec"]?["manualSelector"] != true else { return }
    let uid = Node.string(values.uid)
    let name = node["metadata"]?["name"] ?? ""
    let labels: [(String, Node)] = [
        ("batch.kubernetes.io/controller-uid", uid), ("batch.kubernetes.io/job-name", name),
        ("controller-uid", uid), ("job-name", name),
    ]
    func add(_ metadata: inout Node) {
        if metadata["labels"]?.objectValue == nil { metadata["labels"] = [:] }
        for (key, value) in labels where metadata["labels"]?[key] == nil {
            metadata["labels"]?[key] = value
        }
    }
    if node["spec"]?["template"]?["metadata"] == nil {
        node["spec"]?["template"]?["metadata"] = [:]
    }
    node.change(at: ["spec", "template", "metadata"], add)
    // The template's labels are shared with the Job when it has none of its own.
    if node["metadata"]?["labels"] == nil {
        let shared = node["spec"]?["template"]?["metadata"]?["labels"]
        node["metadata"]?["labels"] = shared
    }
    node["spec"]?["selector"] = ["matchLabels": ["batch.kubernetes.io/controller-uid": uid]]
    node["status"] = [:]
}

private func preparePod(_ node: inout Node, _ values: CreationValues) {
    node["status"] = ["phase": "Pending", "qosClass": .string(qualityOfService(of: node))]
    node["spec"]?.setDefault("serviceAccountName", "default")
    let account = node["spec"]?["serviceAccountName"] ?? "default"
    node["spec"]?.setDefault("serviceAccount", account)
    if values.mountsTokens, node["spec"]?["automountServiceAccountToken"] != false {
        mountToken(&node, suffix: values.suffix)
    }
    var tolerations = node["spec"]?["tolerations"]?.arrayValue ?? []
    for key in ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"]
    where !tolerations.contains(where: { $0["key"] == .string(key) }) {
        tolerations.append([
            "key": .string(key), "operator": "Exists", "effect": "NoExecute",
            "tolerationSeconds": 300,
        ])
    }
    node["spec"]?["tolerations"] = .array(tolerations)
}

private func mountToken(_ node: inout Node, suffix: String) {
    let name = Node.string("kube-api-access-" + suffix)
    let path: Node = "/var/run/secrets/kubernetes.io/serviceaccount"
    let volume: Node = [
        "name": name,
        "projected": [
            "sources": [
                ["serviceAccountToken": ["expirationSeconds": 3607, "path": "token"]],
                [
                    "configMap": [
                        "name": "kube-root-ca.crt", "items": [["key": "ca.crt", "path": "ca.crt"]],
                    ]
                ],
                [
                    "downwardAPI": [
                        "items": [
                            [
                                "path": "namespace",
                                "fieldRef": [
                                    "apiVersion": "v1", "fieldPath": "metadata.namespace",
                                ],
                            ]
                        ]
                    ]
                ],
            ], "defaultMode": 420,
        ],
    ]
    var volumes = node["spec"]?["volumes"]?.arrayValue ?? []
    volumes.append(volume)
    node["spec"]?["volumes"] = .array(volumes)
    for list in ["containers", "initContainers"] {
        node["spec"]?.changeEach(list) { container in
            var mounts = container["volumeMounts"]?.arrayValue ?? []
            guard !mounts.contains(where: { $0["mountPath"] == path }) else { return }
            mounts.append(["name": name, "readOnly": true, "mountPath": path])
            container["volumeMounts"] = .array(mounts)
        }
    }
}

/// The quality of service class of a Pod.
///
/// Source: https://kubernetes.io/docs/concepts/workloads/pods/pod-qos/
func qualityOfService(of pod: Node) -> String {
    let containers =
        (pod["spec"]?["containers"]?.arrayValue ?? [])
        + (pod["spec"]?["initContainers"]?.arrayValue ?? [])
    var hasAny = false
    var isGuaranteed = true
    for container in containers {
        let requests = container["resources"]?["requests"]
        let limits = container["resources"]?["limits"]
        for name in ["cpu", "memory"] {
            let (request, limit) = (requests?[name], limits?[name])
            if request != nil || limit != nil { hasAny = true }
            if limit == nil || request != limit { isGuaranteed = false }
        }
    }
    return !hasAny ? "BestEffort" : isGuaranteed ? "Guaranteed" : "Burstable"
}

import Model
import YAML

extension Cluster {
    /// Paths that do something else than read or write the object they name; `nil` for all others.
    func answerSpecial(_ request: APIRequest, _ target: RequestTarget) throws(APIStatus)
        -> APIAnswer?
    {
        switch (target.resource.storageName, target.subresource, request.method) {
        case (_, "scale", "PUT"), (_, "scale", "PATCH"):
            return try answerScale(request, target)
        case ("namespaces", "finalize", "PUT"): return try finalize(request, target)
        case ("pods", "binding", "POST"): return try bind(request, target)
        case ("pods", "eviction", "POST"):
            guard let live = storage.object(target.key) else {
                throw .notFound(target.resource, target.name)
            }
            try delete(live.node, at: target.key, target.resource, DeleteOptions())
            return APIAnswer(201, node: Self.success)
        case ("pods", "log", "GET"): return try log(request, target)
        case ("authorization.k8s.io/selfsubjectaccessreviews", "", "POST"),
            ("authorization.k8s.io/subjectaccessreviews", "", "POST"),
            ("authorization.k8s.io/localsubjectaccessreviews", "", "POST"):
            var review = try decoded(request, target.resource, .ignore).object
            review["status"] = ["allowed": true]
            return APIAnswer(201, node: review)
        case ("authentication.k8s.io/selfsubjectreviews", "", "POST"):
            return APIAnswer(
                201,
                node: [
                    "kind": "SelfSubjectReview", "apiVersion": "authentication.k8s.io/v1",
                    "metadata": ["creationTimestamp": .string(now)],
                    "status": [
                        "userInfo": [
                            "username": "sandbox",
                            "groups": ["system:masters", "system:authenticated"],
                        ]
                    ],
                ])
        case ("serviceaccounts", "token", "POST"):
            throw .notServed("the sandbox issues no tokens: use the one of its kubeconfig")
        case ("pods", "exec", _), ("pods", "attach", _), ("pods", "portforward", _),
            ("pods", "ephemeralcontainers", _), (_, "proxy", _):
            throw .notServed("no containers run in the sandbox, so there is nothing to connect to")
        default: return nil
        }
    }

    private static let success: Node = [
        "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success", "code": 201,
    ]

    /// Sets the namespace's finalizers, and lets it go when it has none left.
    private func finalize(_ request: APIRequest, _ target: RequestTarget) throws(APIStatus)
        -> APIAnswer
    {
        let wanted = try decodedBody(request)
        guard let live = storage.object(target.key) else {
            throw .notFound(target.resource, target.name)
        }
        var new = live.node
        let finalizers = wanted["spec"]?["finalizers"]?.arrayValue ?? []
        new["spec"] = finalizers.isEmpty ? [:] : ["finalizers": .array(finalizers)]
        if new["metadata"]?["deletionTimestamp"] != nil, !isHeld(new, target.resource) {
            try erase(target.key)
        } else if new != live.node {
            new = try store(new, at: target.key)
        }
        return APIAnswer(node: inVersion(new, of: target.resource))
    }

    /// The lines a container wrote: none, since nothing runs.
    ///
    /// Source: LogLocation in
    /// https://github.com/kubernetes/kubernetes/blob/v1.36.0/pkg/registry/core/pod/strategy.go
    private func log(_ request: APIRequest, _ target: RequestTarget) throws(APIStatus) -> APIAnswer
    {
        guard let pod = storage.object(target.key)?.node else {
            throw .notFound(target.resource, target.name)
        }
        let names = ["initContainers", "containers"].flatMap { field in
            (pod["spec"]?[field]?.arrayValue ?? []).compactMap { $0["name"]?.stringValue }
        }
        let asked = request.query["container"] ?? ""
        if asked.isEmpty, names.count > 1 {
            throw .badRequest(
                "a container name must be specified for pod \(target.name), choose one of: "
                    + "[\(names.joined(separator: " "))]")
        }
        let name = asked.isEmpty ? names.first ?? "" : asked
        guard names.contains(name) else {
            throw .badRequest("container \(name) is not valid for pod \(target.name)")
        }
        if (pod["spec"]?["nodeName"]?.stringValue ?? "").isEmpty { return APIAnswer(204, .empty) }
        let status = pod["status"]?["containerStatuses"]?.arrayValue?
            .first { $0["name"]?.stringValue == name }
        if let reason = status?["state"]?["waiting"]?["reason"]?.stringValue {
            let why =
                reason == "ImagePullBackOff" ? "trying and failing to pull image" : reason
            throw .badRequest(
                "container \"\(name)\" in pod \"\(target.name)\" is waiting to start: \(why)")
        }
        return APIAnswer(200, .text(""))
    }

    private func bind(_ request: APIRequest, _ target: RequestTarget) throws(APIStatus) -> APIAnswer
    {
        let binding = try decodedBody(request)
        guard let live = storage.object(target.key) else {
            throw .notFound(target.resource, target.name)
        }
        if let node = live.node["spec"]?["nodeName"]?.stringValue, !node.isEmpty {
            throw APIStatus(
                code: 409, reason: "Conflict",
                message:
                    "Operation cannot be fulfilled on pods/binding \"\(target.name)\": pod \(target.name) is already assigned to node \"\(node)\"",
                details: APIStatus.Details(name: target.name, kind: "pods/binding"))
        }
        let node = binding["target"]?["name"]?.stringValue ?? ""
        _ = try store(bound(live.node, to: node), at: target.key)
        return APIAnswer(201, node: Self.success)
    }

    /// The Pod on a node, whose place in the topology it takes over.
    ///
    /// Source: https://github.com/kubernetes/kubernetes/blob/v1.36.0/plugin/pkg/admission/podtopologylabels/admission.go
    func bound(_ pod: Node, to nodeName: String) -> Node {
        var new = pod
        var spec = new["spec"] ?? [:]
        spec["nodeName"] = .string(nodeName)
        new["spec"] = spec
        var conditions = new["status"]?["conditions"]?.arrayValue ?? []
        conditions.removeAll { $0["type"] == "PodScheduled" }
        conditions.append([
            "type": "PodScheduled", "status": "True", "lastProbeTime": nil,
            "lastTransitionTime": .string(now),
        ])
        var status = new["status"] ?? [:]
        status["conditions"] = .array(conditions)
        new["status"] = status
        let key = StorageKey(resource: "nodes", namespace: "", name: nodeName)
        let labels = storage.object(key)?.node["metadata"]?["labels"]
        for name in ["topology.kubernetes.io/zone", "topology.kubernetes.io/region"] {
            guard let value = labels?[name] else { continue }
            var own = new["metadata"]?["labels"] ?? [:]
            own[name] = value
            new.setMetadata("labels", own)
        }
        return new
    }
}

// MARK: Scale

extension Cluster {
    /// Where a kind keeps its number of replicas, and what its Pods are selected by.
    struct ScalePaths: Sendable {
        var specReplicas = FieldPath("spec", "replicas")
        var statusReplicas = FieldPath("status", "replicas")
        /// The text of the selector; `nil` where it follows from `spec.selector`.
        var selector: FieldPath?
    }

    func scalePaths(_ resource: ServedResource) -> ScalePaths {
        customVersions[resource.apiVersion + "/" + resource.kind]?.scale ?? ScalePaths()
    }

    func readScale(_ target: RequestTarget) throws(APIStatus) -> Node {
        scale(of: try read(target), target.resource)
    }

    private func scale(of object: Node, _ resource: ServedResource) -> Node {
        let paths = scalePaths(resource)
        let metadata = object["metadata"]
        var status: Node = ["replicas": .int(object.value(at: paths.statusReplicas)?.intValue ?? 0)]
        if let path = paths.selector {
            status["selector"] = object.value(at: path)
        } else if !resource.isCustom {
            status["selector"] = .string(LabelSelector(workload: object["spec"]?["selector"]).text)
        }
        var kept: Node = [:]
        for field in ["name", "namespace", "uid", "resourceVersion", "creationTimestamp"] {
            kept[field] = metadata?[field]
        }
        var spec: Node = [:]
        let replicas = object.value(at: paths.specReplicas)?.intValue ?? 0
        if replicas != 0 { spec["replicas"] = .int(replicas) }
        return [
            "kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": kept, "spec": spec,
            "status": status,
        ]
    }

    private func answerScale(_ request: APIRequest, _ target: RequestTarget) throws(APIStatus)
        -> APIAnswer
    {
        guard let live = storage.object(target.key) else {
            throw .notFound(target.resource, target.name)
        }
        let before = inVersion(live.node, of: target.resource)
        let current = scale(of: before, target.resource)
        let wanted: Node
        if request.method == "PUT" {
            wanted = try decodedBody(request)
        } else {
            let patch = try Self.json(request.body)
            switch request.mediaType {
            case "application/json-patch+json": wanted = try applyJSONPatch(patch, to: current)
            case "application/merge-patch+json",
                "application/strategic-merge-patch+json", "application/apply-patch+yaml":
                wanted = applyMergePatch(patch, to: current)
            default: throw .unsupportedPatch
            }
        }
        let replicas = wanted["spec"]?["replicas"]?.intValue ?? 0
        if replicas < 0 {
            throw .invalid(
                group: "autoscaling", kind: "Scale", name: target.name,
                [
                    APIStatus.Cause(
                        reason: "FieldValueInvalid",
                        message: "Invalid value: \(replicas): must be greater than or equal to 0",
                        field: "spec.replicas")
                ])
        }
        if let version = wanted["metadata"]?["resourceVersion"]?.stringValue,
            !version.isEmpty, version != String(live.resourceVersion)
        {
            throw .conflict(
                target.resource, target.name,
                "the object has been modified; please apply your changes to the latest version and try again"
            )
        }
        let path = scalePaths(target.resource).specReplicas
        let write = WriteRequest(
            resource: target.resource, key: target.key, subresource: "scale",
            manager: request.fieldManager, isDryRun: try request.isDryRun())
        var new = before
        new.set(.int(replicas), at: path)
        new = fieldManager(write).updateThroughScale(
            live: before, new: new, manager: write.manager, replicasPath: path)
        var object = write
        object.subresource = ""
        let stored = try update(new, live: before, object, isApplied: true)
        return APIAnswer(node: scale(of: inVersion(stored, of: target.resource), target.resource))
    }
}

extension Node {
    /// The value at a path of keys.
    func value(at path: FieldPath) -> Node? {
        var node: Node? = self
        for step in path.steps {
            guard case .key(let key) = step else { return nil }
            node = node?[key]
        }
        return node
    }

    /// Sets the value at a path of keys, making objects on the way.
    mutating func set(_ value: Node, at path: FieldPath) {
        guard case .key(let key)? = path.steps.first else { return }
        if path.steps.count == 1 {
            self[key] = value
        } else {
            var child = self[key] ?? [:]
            child.set(value, at: FieldPath(Array(path.steps.dropFirst())))
            self[key] = child
        }
    }
}

import Model

extension Cluster {
    /// Gives a new namespace what every namespace has, and empties one that is to go.
    func lookAtNamespace(_ key: StorageKey) throws(APIStatus) {
        guard let stored = storage.object(key) else { return }
        if stored.node.isBeingDeleted { return try empty(stored) }
        try createMissing(serviceAccount, in: key.name)
        try createMissing(rootCertificates, in: key.name)
    }

    private func createMissing(_ object: Node, in namespace: String) throws(APIStatus) {
        var object = object
        object.setMetadata("namespace", .string(namespace))
        guard let write = request(object, by: "kube-controller-manager"),
            storage.object(write.key) == nil
        else { return }
        _ = try create(object, write)
    }

    private var serviceAccount: Node {
        ["apiVersion": "v1", "kind": "ServiceAccount", "metadata": ["name": "default"]]
    }

    private var rootCertificates: Node {
        [
            "apiVersion": "v1", "kind": "ConfigMap",
            "metadata": [
                "name": "kube-root-ca.crt",
                "annotations": [
                    "kubernetes.io/description":
                        "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters."
                ],
            ],
            "data": ["ca.crt": ""],
        ]
    }

    private func empty(_ namespace: StoredObject) throws(APIStatus) {
        let name = namespace.key.name
        var remaining: [StoredObject] = []
        for resource in storage.resources {
            guard let served = registry.resource(storageName: resource), served.isNamespaced else {
                continue
            }
            for object in storage.objects(of: resource, namespace: name) {
                try delete(
                    object.node, at: object.key, served, DeleteOptions(propagation: .background))
            }
            remaining += storage.objects(of: resource, namespace: name)
        }
        if remaining.isEmpty {
            guard let live = storage.object(namespace.key) else { return }
            if live.node["metadata"]?["finalizers"]?.arrayValue?.isEmpty ?? true {
                try erase(namespace.key)
            } else if live.node["spec"]?["finalizers"] != nil {
                var new = live.node
                new["spec"] = [:]
                _ = try store(new, at: namespace.key)
            }
            return
        }
        try reportRemaining(remaining, namespace)
    }

    /// Says in the namespace's conditions what keeps it.
    ///
    /// Source: https://github.com/kubernetes/kubernetes/blob/v1.36.0/pkg/controller/namespace/deletion/status_condition_utils.go
    private func reportRemaining(_ remaining: [StoredObject], _ namespace: StoredObject)
        throws(APIStatus)
    {
        guard let live = storage.object(namespace.key) else { return }
        var status = live.node["status"] ?? [:]
        var list = status["conditions"]
        for (type, isTrue, reason, message) in remainingConditions(remaining) {
            list = conditions(
                list, setting: type, isTrue, reason: reason, message: message, now: clock(),
                updates: false)
        }
        status["conditions"] = list
        var new = live.node
        new["status"] = status
        guard let resource = registry.resource(storageName: "namespaces"), new != live.node else {
            return
        }
        let write = WriteRequest(
            resource: resource, key: namespace.key, subresource: "status",
            manager: "kube-controller-manager")
        _ = try update(new, live: live.node, write)
    }

    /// Type, whether it holds, reason and message of each condition.
    private func remainingConditions(_ remaining: [StoredObject])
        -> [(String, Bool, String, String)]
    {
        let finalizers = remaining.flatMap {
            ($0.node["metadata"]?["finalizers"]?.arrayValue ?? []).compactMap(\.stringValue)
        }
        var counts: [String: Int] = [:]
        for finalizer in finalizers { counts[finalizer, default: 0] += 1 }
        var kinds: [String: Int] = [:]
        for object in remaining {
            let resource = registry.resource(storageName: object.key.resource)
            kinds[(resource?.plural ?? "") + "." + (resource?.group ?? ""), default: 0] += 1
        }
        return [
            (
                "NamespaceDeletionDiscoveryFailure", false, "ResourcesDiscovered",
                "All resources successfully discovered"
            ),
            (
                "NamespaceDeletionGroupVersionParsingFailure", false, "ParsedGroupVersions",
                "All legacy kube types successfully parsed"
            ),
            (
                "NamespaceDeletionContentFailure", false, "ContentDeleted",
                "All content successfully deleted, may be waiting on finalization"
            ),
            (
                "NamespaceContentRemaining", true, "SomeResourcesRemain",
                "Some resources are remaining: "
                    + kinds.sorted { $0.key < $1.key }
                    .map { "\($0.key) has \($0.value) resource instances" }
                    .joined(separator: ", ")
            ),
            (
                "NamespaceFinalizersRemaining", !counts.isEmpty,
                counts.isEmpty ? "ContentHasNoFinalizers" : "SomeFinalizersRemain",
                counts.isEmpty
                    ? "All content-preserving finalizers finished"
                    : "Some content in the namespace has finalizers remaining: "
                        + counts.sorted { $0.key < $1.key }
                        .map { "\($0.key) in \($0.value) resource instances" }
                        .joined(separator: ", ")
            ),
        ]
    }
}

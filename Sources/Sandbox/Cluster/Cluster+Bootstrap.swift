import Model

extension Cluster {
    static let nodeName = "sandbox-node"

    /// Makes what every cluster has, as far as it is not there yet.
    func bootstrap() throws {
        reloadDefinitions()
        for stored in storage.objects(of: CustomVersion.definitions) {
            for version in CustomVersion.all(of: stored.node) {
                historyStart[version.resource.storageName] = storage.oldestKept
            }
        }
        for name in ["default", "kube-system", "kube-public", "kube-node-lease"] {
            try createMissing([
                "apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(name)],
            ])
        }
        guard configuration.runsControllers else { return }
        try createMissing(node)
        try createMissing([
            "apiVersion": "storage.k8s.io/v1", "kind": "StorageClass",
            "metadata": [
                "name": "standard",
                "annotations": ["storageclass.kubernetes.io/is-default-class": "true"],
            ], "provisioner": "tidemark.dev/sandbox",
        ])
    }

    private func createMissing(_ object: Node) throws {
        guard let write = request(object, by: "kube-apiserver"), storage.object(write.key) == nil
        else { return }
        _ = try create(object, write)
        guard object["status"] != nil, let live = storage.object(write.key) else { return }
        var status = write
        status.subresource = "status"
        let reported = try update(object, live: live.node, status)
        // New nodes are tainted until they are ready, which this one is from the start.
        var ready = reported
        ready["spec"]?["taints"] = nil
        _ = try update(ready, live: reported, write)
    }

    private var node: Node {
        let resources: Node = ["cpu": "8", "memory": "16Gi", "pods": "500"]
        return [
            "apiVersion": "v1", "kind": "Node",
            "metadata": [
                "name": .string(Self.nodeName),
                "labels": [
                    "kubernetes.io/hostname": .string(Self.nodeName),
                    "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64",
                ],
            ],
            "status": [
                "capacity": resources, "allocatable": resources,
                "addresses": [["type": "InternalIP", "address": "127.0.0.1"]],
                "conditions": [
                    [
                        "type": "Ready", "status": "True", "reason": "KubeletReady",
                        "message": "the sandbox pretends", "lastHeartbeatTime": .string(now),
                        "lastTransitionTime": .string(now),
                    ]
                ],
                "nodeInfo": [
                    "kubeletVersion": "v1.36.2-sandbox", "operatingSystem": "linux",
                    "architecture": "amd64",
                ],
            ],
        ]
    }
}

import Model

/// Columns of services, storage, configuration and the cluster's own kinds.
enum OtherColumns {
    static let namespace: [TableColumn] = [
        .name,
        TableColumn("Status") { object, _ in object["status"]?["phase"] ?? "" },
        .age,
    ]

    static let configMap: [TableColumn] = [
        .name,
        TableColumn(
            "Data",
            description:
                "Data contains the configuration data. Each key must consist of alphanumeric "
                + "characters, '-', '_' or '.'. Values with non-UTF-8 byte sequences must use the "
                + "BinaryData field. The keys stored in Data must not overlap with the keys in the "
                + "BinaryData field, this is enforced during validation process."
        ) { object, _ in entryCount(object, ["data", "binaryData"]) },
        .age,
    ]

    static let secret: [TableColumn] = [
        .name,
        TableColumn("Type") { object, _ in object["type"] ?? "" },
        TableColumn("Data") { object, _ in entryCount(object, ["data"]) },
        .age,
    ]

    static let service: [TableColumn] = [
        .name,
        TableColumn("Type") { object, _ in object["spec"]?["type"] ?? "" },
        TableColumn("Cluster-IP") { object, _ in
            let address = object["spec"]?["clusterIP"]?.stringValue ?? ""
            return .string(address.isEmpty ? "<none>" : address)
        },
        TableColumn("External-IP") { object, _ in .string(externalAddress(object)) },
        TableColumn("Port(s)") { object, _ in .string(ports(object)) },
        .age,
        TableColumn("Selector", wide: true) { object, _ in
            labelsText(object["spec"]?["selector"])
        },
    ]

    static let ingress: [TableColumn] = [
        .name,
        TableColumn("Class") { object, _ in object["spec"]?["ingressClassName"] ?? "<none>" },
        TableColumn("Hosts") { object, _ in
            let hosts = (object["spec"]?["rules"]?.arrayValue ?? [])
                .compactMap { $0["host"]?.stringValue }.filter { !$0.isEmpty }
            return .string(hosts.isEmpty ? "*" : hosts.joined(separator: ","))
        },
        TableColumn("Address") { object, _ in
            .string(loadBalancerAddresses(object).joined(separator: ","))
        },
        TableColumn("Ports") { object, _ in
            object["spec"]?["tls"]?.arrayValue?.isEmpty == false ? "80, 443" : "80"
        },
        .age,
    ]

    static let claim: [TableColumn] = [
        .name,
        TableColumn("Status") { object, _ in
            object["metadata"]?["deletionTimestamp"] != nil
                ? "Terminating" : object["status"]?["phase"] ?? ""
        },
        TableColumn("Volume") { object, _ in object["spec"]?["volumeName"] ?? "" },
        TableColumn("Capacity") { object, _ in object["status"]?["capacity"]?["storage"] ?? "" },
        TableColumn("Access Modes") { object, _ in
            .string(accessModes(object["status"]?["accessModes"]))
        },
        TableColumn("StorageClass") { object, _ in object["spec"]?["storageClassName"] ?? "" },
        TableColumn("VolumeAttributesClass") { object, _ in
            object["spec"]?["volumeAttributesClassName"] ?? "<unset>"
        },
        .age,
        TableColumn("VolumeMode", wide: true) { object, _ in
            object["spec"]?["volumeMode"] ?? "<unset>"
        },
    ]

    static let node: [TableColumn] = [
        .name,
        TableColumn("Status") { object, _ in
            let isReady = (object["status"]?["conditions"]?.arrayValue ?? []).contains {
                $0["type"]?.stringValue == "Ready" && $0["status"]?.stringValue == "True"
            }
            let ready = isReady ? "Ready" : "NotReady"
            return object["spec"]?["unschedulable"]?.boolValue == true
                ? .string(ready + ",SchedulingDisabled") : .string(ready)
        },
        TableColumn("Roles") { _, _ in "<none>" },
        .age,
        TableColumn("Version") { object, _ in
            object["status"]?["nodeInfo"]?["kubeletVersion"] ?? ""
        },
    ]

    static let event: [TableColumn] = [
        TableColumn("Last Seen") { object, now in
            .string(ageText(object["lastTimestamp"] ?? object["eventTime"], now))
        },
        TableColumn("Type") { object, _ in object["type"] ?? "" },
        TableColumn("Reason") { object, _ in object["reason"] ?? "" },
        TableColumn("Object") { object, _ in
            let about = object["involvedObject"]
            let kind = about?["kind"]?.stringValue?.lowercased() ?? ""
            return .string(kind + "/" + (about?["name"]?.stringValue ?? ""))
        },
        TableColumn("Subobject", wide: true) { object, _ in
            object["involvedObject"]?["fieldPath"] ?? ""
        },
        TableColumn("Source", wide: true) { object, _ in object["source"]?["component"] ?? "" },
        TableColumn("Message") { object, _ in object["message"] ?? "" },
        TableColumn("First Seen", wide: true) { object, now in
            .string(ageText(object["firstTimestamp"] ?? object["eventTime"], now))
        },
        TableColumn("Count", wide: true) { object, _ in .int(object["count"]?.intValue ?? 1) },
        TableColumn("Name", format: "name", wide: true) { object, _ in
            object["metadata"]?["name"] ?? ""
        },
    ]

    static let autoscaler: [TableColumn] = [
        .name,
        TableColumn("Reference") { object, _ in
            let target = object["spec"]?["scaleTargetRef"]
            return .string(
                "\(target?["kind"]?.stringValue ?? "")/\(target?["name"]?.stringValue ?? "")")
        },
        TableColumn("Targets") { _, _ in "<unknown>" },
        TableColumn("MinPods") { object, _ in object["spec"]?["minReplicas"] ?? "<unset>" },
        TableColumn("MaxPods") { object, _ in count(object["spec"]?["maxReplicas"]) },
        TableColumn("Replicas") { object, _ in count(object["status"]?["currentReplicas"]) },
        .age,
    ]

    private static func entryCount(_ object: Node, _ fields: [String]) -> Node {
        .int(Int64(fields.reduce(0) { $0 + (object[$1]?.objectValue?.count ?? 0) }))
    }

    private static func loadBalancerAddresses(_ object: Node) -> [String] {
        (object["status"]?["loadBalancer"]?["ingress"]?.arrayValue ?? [])
            .compactMap { $0["ip"]?.stringValue ?? $0["hostname"]?.stringValue }
    }

    private static func externalAddress(_ service: Node) -> String {
        let spec = service["spec"]
        var addresses = (spec?["externalIPs"]?.arrayValue ?? []).compactMap(\.stringValue)
        switch spec?["type"]?.stringValue {
        case "ExternalName": return spec?["externalName"]?.stringValue ?? "<none>"
        case "LoadBalancer":
            addresses = loadBalancerAddresses(service) + addresses
            return addresses.isEmpty ? "<pending>" : addresses.joined(separator: ",")
        default: return addresses.isEmpty ? "<none>" : addresses.joined(separator: ",")
        }
    }

    private static func ports(_ service: Node) -> String {
        let ports = (service["spec"]?["ports"]?.arrayValue ?? []).map { port in
            let node = (port["nodePort"]?.intValue).map { ":\($0)" } ?? ""
            return
                "\(port["port"]?.intValue ?? 0)\(node)/\(port["protocol"]?.stringValue ?? "TCP")"
        }
        return ports.isEmpty ? "<none>" : ports.joined(separator: ",")
    }

    private static func accessModes(_ modes: Node?) -> String {
        let short = [
            "ReadWriteOnce": "RWO", "ReadOnlyMany": "ROX", "ReadWriteMany": "RWX",
            "ReadWriteOncePod": "RWOP",
        ]
        return (modes?.arrayValue ?? []).compactMap { $0.stringValue.map { short[$0] ?? $0 } }
            .joined(separator: ",")
    }
}

/// The columns of a built-in kind; name and age for those without their own.
func builtInColumns(_ resource: ServedResource) -> [TableColumn] {
    switch (resource.group, resource.kind) {
    case ("apps", "Deployment"): WorkloadColumns.deployment
    case ("apps", "ReplicaSet"): WorkloadColumns.replicaSet
    case ("apps", "StatefulSet"): WorkloadColumns.statefulSet
    case ("apps", "DaemonSet"): WorkloadColumns.daemonSet
    case ("batch", "Job"): WorkloadColumns.job
    case ("batch", "CronJob"): WorkloadColumns.cronJob
    case ("", "Pod"): PodColumns.pod
    case ("", "Namespace"): OtherColumns.namespace
    case ("", "ConfigMap"): OtherColumns.configMap
    case ("", "Secret"): OtherColumns.secret
    case ("", "Service"): OtherColumns.service
    case ("", "PersistentVolumeClaim"): OtherColumns.claim
    case ("", "Node"): OtherColumns.node
    case ("", "Event"): OtherColumns.event
    case ("networking.k8s.io", "Ingress"): OtherColumns.ingress
    case ("autoscaling", "HorizontalPodAutoscaler"): OtherColumns.autoscaler
    case ("apiextensions.k8s.io", "CustomResourceDefinition"),
        ("rbac.authorization.k8s.io", "Role"), ("rbac.authorization.k8s.io", "ClusterRole"):
        [.name, .createdAt]
    default: [.name, .age]
    }
}

internal import Diffing
internal import Model
internal import YAML

/// Git against cluster, on 2,000 Deployments, Services and ConfigMaps of which one in ten has drifted.
func measureDiff() throws -> [Figure] {
    let count = 2_000
    let desired = Array(try desiredObjects(atLeast: count).prefix(count))
    let live = desired.enumerated().map { index, node in
        servedObject(node, isDrifted: index % 10 == 0)
    }
    guard desired.count == count else { throw BenchFailure("too few manifests to compare") }
    var drifted = 0
    let seconds = try bestSeconds(
        of: 15,
        {
            drifted = 0
            for (wanted, found) in zip(desired, live)
            where !compare(desired: wanted, live: found).isEmpty { drifted += 1 }
        })[0]
    guard drifted == count / 10 else {
        throw BenchFailure("\(drifted) of \(count) objects differ, not one in ten")
    }
    return [
        Figure(
            name: "local diff of one object", value: seconds / Double(count) * 1e6, unit: "µs",
            target: .below(50))
    ]
}

private func desiredObjects(atLeast count: Int) throws -> [Node] {
    try parseYAML(generatedYAML(size: count * 1_500), file: "generated.yaml").map(\.root)
}

/// What the cluster has of a manifest that was applied: defaults, owners, and perhaps a change by hand.
private func servedObject(_ desired: Node, isDrifted: Bool) -> Node {
    var live = desired
    live["metadata"]?["uid"] = "0b1c2d3e-4f50-4a6b-8c7d-100000000000"
    live["metadata"]?["resourceVersion"] = "123456"
    live["metadata"]?["creationTimestamp"] = "2026-11-02T10:02:11Z"
    live["metadata"]?["managedFields"] = [
        [
            "manager": "tidemark", "operation": "Apply",
            "apiVersion": desired["apiVersion"] ?? "v1",
            "time": "2026-11-02T10:02:11Z", "fieldsType": "FieldsV1",
            "fieldsV1": appliedFields(desired, isRoot: true),
        ]
    ]
    switch desired["kind"] {
    case "Deployment"?:
        live["spec"]?["progressDeadlineSeconds"] = 600
        live["spec"]?["strategy"] = ["type": "RollingUpdate"]
        live["status"] = ["replicas": 3, "readyReplicas": 3]
        if isDrifted { live["spec"]?["replicas"] = 77 }
    case "Service"?:
        live["spec"]?["clusterIP"] = "10.96.0.17"
        live["spec"]?["sessionAffinity"] = "None"
        if isDrifted { live["spec"]?["selector"] = ["app": "other"] }
    default:
        if isDrifted { live["data"]?["LOG_LEVEL"] = "debug" }
    }
    if let pod = live["spec"]?["template"]?["spec"] {
        live["spec"]?["template"]?["spec"] = servedPod(pod)
    }
    if var port = live["spec"]?["ports"]?[0] {
        port["protocol"] = "TCP"
        live["spec"]?["ports"] = [port]
    }
    return live
}

private func servedPod(_ desired: Node) -> Node {
    var pod = desired
    pod["restartPolicy"] = "Always"
    pod["dnsPolicy"] = "ClusterFirst"
    if var container = pod["containers"]?[0] {
        container["imagePullPolicy"] = "IfNotPresent"
        container["terminationMessagePath"] = "/dev/termination-log"
        if var port = container["ports"]?[0] {
            port["protocol"] = "TCP"
            container["ports"] = [port]
        }
        pod["containers"] = [container]
    }
    return pod
}

/// The fields of a manifest as `fieldsV1` lists them.
private func appliedFields(_ node: Node, isRoot: Bool = false) -> Node {
    guard case .object(let mapping) = node else { return [:] }
    var result = Mapping()
    for (key, value) in mapping where !isRoot || key != "apiVersion" && key != "kind" {
        let names = ["containers": "name", "env": "name", "ports": "port"]
        guard let elements = value.arrayValue, var name = names[key] else {
            result["f:" + key] = appliedFields(value)
            continue
        }
        var list = Mapping()
        for element in elements {
            if element["containerPort"] != nil { name = "containerPort" }
            var keys = Mapping([(name, element[name] ?? .null)])
            if key == "ports" { keys["protocol"] = "TCP" }
            var fields = appliedFields(element)
            fields["."] = [:]
            list["k:" + String(decoding: printJSON(.object(keys)), as: UTF8.self)] = fields
        }
        result["f:" + key] = .object(list)
    }
    return .object(result)
}

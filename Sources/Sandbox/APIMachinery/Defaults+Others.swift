import Model
import Schemas

func defaultService(_ node: inout Node) {
    let type = node["spec"]?["type"]?.stringValue ?? "ClusterIP"
    node["spec"]?.changeEach("ports") { port in
        if let number = port["port"] { port.setDefault("targetPort", number) }
    }
    if node["spec"]?["sessionAffinity"] == "ClientIP" {
        node["spec"]?.setDefault("sessionAffinityConfig", ["clientIP": ["timeoutSeconds": 10800]])
    } else {
        node["spec"]?["sessionAffinityConfig"] = nil
    }
    if type == "NodePort" || type == "LoadBalancer" {
        node["spec"]?.setDefault("externalTrafficPolicy", "Cluster")
    }
    if type == "LoadBalancer" { node["spec"]?.setDefault("allocateLoadBalancerNodePorts", true) }
    if type != "ExternalName" { node["spec"]?.setDefault("internalTrafficPolicy", "Cluster") }
    if node["status"]?["loadBalancer"] == nil { node["status"] = ["loadBalancer": [:]] }
}

/// A time that is not set is null in a condition of a Pod.
func defaultPodConditions(_ node: inout Node) {
    node.change(at: ["status"]) { status in
        status.changeEach("conditions") { $0.setDefault("lastProbeTime", .null) }
    }
}

func moveStringData(_ node: inout Node) {
    guard let texts = node["stringData"]?.objectValue else { return }
    var data = node["data"]?.objectValue ?? Mapping()
    for (name, value) in texts {
        data[name] = .string(base64(Array((value.stringValue ?? "").utf8)))
    }
    if !data.isEmpty { node["data"] = .object(data) }
    node["stringData"] = nil
}

/// Standard base64 with padding.
///
/// Source: https://www.rfc-editor.org/rfc/rfc4648#section-4
func base64(_ bytes: [UInt8]) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var result: [UInt8] = []
    result.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
        let count = min(3, bytes.count - start)
        var group = UInt32(bytes[start]) << 16
        if count > 1 { group |= UInt32(bytes[start + 1]) << 8 }
        if count > 2 { group |= UInt32(bytes[start + 2]) }
        for place in 0..<4 {
            let isPadding = place > count
            let index = Int(group >> UInt32(18 - 6 * place) & 63)
            result.append(isPadding ? UInt8(ascii: "=") : alphabet[index])
        }
    }
    return String(decoding: result, as: UTF8.self)
}

func defaultLimitRange(_ node: inout Node) {
    node["spec"]?.changeEach("limits") { limit in
        guard limit["type"] == "Container" else { return }
        func fill(_ target: String, from source: String) {
            guard let values = limit[source]?.objectValue else { return }
            var result = limit[target]?.objectValue ?? Mapping()
            for (name, value) in values where result[name] == nil { result[name] = value }
            limit[target] = .object(result)
        }
        fill("default", from: "max")
        fill("defaultRequest", from: "default")
        fill("defaultRequest", from: "min")
    }
}

func defaultNamespace(_ node: inout Node) {
    guard let name = node["metadata"]?["name"] else { return }
    if node["metadata"]?["labels"] == nil { node["metadata"]?["labels"] = [:] }
    node["metadata"]?["labels"]?["kubernetes.io/metadata.name"] = name
}

func defaultNetworkPolicy(_ node: inout Node) {
    guard node["spec"] != nil, node["spec"]?["policyTypes"] == nil else { return }
    let hasEgress = node["spec"]?["egress"] != nil
    node["spec"]?["policyTypes"] = hasEgress ? ["Ingress", "Egress"] : ["Ingress"]
}

func defaultBinding(_ node: inout Node) {
    let group: Node = "rbac.authorization.k8s.io"
    if node["roleRef"] != nil { node["roleRef"]?.setDefault("apiGroup", group) }
    node.changeEach("subjects") { subject in
        if subject["kind"] == "User" || subject["kind"] == "Group" {
            subject.setDefault("apiGroup", group)
        }
    }
}

func defaultAutoscaler(_ node: inout Node, version: String) {
    if version == "v1" {
        node["spec"]?.setDefault("targetCPUUtilizationPercentage", 80)
        return
    }
    node["spec"]?.setDefault(
        "metrics",
        [
            [
                "type": "Resource",
                "resource": [
                    "name": "cpu", "target": ["type": "Utilization", "averageUtilization": 80],
                ],
            ]
        ])
    guard node["spec"]?["behavior"] != nil else { return }
    node["spec"]?["behavior"]?.setDefault("scaleUp", [:])
    node["spec"]?["behavior"]?.setDefault("scaleDown", [:])
    let percent: Node = ["type": "Percent", "value": 100, "periodSeconds": 15]
    node["spec"]?["behavior"]?.change(at: ["scaleUp"]) { rules in
        rules.setDefault("stabilizationWindowSeconds", 0)
        rules.setDefault("selectPolicy", "Max")
        rules.setDefault(
            "policies", [["type": "Pods", "value": 4, "periodSeconds": 15], percent])
    }
    node["spec"]?["behavior"]?.change(at: ["scaleDown"]) { rules in
        rules.setDefault("selectPolicy", "Max")
        rules.setDefault("policies", [percent])
    }
}

func defaultDefinition(_ node: inout Node) {
    guard let kind = node["spec"]?["names"]?["kind"]?.stringValue, !kind.isEmpty else {
        return
    }
    node["spec"]?["names"]?.setDefault("singular", .string(kind.lowercased()))
    node["spec"]?["names"]?.setDefault("listKind", .string(kind + "List"))
}

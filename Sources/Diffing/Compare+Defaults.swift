internal import Model
internal import Schemas

// What the API server fills in within values that are applied as one. Elsewhere a field that Git does not
// have does not count anyhow.

extension Comparison {
    /// Whether a field that only the cluster has is the server's work, or says no more than its absence.
    func isServerMade(_ value: Node, under key: String, _ parent: SchemaType?) -> Bool {
        switch value {
        case .null: return true
        case .array(let elements) where elements.isEmpty: return true
        default: break
        }
        guard let parent, parent.declares(key) else { return false }
        let attributes = parent.attributes(of: key)
        if value == attributes?.defaultValue || value == attributes?.zero { return true }
        if knownDefaults[key]?.contains(value) == true { return true }
        switch value {
        case .bool(false), .int(0), .double(0), .string(""): return true
        case .object(let fields):
            // Of a claim template, which is an object with a status of its own.
            if key == "status" { return true }
            guard let type = parent.field(key) else { return false }
            return fields.allSatisfy { isServerMade($0.value, under: $0.key, type) }
        default: return false
        }
    }

    /// Without the tolerations that the server gives to every pod.
    ///
    /// Source: https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#defaulttolerationseconds
    func withoutAddedTolerations(_ live: [Node], _ desired: [Node]) -> [Node] {
        guard live.count > desired.count, path.last == .key("tolerations") else { return live }
        return live.filter { toleration in
            let key = toleration["key"]?.stringValue
            guard key == "node.kubernetes.io/not-ready" || key == "node.kubernetes.io/unreachable",
                toleration["effect"] == "NoExecute", toleration["operator"] == "Exists"
            else { return true }
            return desired.contains(toleration)
        }
    }
}

/// Values that the server fills in, by the name of the field.
///
/// Source: the functions `SetDefaults_…` in `pkg/apis/*/v1/defaults.go` of
/// https://github.com/kubernetes/kubernetes
private let knownDefaults: [String: [Node]] = [
    // Claim templates of a StatefulSet.
    "apiVersion": ["v1"],
    "kind": ["PersistentVolumeClaim"],
    "volumeMode": ["Filesystem"],
    // Ports of a NetworkPolicy.
    "protocol": ["TCP"],
    // Projected volumes, references to fields and resources.
    "defaultMode": [420],
    "divisor": ["0"],
    "expirationSeconds": [3600],
    // Subjects and role references.
    "apiGroup": ["rbac.authorization.k8s.io"],
    // Rules of webhooks and admission policies.
    "scope": ["*"],
    "matchPolicy": ["Equivalent"],
    // Failure policies of a Job, behaviour of an autoscaler.
    "status": ["True"],
    "selectPolicy": ["Max"],
]

/// A LimitRange with the limits that follow from its others, as the server writes them out.
///
/// Source: `SetDefaults_LimitRangeItem` in
/// https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/v1/defaults.go
func withLimitDefaults(_ node: Node) -> Node {
    guard node["kind"]?.stringValue == "LimitRange", node["apiVersion"]?.stringValue == "v1",
        let limits = node["spec"]?["limits"]?.arrayValue
    else { return node }
    var result = node
    result["spec"]?["limits"] = .array(limits.map(withDefaults))
    return result
}

private func withDefaults(_ limit: Node) -> Node {
    guard limit["type"]?.stringValue == "Container" else { return limit }
    var limit = limit
    let sources = [("default", "max"), ("defaultRequest", "default"), ("defaultRequest", "min")]
    for (target, source) in sources {
        var values = limit[target]?.objectValue ?? Mapping()
        for (name, value) in limit[source]?.objectValue ?? Mapping() where values[name] == nil {
            values[name] = value
        }
        if !values.isEmpty { limit[target] = .object(values) }
    }
    return limit
}

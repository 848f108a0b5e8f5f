public import Model
public import Schemas

/// The fields of a manifest that its kind does not have, in the order written:
/// `spec.template.spec.containers[0].imagee`.
///
/// With `fieldValidation=Strict` the server refuses them, see `strictDecoding`; with `Warn` each is a
/// warning `unknown field "…"`.
public func unknownFields(in object: Node, schema: SchemaType?) -> [String] {
    var found: [String] = []
    collectUnknown(object, schema, "", &found)
    return found
}

private func collectUnknown(
    _ value: Node, _ type: SchemaType?, _ path: String, _ found: inout [String]
) {
    guard let type else { return }
    switch value {
    case .object(let mapping):
        guard type.isObject else { return }
        for (name, child) in mapping {
            let inner = path.isEmpty ? name : "\(path).\(name)"
            if let childType = type.field(name) {
                collectUnknown(child, childType, inner, &found)
            } else {
                found.append(inner)
            }
        }
    case .array(let items):
        guard let element = type.element else { return }
        for (index, item) in items.enumerated() {
            collectUnknown(item, element, "\(path)[\(index)]", &found)
        }
    default: break
    }
}

/// The manifest without the fields that its kind does not have.
public func withoutUnknownFields(_ value: Node, schema: SchemaType?) -> Node {
    guard let type = schema else { return value }
    switch value {
    case .object(let mapping):
        guard type.isObject else { return value }
        return .object(
            Mapping(
                uniqueKeys: mapping.compactMap { name, child in
                    type.field(name).map { (name, withoutUnknownFields(child, schema: $0)) }
                }))
    case .array(let items):
        guard let element = type.element else { return value }
        return .array(items.map { withoutUnknownFields($0, schema: element) })
    default: return value
    }
}

/// The refusal of `fieldValidation=Strict`.
public func strictDecoding(unknown: [String], version: String, kind: String) -> APIStatus {
    let texts = unknown.map { "unknown field \(quoted($0))" }.joined(separator: ", ")
    return .badRequest(
        "\(kind) in version \(quoted(version)) cannot be handled as a \(kind): strict decoding "
            + "error: \(texts)")
}

/// Checks what may never change in an update; the new object's name and namespace are already known
/// to be those of the address.
///
/// Source: ValidateObjectMetaAccessorUpdate and the ValidateUpdate functions of
/// https://github.com/kubernetes/kubernetes/tree/master/pkg/apis
public func immutableCauses(
    live: Node, new: Node, group: String, kind: String
) -> [APIStatus.Cause] {
    var causes: [APIStatus.Cause] = []
    for name in ["uid", "deletionTimestamp", "deletionGracePeriodSeconds"] {
        let (before, after) = (live["metadata"]?[name], new["metadata"]?[name])
        if let after, before != after {
            causes.append(invalidValue(after, "field is immutable", "metadata.\(name)"))
        }
    }
    func check(_ path: String...) {
        let steps = FieldPath(path.map(FieldPath.Step.key))
        let (before, after) = (live.value(at: steps), new.value(at: steps))
        if before != after {
            causes.append(
                invalidValue(after ?? .null, "field is immutable", path.joined(separator: ".")))
        }
    }
    switch (group, kind) {
    case ("apps", "Deployment"), ("apps", "DaemonSet"), ("apps", "ReplicaSet"):
        check("spec", "selector")
    case ("batch", "Job"):
        check("spec", "selector")
        check("spec", "completionMode")
        check("spec", "template")
    case ("rbac.authorization.k8s.io", "RoleBinding"),
        ("rbac.authorization.k8s.io", "ClusterRoleBinding"):
        if live["roleRef"] != new["roleRef"] {
            causes.append(
                invalidValue(new["roleRef"] ?? .null, "cannot change roleRef", "roleRef"))
        }
    case ("", "Secret"): check("type")
    case ("storage.k8s.io", "StorageClass"):
        check("provisioner")
        check("parameters")
    case ("", "Service"):
        causes += ServiceChanges.immutableCauses(
            live: live["spec"] ?? [:], new: new["spec"] ?? [:])
    default: break
    }
    if group.isEmpty, kind == "Secret" || kind == "ConfigMap", live["immutable"] == true {
        for name in ["data", "binaryData", "immutable"] where live[name] != new[name] {
            causes.append(
                .init(
                    reason: "FieldValueForbidden",
                    message: "Forbidden: field is immutable when `immutable` is set", field: name))
        }
    }
    return causes
}

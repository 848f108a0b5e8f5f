import Model

private func required(_ field: String) -> APIStatus.Cause {
    .init(reason: "FieldValueRequired", message: "Required value", field: field)
}

private func forbidden(_ why: String, _ field: String) -> APIStatus.Cause {
    .init(reason: "FieldValueForbidden", message: "Forbidden: " + why, field: field)
}

/// What a workload of the apps group must have: a selector that its template matches, and containers.
///
/// Source: https://github.com/kubernetes/kubernetes/blob/v1.36.0/pkg/apis/apps/validation/validation.go
func workloadCauses(of object: Node, group: String, kind: String) -> [APIStatus.Cause] {
    if group.isEmpty, kind == "Pod" { return podCauses(object["spec"], at: "spec") }
    guard group == "apps", ["Deployment", "ReplicaSet", "StatefulSet", "DaemonSet"].contains(kind)
    else { return [] }
    let selector = object["spec"]?["selector"]
    let template = object["spec"]?["template"]
    let labels = template?["metadata"]?["labels"]
    let parsed = LabelSelector(workload: selector)
    var causes: [APIStatus.Cause] = []
    if selector == nil || selector?.isNull == true {
        causes.append(required("spec.selector"))
    }
    if parsed.isEmpty || !parsed.matches(labels) {
        causes.append(
            invalidValue(
                labels ?? .null, "`selector` does not match template `labels`",
                "spec.template.metadata.labels"))
    }
    return causes + podCauses(template?["spec"], at: "spec.template.spec")
}

/// Volumes with one source each, mounts of volumes that are there, one source per variable.
///
/// Source: https://github.com/kubernetes/kubernetes/blob/v1.36.0/pkg/apis/core/validation/validation.go
private func podCauses(_ spec: Node?, at path: String) -> [APIStatus.Cause] {
    var causes: [APIStatus.Cause] = []
    var volumes: Set<String> = []
    for (index, volume) in (spec?["volumes"]?.arrayValue ?? []).enumerated() {
        let sources = (volume.objectValue ?? Mapping()).filter {
            $0.key != "name" && !$0.value.isNull
        }
        // The server goes through the sources in the order of its own type.
        let names = sources.map(\.key).sorted { sourceRank($0) < sourceRank($1) }
        for name in names.dropFirst() {
            let field = "\(path).volumes[\(index)].\(name)"
            causes.append(forbidden("may not specify more than 1 volume type", field))
        }
        // A volume that is wrong counts as none.
        if names.count < 2, let name = volume["name"]?.stringValue { volumes.insert(name) }
    }
    let containers = spec?["containers"]?.arrayValue ?? []
    if containers.isEmpty { causes.append(required("\(path).containers")) }
    for (index, container) in containers.enumerated() {
        let field = "\(path).containers[\(index)]"
        causes += containerCauses(container, volumes: volumes, at: field)
    }
    return causes
}

private func containerCauses(_ container: Node, volumes: Set<String>, at path: String)
    -> [APIStatus.Cause]
{
    var causes: [APIStatus.Cause] = []
    for (index, variable) in (container["env"]?.arrayValue ?? []).enumerated() {
        guard variable["valueFrom"]?.objectValue != nil,
            !(variable["value"]?.stringValue ?? "").isEmpty
        else { continue }
        causes.append(
            invalidValue(
                "", "may not be specified when `value` is not empty",
                "\(path).env[\(index)].valueFrom"))
    }
    for (index, mount) in (container["volumeMounts"]?.arrayValue ?? []).enumerated() {
        let name = mount["name"]?.stringValue ?? ""
        let field = "\(path).volumeMounts[\(index)].name"
        if name.isEmpty {
            causes.append(required(field))
        } else if !volumes.contains(name) {
            causes.append(
                .init(
                    reason: "FieldValueNotFound", message: "Not found: \(quoted(name))",
                    field: field))
        }
    }
    return causes
}

private func sourceRank(_ name: String) -> Int {
    sourceOrder.firstIndex(of: name) ?? sourceOrder.count
}

private let sourceOrder = [
    "emptyDir", "hostPath", "gitRepo", "gcePersistentDisk", "awsElasticBlockStore", "secret", "nfs",
    "iscsi", "glusterfs", "flocker", "configMap", "rbd", "cephfs", "quobyte", "downwardAPI", "fc",
    "persistentVolumeClaim", "azureFile", "vsphereVolume", "photonPersistentDisk",
    "portworxVolume", "azureDisk", "storageos", "projected", "scaleIO", "csi", "ephemeral", "image",
]

/// Ports a Service must have, and names when there are several.
///
/// Source: ValidateService in
/// https://github.com/kubernetes/kubernetes/blob/v1.36.0/pkg/apis/core/validation/validation.go
func serviceCauses(of object: Node, group: String, kind: String) -> [APIStatus.Cause] {
    guard group.isEmpty, kind == "Service" else { return [] }
    let spec = object["spec"]
    let ports = spec?["ports"]?.arrayValue ?? []
    if ports.isEmpty {
        let isHeadless = spec?["clusterIP"] == "None" || spec?["type"] == "ExternalName"
        return isHeadless ? [] : [required("spec.ports")]
    }
    var causes: [APIStatus.Cause] = []
    for (index, port) in ports.enumerated() {
        if ports.count > 1, (port["name"]?.stringValue ?? "").isEmpty {
            causes.append(required("spec.ports[\(index)].name"))
        }
    }
    return causes
}

/// Finalizers that are neither the server's own nor qualified by a domain.
///
/// Source: ValidateFinalizerName of apimachinery and of pkg/apis/core/validation
func finalizerNameCauses(of object: Node) -> [APIStatus.Cause] {
    let names = (object["metadata"]?["finalizers"]?.arrayValue ?? []).compactMap(\.stringValue)
    let standard = ["foregroundDeletion", "orphan", "kubernetes"]
    var causes = names.compactMap { name in
        qualifiedNameProblem(name).map { invalidValue(.string(name), $0, "metadata.finalizers") }
    }
    for (index, name) in names.enumerated()
    where !name.contains("/") && !standard.contains(name) {
        causes.append(
            invalidValue(
                .string(name),
                "name is neither a standard finalizer name nor is it fully qualified",
                "metadata.finalizers[\(index)]"))
    }
    return causes
}

internal import Model

/// Refuses every project but `default` as Argo CD makes it: one that restricts nothing.
///
/// A restriction that were read and not kept would be worse than none.
///
/// Source: https://argo-cd.readthedocs.io/en/stable/user-guide/projects/#the-default-project
func checkProject(_ reading: inout StrictReading) {
    let namePath = FieldPath("metadata", "name")
    let name = reading.requiredString(namePath)
    if let name, name != "default" {
        reading.refuse(
            namePath, "project \(name): only the project default is supported by this release")
        return
    }
    let isObject = reading.hasObject(
        .root, known: ["apiVersion", "kind", "metadata", "spec"],
        unsupported: ["status": "belongs to Argo CD's controller, not into Git"])
    let spec = FieldPath("spec")
    guard isObject, reading.node(spec) != nil else { return }
    let unrestricted: KeyValuePairs<String, Node> = [
        "sourceRepos": ["*"],
        "destinations": [["namespace": "*", "server": "*"]],
        "clusterResourceWhitelist": [["group": "*", "kind": "*"]],
        "namespaceResourceWhitelist": [["group": "*", "kind": "*"]],
    ]
    for key in reading.mapping(spec)?.keys ?? [] where key != "description" {
        let path = spec.appending(key)
        guard let everything = unrestricted.first(where: { $0.key == key })?.value else {
            reading.refuseField(path, "projects with \(key) are not supported yet by this release")
            continue
        }
        if reading.node(path) != everything {
            reading.refuse(path, "restrictions of projects are not supported yet by this release")
        }
    }
}

public import Model
public import Schemas

/// The object as the API server stores it: normalised by its Go type, with all defaults that need
/// no knowledge beyond the object itself.
///
/// Quantities take their canonical form, empty maps and lists and nulls go, fields that are always
/// written appear, `stringData` becomes `data`. Objects of custom kinds come back unchanged.
public func defaulted(_ object: Node, schema: SchemaType?) -> Node {
    guard let apiVersion = object["apiVersion"]?.stringValue,
        let kind = object["kind"]?.stringValue, let schema
    else { return object }
    let group = GroupVersion(apiVersion).group
    guard isBuiltIn(group: group, kind: kind) else { return object }
    var node = stored(object, schema) ?? [:]
    node = zeroFilled(node, schema)
    for rule in DefaultTable.rules[group.isEmpty ? kind : "\(group)/\(kind)"] ?? [] {
        rule.apply(to: &node)
    }
    for path in podSpecPaths(group: group, kind: kind) {
        node.change(at: path[...]) { defaultPodSpec(&$0) }
    }
    switch (group, kind) {
    case ("", "Pod"): defaultPodConditions(&node)
    case ("", "Service"): defaultService(&node)
    case ("", "Secret"): moveStringData(&node)
    case ("", "LimitRange"): defaultLimitRange(&node)
    case ("", "ReplicationController"): defaultReplicationController(&node)
    case ("", "Namespace"): defaultNamespace(&node)
    case ("apps", _): defaultWorkload(&node, kind)
    case ("batch", "Job"): defaultJob(&node)
    case ("networking.k8s.io", "NetworkPolicy"): defaultNetworkPolicy(&node)
    case ("rbac.authorization.k8s.io", _): defaultBinding(&node)
    case ("autoscaling", "HorizontalPodAutoscaler"):
        defaultAutoscaler(&node, version: GroupVersion(apiVersion).version)
    case ("apiextensions.k8s.io", "CustomResourceDefinition"): defaultDefinition(&node)
    default: break
    }
    return node
}

/// Whether the kind is one of the API server's own.
public func isBuiltIn(group: String, kind: String) -> Bool {
    builtInKinds.contains(GroupKind(group: group, kind: kind))
}

private let builtInKinds = Set(
    APIResource.builtIn.map { GroupKind(group: $0.group, kind: $0.kind) })

/// Where the kind holds a Pod's specification.
func podSpecPaths(group: String, kind: String) -> [[String]] {
    switch (group, kind) {
    case ("", "Pod"): [["spec"]]
    case ("", "PodTemplate"): [["template", "spec"]]
    case ("batch", "CronJob"): [["spec", "jobTemplate", "spec", "template", "spec"]]
    case ("apps", "Deployment"), ("apps", "StatefulSet"), ("apps", "DaemonSet"),
        ("apps", "ReplicaSet"), ("batch", "Job"), ("", "ReplicationController"):
        [["spec", "template", "spec"]]
    default: []
    }
}

/// Without nulls, empty maps and empty lists; quantities in their canonical form.
private func stored(_ value: Node, _ type: SchemaType?) -> Node? {
    guard let type else { return value }
    switch value {
    case .null: return nil
    case .object(let mapping):
        guard type.isObject else { return value }
        var kept: [Mapping.Element] = []
        kept.reserveCapacity(mapping.count)
        for (name, child) in mapping {
            if let child = stored(child, type.field(name)) { kept.append((name, child)) }
        }
        let isMap = type.takesAnyKey && type.declaredNames.isEmpty
        return kept.isEmpty && isMap ? nil : .object(Mapping(uniqueKeys: kept))
    case .array(let items):
        let kept = items.map { stored($0, type.element) ?? .null }
        return kept.isEmpty ? nil : .array(kept)
    case .string, .int, .double:
        guard type.scalar == .quantity, let text = value.scalarText,
            let quantity = try? Quantity(text)
        else { return value }
        return .string(quantity.roundedToMilli.canonical)
    case .bool: return value
    }
}

extension Node {
    /// Changes the value at a path of keys, when it is there.
    mutating func change(at path: ArraySlice<String>, _ body: (inout Node) -> Void) {
        guard let first = path.first else { return body(&self) }
        guard case .object(var mapping) = self, mapping[first] != nil else { return }
        self = .null
        mapping.update(first) { child in
            guard var inner = child else { return }
            child = .null
            inner.change(at: path.dropFirst(), body)
            child = inner
        }
        self = .object(mapping)
    }

    /// Changes every element of the list under `key`.
    mutating func changeEach(_ key: String, _ body: (inout Node) -> Void) {
        guard case .array(var items) = self[key] else { return }
        for index in items.indices { body(&items[index]) }
        self[key] = .array(items)
    }

    /// Sets the field unless it has a value.
    mutating func setDefault(_ key: String, _ value: @autoclosure () -> Node) {
        if self[key] == nil || self[key] == .null { self[key] = value() }
    }
}

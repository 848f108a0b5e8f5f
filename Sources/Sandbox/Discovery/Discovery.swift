import Digests
import Model
import YAML

/// The documents that tell a client what the server offers.
///
/// Source: https://kubernetes.io/docs/concepts/overview/kubernetes-api/#discovery-api
struct DiscoveryDocuments: Sendable {
    var registry: ResourceRegistry
    /// `127.0.0.1:6443`.
    var address: String

    /// `/api`.
    var versions: Node {
        [
            "kind": "APIVersions", "versions": ["v1"],
            "serverAddressByClientCIDRs": [
                ["clientCIDR": "0.0.0.0/0", "serverAddress": .string(address)]
            ],
        ]
    }

    /// `/apis`.
    var groupList: Node {
        [
            "kind": "APIGroupList", "apiVersion": "v1",
            "groups": .array(
                registry.groups.map { name in
                    var group = self.group(name) ?? .null
                    group["kind"] = nil
                    group["apiVersion"] = nil
                    return group
                }),
        ]
    }

    /// `/apis/GROUP`; `nil` when there is no such group.
    func group(_ name: String) -> Node? {
        let versions = registry.versions(of: name)
        guard let preferred = versions.first else { return nil }
        func entry(_ version: String) -> Node {
            [
                "groupVersion": .string(GroupVersion(group: name, version: version).description),
                "version": .string(version),
            ]
        }
        return [
            "kind": "APIGroup", "apiVersion": "v1", "name": .string(name),
            "versions": .array(versions.map(entry)), "preferredVersion": entry(preferred),
        ]
    }

    /// `/api/v1` and `/apis/GROUP/VERSION`; `nil` when there is no such version.
    func resourceList(group: String, version: String) -> Node? {
        let served = registry.resources.filter { $0.group == group && $0.version == version }
        if served.isEmpty { return nil }
        var list: [Node] = []
        for resource in served {
            list.append(legacyEntry(resource))
            list += resource.subresources.map { legacyEntry($0, of: resource) }
        }
        var result: Node = [
            "kind": "APIResourceList",
            "groupVersion": .string(GroupVersion(group: group, version: version).description),
            "resources": .array(list),
        ]
        if !group.isEmpty { result["apiVersion"] = "v1" }
        return result
    }

    private func legacyEntry(_ resource: ServedResource) -> Node {
        var entry: Node = [
            "name": .string(resource.plural), "singularName": .string(resource.singular),
            "namespaced": .bool(resource.isNamespaced), "kind": .string(resource.kind),
            "verbs": strings(resource.verbs),
        ]
        if !resource.shortNames.isEmpty { entry["shortNames"] = strings(resource.shortNames) }
        if !resource.categories.isEmpty { entry["categories"] = strings(resource.categories) }
        if resource.verbs.contains("list"), resource.verbs.contains("create") {
            entry["storageVersionHash"] = .string(storageVersionHash(resource))
        }
        return entry
    }

    private func legacyEntry(_ part: ServedResource.Subresource, of resource: ServedResource)
        -> Node
    {
        var entry: Node = [
            "name": .string("\(resource.plural)/\(part.name)"), "singularName": "",
            "namespaced": .bool(resource.isNamespaced), "kind": .string(part.kind),
            "verbs": strings(part.verbs),
        ]
        if part.group != resource.group || part.version != resource.version {
            entry["group"] = .string(part.group)
            entry["version"] = .string(part.version)
        }
        return entry
    }

    /// The first eight bytes of SHA-256 of `GROUP/VERSION/KIND`, in base64.
    ///
    /// Source: https://github.com/kubernetes/apiserver/blob/v0.36.0/pkg/endpoints/discovery/storageversionhash.go
    private func storageVersionHash(_ resource: ServedResource) -> String {
        let text = "\(resource.group)/\(resource.version)/\(resource.kind)"
        return base64(Array(Digest(of: text).bytes.prefix(8)))
    }
}

extension DiscoveryDocuments {
    /// `/api` or `/apis` in one document, version `v2` or `v2beta1` of `apidiscovery.k8s.io`.
    func aggregated(core: Bool, version: String) -> Node {
        let groups = core ? [""] : registry.groups
        return [
            "kind": "APIGroupDiscoveryList",
            "apiVersion": .string("apidiscovery.k8s.io/\(version)"),
            "metadata": [:],
            "items": .array(
                groups.map { group in
                    [
                        "metadata": group.isEmpty ? [:] : ["name": .string(group)],
                        "versions": .array(
                            registry.versions(of: group).map { version in
                                aggregatedVersion(group: group, version: version)
                            }),
                    ]
                }),
        ]
    }

    private func aggregatedVersion(group: String, version: String) -> Node {
        let served = registry.resources.filter { $0.group == group && $0.version == version }
        return [
            "version": .string(version),
            "resources": .array(served.map(aggregatedEntry)),
            "freshness": "Current",
        ]
    }

    private func aggregatedEntry(_ resource: ServedResource) -> Node {
        var entry: Node = [
            "resource": .string(resource.plural),
            "responseKind": responseKind(resource, kind: resource.kind, group: nil, version: nil),
            "scope": resource.isNamespaced ? "Namespaced" : "Cluster",
            "singularResource": .string(resource.singular),
            "verbs": strings(resource.verbs),
        ]
        if !resource.shortNames.isEmpty { entry["shortNames"] = strings(resource.shortNames) }
        if !resource.categories.isEmpty { entry["categories"] = strings(resource.categories) }
        if !resource.subresources.isEmpty {
            entry["subresources"] = .array(
                resource.subresources.map { part in
                    let isOwn = part.group == resource.group && part.version == resource.version
                    return [
                        "subresource": .string(part.name),
                        "responseKind": responseKind(
                            resource, kind: part.kind, group: isOwn ? nil : part.group,
                            version: isOwn ? nil : part.version),
                        "verbs": strings(part.verbs),
                    ]
                })
        }
        return entry
    }

    /// Built-in kinds leave their own group and version empty.
    private func responseKind(
        _ resource: ServedResource, kind: String, group: String?, version: String?
    ) -> Node {
        [
            "group": .string(group ?? (resource.isCustom ? resource.group : "")),
            "version": .string(version ?? (resource.isCustom ? resource.version : "")),
            "kind": .string(kind),
        ]
    }
}

func strings(_ list: [String]) -> Node { .array(list.map(Node.string)) }

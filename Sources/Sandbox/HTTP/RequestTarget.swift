/// What a path below `/api` and `/apis` names.
struct RequestTarget: Sendable {
    var resource: ServedResource
    /// Empty for cluster-scoped resources, and for all namespaces of a namespaced one.
    var namespace: String
    /// Empty for the collection.
    var name: String
    /// Empty for the object itself.
    var subresource: String
    /// Whether the path is of the old form `/api/v1/watch/...`.
    var isWatchPath: Bool

    var key: StorageKey {
        StorageKey(
            resource: resource.storageName, namespace: resource.isNamespaced ? namespace : "",
            name: name)
    }

    /// Reads the segments after the group version; `nil` when there is no such resource.
    init?(_ segments: ArraySlice<String>, group: String, version: String, in all: ResourceRegistry)
    {
        var rest = segments
        isWatchPath = rest.first == "watch"
        if isWatchPath { rest = rest.dropFirst() }
        var namespace = ""
        // `namespaces/NAME/status` is a subresource, `namespaces/NAME/configmaps` a collection.
        if rest.first == "namespaces", rest.count >= 3 {
            let third = rest[rest.startIndex + 2]
            let isSubresource =
                group.isEmpty
                && (all.resource(group: group, version: version, plural: "namespaces")?
                    .subresource(third) != nil)
            if !isSubresource {
                namespace = rest[rest.startIndex + 1]
                rest = rest.dropFirst(2)
            }
        }
        guard let plural = rest.first,
            let resource = all.resource(group: group, version: version, plural: plural)
        else { return nil }
        rest = rest.dropFirst()
        guard rest.count <= 2 else { return nil }
        self.resource = resource
        self.namespace = namespace
        name = rest.first ?? ""
        subresource = rest.count == 2 ? rest[rest.startIndex + 1] : ""
        if !subresource.isEmpty, resource.subresource(subresource) == nil { return nil }
        if !namespace.isEmpty, !resource.isNamespaced { return nil }
        if !name.isEmpty, resource.isNamespaced, namespace.isEmpty { return nil }
    }
}

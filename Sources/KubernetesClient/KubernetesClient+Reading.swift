public import Model
import NIOHTTP1

/// What is accepted for a list of metadata alone.
///
/// Source: https://kubernetes.io/docs/reference/using-api/api-concepts/#metadata-only-fetches
private let metadataList = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"

extension KubernetesClient {
    /// One object.
    public func get(_ resource: APIResource, namespace: String?, name: String)
        async throws(ClusterError) -> Node
    {
        try await send(
            APIRequest(
                method: .GET, path: resource.path(namespace: namespace, name: name),
                kind: resource.groupKind)
        ).node()
    }

    /// One page of at most `limit` objects; `nil` as namespace lists all namespaces.
    ///
    /// Items carry `apiVersion` and `kind`, which lists of built-in kinds leave out.
    ///
    /// - Parameter isMetadataOnly: Without anything but the metadata of each object.
    public func list(
        _ resource: APIResource, namespace: String? = nil, limit: Int = 500,
        continueToken: String? = nil, isMetadataOnly: Bool = false
    ) async throws(ClusterError) -> ListPage {
        var request = APIRequest(
            method: .GET, path: resource.path(namespace: namespace), kind: resource.groupKind)
        request.query.append(("limit", String(limit)))
        if let continueToken { request.query.append(("continue", continueToken)) }
        if isMetadataOnly { request.accept = metadataList }
        let body = try await send(request).node()
        guard let resourceVersion = body["metadata"]?["resourceVersion"]?.stringValue else {
            throw .malformedAnswer(message: "the list of \(resource.plural) has no resourceVersion")
        }
        let token = body["metadata"]?["continue"]?.stringValue
        return ListPage(
            items: (body["items"]?.arrayValue ?? []).map { item in
                isMetadataOnly
                    ? Self.typed(["metadata": item["metadata"] ?? [:]], as: resource)
                    : Self.typed(item, as: resource)
            },
            resourceVersion: resourceVersion, continueToken: token?.isEmpty == true ? nil : token)
    }

    /// All pages of a list; begins again, at most three times, when the list expires in the middle.
    public func listAll(
        _ resource: APIResource, namespace: String? = nil, limit: Int = 500,
        isMetadataOnly: Bool = false
    ) async throws(ClusterError) -> ListPage {
        var items: [Node] = []
        var token: String?
        var restarts = 0
        while true {
            do throws(ClusterError) {
                let page = try await list(
                    resource, namespace: namespace, limit: limit, continueToken: token,
                    isMetadataOnly: isMetadataOnly)
                items += page.items
                token = page.continueToken
                if token == nil {
                    return ListPage(items: items, resourceVersion: page.resourceVersion)
                }
            } catch {
                guard case .expired = error, restarts < 3 else { throw error }
                restarts += 1
                items = []
                token = nil
            }
        }
    }

    private static func typed(_ item: Node, as resource: APIResource) -> Node {
        guard let mapping = item.objectValue, mapping["kind"] == nil else { return item }
        let head: [Mapping.Element] = [
            ("apiVersion", .string(resource.apiVersion)), ("kind", .string(resource.kind)),
        ]
        return .object(Mapping(head + Array(mapping)))
    }
}

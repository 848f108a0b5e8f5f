public import KubernetesClient
public import Model

/// A real cluster as the engine's port.
public struct KubernetesCluster: ClusterClient {
    private let client: KubernetesClient

    public init(_ client: KubernetesClient) { self.client = client }

    public func discovery() async throws(ClusterError) -> Discovery {
        try await client.discovery()
    }

    public func follow(_ resource: APIResource) -> AsyncStream<FollowEvent> {
        let follower = client.follower(resource)
        return AsyncStream {
            switch await follower.next() {
            // Tells the engine that the cluster answers again, also when nothing has changed.
            case .connected: .changed(.bookmark(resourceVersion: ""))
            case .reset(let objects, let version):
                .reset(objects, resourceVersion: version)
            case .changed(let event): .changed(event)
            case .disconnected(let error): .disconnected(error)
            case nil: nil
            }
        }
    }

    public func listMetadata(_ resource: APIResource) async throws(ClusterError) -> [Node] {
        try await client.listAll(resource, isMetadataOnly: true).items
    }

    public func get(_ resource: APIResource, namespace: String, name: String)
        async throws(ClusterError) -> Node
    {
        try await client.get(resource, namespace: namespace.nilIfEmpty, name: name)
    }

    public func apply(_ body: Node, _ resource: APIResource, isDryRun: Bool)
        async throws(ClusterError) -> ClusterAnswer
    {
        let answer = try await client.apply(body, resource, isDryRun: isDryRun)
        return ClusterAnswer(object: answer.object, warnings: answer.warnings)
    }

    public func create(_ body: Node, _ resource: APIResource, isDryRun: Bool)
        async throws(ClusterError) -> ClusterAnswer
    {
        let answer = try await client.create(body, resource, isDryRun: isDryRun)
        return ClusterAnswer(object: answer.object, warnings: answer.warnings)
    }

    public func setManagedFields(
        _ managedFields: Node, _ resource: APIResource, namespace: String, name: String,
        resourceVersion: String
    ) async throws(ClusterError) -> ClusterAnswer {
        let answer = try await client.setManagedFields(
            managedFields, resource, namespace: namespace.nilIfEmpty, name: name,
            resourceVersion: resourceVersion)
        return ClusterAnswer(object: answer.object, warnings: answer.warnings)
    }

    public func delete(
        _ resource: APIResource, namespace: String, name: String, uid: String?,
        propagation: Propagation
    ) async throws(ClusterError) {
        try await client.delete(
            resource, namespace: namespace.nilIfEmpty, name: name, uid: uid,
            propagation: propagation)
    }
}

extension String {
    fileprivate var nilIfEmpty: String? { isEmpty ? nil : self }
}

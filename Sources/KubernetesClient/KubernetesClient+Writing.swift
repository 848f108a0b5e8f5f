public import Model
import NIOHTTP1

/// What a cluster answered to a write.
public struct WriteAnswer: Equatable, Sendable {
    /// The object as it is now; after a delete it may be a Status.
    public var object: Node
    /// The texts of the answer's `Warning` headers.
    public var warnings: [String]

    public init(object: Node, warnings: [String] = []) {
        self.object = object
        self.warnings = warnings
    }
}

extension KubernetesClient {
    /// The field manager of every write.
    public static let fieldManager = "tidemark"

    /// Server-side apply of `body`, which names itself.
    ///
    /// Fields that the kind does not have are refused (`fieldValidation=Strict`).
    ///
    /// Source: https://kubernetes.io/docs/reference/using-api/server-side-apply/
    public func apply(
        _ body: Node, _ resource: APIResource, force: Bool = true, isDryRun: Bool = false
    ) async throws(ClusterError) -> WriteAnswer {
        guard let name = body["metadata"]?["name"]?.stringValue else {
            throw .refused(
                code: 422, reason: "Invalid", message: "the object to apply has no name")
        }
        return try await write(
            APIRequest(
                method: .PATCH,
                path: resource.path(
                    namespace: body["metadata"]?["namespace"]?.stringValue, name: name),
                query: [("force", force ? "true" : "false")] + Self.options(isDryRun),
                contentType: "application/apply-patch+yaml", body: body, kind: resource.groupKind))
    }

    /// Creates `body`, which may have a `generateName` instead of a name.
    public func create(_ body: Node, _ resource: APIResource, isDryRun: Bool = false)
        async throws(ClusterError) -> WriteAnswer
    {
        try await write(
            APIRequest(
                method: .POST,
                path: resource.path(namespace: body["metadata"]?["namespace"]?.stringValue),
                query: Self.options(isDryRun), body: body, kind: resource.groupKind))
    }

    /// Applies a JSON patch: an array of operations.
    ///
    /// Source: https://www.rfc-editor.org/rfc/rfc6902
    public func jsonPatch(
        _ operations: Node, _ resource: APIResource, namespace: String?, name: String,
        isDryRun: Bool = false
    ) async throws(ClusterError) -> WriteAnswer {
        try await write(
            APIRequest(
                method: .PATCH, path: resource.path(namespace: namespace, name: name),
                query: Self.options(isDryRun), contentType: "application/json-patch+json",
                body: operations, kind: resource.groupKind))
    }

    /// Writes `metadata.managedFields` of the object that still has this resourceVersion; a changed
    /// object is a conflict (409).
    public func setManagedFields(
        _ managedFields: Node, _ resource: APIResource, namespace: String?, name: String,
        resourceVersion: String
    ) async throws(ClusterError) -> WriteAnswer {
        try await jsonPatch(
            [
                [
                    "op": "replace", "path": "/metadata/managedFields", "value": managedFields,
                ],
                [
                    "op": "replace", "path": "/metadata/resourceVersion",
                    "value": .string(resourceVersion),
                ],
            ], resource, namespace: namespace, name: name)
    }

    /// Deletes an object, if it still is the one with this uid and resourceVersion (else 409).
    ///
    /// Source: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/delete-options/
    @discardableResult
    public func delete(
        _ resource: APIResource, namespace: String?, name: String, uid: String? = nil,
        resourceVersion: String? = nil, propagation: Propagation = .background,
        isDryRun: Bool = false
    ) async throws(ClusterError) -> WriteAnswer {
        var options: Node = [
            "apiVersion": "v1", "kind": "DeleteOptions",
            "propagationPolicy": .string(propagation.rawValue),
        ]
        var preconditions = Mapping()
        if let uid { preconditions["uid"] = .string(uid) }
        if let resourceVersion { preconditions["resourceVersion"] = .string(resourceVersion) }
        if !preconditions.isEmpty { options["preconditions"] = .object(preconditions) }
        if isDryRun { options["dryRun"] = ["All"] }
        return try await write(
            APIRequest(
                method: .DELETE, path: resource.path(namespace: namespace, name: name),
                body: options, kind: resource.groupKind))
    }

    private static func options(_ isDryRun: Bool) -> [(name: String, value: String)] {
        [("fieldManager", fieldManager), ("fieldValidation", "Strict")]
            + (isDryRun ? [("dryRun", "All")] : [])
    }

    private func write(_ request: APIRequest) async throws(ClusterError) -> WriteAnswer {
        let answer = try await send(request)
        return WriteAnswer(object: try answer.node(), warnings: answer.warnings)
    }
}

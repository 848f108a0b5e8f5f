import Digests
import Model
import YAML

/// As much of OpenAPI v3 as kubectl needs to trust the server with the checking of fields.
///
/// Each group version has one path per kind, whose patch operation names the kind and the parameter
/// `fieldValidation`; there are no schemas, so `kubectl explain` has nothing to show.
/// Source: https://kubernetes.io/docs/concepts/overview/kubernetes-api/#openapi-v3
struct OpenAPIDocuments: Sendable {
    var registry: ResourceRegistry

    /// `/openapi/v3`.
    var index: Node {
        var paths = Mapping()
        for group in [""] + registry.groups {
            for version in registry.versions(of: group) {
                let path = group.isEmpty ? "api/\(version)" : "apis/\(group)/\(version)"
                guard let document = document(group: group, version: version) else { continue }
                let hash = Digest(of: printJSON(document)).shortText
                paths[path] = ["serverRelativeURL": .string("/openapi/v3/\(path)?hash=\(hash)")]
            }
        }
        return ["paths": .object(paths)]
    }

    /// `/openapi/v3/api/v1` and the like; `nil` when there is no such version.
    func document(group: String, version: String) -> Node? {
        let served = registry.resources.filter { $0.group == group && $0.version == version }
        if served.isEmpty { return nil }
        var paths = Mapping()
        for resource in served where resource.verbs.contains("patch") {
            paths[path(of: resource)] = [
                "patch": [
                    "parameters": [
                        [
                            "name": "fieldValidation", "in": "query",
                            "schema": ["type": "string", "uniqueItems": true],
                        ]
                    ],
                    "responses": ["200": ["description": "OK"]],
                    "x-kubernetes-action": "patch",
                    "x-kubernetes-group-version-kind": [
                        "group": .string(group), "kind": .string(resource.kind),
                        "version": .string(version),
                    ],
                ]
            ]
        }
        return [
            "openapi": "3.0.0", "info": ["title": "Kubernetes", "version": "v1.36.2"],
            "paths": .object(paths), "components": ["schemas": [:]],
        ]
    }

    private func path(of resource: ServedResource) -> String {
        let root =
            resource.group.isEmpty
            ? "/api/\(resource.version)" : "/apis/\(resource.group)/\(resource.version)"
        let scope = resource.isNamespaced ? "/namespaces/{namespace}" : ""
        return "\(root)\(scope)/\(resource.plural)/{name}"
    }
}

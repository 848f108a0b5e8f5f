import Digests
import Model
import Schemas
import YAML

/// As much of OpenAPI v3 as kubectl needs.
///
/// Each group version has one path per kind, whose patch operation names the kind and the parameter
/// `fieldValidation`, so that kubectl trusts the server with the checking of fields; and the schemas of
/// its kinds, see `OpenAPISchemas`.
/// Source: https://kubernetes.io/docs/concepts/overview/kubernetes-api/#openapi-v3
struct OpenAPIDocuments: Sendable {
    var registry: ResourceRegistry
    /// What definitions say about their versions, by `apiVersion/Kind`.
    var customVersions: [String: CustomVersion]

    /// The documents of the built-in groups, which never change; by `GROUP/VERSION`.
    private static let builtIn: [String: Node] = {
        let documents = OpenAPIDocuments(
            registry: ResourceRegistry(ServedResource.builtIn), customVersions: [:])
        var result: [String: Node] = [:]
        for group in [""] + documents.registry.groups {
            for version in documents.registry.versions(of: group) {
                result["\(group)/\(version)"] = documents.made(group: group, version: version)
            }
        }
        return result
    }()

    private static let builtInHashes = builtIn.mapValues { Digest(of: printJSON($0)).shortText }

    /// `/openapi/v3`.
    var index: Node {
        var paths = Mapping()
        for group in [""] + registry.groups {
            for version in registry.versions(of: group) {
                let path = group.isEmpty ? "api/\(version)" : "apis/\(group)/\(version)"
                guard let hash = hash(group: group, version: version) else { continue }
                paths[path] = ["serverRelativeURL": .string("/openapi/v3/\(path)?hash=\(hash)")]
            }
        }
        return ["paths": .object(paths)]
    }

    private func hash(group: String, version: String) -> String? {
        if let hash = Self.builtInHashes["\(group)/\(version)"] { return hash }
        return made(group: group, version: version).map { Digest(of: printJSON($0)).shortText }
    }

    /// `/openapi/v3/api/v1` and the like; `nil` when there is no such version.
    func document(group: String, version: String) -> Node? {
        Self.builtIn["\(group)/\(version)"] ?? made(group: group, version: version)
    }

    private func made(group: String, version: String) -> Node? {
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
            "paths": .object(paths), "components": ["schemas": .object(schemas(of: served))],
        ]
    }

    private func schemas(of served: [ServedResource]) -> Mapping {
        var schemas = OpenAPISchemas()
        for resource in served {
            if let custom = customVersions[resource.apiVersion + "/" + resource.kind] {
                schemas.add(custom.schema, resource)
            } else if let type = SchemaRegistry.builtIn.schema(
                group: resource.group, version: resource.version, kind: resource.kind)
            {
                schemas.add(type, resource)
            }
        }
        return schemas.components
    }

    private func path(of resource: ServedResource) -> String {
        let root =
            resource.group.isEmpty
            ? "/api/\(resource.version)" : "/apis/\(resource.group)/\(resource.version)"
        let scope = resource.isNamespaced ? "/namespaces/{namespace}" : ""
        return "\(root)\(scope)/\(resource.plural)/{name}"
    }
}

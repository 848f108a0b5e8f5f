import Model

/// One kind of object that the server offers in one version.
struct ServedResource: Hashable, Sendable {
    struct Subresource: Hashable, Sendable {
        /// `status`, `scale`.
        var name: String
        var kind: String
        /// Of the kind, where it is not the resource's own; else empty.
        var group: String
        var version: String
        var verbs: [String]
    }

    var group: String
    var version: String
    var kind: String
    var listKind: String
    var plural: String
    var singular: String
    var shortNames: [String]
    var categories: [String]
    var isNamespaced: Bool
    var verbs: [String]
    var subresources: [Subresource]
    /// Whether a CustomResourceDefinition made it.
    var isCustom: Bool

    var apiVersion: String { GroupVersion(group: group, version: version).description }

    /// `deployments.apps`, as in messages.
    var qualifiedName: String { group.isEmpty ? plural : "\(plural).\(group)" }

    /// `Deployment.apps`, as in messages about validation.
    var qualifiedKind: String { group.isEmpty ? kind : "\(kind).\(group)" }

    /// Where its objects are kept, in whatever version.
    var storageName: String { group.isEmpty ? plural : "\(group)/\(plural)" }

    func subresource(_ name: String) -> Subresource? { subresources.first { $0.name == name } }
}

/// All resources the server offers at the moment, in the order of discovery.
struct ResourceRegistry: Sendable {
    private(set) var resources: [ServedResource]
    private var byPath: [Path: Int] = [:]

    struct Path: Hashable, Sendable {
        var group: String
        var version: String
        var plural: String
    }

    init(_ resources: [ServedResource]) {
        self.resources = resources
        for (position, resource) in resources.enumerated() {
            byPath[
                Path(group: resource.group, version: resource.version, plural: resource.plural)] =
                position
        }
    }

    func resource(group: String, version: String, plural: String) -> ServedResource? {
        byPath[Path(group: group, version: version, plural: plural)].map { resources[$0] }
    }

    func resource(apiVersion: String, kind: String) -> ServedResource? {
        let groupVersion = GroupVersion(apiVersion)
        return resources.first {
            $0.kind == kind && $0.group == groupVersion.group && $0.version == groupVersion.version
        }
    }

    /// The first resource whose objects are kept under this name.
    func resource(storageName: String) -> ServedResource? {
        resources.first { $0.storageName == storageName }
    }

    /// Group names in order of discovery, without the core group.
    var groups: [String] {
        var seen: Set<String> = [""]
        return resources.compactMap { seen.insert($0.group).inserted ? $0.group : nil }
    }

    func versions(of group: String) -> [String] {
        var seen: Set<String> = []
        return resources.filter { $0.group == group }
            .compactMap { seen.insert($0.version).inserted ? $0.version : nil }
    }
}

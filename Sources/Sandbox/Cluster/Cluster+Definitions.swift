import Model
import Schemas

extension Cluster {
    /// Follows a write to a CustomResourceDefinition: what is offered, and how it is read.
    func definitionsChanged(_ change: StoredChange) {
        if change.kind == .deleted {
            for version in CustomVersion.all(of: change.node) {
                let name = version.resource.storageName
                endWatches(of: name)
                historyStart[name] = nil
            }
        }
        reloadDefinitions()
        for version in CustomVersion.all(of: change.node) where isEstablished(change.node) {
            let name = version.resource.storageName
            if historyStart[name] == nil { historyStart[name] = change.resourceVersion }
        }
        if change.kind == .deleted { establishOthers(like: change.node) }
    }

    /// Names that a definition had may be free for others that wait for them.
    private func establishOthers(like definition: Node) {
        for stored in storage.objects(of: CustomVersion.definitions)
        where stored.node["spec"]?["group"] == definition["spec"]?["group"] {
            // One that cannot be established now stays as it is, and says why.
            try? establish(stored.key)
        }
    }

    /// Offers what the stored definitions define.
    func reloadDefinitions() {
        var resources = ServedResource.builtIn
        schemas = .builtIn
        customVersions = [:]
        for stored in storage.objects(of: CustomVersion.definitions)
        where isEstablished(stored.node) {
            for version in CustomVersion.all(of: stored.node) {
                let resource = version.resource
                resources.append(resource)
                customVersions[resource.apiVersion + "/" + resource.kind] = version
                schemas.register(
                    group: resource.group, version: resource.version, kind: resource.kind,
                    schema: version.schema)
            }
        }
        registry = ResourceRegistry(resources)
    }

    private func isEstablished(_ definition: Node) -> Bool {
        definition.condition("Established")?["status"] == "True"
    }

    /// Accepts the names of a new definition, unless another one has them.
    ///
    /// Source: https://github.com/kubernetes/apiextensions-apiserver/blob/v0.36.0/pkg/controller/status/naming_controller.go
    func establish(_ key: StorageKey) throws(APIStatus) {
        guard let stored = storage.object(key), !stored.node.isBeingDeleted,
            stored.node.condition("NamesAccepted")?["status"] != "True"
        else { return }
        var new = stored.node
        let names = new["spec"]?["names"] ?? [:]
        let conflict = nameConflict(names, of: new, except: key)
        func condition(_ type: String, _ isTrue: Bool, _ reason: String, _ message: String) -> Node
        {
            [
                "type": .string(type), "status": isTrue ? "True" : "False",
                "lastTransitionTime": .string(now), "reason": .string(reason),
                "message": .string(message),
            ]
        }
        var status = new["status"] ?? [:]
        if let conflict {
            status["acceptedNames"] = ["plural": names["plural"] ?? "", "kind": ""]
            status["conditions"] = [
                condition("NamesAccepted", false, conflict.reason, conflict.message),
                condition("Established", false, "NotAccepted", "not all names are accepted"),
            ]
        } else {
            status["acceptedNames"] = names
            status["conditions"] = [
                condition("NamesAccepted", true, "NoConflicts", "no conflicts found"),
                condition(
                    "Established", true, "InitialNamesAccepted",
                    "the initial names have been accepted"),
            ]
        }
        new["status"] = status
        guard let resource = registry.resource(storageName: CustomVersion.definitions) else {
            return
        }
        let write = WriteRequest(
            resource: resource, key: key, subresource: "status", manager: "kube-apiserver")
        _ = try update(new, live: stored.node, write)
    }

    private func nameConflict(_ names: Node, of definition: Node, except key: StorageKey)
        -> (reason: String, message: String)?
    {
        let group = definition["spec"]?["group"]?.stringValue ?? ""
        for other in storage.objects(of: CustomVersion.definitions) where other.key != key {
            guard other.node["spec"]?["group"]?.stringValue == group,
                let taken = other.node["status"]?["acceptedNames"]
            else { continue }
            for (field, reason) in [
                ("plural", "PluralConflict"), ("singular", "SingularConflict"),
                ("kind", "KindConflict"), ("listKind", "ListKindConflict"),
            ].reversed() {
                guard let name = names[field]?.stringValue, !name.isEmpty,
                    taken[field]?.stringValue == name
                else { continue }
                return (reason, "\"\(name)\" is already in use")
            }
        }
        return nil
    }

    /// A definition is deleted in two steps: first its objects, then itself.
    func markDefinition(_ definition: inout Node) {
        let terminating: Node = [
            "type": "Terminating", "status": "True", "lastTransitionTime": .string(now),
            "reason": "InstanceDeletionPending",
            "message":
                "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon",
        ]
        var status = definition["status"] ?? [:]
        var conditions = status["conditions"]?.arrayValue ?? []
        conditions.removeAll { $0["type"] == "Terminating" }
        conditions.append(terminating)
        status["conditions"] = .array(conditions)
        definition["status"] = status
    }

    /// Deletes the objects of a definition that is to go, and then lets it go.
    func cleanUp(_ key: StorageKey) throws(APIStatus) {
        guard let stored = storage.object(key),
            stored.node["metadata"]?["deletionTimestamp"] != nil
        else { return }
        var isEmpty = true
        if let version = CustomVersion.all(of: stored.node).first, isEstablished(stored.node) {
            for object in storage.objects(of: version.resource.storageName) {
                try delete(object.node, at: object.key, version.resource, DeleteOptions())
            }
            isEmpty = storage.objects(of: version.resource.storageName).isEmpty
        }
        guard isEmpty else { return }
        let finalizers = (stored.node["metadata"]?["finalizers"]?.arrayValue ?? [])
            .filter { $0 != .string(CustomVersion.finalizer) }
        if finalizers.isEmpty {
            try erase(key)
        } else {
            var new = stored.node
            new.setMetadata("finalizers", .array(finalizers))
            if new != stored.node { _ = try store(new, at: key) }
        }
    }
}

extension Node {
    /// A condition of an object's status by its type.
    func condition(_ type: String) -> Node? {
        self["status"]?["conditions"]?.arrayValue?.first { $0["type"]?.stringValue == type }
    }
}

import Model
import Schemas

extension Cluster {
    /// A defaulted new object with all that the server adds: identity, addresses, its first status.
    func created(_ object: Node, _ write: WriteRequest) -> Node {
        let resource = write.resource
        var new = object
        if resource.subresource("status") != nil { new["status"] = nil }
        new = withDefaults(new, resource)
        return prepared(
            new, group: resource.group, kind: resource.kind, values: values(for: new, write.key))
    }

    /// What the server chooses for an object, with what a Service needs.
    func values(for object: Node, _ key: StorageKey) -> CreationValues {
        var values = CreationValues(uid: newUID(), time: now, suffix: randomSuffix(5))
        let needed = ServiceAllocations(for: object)
        guard needed != ServiceAllocations(for: [:]) else { return values }
        var allocator = allocator(except: key)
        if needed.clusterIP { values.clusterIP = allocator.address() ?? "None" }
        values.nodePorts = allocator.nodePorts(needed.nodePorts)
        if needed.healthCheckNodePort {
            values.healthCheckNodePort = allocator.nodePorts(1).first
        }
        return values
    }

    /// What Services other than this one have taken.
    func allocator(except key: StorageKey) -> ServiceAllocator {
        ServiceAllocator(
            others: storage.objects(of: "services").filter { $0.key != key }.map(\.node))
    }

    /// The object with its defaults, and its generation when it replaces a live one.
    func completed(_ object: Node, live: Node?, _ write: WriteRequest) -> Node {
        let resource = write.resource
        var new = withDefaults(object, resource)
        guard let live, write.subresource != "status",
            hasGeneration(group: resource.group, kind: resource.kind)
        else { return new }
        let generation = live["metadata"]?["generation"]?.intValue ?? 0
        let isNew = wanted(new, resource) != wanted(live, resource)
        new.setMetadata("generation", .int(generation + (isNew ? 1 : 0)))
        return new
    }

    private func withDefaults(_ object: Node, _ resource: ServedResource) -> Node {
        guard let custom = customVersions[resource.apiVersion + "/" + resource.kind] else {
            return defaulted(object, schema: schema(resource))
        }
        return CustomResources.defaulted(
            CustomResources.pruned(object, schema: custom.schema), schema: custom.schema)
    }

    /// The part of an object whose changes count as generations.
    ///
    /// Annotations of a Deployment do, because its rollout copies them.
    private func wanted(_ object: Node, _ resource: ServedResource) -> Node {
        var part = object
        if resource.isCustom || resource.subresource("status") != nil { part["status"] = nil }
        part["metadata"] =
            resource.storageName == "apps/deployments" ? object["metadata"]?["annotations"] : nil
        return part
    }
}

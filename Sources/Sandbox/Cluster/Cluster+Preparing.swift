import Model
import Schemas

extension Cluster {
    /// A defaulted new object with all that the server adds: identity, addresses, its first status.
    func created(_ object: Node, _ write: WriteRequest) -> Node {
        let resource = write.resource
        var new = object
        if resource.subresource("status") != nil { new["status"] = nil }
        new = withDefaults(new, resource)
        let needed = ServiceAllocations(for: new)
        let values = CreationValues(
            uid: newUID(), time: now, suffix: randomSuffix(5),
            clusterIP: needed.clusterIP ? freeClusterIP() : nil,
            nodePorts: freeNodePorts(needed.nodePorts + (needed.healthCheckNodePort ? 1 : 0)),
            healthCheckNodePort: nil)
        return prepared(new, group: resource.group, kind: resource.kind, values: values)
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

    /// An address of 10.96.0.0/16 that no Service has.
    private func freeClusterIP() -> String {
        let taken = Set(
            storage.objects(of: "services").compactMap {
                $0.node["spec"]?["clusterIP"]?.stringValue
            })
        while taken.count < 60_000 {
            let number = Int.random(in: 256..<65_279)
            let address = "10.96.\(number / 256).\(number % 256)"
            if !taken.contains(address) { return address }
        }
        return "None"
    }

    /// Ports from 30000 to 32767 that no Service has.
    ///
    /// Source: https://kubernetes.io/docs/reference/networking/ports-and-protocols/
    private func freeNodePorts(_ count: Int) -> [Int] {
        var taken = Set(
            storage.objects(of: "services")
                .flatMap { $0.node["spec"]?["ports"]?.arrayValue ?? [] }
                .compactMap { $0["nodePort"]?.intValue.map { Int($0) } })
        var result: [Int] = []
        for port in (30_000...32_767).shuffled() where result.count < count {
            if taken.insert(port).inserted { result.append(port) }
        }
        return result
    }
}

import Model

/// What becomes of the addresses and ports of a Service when its type changes.
///
/// Source: dropTypeDependentFields and patchAllocatedValues in
/// https://github.com/kubernetes/kubernetes/blob/v1.36.0/pkg/registry/core/service
enum ServiceChanges {
    private static func type(_ spec: Node) -> String {
        spec["type"]?.stringValue ?? "ClusterIP"
    }

    private static func hasAddress(_ spec: Node) -> Bool { type(spec) != "ExternalName" }

    private static func isExternal(_ spec: Node) -> Bool {
        type(spec) == "NodePort" || type(spec) == "LoadBalancer"
    }

    private static func hasNodePorts(_ spec: Node) -> Bool {
        type(spec) == "NodePort"
            || type(spec) == "LoadBalancer" && spec["allocateLoadBalancerNodePorts"] != false
    }

    private static func hasHealthCheckPort(_ spec: Node) -> Bool {
        type(spec) == "LoadBalancer" && spec["externalTrafficPolicy"] == "Local"
    }

    private static func nodePorts(_ spec: Node) -> [Node?] {
        (spec["ports"]?.arrayValue ?? []).map { $0["nodePort"] }
    }

    /// What the client left out of its new specification and the Service had been given.
    static func kept(_ new: Node, live: Node) -> Node {
        var spec = new
        guard hasAddress(new), hasAddress(live) else { return spec }
        for field in ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"]
        where spec[field] == nil { spec[field] = live[field] }
        // One of the two fields for the same address is enough.
        if spec["clusterIP"] != live["clusterIP"], spec["clusterIPs"] == live["clusterIPs"],
            let address = spec["clusterIP"],
            case .array(var addresses) = spec["clusterIPs"], !addresses.isEmpty
        {
            addresses[0] = address
            spec["clusterIPs"] = .array(addresses)
        }
        if hasNodePorts(new), hasNodePorts(live) {
            let ports = live["ports"]?.arrayValue ?? []
            spec.changeEach("ports") { port in
                let same = ports.first {
                    $0["port"] == port["port"] && $0["protocol"] == port["protocol"]
                }
                if let number = same?["nodePort"] { port.setDefault("nodePort", number) }
            }
        }
        return spec
    }

    /// Without what the former type needed and the new one does not, unless the client changed it.
    static func released(_ new: Node, live: Node) -> Node {
        var spec = new
        func release(_ fields: [String]) {
            for field in fields where spec[field] == live[field] { spec[field] = nil }
        }
        if hasAddress(live), !hasAddress(new) {
            release(["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"])
            release(["internalTrafficPolicy"])
        }
        if hasNodePorts(live), !hasNodePorts(new), nodePorts(live) == nodePorts(new) {
            spec.changeEach("ports") { $0["nodePort"] = nil }
        }
        if hasHealthCheckPort(live), !hasHealthCheckPort(new) { release(["healthCheckNodePort"]) }
        if isExternal(live), !isExternal(new) { release(["externalTrafficPolicy"]) }
        if type(live) == "LoadBalancer", type(new) != "LoadBalancer" {
            release(["allocateLoadBalancerNodePorts", "loadBalancerClass"])
        }
        return spec
    }

    /// An address stays as long as the Service has one.
    static func immutableCauses(live: Node, new: Node) -> [APIStatus.Cause] {
        guard hasAddress(live), hasAddress(new), let before = live["clusterIPs"]?[0],
            before != "", new["clusterIPs"]?[0] != before
        else { return [] }
        return [
            invalidValue(
                new["clusterIPs"] ?? .null, "may not change once set", "spec.clusterIPs[0]")
        ]
    }
}

/// Which addresses and ports are taken.
struct ServiceAllocator {
    private var addresses: Set<String> = []
    private var ports: Set<Int> = []

    /// - Parameter services: All others.
    init(others services: [Node]) {
        for service in services {
            if let address = service["spec"]?["clusterIP"]?.stringValue {
                addresses.insert(address)
            }
            for port in service["spec"]?["ports"]?.arrayValue ?? [] {
                if let number = port["nodePort"]?.intValue { ports.insert(Int(number)) }
            }
            if let number = service["spec"]?["healthCheckNodePort"]?.intValue {
                ports.insert(Int(number))
            }
        }
    }

    /// The ports of nodes that Services may have.
    ///
    /// Source: https://kubernetes.io/docs/reference/networking/ports-and-protocols/
    private static let portRange = 30_000...32_767

    /// What the client asks for and cannot have.
    func causes(of service: Node) -> [APIStatus.Cause] {
        guard let spec = service["spec"] else { return [] }
        var causes: [APIStatus.Cause] = []
        if let address = spec["clusterIP"]?.stringValue, !address.isEmpty, address != "None",
            let problem = problem(address: address)
        {
            causes.append(
                invalidValue(
                    spec["clusterIPs"] ?? [.string(address)],
                    "failed to allocate IP \(address): \(problem)", "spec.clusterIPs"))
        }
        for (index, port) in (spec["ports"]?.arrayValue ?? []).enumerated() {
            guard let number = port["nodePort"]?.intValue, number != 0 else { continue }
            let problem: String
            if !Self.portRange.contains(Int(number)) {
                problem =
                    "provided port is not in the valid range. The range of valid ports is "
                    + "30000-32767"
            } else if ports.contains(Int(number)) {
                problem = "provided port is already allocated"
            } else {
                continue
            }
            causes.append(
                invalidValue(.int(number), problem, "spec.ports[\(index)].nodePort"))
        }
        return causes
    }

    private func problem(address: String) -> String? {
        if addresses.contains(address) { return "provided IP is already allocated" }
        return address.hasPrefix("10.96.")
            ? nil : "the provided network (10.96.0.0/16) does not contain the provided IP"
    }

    /// An address of 10.96.0.0/16 that no Service has.
    mutating func address() -> String? {
        while addresses.count < 60_000 {
            let number = Int.random(in: 256..<65_279)
            let address = "10.96.\(number / 256).\(number % 256)"
            if addresses.insert(address).inserted { return address }
        }
        return nil
    }

    mutating func nodePorts(_ count: Int) -> [Int] {
        guard count > 0 else { return [] }
        var result: [Int] = []
        for port in Self.portRange.shuffled() where result.count < count {
            if ports.insert(port).inserted { result.append(port) }
        }
        return result
    }
}

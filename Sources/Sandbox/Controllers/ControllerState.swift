import Model

/// What the controllers have to look at, and what they remember.
struct ControllerState: Sendable {
    /// In the order in which they were noted.
    private var queue: [StorageKey] = []
    private var isQueued: Set<StorageKey> = []
    private var firstSeen: [String: Timestamp] = [:]
    private var wakes: [StorageKey: Timestamp] = [:]
    /// Objects that are gone, whose dependents have lost an owner.
    private(set) var lostOwners: Set<String> = []

    /// Where the kinds that own others are kept.
    private static let owners = [
        "Deployment": "apps/deployments", "ReplicaSet": "apps/replicasets",
        "StatefulSet": "apps/statefulsets", "DaemonSet": "apps/daemonsets", "Job": "batch/jobs",
    ]

    mutating func note(_ change: StoredChange, at now: Timestamp) {
        let uid = change.node["metadata"]?["uid"]?.stringValue ?? ""
        if change.kind == .deleted {
            firstSeen[uid] = nil
            wakes[change.key] = nil
            lostOwners.insert(uid)
        } else {
            if firstSeen[uid] == nil { firstSeen[uid] = now }
            enqueue(change.key)
        }
        for owner in change.node["metadata"]?["ownerReferences"]?.arrayValue ?? [] {
            guard let kind = owner["kind"]?.stringValue, let resource = Self.owners[kind],
                let name = owner["name"]?.stringValue
            else { continue }
            enqueue(StorageKey(resource: resource, namespace: change.key.namespace, name: name))
        }
        if !change.key.namespace.isEmpty {
            if change.kind == .deleted || change.node.isBeingDeleted {
                enqueue(
                    StorageKey(resource: "namespaces", namespace: "", name: change.key.namespace))
            }
        }
    }

    /// An object that was there before the start is as old as it says: a Pod that was ready stays so.
    mutating func remember(_ object: Node) {
        guard let uid = object["metadata"]?["uid"]?.stringValue,
            let created = object["metadata"]?["creationTimestamp"]?.stringValue
        else { return }
        firstSeen[uid] = Timestamp(created)
    }

    mutating func enqueue(_ key: StorageKey) {
        if isQueued.insert(key).inserted { queue.append(key) }
    }

    /// The next object to look at, with those whose time has come.
    mutating func next(at now: Timestamp) -> StorageKey? {
        for (key, time) in wakes where time <= now {
            wakes[key] = nil
            enqueue(key)
        }
        if queue.isEmpty { return nil }
        let key = queue.removeFirst()
        isQueued.remove(key)
        return key
    }

    mutating func wake(_ key: StorageKey, at time: Timestamp?) { wakes[key] = time }

    /// When there is something to do next, if nothing happens until then.
    var nextWake: Timestamp? { queue.isEmpty ? wakes.values.min() : Timestamp(seconds: 0) }

    func since(_ uid: String, default now: Timestamp) -> Timestamp { firstSeen[uid] ?? now }

    mutating func takeLostOwners() -> Set<String> {
        defer { lostOwners = [] }
        return lostOwners
    }
}

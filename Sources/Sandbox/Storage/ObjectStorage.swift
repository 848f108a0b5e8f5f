import GRDB
import Model
import YAML

/// All objects of one cluster: in memory for reading, in SQLite to survive.
///
/// Invariants:
/// 1. Every write takes the next number of one counter; that number is the object's resourceVersion.
/// 2. Memory changes only after SQLite has committed the same write.
/// 3. `history` holds the last writes without a gap: a state not older than `oldestKept` can be rebuilt
///    by undoing it.
///
/// One owner calls it, one call at a time; it blocks while SQLite writes.
struct ObjectStorage {
    private var collections: [String: ObjectCollection] = [:]
    private(set) var history: [StoredChange] = []
    /// The number of the last write.
    private(set) var resourceVersion: Int64
    /// The oldest resourceVersion a watch may start from.
    private(set) var oldestKept: Int64
    private let database: DatabaseQueue

    /// How many writes are kept for watches to resume from and lists to go on with.
    static let historyLimit = 4_000

    /// What is stored in `path`, or an empty cluster in memory.
    init(path: String?) throws {
        var configuration = Configuration()
        configuration.label = "tidemark.sandbox"
        configuration.journalMode = path == nil ? .default : .wal
        // A sandbox that ends just now moves its log into the file as its last deed.
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { db in
            // A sandbox may lose its last writes in a power cut, never its shape.
            try db.execute(sql: "PRAGMA synchronous = NORMAL")
        }
        database =
            if let path { try DatabaseQueue(path: path, configuration: configuration) } else {
                try DatabaseQueue(configuration: configuration)
            }
        try database.write { try $0.execute(sql: Self.tables) }
        let loaded = try database.read(Self.load)
        resourceVersion = loaded.resourceVersion
        oldestKept = loaded.history.first.map { $0.resourceVersion - 1 } ?? loaded.resourceVersion
        history = loaded.history
        for object in loaded.objects {
            collections[object.key.resource, default: ObjectCollection()].put(object)
        }
    }

    func object(_ key: StorageKey) -> StoredObject? { collections[key.resource]?[key.path] }

    /// The objects of a resource, in the order of their keys' bytes; `namespace` empty means all.
    func objects(of resource: String, namespace: String = "") -> [StoredObject] {
        collections[resource]?.all(in: namespace) ?? []
    }

    /// The resources that have at least one object.
    var resources: [String] { collections.keys.sorted() }

    /// The objects of a resource as they were right after write `version`; `nil` when that is not known any more.
    func objects(of resource: String, namespace: String, at version: Int64) -> [StoredObject]? {
        if version == resourceVersion { return objects(of: resource, namespace: namespace) }
        guard version >= oldestKept, version < resourceVersion else { return nil }
        var past = collections[resource] ?? ObjectCollection()
        for change in history.reversed() {
            if change.resourceVersion <= version { break }
            guard change.key.resource == resource else { continue }
            if let previous = change.previous {
                past.put(
                    StoredObject(
                        key: change.key, resourceVersion: previous.resourceVersion, node: previous))
            } else {
                past.remove(change.key.path)
            }
        }
        return past.all(in: namespace)
    }

    /// The writes to a resource after `version`, oldest first.
    func changes(of resource: String, after version: Int64) -> [StoredChange] {
        let start = history.partitioningIndex { $0.resourceVersion > version }
        return history[start...].filter { $0.key.resource == resource }
    }
}

extension ObjectStorage {
    /// Creates or replaces an object and gives it its resourceVersion.
    mutating func put(_ node: Node, at key: StorageKey) throws -> StoredChange {
        let version = resourceVersion + 1
        let previous = object(key)?.node
        var stored = node
        stored.resourceVersion = version
        let change = StoredChange(
            kind: previous == nil ? .added : .modified, key: key, resourceVersion: version,
            node: stored, previous: previous)
        try commit(change)
        collections[key.resource, default: ObjectCollection()].put(
            StoredObject(key: key, resourceVersion: version, node: stored))
        return change
    }

    /// Removes an object; `nil` when there is none.
    mutating func remove(_ key: StorageKey) throws -> StoredChange? {
        guard let previous = object(key)?.node else { return nil }
        let version = resourceVersion + 1
        var last = previous
        last.resourceVersion = version
        let change = StoredChange(
            kind: .deleted, key: key, resourceVersion: version, node: last, previous: previous)
        try commit(change)
        collections[key.resource]?.remove(key.path)
        if collections[key.resource]?.isEmpty == true { collections[key.resource] = nil }
        return change
    }

    private mutating func commit(_ change: StoredChange) throws {
        let oldest = history.count >= Self.historyLimit ? history[Self.historyLimit / 4] : nil
        try database.write { db in
            try Self.store(change, in: db)
            if let oldest {
                try db.execute(
                    sql: "DELETE FROM change WHERE version <= ?",
                    arguments: [oldest.resourceVersion])
            }
        }
        if let oldest {
            history.removeFirst(Self.historyLimit / 4 + 1)
            oldestKept = oldest.resourceVersion
        }
        history.append(change)
        resourceVersion = change.resourceVersion
    }
}

extension Array {
    /// The first position whose element satisfies `belongs`, when all after it do too.
    func partitioningIndex(where belongs: (Element) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if belongs(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

extension Node {
    /// `metadata.resourceVersion` as a number; 0 when there is none.
    var resourceVersion: Int64 {
        get { self["metadata"]?["resourceVersion"]?.stringValue.flatMap(Int64.init) ?? 0 }
        set { setMetadata("resourceVersion", .string(String(newValue))) }
    }

    /// Sets or (with `nil`) removes a field of the metadata.
    mutating func setMetadata(_ key: String, _ value: Node?) {
        var metadata = self["metadata"] ?? .object(Mapping())
        metadata[key] = value
        self["metadata"] = metadata
    }
}

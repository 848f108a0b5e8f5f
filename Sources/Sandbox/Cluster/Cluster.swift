import Model
import Schemas

/// The whole state of one sandbox cluster and everything that may happen to it.
///
/// Invariants:
/// 1. A request is answered in one synchronous step: no other request sees it half done.
/// 2. Every write goes through `store` or `erase`, which tell the watches and wake the controllers.
/// 3. The resources offered follow from the built-in ones and the stored CustomResourceDefinitions alone.
actor Cluster {
    nonisolated let executor = QueueExecutor(label: "tidemark.sandbox")
    nonisolated var unownedExecutor: UnownedSerialExecutor {
        executor.asUnownedSerialExecutor()
    }

    nonisolated let configuration: SandboxConfiguration
    nonisolated let clock: @Sendable () -> Timestamp
    /// One element after writes, for the loop that runs the controllers.
    nonisolated let writes: AsyncStream<Void>
    private let writesContinuation: AsyncStream<Void>.Continuation

    var storage: ObjectStorage
    var registry: ResourceRegistry
    var schemas: SchemaRegistry
    /// What CustomResourceDefinitions say about their versions, by `apiVersion/Kind`.
    var customVersions: [String: CustomVersion] = [:]
    /// From where the history of a custom resource is known, by storage name.
    var historyStart: [String: Int64] = [:]
    var watchers: [Int: Watcher] = [:]
    var nextWatcher = 1
    var controllers = ControllerState()
    var runsControllers: Bool
    /// `host:port`, once the server listens.
    var address = ""

    init(_ configuration: SandboxConfiguration, clock: @escaping @Sendable () -> Timestamp) throws {
        self.configuration = configuration
        runsControllers = configuration.runsControllers
        self.clock = clock
        storage = try ObjectStorage(path: configuration.dataFile)
        registry = ResourceRegistry(ServedResource.builtIn)
        schemas = .builtIn
        (writes, writesContinuation) = AsyncStream.makeStream(
            of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    func setControllers(running isRunning: Bool) {
        runsControllers = isRunning
        wakeControllers()
    }

    func listens(at address: String) { self.address = address }

    /// The time of a write, as Kubernetes stores it: whole seconds.
    var now: String { clock().secondsText }
}

// MARK: Writes

extension Cluster {
    /// Creates or replaces an object, and returns it with its new resourceVersion.
    func store(_ object: Node, at key: StorageKey) throws(APIStatus) -> Node {
        let change: StoredChange
        do { change = try storage.put(object, at: key) } catch { throw .storage(error) }
        announce(change)
        return change.node
    }

    /// Removes an object, and returns its last state.
    @discardableResult
    func erase(_ key: StorageKey) throws(APIStatus) -> Node? {
        let change: StoredChange?
        do { change = try storage.remove(key) } catch { throw .storage(error) }
        guard let change else { return nil }
        announce(change)
        return change.node
    }

    private func announce(_ change: StoredChange) {
        if change.key.resource == CustomVersion.definitions { definitionsChanged(change) }
        controllers.note(change, at: clock())
        for (id, watcher) in watchers {
            guard let item = watcher.item(for: change) else { continue }
            switch watcher.continuation.yield(item) {
            case .enqueued: break
            default:
                // A client that does not read is let go; it lists again.
                watcher.continuation.finish()
                watchers[id] = nil
            }
        }
        writesContinuation.yield()
    }

    /// Wakes the loop that runs the controllers.
    func wakeControllers() { writesContinuation.yield() }
}

extension APIStatus {
    /// SQLite said no.
    static func storage(_ error: any Error) -> APIStatus {
        APIStatus(code: 500, reason: "InternalError", message: "Internal error occurred: \(error)")
    }
}

extension ServedResource {
    /// Those of every cluster, in the order of discovery.
    static let builtIn: [ServedResource] = Schemas.APIResource.builtIn.map { resource in
        ServedResource(
            group: resource.group, version: resource.version, kind: resource.kind,
            listKind: resource.kind + "List", plural: resource.plural,
            singular: resource.singular, shortNames: resource.shortNames,
            categories: resource.categories, isNamespaced: resource.isNamespaced,
            verbs: resource.verbs,
            subresources: resource.subresources.map {
                Subresource(
                    name: $0.name, kind: $0.kind, group: $0.group, version: $0.version,
                    verbs: $0.verbs)
            }, isCustom: false)
    }
}

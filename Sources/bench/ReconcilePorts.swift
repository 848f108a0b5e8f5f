internal import Digests
internal import Engine
internal import EventLog
internal import GitRepository
internal import Model
internal import Projections
internal import Synchronization

/// A ledger in memory: the same fold, without a file.
final class MemoryStore: EventStore {
    private struct Contents {
        var events: [RecordedEvent] = []
        var state = LedgerState()
    }
    private let contents = Mutex(Contents())

    var count: Int { contents.withLock(\.events.count) }

    func append(_ batch: AppendBatch) async throws -> [RecordedEvent] {
        contents.withLock { contents in
            batch.events.map { event in
                var envelope = Envelope()
                envelope.id = event.id
                envelope.occurredAt = event.occurredAt
                envelope.recordedAt = event.occurredAt
                envelope.position = Int64(contents.events.count) + 1
                envelope.stream = event.stream
                envelope.subjects = event.subjects
                (envelope.type, envelope.version) = EventCodec.name(of: event.event)
                let recorded = RecordedEvent(envelope: envelope, event: event.event)
                contents.events.append(recorded)
                contents.state.apply(recorded)
                _ = contents.state.takeChanges()
                return recorded
            }
        }
    }

    func state<Result: Sendable>(
        _ read: @Sendable @escaping (LedgerState) throws -> Result
    ) async throws -> Result {
        try read(contents.withLock(\.state))
    }

    func blob(_ digest: Digest) async throws -> [UInt8]? { nil }

    func event(id: EventID) async throws -> RecordedEvent? {
        contents.withLock { contents in contents.events.first { $0.envelope.id == id } }
    }

    func newest(_ types: Set<String>, of application: String, upTo position: Int64, limit: Int)
        async throws -> [RecordedEvent]
    {
        contents.withLock { contents in
            let matching = contents.events.prefix(Int(position)).reversed().lazy.filter {
                types.contains($0.envelope.type) && $0.subjects.application == application
            }
            return Array(matching.prefix(limit))
        }
    }
}

/// A cluster that has everything already; each call after the first list is counted.
final class FullCluster: ClusterClient {
    private let objects: [Node]
    private let count = Mutex(0)

    init(objects: [Node]) { self.objects = objects }

    var calls: Int { count.withLock { $0 } }

    private func refuse() throws(ClusterError) -> Never {
        count.withLock { $0 += 1 }
        throw .refused(code: 405, reason: "MethodNotAllowed", message: "the bench writes nothing")
    }

    func discovery() async throws(ClusterError) -> Discovery {
        count.withLock { $0 += 1 }
        return Discovery(
            serverVersion: "v1.36.2",
            resources: [
                APIResource(
                    group: "", version: "v1", kind: "ConfigMap", plural: "configmaps",
                    isNamespaced: true, verbs: ["get", "list", "watch", "patch", "delete"])
            ])
    }

    func follow(_ resource: APIResource) -> AsyncStream<FollowEvent> {
        let objects = objects
        return AsyncStream { sink in
            sink.yield(.reset(objects, resourceVersion: String(objects.count + 1)))
        }
    }

    func listMetadata(_ resource: APIResource) async throws(ClusterError) -> [Node] {
        try refuse()
    }

    func get(_ resource: APIResource, namespace: String, name: String)
        async throws(ClusterError) -> Node
    { try refuse() }

    func apply(_ body: Node, _ resource: APIResource, isDryRun: Bool)
        async throws(ClusterError) -> ClusterAnswer
    { try refuse() }

    func create(_ body: Node, _ resource: APIResource, isDryRun: Bool)
        async throws(ClusterError) -> ClusterAnswer
    { try refuse() }

    func setManagedFields(
        _ managedFields: Node, _ resource: APIResource, namespace: String, name: String,
        resourceVersion: String
    ) async throws(ClusterError) -> ClusterAnswer { try refuse() }

    func delete(
        _ resource: APIResource, namespace: String, name: String, uid: String?,
        propagation: Propagation
    ) async throws(ClusterError) { try refuse() }
}

/// A repository with one commit.
struct FixedSource: ManifestSource {
    let files: [String: [UInt8]]
    private let commit = CommitID(String(repeating: "1", count: 40))

    init(files: [String: [UInt8]]) { self.files = files }

    func fetch() async throws {}

    func followedRef(of revision: String) async throws -> String? { "refs/heads/main" }

    func resolve(_ revision: String) async throws -> CommitID {
        guard let commit else { throw GitError.unknownRevision(revision) }
        return commit
    }

    func commits(from: CommitID?, to: CommitID, limit: Int) async throws -> [Commit] { [] }

    func isAncestor(_ ancestor: CommitID, of descendant: CommitID) async throws -> Bool { true }

    func tree(at commit: CommitID, under path: String) async throws -> FileTree {
        FileTree(entries: files.filter { $0.key.hasPrefix(path + "/") }.mapValues { .file($0) })
    }

    func treeID(at commit: CommitID, path: String) async throws -> String? { path }

    func makeRevert(of commits: [CommitID], onto branch: String, at time: Timestamp, note: String?)
        async throws -> CommitID
    { throw GitError.noRemote }

    func push(_ commit: CommitID, to branch: String, expecting: CommitID?) async throws {
        throw GitError.noRemote
    }
}

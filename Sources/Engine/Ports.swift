public import Digests
public import EventLog
public import GitRepository
public import Model
public import Projections

/// The ledger, as far as the reconciler needs it.
public protocol EventStore: Sendable {
    /// Appends all of a batch or nothing; the projections that decisions rest on change with it.
    func append(_ batch: AppendBatch) async throws -> [RecordedEvent]
    /// Reads the present as of the last append.
    func state<Result: Sendable>(
        _ read: @Sendable @escaping (LedgerState) throws -> Result
    ) async throws -> Result
    func blob(_ digest: Digest) async throws -> [UInt8]?
    func event(id: EventID) async throws -> RecordedEvent?
    /// The newest events of these types about an application, up to a position, the last one first.
    func newest(_ types: Set<String>, of application: String, upTo position: Int64, limit: Int)
        async throws -> [RecordedEvent]
}

extension EventStore {
    func newest(_ types: Set<String>, of application: String, upTo position: Int64) async throws
        -> RecordedEvent?
    {
        try await newest(types, of: application, upTo: position, limit: 1).first
    }
}

/// One Kubernetes cluster.
public protocol ClusterClient: Sendable {
    func discovery() async throws(ClusterError) -> Discovery
    /// The objects of one kind, then every change of them, across lost connections; ends when cancelled.
    func follow(_ resource: APIResource) -> AsyncStream<FollowEvent>
    /// `apiVersion`, `kind` and `metadata` of all objects of one kind.
    func listMetadata(_ resource: APIResource) async throws(ClusterError) -> [Node]
    func get(_ resource: APIResource, namespace: String, name: String)
        async throws(ClusterError) -> Node
    /// Server-side apply as field manager `tidemark`, with force.
    func apply(_ body: Node, _ resource: APIResource, isDryRun: Bool)
        async throws(ClusterError) -> ClusterAnswer
    func create(_ body: Node, _ resource: APIResource, isDryRun: Bool)
        async throws(ClusterError) -> ClusterAnswer
    /// Writes `metadata.managedFields` of the object that still has this resourceVersion.
    func setManagedFields(
        _ managedFields: Node, _ resource: APIResource, namespace: String, name: String,
        resourceVersion: String
    ) async throws(ClusterError) -> ClusterAnswer
    func delete(
        _ resource: APIResource, namespace: String, name: String, uid: String?,
        propagation: Propagation
    ) async throws(ClusterError)
}

/// What a cluster answers to a write.
public struct ClusterAnswer: Sendable {
    public var object: Node
    public var warnings: [String]
    public init(object: Node, warnings: [String] = []) {
        self.object = object
        self.warnings = warnings
    }
}

/// What following one kind of object tells.
public enum FollowEvent: Sendable {
    /// All objects there are as of a resourceVersion; whatever is not among them is gone.
    case reset([Node], resourceVersion: String)
    case changed(WatchEvent)
    case disconnected(ClusterError)
}

/// One Git repository.
public protocol ManifestSource: Sendable {
    /// Brings the refs of the remote; bounded by the repository's deadline.
    func fetch() async throws
    /// The full ref a target revision follows, such as `refs/heads/main`; `nil` when it is a fixed commit or tag.
    func followedRef(of revision: String) async throws -> String?
    func resolve(_ revision: String) async throws -> CommitID
    /// Oldest first, without `from` and what it contains; the newest `limit` of them.
    func commits(from: CommitID?, to: CommitID, limit: Int) async throws -> [Commit]
    func isAncestor(_ ancestor: CommitID, of descendant: CommitID) async throws -> Bool
    func tree(at commit: CommitID, under path: String) async throws -> FileTree
    /// Names the content of a folder: equal ids, equal files. `nil` when there is no such folder.
    func treeID(at commit: CommitID, path: String) async throws -> String?
    /// Writes a commit that takes `commits` back, on top of `branch`; nothing is pushed.
    ///
    /// - Parameter note: For its message, after the commits.
    func makeRevert(of commits: [CommitID], onto branch: String, at time: Timestamp, note: String?)
        async throws -> CommitID
    func push(_ commit: CommitID, to branch: String, expecting: CommitID?) async throws
}

/// The wall clock, waiting, and randomness.
///
/// The wall clock is written into events and backoffs; it is never used for order.
public struct EngineClock: Sendable {
    public var now: @Sendable () -> Timestamp
    public var sleep: @Sendable (Duration) async throws -> Void
    /// That many random bytes.
    public var randomBytes: @Sendable (Int) -> [UInt8]

    public init(
        now: @escaping @Sendable () -> Timestamp,
        sleep: @escaping @Sendable (Duration) async throws -> Void,
        randomBytes: @escaping @Sendable (Int) -> [UInt8]
    ) {
        self.now = now
        self.sleep = sleep
        self.randomBytes = randomBytes
    }
}

public import Model

/// What following one kind of object tells.
public enum FollowEvent: Equatable, Sendable {
    /// The cluster answers; comes first, and after each `disconnected` that has ended.
    case connected
    /// All objects there are as of a resourceVersion; whatever is not among them is gone.
    case reset([Node], resourceVersion: String)
    case changed(WatchEvent)
    /// The first failure of a row; following goes on with growing pauses.
    case disconnected(ClusterError)
}

/// How a follower waits between attempts, handed in so that tests need no time.
public struct Pacing: Sendable {
    public var sleep: @Sendable (Duration) async throws -> Void
    public var now: @Sendable () -> ContinuousClock.Instant
    /// From 0 up to 1; each pause is taken times (1 + jitter) / 2.
    public var jitter: @Sendable () -> Double
    public var first: Duration
    public var longest: Duration

    public init(
        sleep: @escaping @Sendable (Duration) async throws -> Void,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { ContinuousClock.now },
        jitter: @escaping @Sendable () -> Double, first: Duration = .milliseconds(500),
        longest: Duration = .seconds(30)
    ) {
        self.sleep = sleep
        self.now = now
        self.jitter = jitter
        self.first = first
        self.longest = longest
    }

    public static let standard = Pacing(
        sleep: { try await Task.sleep(for: $0) }, jitter: { Double.random(in: 0..<1) })

    func pause(attempt: Int) -> Duration {
        let grown = first * (1 << min(attempt, 16))
        return min(grown, longest) * ((1 + jitter()) / 2)
    }
}

/// Keeps up with one kind of object: lists it, watches it, resumes after a lost connection, and
/// lists again when the server no longer remembers.
///
/// Pulled: each `next()` reads as much as one event needs. One caller at a time.
public actor ObjectFollower {
    private let client: KubernetesClient
    private let resource: APIResource
    private let namespace: String?
    private let pacing: Pacing

    private var pending: [FollowEvent] = []
    private var resourceVersion: String?
    private var watch: ObjectWatch?
    private var watchOpened: ContinuousClock.Instant
    /// What the caller was told last; `nil` at first.
    private var isConnected: Bool?
    /// Attempts in a row that brought nothing and did not last.
    private var failures = 0
    private var mustPause = false

    init(
        _ client: KubernetesClient, _ resource: APIResource, namespace: String?, pacing: Pacing
    ) {
        self.client = client
        self.resource = resource
        self.namespace = namespace
        self.pacing = pacing
        watchOpened = pacing.now()
    }

    /// The next event; `nil` once the caller's task is cancelled.
    public func next() async -> FollowEvent? {
        while !Task.isCancelled {
            if !pending.isEmpty { return pending.removeFirst() }
            do throws(ClusterError) { try await advance() } catch {
                if Task.isCancelled { return nil }
                fail(error)
            }
        }
        return nil
    }

    private func advance() async throws(ClusterError) {
        if mustPause {
            mustPause = false
            // A cancelled pause ends the following at the next check.
            try? await pacing.sleep(pacing.pause(attempt: max(0, failures - 1)))
            if Task.isCancelled { return }
        }
        guard let resourceVersion else { return try await list() }
        guard let watch else {
            self.watch = try await client.openWatch(
                resource, namespace: namespace, resourceVersion: resourceVersion)
            watchOpened = pacing.now()
            connected()
            return
        }
        if let event = try await watch.next() {
            failures = 0
            take(event)
        } else {
            endWatch()
            // A server that ends every watch at once must not be asked in a tight circle.
            failures += 1
            mustPause = failures > 1
        }
    }

    private func list() async throws(ClusterError) {
        let page = try await client.listAll(resource, namespace: namespace)
        connected()
        resourceVersion = page.resourceVersion
        pending.append(.reset(page.items, resourceVersion: page.resourceVersion))
    }

    private func take(_ event: WatchEvent) {
        switch event {
        case .added(let object), .modified(let object), .deleted(let object):
            if let version = object["metadata"]?["resourceVersion"]?.stringValue {
                resourceVersion = version
            }
        case .bookmark(let version): resourceVersion = version
        }
        pending.append(.changed(event))
    }

    /// A watch that lasted was none of a row of failures, even when it had nothing to tell.
    private func endWatch() {
        if watch != nil, pacing.now() - watchOpened >= pacing.longest { failures = 0 }
        watch = nil
    }

    private func connected() {
        if isConnected == true { return }
        isConnected = true
        pending.append(.connected)
    }

    private func fail(_ error: ClusterError) {
        endWatch()
        failures += 1
        switch error {
        case .expired:
            // The connection is fine; the first new list needs no pause.
            resourceVersion = nil
            mustPause = failures > 1
            return
        case .malformedAnswer, .refused, .unknownKind: resourceVersion = nil
        case .unreachable: break
        }
        mustPause = true
        if isConnected != false { pending.append(.disconnected(error)) }
        isConnected = false
    }
}

extension KubernetesClient {
    public func follower(
        _ resource: APIResource, namespace: String? = nil, pacing: Pacing = .standard
    ) -> ObjectFollower {
        ObjectFollower(self, resource, namespace: namespace, pacing: pacing)
    }

    /// All objects of a kind, then every change of them, until the reading task is cancelled.
    public func follow(
        _ resource: APIResource, namespace: String? = nil, pacing: Pacing = .standard
    ) -> AsyncStream<FollowEvent> {
        let follower = follower(resource, namespace: namespace, pacing: pacing)
        return AsyncStream { await follower.next() }
    }
}

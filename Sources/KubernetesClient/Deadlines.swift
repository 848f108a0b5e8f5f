/// How long a cluster may take.
public struct Deadlines: Hashable, Sendable {
    /// To accept a connection and finish the TLS handshake.
    public var connect: Duration
    /// For one whole request and its answer; also for the head of a watch.
    public var request: Duration
    /// After which the server is asked to end a watch, which then resumes.
    public var watch: Duration
    /// Silence on a watch after which the connection counts as dead; longer than `watch`, because a
    /// quiet watch is ended by the server in time.
    public var watchIdle: Duration

    public init(connect: Duration, request: Duration, watch: Duration, watchIdle: Duration) {
        self.connect = connect
        self.request = request
        self.watch = watch
        self.watchIdle = watchIdle
    }

    public static let standard = Deadlines(
        connect: .seconds(5), request: .seconds(30), watch: .seconds(120),
        watchIdle: .seconds(135))
}

extension Duration {
    var inNanoseconds: Int64 {
        components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
    }
}

/// A request took longer than it may.
struct DeadlinePassed: Error {
    var after: Duration
}

/// Runs `operation` and cancels it when it takes longer than `limit`.
func withDeadline<T: Sendable>(
    _ limit: Duration, _ operation: @escaping @Sendable () async throws -> T
) async throws -> T {
    try await withThrowingTaskGroup(of: T.self) { group in
        group.addTask(operation: operation)
        group.addTask {
            try await Task.sleep(for: limit)
            throw DeadlinePassed(after: limit)
        }
        defer { group.cancelAll() }
        guard let first = try await group.next() else { throw CancellationError() }
        return first
    }
}

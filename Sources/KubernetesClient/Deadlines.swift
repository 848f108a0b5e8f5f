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

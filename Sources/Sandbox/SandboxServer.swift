import Hummingbird
public import Logging
import Model
import NIOCore

/// An embedded Kubernetes API server over plain HTTP, with small controllers behind it.
///
/// It is there for first tries, demonstrations and tests; kubectl and Tidemark talk to it as to any
/// cluster. What it does follows kube-apiserver 1.36.2.
public final class SandboxServer: Sendable {
    private let cluster: Cluster
    private let configuration: SandboxConfiguration
    private let log: Logger

    /// Opens the data file, or makes it.
    ///
    /// - Throws: When the file cannot be read or written.
    public init(_ configuration: SandboxConfiguration, log: Logger) async throws {
        self.configuration = configuration
        self.log = log
        cluster = try Cluster(configuration, clock: systemTime)
        try await cluster.bootstrap()
    }

    /// Stops the controllers after what they are doing, or lets them catch up.
    public func setControllers(running isRunning: Bool) async {
        await cluster.setControllers(running: isRunning)
    }

    /// Serves until the task is cancelled.
    ///
    /// - Parameter onRunning: Called once with the port, when requests are taken.
    public func run(onRunning: @escaping @Sendable (Int) async -> Void = { _ in }) async throws {
        let cluster = cluster
        let host = configuration.host
        let application = Application(
            responder: SandboxResponder(cluster: cluster),
            configuration: ApplicationConfiguration(
                address: .hostname(host, port: configuration.port), serverName: nil),
            onServerRunning: { channel in
                let port = channel.localAddress?.port ?? 0
                await cluster.listens(at: "\(host):\(port)")
                await onRunning(port)
            },
            logger: log)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await application.run() }
            group.addTask { await ControllerLoop(cluster: cluster).run() }
            defer { group.cancelAll() }
            try await group.next()
        }
    }
}

extension Settings {
    /// One cluster, under the name that applications' destinations and people use.
    public struct Environment: Hashable, Sendable {
        public var name: String
        public var cluster: Cluster
        /// The URL that stands for it in `destination.server`; `nil` when destinations use its name only.
        public var server: String?
        public var mode: Mode
        /// How long one call to the cluster may take.
        public var deadline: Duration
        /// Whose agreement every sync here needs; `nil` when nobody's.
        public var requireApproval: ApprovalRule?

        public init(
            name: String, cluster: Cluster, server: String? = nil, mode: Mode = .apply,
            deadline: Duration = Environment.standardDeadline,
            requireApproval: ApprovalRule? = nil
        ) {
            self.name = name
            self.cluster = cluster
            self.server = server
            self.mode = mode
            self.deadline = deadline
            self.requireApproval = requireApproval
        }

        public static let standardDeadline = Duration.seconds(30)

        public enum Cluster: Hashable, Sendable {
            /// `context` is the kubeconfig's current one when `nil`.
            case kubeconfig(path: String, context: String?)
            /// An embedded cluster: its file (in memory when `nil`) and its port on loopback (any when `nil`).
            case sandbox(data: String?, port: Int?)
        }
    }

    /// The environment a destination means; `nil` when there is none.
    public func environment(for destination: Application.Destination) -> Environment? {
        switch destination.cluster {
        case .name(let name): environments.first { $0.name == name }
        case .server(let server):
            environments.first {
                $0.server.map(Self.withoutTrailingSlash) == Self.withoutTrailingSlash(server)
            }
        }
    }

    /// Whether an application is written to its environment: `observe` of either of the two means no.
    public func mode(of application: String, in environment: Environment) -> Mode {
        modes[application] == .observe || environment.mode == .observe ? .observe : .apply
    }

    static func withoutTrailingSlash(_ url: String) -> String {
        url.hasSuffix("/") ? String(url.dropLast()) : url
    }
}

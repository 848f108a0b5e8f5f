/// How one sandbox cluster is set up.
public struct SandboxConfiguration: Sendable {
    /// Of the cluster, in its kubeconfig and its node.
    public var name: String
    /// Where it listens.
    public var host: String
    /// 0 takes any free port.
    public var port: Int
    /// The SQLite file of its objects; `nil` keeps them in memory only.
    public var dataFile: String?
    /// The bearer token; a request with another one is refused.
    public var token: String?
    /// Whether requests without a token are answered too.
    ///
    /// kubectl sends no token over plain HTTP, so it needs this.
    /// Source: https://github.com/kubernetes/client-go/blob/v0.36.0/tools/clientcmd/client_config.go (only for TLS)
    public var allowsAnonymous: Bool
    /// Without them nothing happens by itself: a Deployment makes no Pods.
    public var runsControllers: Bool
    /// How long a Pod takes until it is ready.
    public var readyDelay: Duration
    /// How long a second of Kubernetes' own deadlines takes: with 0.01, a
    /// `progressDeadlineSeconds` of 600 is over after six seconds.
    public var secondsScale: Double

    public init(
        name: String = "sandbox", host: String = "127.0.0.1", port: Int = 0,
        dataFile: String? = nil, token: String? = nil, allowsAnonymous: Bool = true,
        runsControllers: Bool = true,
        readyDelay: Duration = .milliseconds(150), secondsScale: Double = 0.01
    ) {
        self.name = name
        self.host = host
        self.port = port
        self.dataFile = dataFile
        self.token = token
        self.allowsAnonymous = allowsAnonymous
        self.runsControllers = runsControllers
        self.readyDelay = readyDelay
        self.secondsScale = secondsScale
    }
}

/// A kubeconfig with one context, for kubectl and for Tidemark itself.
public func sandboxKubeconfig(name: String, server: String, token: String?) -> String {
    """
    apiVersion: v1
    kind: Config
    current-context: \(name)
    clusters:
    - name: \(name)
      cluster:
        server: \(server)
    contexts:
    - name: \(name)
      context:
        cluster: \(name)
        user: \(name)
    users:
    - name: \(name)
      user: \(token.map { "\n    token: \"\($0)\"" } ?? "{}")

    """
}

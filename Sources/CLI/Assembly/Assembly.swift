internal import ChartRepository
internal import Declarations
internal import Digests
internal import Engine
internal import EventLog
internal import GitRepository
internal import KubernetesClient
internal import Logging
internal import Model
internal import SQLiteLedger
internal import Sandbox
internal import Server

/// The real parts of an engine, put together from `tidemark.yaml`.
struct Assembly: Sendable {
    let workspace: Workspace
    let ledger: SQLiteLedger
    let log: Logger
    let checkpointing: Checkpointing
    /// The environments to connect to; `nil` means all.
    var environments: Set<String>?
    /// What one command is about; `nil` is everything.
    var application: String?
    /// Whether applications are synced without being asked.
    var startsSyncs = false

    static let clock = EngineClock(
        now: TimeSource.system.now, sleep: { try await Task.sleep(for: $0) },
        randomBytes: RandomSource.system.bytes)

    private typealias Client = (name: String, client: KubernetesClient)

    /// Runs the embedded clusters and an engine over everything for as long as `body` takes.
    func withEngine<Result: Sendable>(
        _ body: @escaping @Sendable (Engine, Controls) async throws -> Result
    ) async throws -> Result {
        let chosen = workspace.settings.environments.filter {
            environments?.contains($0.name) ?? true
        }
        // Clusters outlive the engine: its end must not look like theirs.
        return try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            var clients: [Client] = []
            for environment in chosen {
                clients.append(try await client(of: environment, &group))
            }
            let puller = workspace.chartPuller(ledger, log)
            let result: Swift.Result<Result, any Error>
            do {
                result = .success(try await run(engine(clients, puller), body))
            } catch { result = .failure(error) }
            await puller.shutdown()
            for (_, client) in clients { await client.shutdown() }
            // A server that is cancelled between accepting a connection and serving it ends the process: NIO
            // insists that an accepted connection is finished. What the clients had opened last is taken now;
            // the wait is cut short when all is cancelled anyway.
            try? await Task.sleep(for: .milliseconds(50))
            return try result.get()
        }
    }

    private func run<Result: Sendable>(
        _ engine: Engine,
        _ body: @escaping @Sendable (Engine, Controls) async throws -> Result
    ) async throws -> Result {
        let controls = controls(engine)
        return try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask {
                try await engine.run()
                return nil
            }
            group.addTask { try await body(engine, controls) }
            defer { group.cancelAll() }
            while let ended = try await group.next() {
                if let result = ended { return result }
            }
            throw CancellationError()
        }
    }

    private func controls(_ engine: Engine) -> Controls {
        let (ledger, workspace) = (ledger, workspace)
        let checkpointing = checkpointing
        return Controls(
            engine: engine, recorder: Recorder(store: ledger, clock: Self.clock),
            maintenance: Controls.Maintenance(
                verify: { isFull in
                    var report = try await ledger.verify(full: isFull)
                    report.findings += try await workspace.publishedFindings(ledger)
                    return report
                },
                rebuild: { try await ledger.rebuild(actor: $0, archives: $1) },
                redact: { position, reason, actor, id in
                    let redaction = try await ledger.redact(
                        position, reason: reason, actor: actor, id: id)
                    return (redaction.event, redaction.isErased)
                },
                archive: { time, file, actor, id in
                    do {
                        // Where there is nothing to move, the ledger says why.
                        if try await ledger.event(id: id) == nil,
                            let through = try? await ledger.archivable(before: time)
                        {
                            try await checkpointing.cover(through)
                        }
                        return try await ledger.archive(
                            before: time, to: file, actor: actor, id: id
                        ).event
                    } catch LedgerError.full {
                        throw LedgerError.noSpace(ledger: ledger.path)
                    }
                },
                checkpoint: { try await checkpointing.checkpoint(actor: $0, id: $1) }))
    }

    /// For what is about the ledger alone: nothing is connected to, and the engine does not run.
    func ledgerControls() throws -> Controls { controls(try engine([], sources: [:])) }

    private func engine(_ clients: [Client], _ puller: ChartPuller) async throws -> Engine {
        var sources: [String: any ManifestSource] = [:]
        var charts: [String: any ChartSource] = [:]
        for repository in workspace.settings.repositories {
            if repository.kind == .git {
                sources[repository.name] = try await workspace.source(repository)
            } else {
                charts[repository.name] = workspace.charts(of: repository, puller)
            }
        }
        return try engine(clients, sources: sources, charts: charts)
    }

    private func engine(
        _ clients: [Client], sources: [String: any ManifestSource],
        charts: [String: any ChartSource] = [:]
    ) throws -> Engine {
        let tokenKey = try workspace.readTokenKey()
        var parts = Engine.Parts(
            settings: workspace.settings, store: ledger,
            clusters: Dictionary(
                uniqueKeysWithValues: clients.map { ($0.name, KubernetesCluster($0.client)) }),
            sources: sources, tokenKey: tokenKey,
            chartVault: workspace.chartVault(tokenKey), clock: Self.clock, log: log,
            servers: workspace.servers,
            startsSyncs: startsSyncs, signatures: workspace.trustedKeys)
        parts.charts = charts
        parts.application = application
        parts.zones = .ofMachine
        return Engine(parts)
    }

    private func client(
        of environment: Settings.Environment, _ group: inout ThrowingTaskGroup<Void, any Error>
    ) async throws -> Client {
        switch environment.cluster {
        case .kubeconfig(let path, let context):
            let connection = try workspace.connection(path, context)
            return (environment.name, try client(environment, connection))
        case .sandbox(let data, let port):
            let port = try await startSandbox(environment.name, data, port, &group)
            let server = "http://127.0.0.1:\(port)"
            try workspace.writeKubeconfig(environment.name, data, server)
            let connection = ClusterConnection(server: server)
            return (environment.name, try client(environment, connection))
        }
    }

    private func client(_ environment: Settings.Environment, _ connection: ClusterConnection)
        throws -> KubernetesClient
    {
        var deadlines = Deadlines.standard
        deadlines.request = environment.deadline
        deadlines.connect = min(deadlines.connect, environment.deadline)
        return try KubernetesClient(
            cluster: environment.name, connection: connection, deadlines: deadlines, log: log)
    }

    private func startSandbox(
        _ name: String, _ data: String?, _ port: Int?,
        _ group: inout ThrowingTaskGroup<Void, any Error>
    ) async throws -> Int {
        let dataFile = data.map(workspace.path)
        if let dataFile { try Files.createFolder(Files.folder(of: dataFile)) }
        var quiet = log
        quiet.logLevel = .critical  // Its end is reported below; a cancelled one is none.
        let server = try await SandboxServer(
            SandboxConfiguration(name: name, port: port ?? 0, dataFile: dataFile), log: quiet)
        let (ports, sink) = AsyncStream<Int>.makeStream()
        group.addTask {
            defer { sink.finish() }
            try await server.run { sink.yield($0) }
        }
        for await port in ports { return port }
        try Task.checkCancellation()
        throw CommandError(
            "cannot start the sandbox of \(name)",
            because: port.map { "port \($0) of 127.0.0.1 cannot be taken" },
            try: "stop what uses the port, or leave it out of tidemark.yaml")
    }
}

extension Workspace {
    func connection(_ path: String, _ context: String?) throws -> ClusterConnection {
        let file = self.path(path)
        let kubeconfig = try Kubeconfig.parse(
            try Files.read(file), file: file, home: Surroundings.current.environment("HOME"))
        return try kubeconfig.connection(context: context)
    }

    /// The addresses of all clusters, for the record, whether they are connected to or not.
    var servers: [String: String] {
        var servers: [String: String] = [:]
        for environment in settings.environments {
            switch environment.cluster {
            case .kubeconfig(let path, let context):
                servers[environment.name] = try? connection(path, context).server
            // The port may be another each time, and says nothing about which cluster it is.
            case .sandbox: servers[environment.name] = "sandbox"
            }
        }
        return servers
    }

    /// Where the kubeconfig of an embedded cluster is written.
    func kubeconfigPath(_ environment: String, _ data: String?) -> String {
        data.map { path($0) + ".kubeconfig" } ?? "\(cacheFolder)/\(environment).kubeconfig"
    }

    func writeKubeconfig(_ environment: String, _ data: String?, _ server: String) throws {
        let file = kubeconfigPath(environment, data)
        try Files.createFolder(Files.folder(of: file))
        try Files.replace(
            file, Array(sandboxKubeconfig(name: environment, server: server, token: nil).utf8))
    }

    /// What applications of a repository are read from.
    func source(_ repository: Settings.Repository) async throws -> MirroredRepository {
        MirroredRepository(
            try await mirror(repository, as: "git"), deadline: repository.deadline)
    }

    /// A mirror of a repository, in a folder beside the ledger.
    func mirror(_ repository: Settings.Repository, as folder: String) async throws
        -> GitRepository
    {
        try await GitRepository.open(
            "\(cacheFolder)/\(folder)/\(fileName(of: repository.name))",
            remote: try GitRemote(
                url: repository.url, credentials: credentials(repository.credentials)),
            worker: GitWorkerCommand(executable: Surroundings.current.executable))
    }

    /// A name of a repository may be its URL; equal file names are equal names.
    private func fileName(of name: String) -> String {
        let isPlain = name.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
                || (0x61...0x7A).contains(byte) || byte == 0x2D || byte == 0x5F
        }
        return isPlain ? name : "url-" + Digest(of: name).shortText
    }

    private func credentials(_ credentials: Settings.Repository.Credentials) -> GitCredentials {
        switch credentials {
        case .none: .none
        case .basic(let username, let password):
            .basic(username: username, passwordFrom: reference(password))
        case .token(let source): .token(reference(source))
        case .ssh(_, let keyFile, let passphrase):
            .sshKey(
                privateKeyPath: path(keyFile), passphraseFrom: passphrase.map(reference))
        }
    }

    private func reference(_ source: Settings.SecretSource) -> SecretReference {
        switch source {
        case .file(let file): .file(path(file))
        case .environment(let name): .environment(name)
        }
    }
}

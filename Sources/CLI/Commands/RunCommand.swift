internal import ArgumentParser
internal import Declarations
internal import Engine
internal import EventLog
internal import Logging
internal import Model
internal import SQLiteLedger
internal import Server

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Reconcile all environments until stopped.",
        discussion: """
            Watches repositories and clusters, syncs and heals what the applications' policies allow, \
            and serves the other commands over a socket beside the ledger. Stops cleanly on SIGINT \
            and SIGTERM.

            Example: tidemark run --config /etc/tidemark/tidemark.yaml.
            """)

    @OptionGroup var archive: ArchiveOptions
    @OptionGroup var config: ConfigOptions

    @Flag(name: .shortAndLong, help: "Also log what is usually not worth a line.")
    var verbose = false

    func run() async throws {
        let workspace = try config.workspace()
        let log = ErrorStreamLog.logger(level: verbose ? .debug : .info)
        _ = try await untilInterrupted {
            let ledger = try await Self.openLedger(workspace, archives: try archive.paths())
            let checkpointing = Checkpointing(workspace: workspace, ledger: ledger, log: log)
            // Before the first event of this run: an older copy must not be written to.
            for remark in try await checkpointing.verifyWithOthers() { log.warning("\(remark)") }
            try await ledger.recordBase()
            try await recordSettings(ledger, workspace)
            try await Self.reconcile(workspace, ledger, checkpointing, log)
        }
        log.info("stopped")
    }

    private static func reconcile(
        _ workspace: Workspace, _ ledger: SQLiteLedger, _ checkpointing: Checkpointing,
        _ log: Logger
    ) async throws {
        var assembly = Assembly(
            workspace: workspace, ledger: ledger, log: log, checkpointing: checkpointing)
        assembly.startsSyncs = true
        try await assembly.withEngine { engine, controls in
            let server = ControlServer(
                path: workspace.socketPath, readers: workspace.settings.socket.group,
                ledger: ledger, log: log
            ) { request, actor in
                await engine.ready()
                return try await controls.perform(request, actor: actor)
            }
            log.info("reconciling \(counted(workspace.settings.environments.count, "environment"))")
            try await withThrowingTaskGroup(of: Void.self) { group in
                defer { group.cancelAll() }
                if Files.exists(workspace.signingKeyPath) {
                    group.addTask { try await checkpointing.run() }
                } else {
                    log.warning("no checkpoints: tidemark init makes the key that signs them")
                }
                try await server.run { log.info("listening on \(workspace.socketPath)") }
            }
        }
    }

    /// Opens the ledger as its writer; a command that is the writer for its own duration is waited for.
    private static func openLedger(_ workspace: Workspace, archives: [String]) async throws
        -> SQLiteLedger
    {
        let client = ControlClient(path: workspace.socketPath)
        let end = ContinuousClock.now + Writing.patience
        while true {
            let (path, pid): (String, Int32?)
            do {
                return try await workspace.openForWriting(archives: archives)
            } catch LedgerError.locked(let lockedPath, let writer) {
                (path, pid) = (lockedPath, writer)
            }
            let listener = await client.writer()
            guard listener == nil, ContinuousClock.now < end else {
                throw CommandError(
                    "tidemark run is already running\(pid.map { " (pid \($0))" } ?? "")",
                    because: "it holds \(path).lock",
                    try: "stop that process first, or use it: tidemark status")
            }
            try await Task.sleep(for: .milliseconds(100))
        }
    }
}

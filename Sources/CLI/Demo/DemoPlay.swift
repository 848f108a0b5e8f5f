internal import Engine
internal import EventLog
internal import GitRepository
internal import KubernetesClient
internal import Logging
internal import Model
internal import Projections
internal import SQLiteLedger
internal import Server

/// A step of the demo did not come out as it must.
struct DemoFailure: Diagnostic {
    var summary: String
    var cause: String?
}

/// The demo as it is played: the stage, and what every scene needs.
struct DemoPlay: Sendable {
    static let marker = ".tidemark-demo"

    let folder: String
    let workspace: Workspace
    let ledger: SQLiteLedger
    let engine: Engine
    let controls: Controls
    /// The remote that people push to.
    let remote: GitRepository

    static func run(
        in folder: String, shownAs directory: String, _ started: ContinuousClock.Instant,
        _ keepRunning: Bool
    ) async throws {
        let (workspace, remote) = try await setStage(folder)
        let ledger = try await workspace.openForWriting()
        try await recordSettings(ledger, workspace)
        let log = ErrorStreamLog.logger(level: .critical)
        var assembly = Assembly(
            workspace: workspace, ledger: ledger, log: log,
            checkpointing: Checkpointing(workspace: workspace, ledger: ledger, log: log))
        assembly.startsSyncs = true
        try await assembly.withEngine { engine, controls in
            let play = DemoPlay(
                folder: folder, workspace: workspace, ledger: ledger, engine: engine,
                controls: controls, remote: remote)
            // Commands of other processes, and those of the last scene, ask this writer.
            try await withThrowingTaskGroup(of: Void.self) { group in
                defer { group.cancelAll() }
                group.addTask { try await play.serve() }
                try await play.everything(directory)
                let seconds = (ContinuousClock.now - started).components.seconds
                try show("\nEvery step was checked and held, in \(seconds) s.\n")
                try show(play.goOn(directory, keepRunning))
                if keepRunning { try await group.waitForAll() }
            }
        }
    }

    /// Serves the commands as `tidemark run` does, until interrupted.
    private func serve() async throws {
        let log = ErrorStreamLog.logger(level: .error)
        let server = ControlServer(path: workspace.socketPath, log: log) { request, actor in
            try await controls.perform(request, actor: actor)
        }
        try await server.run {}
    }

    private func everything(_ directory: String) async throws {
        var keymate = Keymate()
        try await firstDeployment()
        let upgrade = try await promotion(&keymate)
        try await handMadeChange()
        try await deletedService()
        try await badRelease(&keymate)
        try await objectLeavesGit(&keymate)
        try await noSecretLeaked()
        try await epilogue(upgrade)
    }

    private func epilogue(_ upgrade: String) async throws {
        let config = ["--config", workspace.file]
        for (title, arguments) in [
            ("tidemark status", ["status"]),
            (
                "tidemark log --app keymate-production -N 25",
                ["log", "--app", "keymate-production", "-N", "25"]
            ),
            ("tidemark checkpoint", ["checkpoint"]),
            ("tidemark explain \(upgrade)      (the upgrade of production)", ["explain", upgrade]),
            ("tidemark verify", ["verify"]),
        ] {
            try show("\n$ \(title)")
            let code = await Program.run(arguments + config, surroundings: Surroundings.current)
            guard code == 0 else {
                throw DemoFailure(summary: "\(title) ended with \(code)")
            }
        }
    }

    private func goOn(_ directory: String, _ keepRunning: Bool) -> String {
        let config = "--config \(directory)/tidemark.yaml"
        var lines = [
            "Go on exploring:", "  tidemark log \(config)",
            "  tidemark explain keymate-production \(config)",
            "  tidemark show deployment/authz-engine -n keymate --env production \(config)",
            "  tidemark verify \(config)",
        ]
        if keepRunning {
            lines += [
                "The clusters are up until you press Ctrl-C:",
                "  kubectl --kubeconfig \(directory)/clusters/production.db.kubeconfig -n keymate get all",
                "  kubectl --kubeconfig \(directory)/clusters/production.db.kubeconfig -n keymate"
                    + " scale deployment api-gateway --replicas 1",
            ]
        } else {
            lines += [
                "  tidemark run \(config)      (clusters and reconciler again; then use kubectl)",
                "  tidemark sandbox --port 8001 --data my-cluster.db      (a cluster of your own)",
            ]
        }
        return lines.joined(separator: "\n")
    }
}

// MARK: - The stage

extension DemoPlay {
    /// Writes the repository and the settings, and makes keys and ledger.
    private static func setStage(_ folder: String) async throws -> (Workspace, GitRepository) {
        try Files.createFolder(folder + "/clusters")
        _ = try Files.create("\(folder)/\(marker)", Array("made by tidemark demo\n".utf8))
        let url = "file://\(folder)/platform.git"
        let remote = try await GitRepository.open("\(folder)/platform.git")
        try await remote.commit(
            to: "main",
            changes: Keymate().files(repositoryURL: url).mapValues { Array($0.utf8) },
            author: author("engineer-a"), message: "Keymate for dev, staging and production\n")
        let file = folder + "/tidemark.yaml"
        _ = try Files.create(file, Array(settings(url).utf8))
        let code = await Program.run(
            ["init", "--config", file], surroundings: Surroundings.current.silent)
        guard code == 0 else { throw DemoFailure(summary: "cannot set up \(folder)") }
        try show(
            """
            Keymate, an identity platform: fourteen workloads and jobs, three environments.
              repository  \(folder)/platform.git
              ledger      \(folder)/tidemark.db
            """)
        return (try Workspace(file: file), remote)
    }

    private static func settings(_ url: String) -> String {
        let environments = Keymate.environments.map {
            "  - name: \($0)\n    sandbox: {data: clusters/\($0).db}"
        }.joined(separator: "\n")
        return """
            repositories:
              - name: platform
                url: \(url)
                poll: 2s
            applications:
              - repository: platform
                revision: main
                path: applications
            environments:
            \(environments)
            promotion: [\(Keymate.environments.joined(separator: ", "))]

            """
    }

    static func author(_ name: String) -> Commit.Identity {
        Commit.Identity(name: name, email: "\(name)@keymate.example", time: Assembly.clock.now())
    }

    /// Commits what differs between two states of the files, and lets the reconciler look at once.
    @discardableResult
    func commit(_ keymate: Keymate, _ environment: String, by author: String, _ message: String)
        async throws -> CommitID
    {
        let url = "file://\(folder)/platform.git"
        let prefix = "environments/\(environment)/"
        let wanted = keymate.files(repositoryURL: url).filter { $0.key.hasPrefix(prefix) }
        var changes: [String: [UInt8]?] = wanted.mapValues { Array($0.utf8) }
        let head = try await remote.resolve("main")
        for path in try await remote.tree(at: head, under: prefix.trimmingSlash).entries.keys
        where wanted[path] == nil {
            changes.updateValue(nil, forKey: path)
        }
        let id = try await remote.commit(
            to: "main", changes: changes, author: Self.author(author), message: message + "\n")
        try await engine.refresh()
        return id
    }
}

extension String {
    fileprivate var trimmingSlash: String { hasSuffix("/") ? String(dropLast()) : self }
}

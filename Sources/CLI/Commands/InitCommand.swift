internal import ArgumentParser
internal import Declarations
internal import Digests
internal import EventLog
internal import Model
internal import Projections
internal import SQLiteLedger

struct InitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Write a first tidemark.yaml, and make the keys and the ledger.",
        discussion: """
            What is there already is left as it is, so it can be run again at any time.

            Example: tidemark init --repository https://example.org/platform.git.
            """)

    @OptionGroup var config: ConfigOptions

    @Option(help: "URL of the repository with the applications, for a new tidemark.yaml.")
    var repository: String?

    @Option(help: "Folder of the Application manifests in it, for a new tidemark.yaml.")
    var path = "applications"

    @Option(
        help: "Name of this log in its checkpoints, for a new ledger: a URL without schema.")
    var origin: String?

    func run() async throws {
        let file = Surroundings.current.path(config.config)
        try Files.createFolder(Files.folder(of: file))
        let text = SettingsTemplate(
            url: repository ?? "https://example.org/platform.git", path: path
        ).text
        var lines: [String] = []
        // What would be refused is not even written: a URL may hold a password.
        if !Files.exists(file) { _ = try readSettings(Array(text.utf8), file: file) }
        let isNew = try Files.create(file, Array(text.utf8))
        lines.append(isNew ? "wrote   \(file)" : "kept    \(file)")
        if !isNew, repository != nil {
            warn("--repository changes nothing: \(file) is there already")
        }
        let workspace = try Workspace(file: file)
        if let begun = try Recovery.begun(workspace) { throw begun.interruption }
        lines.append(try Self.makeKey(workspace))
        lines.append(try await makeSigningKey(workspace))
        lines.append(try Self.makeLedger(workspace))
        if isNew, repository == nil {
            lines.append("next    name your repository in \(file), then: tidemark run")
        } else {
            lines.append("next    tidemark run")
        }
        try show(lines.joined(separator: "\n"))
    }

    /// Makes the key of tokens, outside the ledger and readable by its owner only.
    private static func makeKey(_ workspace: Workspace) throws -> String {
        let path = workspace.tokenKeyPath
        try Files.createFolder(workspace.keysFolder, mode: 0o700)
        let isNew = try Files.create(path, RandomSource.system.bytes(32), mode: 0o600)
        if isNew, Files.exists(workspace.ledgerPath) {
            warn("the ledger has tokens under another key: they compare as unknown from now on")
        }
        return isNew ? "made    \(path)" : "kept    \(path)"
    }

    /// Makes the key of checkpoints, for the log that the ledger is, or is to be.
    private func makeSigningKey(_ workspace: Workspace) async throws -> String {
        let path = workspace.signingKeyPath
        if Files.exists(path) {
            let name = try workspace.readSigningKey().name.text
            if let origin, origin != name {
                warn("--origin changes nothing: the key at \(path) is of the log \(name)")
            }
            return "kept    \(path)"
        }
        // A new key for a log that has a name already is for the same one.
        var known = try workspace.readPublished()?.checkpoint.origin
        if known == nil, Files.exists(workspace.ledgerPath) {
            let ledger = try workspace.openFile()
            known = try await ledger.present(of: .ledger).ledger["ledger"]?.origin
        }
        if known == "" { known = nil }
        try workspace.makeSigningKey(
            origin: known ?? origin ?? workspace.defaultOrigin(), at: path)
        return "made    \(path)"
    }

    private static func makeLedger(_ workspace: Workspace) throws -> String {
        let path = workspace.ledgerPath
        if Files.exists(path) { return "kept    \(path)" }
        if let published = try workspace.readPublished() {
            throw CommandError(
                "there is no ledger at \(path)",
                because: "\(workspace.publishedPath) is a checkpoint of its "
                    + "\(published.checkpoint.size) events",
                try:
                    "restore the newest copy of the ledger; when there is none, begin a new log that "
                    + "names this checkpoint: tidemark recover --new-origin NAME")
        }
        try workspace.makeLedger()
        return "made    \(path)"
    }
}

/// The first `tidemark.yaml`.
struct SettingsTemplate {
    var url: String
    var path: String

    var text: String {
        """
        # What Tidemark reconciles. Paths are relative to this file; values of secrets never stand here.
        repositories:
          - name: platform
            url: \(url)
            # credentials: {tokenEnvironment: PLATFORM_TOKEN}

        # Where the Argo CD Application manifests are.
        applications:
          - repository: platform
            path: \(path)

        # One cluster each: a kubeconfig with its context, or an embedded sandbox.
        environments:
          - name: dev
            sandbox: {data: sandbox-dev.db}
          # - name: production
          #   kubeconfig: ~/.kube/config
          #   context: production
          #   mode: observe

        promotion: [dev]

        """
    }
}

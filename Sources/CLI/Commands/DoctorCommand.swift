internal import ArgumentParser
internal import Declarations
internal import Digests
internal import Engine
internal import EventLog
internal import GitRepository
internal import HelmTool
internal import KubernetesClient
internal import Logging
internal import Model
internal import Projections
internal import SQLiteLedger
internal import Server

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Find out what is wrong here.",
        discussion: """
            Looks at libraries, settings, key, ledger, repositories and clusters, and changes nothing \
            in them. Exits with 1 when something needs attention.

            Example: tidemark doctor --config /etc/tidemark/tidemark.yaml.
            """)

    @OptionGroup var config: ConfigOptions
    @OptionGroup var format: ListOptions

    func run() async throws {
        var diagnosis = Diagnosis()
        await diagnosis.examine(Surroundings.current.path(config.config))
        try show(diagnosis.listing.text(format.output, format.color.paint))
        if diagnosis.needsAttention { throw Outcome.differs }
    }
}

/// What was looked at, and what was found.
private struct Diagnosis {
    var listing = Listing(
        columns: [
            .init(title: "WHAT"), .init(title: "STATE"), .init(title: "FOUND", isFlexible: true),
        ])
    var needsAttention = false

    mutating func examine(_ file: String) async {
        await note("libgit2") { try gitLibraryVersion() }
        await note("sqlite") { try SQLiteLedger.libraryVersion() }
        guard let workspace = await note("settings", { try Workspace(file: file) }, { $0.file })
        else { return }
        await note("token key") { try Self.key(workspace) }
        await note("checkpoint key") { try Self.signingKey(workspace) }
        await note("ledger") { try await Self.ledger(workspace) }
        await note("published checkpoint") { try await Self.published(workspace) }
        await note("writer") {
            await ControlClient(path: workspace.socketPath).writer().map { "pid \($0) listens" }
                ?? "none runs; start one with tidemark run"
        }
        for file in workspace.trustFiles {
            await note(file.purpose) { try await file.examine() }
        }
        await note("rules of applications") { try await Self.rules(workspace) }
        if workspace.settings.charts.values.contains(where: { $0.renderer == .helm }) {
            await note("helm") { try await HelmProgram().version() }
        }
        for repository in workspace.settings.repositories {
            await note("repository \(repository.name)") {
                guard repository.kind == .git else {
                    return try await workspace.lookAtCharts(of: repository)
                }
                try await workspace.source(repository).fetch()
                return repository.url
            }
        }
        for environment in workspace.settings.environments {
            await note("cluster \(environment.name)") {
                try await Self.cluster(workspace, environment)
            }
        }
    }

    private static func key(_ workspace: Workspace) throws -> String {
        let key = try workspace.readTokenKey()
        try expectPrivate(workspace.tokenKeyPath)
        return "\(workspace.tokenKeyPath), key \(key.id)"
    }

    private static func signingKey(_ workspace: Workspace) throws -> String {
        let key = try workspace.readSigningKey()
        try expectPrivate(workspace.signingKeyPath)
        return "\(workspace.signingKeyPath), log \(key.name)"
    }

    private static func expectPrivate(_ path: String) throws {
        let mode = Files.mode(path) ?? 0
        guard mode & 0o077 == 0 else {
            throw CommandError(
                "others can read \(path)", because: "its mode is \(String(mode, radix: 8))",
                try: "chmod 600 \(path)")
        }
    }

    private static func ledger(_ workspace: Workspace) async throws -> String {
        let ledger = try await workspace.openForReading()
        let check = try await ledger.check(full: false)
        if let finding = check.findings.first {
            throw CommandError("not intact: \(finding)", try: "tidemark verify")
        }
        let known = try await ledger.present(of: .ledger).ledger["ledger"]?.tokenKeyID
        let key = try workspace.readTokenKey().id
        guard known == key else {
            throw CommandError(
                "its tokens are under key \(known ?? "none"), not \(key)",
                try: "restore the key, or go on: secrets are observed again")
        }
        return "\(counted(Int(check.events), "event")), intact"
    }

    /// Whether the rules for single applications are for some that there are.
    private static func rules(_ workspace: Workspace) async throws -> String {
        let settings = workspace.settings
        let names = Set(settings.modes.keys).union(settings.charts.keys)
            .union(settings.approvals.keys)
        guard !names.isEmpty else { return "none" }
        let rows = try await workspace.openForReading().present(of: .declared).applications.all
        let applications = Set(rows.filter { !$0.value.isRemoved }.keys)
        guard !applications.isEmpty else { return "not checked: no application is on record yet" }
        let problems = rulesOfNoApplication(
            try Files.read(workspace.file), file: workspace.file, applications: applications)
        guard problems.isEmpty else { throw Problems(problems) }
        return "of \(names.sorted().joined(separator: ", "))"
    }

    /// Holds the ledger against the last checkpoint that was handed out, which stands beside the key.
    ///
    /// - Throws: `Discontinuity` when the ledger is smaller, or has other events.
    private static func published(_ workspace: Workspace) async throws -> String {
        guard let published = try workspace.readPublished() else {
            return "not checked: none was published; tidemark checkpoint signs one"
        }
        let size = published.checkpoint.size
        guard let ledger = try await workspace.openForReading() as? SQLiteLedger else {
            return "not checked: this account may not open the file of the ledger"
        }
        try await ledger.verifyContinuation(of: published, from: workspace.publishedPath)
        return "the ledger goes on from \(counted(Int(size), "event"))"
    }

    private static func cluster(_ workspace: Workspace, _ environment: Settings.Environment)
        async throws -> String
    {
        guard case .kubeconfig(let path, let context) = environment.cluster else {
            return "embedded; runs with tidemark run"
        }
        let connection = try workspace.connection(path, context)
        let client = try KubernetesClient(
            cluster: environment.name, connection: connection,
            log: ErrorStreamLog.logger(level: .critical))
        let result: Result<Discovery, any Error>
        do { result = .success(try await client.discovery()) } catch { result = .failure(error) }
        await client.shutdown()
        return "\(connection.server), \(try result.get().serverVersion)"
    }

    private mutating func note(_ what: String, _ look: () async throws -> String) async {
        _ = await note(what, look, { $0 })
    }

    private mutating func note<Value>(
        _ what: String, _ look: () async throws -> Value, _ text: (Value) -> String
    ) async -> Value? {
        do {
            let value = try await look()
            add(what, "ok", text(value), .green)
            return value
        } catch {
            needsAttention = true
            let diagnostic = error as? any Diagnostic
            let parts = [
                diagnostic?.summary ?? "\(error)", diagnostic?.cause,
                diagnostic?.hint.map { "try: \($0)" },
            ]
            add(what, "wrong", parts.compactMap { $0 }.joined(separator: "; "), .red)
            return nil
        }
    }

    private mutating func add(
        _ what: String, _ state: String, _ found: String, _ color: Paint.Color
    ) {
        listing.rows.append(
            Listing.Row(
                cells: [what, state, found], colors: [1: color],
                document: .object(
                    Mapping([
                        ("what", .string(what)), ("state", .string(state)),
                        ("found", .string(found)),
                    ]))))
    }
}

internal import ArgumentParser
internal import ChartCrypto
internal import Declarations
internal import Digests
internal import EventLog
internal import Model
internal import SQLiteLedger
internal import Server

/// Where the files of one installation are: what `tidemark.yaml` says, with its paths made absolute.
struct Workspace: Sendable {
    let file: String
    let folder: String
    let settings: Settings

    init(file: String) throws {
        self.file = file
        folder = Files.folder(of: file)
        guard Files.exists(file) else {
            throw CommandError(
                "there is no \(file)", try: "tidemark init, or name the file with --config")
        }
        settings = try readSettings(try Files.read(file), file: file)
    }

    func path(_ text: String) -> String {
        if text.hasPrefix("/") || text.hasPrefix("~") { return Surroundings.current.path(text) }
        return folder == "/" ? "/" + text : folder + "/" + text
    }

    var ledgerPath: String { path(settings.ledger) }
    var keysFolder: String { path(settings.keys) }
    var tokenKeyPath: String { keysFolder + "/token.key" }

    func chartVault(_ key: TokenKey) -> ChartVault {
        ChartVault(folder: keysFolder + "/charts", key: key.derivedKey(for: "keys of charts"))
    }

    /// Beside the ledger and named as it is, such as `tidemark.sock`, unless the settings say otherwise.
    var socketPath: String {
        if let path = settings.socket.path { return self.path(path) }
        let ledger = ledgerPath
        return (ledger.hasSuffix(".db") ? String(ledger.dropLast(3)) : ledger) + ".sock"
    }

    /// For mirrors of repositories and other files that can be made again.
    var cacheFolder: String { Files.folder(of: ledgerPath) + "/.tidemark" }

    /// The ledger's file when this account may open it, else its writer's answers.
    ///
    /// - Throws: Why the file cannot be opened, when nobody answers either.
    func openForReading() async throws -> any LedgerReading {
        do {
            let ledger = try openFile()
            _ = try await ledger.head()  // A file may be there and out of reach.
            return ledger
        } catch {
            switch error {
            case .notFound, .io, .readOnly: break
            default: throw error
            }
            let client = ControlClient(path: socketPath)
            if await client.writer() != nil { return SocketLedger(client) }
            guard !Files.isReachable(ledgerPath) else { throw error }
            throw CommandError(
                "this account may not open the ledger at \(ledgerPath)",
                because: "and nobody answers it at \(socketPath)",
                try: "while tidemark run runs, the group that socket.group names may read there")
        }
    }

    /// - Parameter archives: Files that old payloads were moved into, read as part of it.
    func openFile(archives: [String] = []) throws(LedgerError) -> SQLiteLedger {
        try SQLiteLedger.openForReading(path: ledgerPath, archives: archives)
    }

    func readTokenKey() throws -> TokenKey {
        guard Files.exists(tokenKeyPath) else {
            throw CommandError(
                "there is no token key at \(tokenKeyPath)",
                because: "values of secrets become tokens under it before they are recorded",
                try: "restore the file from its backup; tidemark init makes a new one, and says so")
        }
        let bytes = try Files.read(tokenKeyPath)
        guard bytes.count == 32 else {
            throw CommandError(
                "the token key at \(tokenKeyPath) is damaged",
                because: "it has \(bytes.count) bytes, not 32", try: "restore it from its backup")
        }
        return TokenKey(bytes: bytes)
    }
}

/// How every command that needs `tidemark.yaml` finds it.
struct ConfigOptions: ParsableArguments {
    @Option(help: "File of the settings; ./tidemark.yaml unless given.")
    var config = "tidemark.yaml"

    func workspace() throws -> Workspace {
        try Workspace(file: Surroundings.current.path(config))
    }
}

/// For commands that read the ledger: what was moved out of it.
struct ArchiveOptions: ParsableArguments {
    @Option(
        name: .customLong("archive"),
        help: ArgumentHelp(
            "Archive that old payloads were moved into, or a folder of archives; may be repeated.",
            valueName: "path"))
    var files: [String] = []

    func open(_ workspace: Workspace) async throws -> any LedgerReading {
        guard !files.isEmpty else { return try await workspace.openForReading() }
        return try workspace.openFile(archives: try paths())
    }

    /// Absolute, of files and folders that are there.
    func paths() throws -> [String] {
        let paths = files.map { Surroundings.current.path($0) }
        for path in paths where !Files.exists(path) {
            throw CommandError(
                "there is no archive \(path)",
                try: "tidemark log --type ledger.archived tells when there was one")
        }
        return paths
    }
}

/// For commands that change something: on whose behalf.
struct AuthorOptions: ParsableArguments {
    @Option(help: "Whom this is done for; recorded as a claim, not as a proof.")
    var by: String?
}

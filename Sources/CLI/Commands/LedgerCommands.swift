internal import ArgumentParser
internal import EventLog
internal import Model
internal import SQLiteLedger
internal import Server

struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check that the ledger is intact, and record that it was checked.",
        discussion: """
            Checks that positions and stream versions are dense, every payload and body has its \
            digest, no sync took a step it could not take, the stored rows are what the events give, \
            and the tree over the events has the roots that were signed, the last published one \
            included. Exits with 1 when something is wrong, and with 2 when it could not be checked.

            Example: tidemark verify --from-checkpoint audit/checkpoint.
            """)

    enum Depth: String, EnumerableFlag {
        case full, quick

        static func help(for value: Depth) -> ArgumentHelp? {
            switch value {
            case .full: "Compute the digests of the recorded bodies too, as is done unless said."
            case .quick: "Do not compute the digests of the recorded bodies."
            }
        }
    }

    @Flag(help: "Only read: do not record the check, and need no right to write.")
    var readOnly = false

    @Flag(exclusivity: .exclusive)
    var depth = Depth.full

    @Option(
        help: "Also check that the ledger goes on from this signed checkpoint.",
        completion: .file())
    var fromCheckpoint: [String] = []

    @Option(help: "Also check that a checkpoint satisfies this trust policy.", completion: .file())
    var policy: String?

    @OptionGroup var author: AuthorOptions
    @OptionGroup var archive: ArchiveOptions
    @OptionGroup var config: ConfigOptions
    @OptionGroup var format: FormatOptions

    func validate() throws {
        if !archive.files.isEmpty, !readOnly {
            throw ValidationError("--archive is read by this command alone: add --read-only.")
        }
    }

    func run() async throws {
        let workspace = try config.workspace()
        // Read first: what is to be held against the ledger must be sound itself.
        let pins = try fromCheckpoint.map { path in
            (path, try workspace.readCheckpoint(Surroundings.current.path(path)))
        }
        let trusted = try policy.map(Self.readPolicy)
        let checked = try await check(workspace)
        let events = checked.events
        var findings = checked.findings
        if !pins.isEmpty || trusted != nil {
            let ledger = try workspace.openFile()
            for (path, pin) in pins {
                findings += try await ledger.findings(from: pin, in: path).map(\.description)
            }
            if let trusted {
                findings += try await ledger.findings(from: trusted).map(\.description)
            }
        }
        switch format.output {
        case .table, .wide:
            for finding in findings { try show(finding) }
            for what in checked.unchecked { try show("not checked: \(what)") }
            let verdict = checked.unchecked.isEmpty ? "intact" : "intact as far as it was checked"
            try show(
                findings.isEmpty
                    ? "\(verdict): \(counted(Int(events), "event"))\(absences(checked))"
                    : "not intact: \(counted(findings.count, "finding")) in "
                        + counted(Int(events), "event"))
        case .json, .yaml:
            let document = Mapping([
                (
                    "intact",
                    findings.isEmpty && !checked.unchecked.isEmpty
                        ? .null : .bool(findings.isEmpty)
                ), ("events", .int(events)),
                ("findings", .array(findings.map(Node.string))),
                ("redacted", .int(checked.redacted)), ("archived", .int(checked.archived)),
                ("unchecked", .array(checked.unchecked.map(Node.string))),
            ])
            try show(.object(document), isYAML: format.output == .yaml)
        }
        if !findings.isEmpty { throw Outcome.differs }
        if !checked.unchecked.isEmpty { throw Outcome.failed }
    }

    /// Such as `, 2 redacted, 400 archived`.
    private func absences(_ checked: LedgerCheck) -> String {
        [(checked.redacted, "redacted"), (checked.archived, "archived")].filter { $0.0 > 0 }
            .map { ", \($0.0) \($0.1)" }.joined()
    }

    private static func readPolicy(_ path: String) throws -> TrustPolicy {
        try TrustPolicy(parsing: try Files.read(Surroundings.current.path(path)), file: path)
    }

    private func check(_ workspace: Workspace) async throws -> LedgerCheck {
        if readOnly { return try await checkReading(workspace) }
        do {
            return try await Writing(workspace, by: author.by).perform(
                .verify(isFull: depth == .full), about: nil
            ) { answer, _ in
                LedgerCheck(
                    events: answer.events ?? 0, findings: answer.findings ?? [],
                    redacted: answer.redacted ?? 0, archived: answer.archived ?? 0)
            }
        } catch let error where Self.isAboutContent(error) {
            // Nothing is appended to what is not intact; it is still said what is wrong.
            var check = try await checkReading(workspace)
            if let fork = error as? Discontinuity, check.findings.isEmpty {
                check.findings = [fork.cause.map { "\(fork.summary): \($0)" } ?? fork.summary]
            }
            if check.findings.isEmpty, !check.unchecked.isEmpty {
                warn("the check is not on record: nothing is appended before that is put right")
                return check
            }
            guard !check.findings.isEmpty else { throw error }
            warn("the check is not on record: nothing is appended to a ledger that is not intact")
            return check
        }
    }

    private func checkReading(_ workspace: Workspace) async throws -> LedgerCheck {
        let ledger = try await archive.open(workspace)
        var check = try await ledger.check(full: depth == .full)
        if let file = ledger as? SQLiteLedger {
            check.findings += try await workspace.publishedFindings(file).map(\.description)
        }
        return check
    }

    /// Whether what the ledger holds is the reason that it could not be opened for writing.
    private static func isAboutContent(_ error: any Error) -> Bool {
        switch error {
        case is Discontinuity, LedgerError.corrupt, LedgerError.unreadable, LedgerError.io,
            LedgerError.outdatedBase, LedgerError.wrongTree:
            true
        default: false
        }
    }
}

struct RebuildCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rebuild",
        abstract: "Fold all stored rows anew from the events.",
        discussion: """
            Every table besides the events and bodies is derived. Exits with 1 when a row was not \
            what the events give. With --archive, given once for each archive or for the folder of \
            them, it begins with the first event, otherwise with what the newest archive left. A \
            release whose tables are of another version needs that once.

            Example: tidemark rebuild.
            """)

    @OptionGroup var archive: ArchiveOptions
    @OptionGroup var author: AuthorOptions
    @OptionGroup var config: ConfigOptions

    func run() async throws {
        let workspace = try config.workspace()
        let archives = try archive.paths()
        let (events, differing) = try await Writing(workspace, by: author.by).perform(
            .rebuild(archives: archives), about: nil
        ) { answer, _ in (answer.events ?? 0, answer.differingRows ?? 0) }
        try show(
            "folded \(counted(Int(events), "event")); "
                + (differing == 0 ? "every row was as it must be" : "\(differing) rows differed"))
        if differing > 0 { throw Outcome.differs }
    }
}

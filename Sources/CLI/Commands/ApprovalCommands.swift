internal import ArgumentParser
internal import Engine
internal import EventLog
internal import Model
internal import Planning
internal import Projections
internal import SQLiteLedger
internal import Server
internal import Signatures

/// For commands that judge a plan: how the person is known.
struct SigningOptions: ParsableArguments {
    @Option(help: "File of an SSH signature over what --text prints.")
    var signature: String?

    @Option(help: "SSH key to sign with: its file, or its .pub file when an agent has the key.")
    var signWith: String?

    @Flag(help: "Print the text to sign, and record nothing.")
    var text = false

    @OptionGroup var author: AuthorOptions
    @OptionGroup var format: FormatOptions

    func validate() throws {
        if [signature, signWith, author.by].compactMap({ $0 }).count > 1 {
            throw ValidationError("Use one of --signature, --sign-with and --by.")
        }
    }

    /// Has a judgement signed as asked for, and recorded.
    func judge(_ judgement: PlanJudgement, _ config: ConfigOptions) async throws {
        let workspace = try config.workspace()
        if text {
            let signed = try await signedText(judgement, workspace)
            return try show(String(decoding: signed, as: UTF8.self))
        }
        var judgement = judgement
        if let signature {
            let path = Surroundings.current.path(signature)
            judgement.signature = String(decoding: try Files.read(path), as: UTF8.self)
        } else if let signWith {
            judgement.signature = try await SignatureChecker().sign(
                try await signedText(judgement, workspace), namespace: planSignatureNamespace,
                keyFile: Surroundings.current.path(signWith))
        }
        let standing = try await Writing(workspace, by: author.by).perform(
            .judge(judgement), about: judgement.plan
        ) { answer, _ in answer.standing }
        try await report(judgement.plan, standing ?? "recorded", workspace)
    }

    /// Says where a plan stands now, what it brings, and from whom.
    private func report(_ name: String, _ standing: String, _ workspace: Workspace) async throws {
        let ledger = try await workspace.openForReading()
        guard let row = try await ledger.present(of: .plan(name)).plans[name] else {
            return try show(standing)
        }
        let origin = try await ledger.origin(of: row)
        switch format.output {
        case .table, .wide:
            let place = "\(row.application) → \(row.environment)  commit \(short(row.commit))"
            let lines = [standing] + ([place] + origin.lines(format.color.paint)).map { "  " + $0 }
            try show(lines.joined(separator: "\n"))
        case .json, .yaml:
            var document = Mapping([
                ("plan", .string(name)), ("standing", .string(standing)),
                ("application", .string(row.application)),
                ("environment", .string(row.environment)),
            ])
            document.set("commit", row.commit)
            origin.add(to: &document)
            try show(.object(document), isYAML: format.output == .yaml)
        }
    }

    private func signedText(_ judgement: PlanJudgement, _ workspace: Workspace) async throws
        -> [UInt8]
    {
        let name = judgement.plan
        let row = try await workspace.openForReading().present(of: .plan(name)).plans[name]
        guard let row else { throw ApprovalError.unknownPlan(name, saved: []) }
        return Planning.signedText(judgement.verdict, of: name, row.saved.plan)
    }
}

struct ApproveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve",
        abstract: "Agree to a saved plan.",
        discussion: """
            Refused when an input of the plan has moved, when it was run, and when it was rejected. \
            Without a signature the account that runs the command is on record; a name given with \
            --by is a claim, and never counts.

            Example: tidemark approve plan-17 --sign-with ~/.ssh/id_ed25519.
            """)

    @Argument(help: "Name of the saved plan, such as plan-17.")
    var plan: String

    @Option(help: "What to put on record with it.")
    var comment: String?

    @OptionGroup var signing: SigningOptions
    @OptionGroup var config: ConfigOptions

    func run() async throws {
        try await signing.judge(
            PlanJudgement(plan: plan, verdict: .approved, comment: comment), config)
    }
}

struct RejectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reject",
        abstract: "Refuse a saved plan.",
        discussion: """
            A rejected plan is not run, and not offered again for the same manifests.

            Example: tidemark reject plan-17 --reason "wait for the freeze to end".
            """)

    @Argument(help: "Name of the saved plan, such as plan-17.")
    var plan: String

    @Option(help: "Why, for the record.")
    var reason: String

    @OptionGroup var signing: SigningOptions
    @OptionGroup var config: ConfigOptions

    func validate() throws {
        if reason.isEmpty { throw ValidationError("The reason is empty.") }
    }

    func run() async throws {
        try await signing.judge(
            PlanJudgement(plan: plan, verdict: .rejected, comment: reason), config)
    }
}

struct AttestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "attest",
        abstract: "Put a document on record beside a sync or a commit.",
        discussion: """
            The document, 1 MiB at most, is kept in the ledger; do not hand in secrets. A signature \
            says who vouches for it: ssh-keygen -Y sign -n tidemark-evidence -f KEY FILE.

            Example: tidemark attest sync-42 --type test --file junit.xml.
            """)

    @Argument(help: "sync-N, or the first digits of a commit.")
    var subject: String

    @Option(help: "What it is: test, review or ticket.")
    var type: EvidenceType

    @Option(help: "File of the document.")
    var file: String

    @Option(help: "File of an SSH signature over the document.")
    var signature: String?

    @OptionGroup var author: AuthorOptions
    @OptionGroup var config: ConfigOptions

    enum EvidenceType: String, ExpressibleByArgument, CaseIterable { case test, review, ticket }

    func run() async throws {
        let workspace = try config.workspace()
        let path = Surroundings.current.path(file)
        let document = try Files.read(path)
        guard document.count <= Attestation.documentLimit else {
            throw ApprovalError.documentTooLong(
                bytes: document.count, limit: Attestation.documentLimit)
        }
        let attestation = Attestation(
            subject: subject, kind: kind,
            name: path.split(separator: "/").last.map(String.init) ?? file,
            document: document,
            signature: try signature.map {
                String(decoding: try Files.read(Surroundings.current.path($0)), as: UTF8.self)
            })
        let name = try await Writing(workspace, by: author.by).perform(
            .attest(attestation), about: nil
        ) { answer, _ in answer.subject }
        try show("\(type.rawValue) \(attestation.name) is on record for \(name ?? subject)")
    }

    private var kind: EvidenceAttested.Kind {
        switch type {
        case .test: .test
        case .review: .review
        case .ticket: .ticket
        }
    }
}

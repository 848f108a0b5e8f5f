internal import ArgumentParser
internal import Declarations
internal import Digests
internal import EventLog
internal import Model
internal import Planning
internal import Projections
internal import Server
internal import YAML

struct ReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Make the plan of a past sync again, from what it was decided from.",
        discussion: """
            Runs the planner on the recorded input. With the planner that made it the plan comes out \
            byte for byte; what a newer one would do differently is shown. --with asks what would have \
            been: prune=false, pruneLast=true, applyOutOfSyncOnly=true, time=2026-11-02T10:00Z, or a \
            freeze window: 'window=deny 0 22 * * 5 60h' (kind, cron schedule in UTC, duration). Exits \
            with 1 when such a question changes the answer, or when the same planner contradicts \
            itself.

            Example: tidemark replay sync-42 --with prune=false.
            """)

    @Argument(help: "The sync or saved plan: sync-42, plan-17.")
    var name: String

    @Option(
        help: ArgumentHelp("Ask what-if, as KEY=VALUE; may be repeated.", valueName: "key=value"))
    var with: [String] = []

    @Flag(help: "With the sync policy that the application declares now.")
    var withCurrent = false

    @OptionGroup var archive: ArchiveOptions
    @OptionGroup var config: ConfigOptions
    @OptionGroup var format: FormatOptions

    func run() async throws {
        let ledger = try await archive.open(config.workspace())
        var questions: [WhatIf] = []
        if withCurrent { questions += try await current(ledger) }
        questions += try with.map { try WhatIf($0) }
        let source = try await Source(name, ledger)
        let replay = Replay(of: source.plan, from: source.input, asking: questions)
        let report = ReplayReport(
            name: name, source: source, replay: replay, isAsking: !questions.isEmpty)
        switch format.output {
        case .table, .wide: try show(report.text(format.color.paint))
        case .json, .yaml: try show(report.document, isYAML: format.output == .yaml)
        }
        let isAnotherAnswer = !questions.isEmpty && (!replay.isSame || replay.isInWindow == false)
        if isAnotherAnswer || replay.isContradiction || !source.mismatches.isEmpty {
            throw Outcome.differs
        }
    }

    /// The sync policy of the newest declaration, as questions.
    private func current(_ ledger: any LedgerReading) async throws -> [WhatIf] {
        let planned = try await Source.planned(name, ledger)
        let application = planned.subjects.application ?? ""
        let declarations = try await ledger.events(
            matching: EventFilter {
                $0.application = application
                $0.types = ["application.declared", "application.changed"]
            }, newestFirst: true, limit: 1)
        if declarations.first?.isArchived == true { throw Self.archived("its declaration") }
        let manifest: String
        switch declarations.first?.event {
        case .applicationDeclared(let payload)?, .applicationChanged(let payload)?:
            manifest = payload.manifest
        default: throw CommandError("\(application) is not declared now")
        }
        let tree = FileTree(entries: ["application.json": .file(Array(manifest.utf8))])
        let declared = readApplications(tree, path: "")
        guard let policy = declared.applications.first?.syncPolicy else {
            throw CommandError(
                "the declaration of \(application) cannot be read",
                because: declared.problems.first?.summary ?? "it is empty")
        }
        var questions: [WhatIf] = [
            .pruneLast(policy.options.prunesLast),
            .applyOutOfSyncOnly(policy.options.appliesOutOfSyncOnly),
        ]
        if let automated = policy.automated {
            questions.append(.prune(automated.prune && policy.options.prunes))
        }
        return questions
    }
}

extension ReplayCommand {
    fileprivate static func archived(_ what: String) -> CommandError {
        CommandError(
            "this cannot be replayed", because: "\(what) is in an archive",
            try: "name the archive with --archive FILE")
    }

    /// A recorded plan with what it was decided from.
    struct Source {
        var position: Int64
        var decidedAt: Int64
        var application: String
        var environment: String
        var plan: SyncPlan
        var planDigest: Digest
        var input: RecordedInput
        /// Inputs whose digests are not those that the plan names.
        var mismatches: [String]

        init(_ name: String, _ ledger: any LedgerReading) async throws {
            let recorded = try await Self.planned(name, ledger)
            let inputs: PlanInputs
            let inputDigest: Digest?
            if recorded.isArchived { throw ReplayCommand.archived("the plan of \(name)") }
            switch recorded.event {
            case .syncPlanned(let payload)?:
                (inputs, inputDigest) = (payload.inputs, payload.planningInput)
                (decidedAt, planDigest) = (payload.decidedAt, payload.plan)
            case .planSaved(let payload)?:
                (inputs, inputDigest) = (payload.inputs, payload.planningInput)
                (decidedAt, planDigest) = (payload.decidedAt, payload.plan)
            default:
                throw CommandError(
                    "the plan of \(name) cannot be replayed", because: "its payload was removed")
            }
            guard let inputDigest, let input = try await ledger.blob(inputDigest),
                let plan = try await ledger.blob(planDigest)
            else {
                throw CommandError(
                    "\(name) cannot be replayed",
                    because: "what it was decided from is not in the ledger")
            }
            position = recorded.position
            application = recorded.subjects.application ?? ""
            environment = recorded.subjects.environment ?? ""
            self.plan = try RecordDecoder.decode(SyncPlan.self, from: plan)
            self.input = try RecordDecoder.decode(RecordedInput.self, from: input)
            mismatches = Self.mismatches(self.input.input, inputs)
            mismatches += try await Self.contradictions(
                application, inputs, at: decidedAt, ledger)
        }

        /// The event that has the plan of a sync, or a saved plan.
        static func planned(_ name: String, _ ledger: any LedgerReading) async throws
            -> RecordedEvent
        {
            guard name.hasPrefix("sync-") || name.hasPrefix("plan-") else {
                throw CommandError("\"\(name)\" is no sync", try: "such as sync-42 or plan-17")
            }
            let events = try await ledger.events(
                matching: EventFilter {
                    $0.sync = name
                    $0.types = ["sync.planned", "plan.saved"]
                }, newestFirst: false, limit: 1)
            if let first = events.first { return first }
            let isKnown = try await !ledger.events(
                matching: EventFilter { $0.sync = name }, newestFirst: false, limit: 1
            ).isEmpty
            throw CommandError(
                isKnown ? "\(name) never had a plan" : "there is no \(name)",
                try: isKnown ? "tidemark explain \(name)" : "tidemark log --type sync.planned")
        }

        private static func mismatches(_ input: PlanningInput, _ inputs: PlanInputs) -> [String] {
            var names: [String] = []
            if input.desiredDigest != inputs.desired { names.append("desired set") }
            if input.liveDigest != inputs.live { names.append("live set") }
            if input.time != inputs.time { names.append("time") }
            return names
        }

        /// What the ledger, folded up to the decision, says otherwise than the plan's inputs.
        private static func contradictions(
            _ application: String, _ inputs: PlanInputs, at position: Int64,
            _ ledger: any LedgerReading
        ) async throws -> [String] {
            let row = try await ledger.state(at: position).applications[application]
            return row?.declaration.digest == inputs.application ? [] : ["application"]
        }
    }
}

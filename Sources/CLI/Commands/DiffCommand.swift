internal import ArgumentParser
internal import Digests
internal import EventLog
internal import Model
internal import Planning
internal import Projections
internal import Server
internal import YAML

struct DiffCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Show where a cluster differs from Git, or one environment from another.",
        discussion: """
            Of an application, compares cluster and Git afresh; with --at, the recorded bodies of a past \
            moment. Of two environments, or two moments of one, compares what was in their clusters as \
            the ledger has it, and says who made it so: production@{yesterday} production, or staging \
            production. Values of secrets are shown as tokens. Exits with 0 when there is no difference \
            and 1 when there is one.

            Example: tidemark diff production~1 production.
            """)

    @Argument(help: "Application; or the older environment, such as staging or production~1.")
    var first: String

    @Argument(help: "The newer environment.")
    var second: String?

    @Option(help: "Of an application: at a past moment, such as 2h, @position or sync-N.")
    var at: String?

    @Flag(help: "Of environments: what Git wanted, in place of what was in the clusters.")
    var desired = false

    @OptionGroup var archive: ArchiveOptions
    @OptionGroup var config: ConfigOptions
    @OptionGroup var format: FormatOptions

    func validate() throws {
        if second != nil, at != nil {
            throw ValidationError("--at is for applications; environments have production@{2h}.")
        }
        if second == nil, at == nil, !archive.files.isEmpty {
            throw ValidationError("--archive is for the past; add --at.")
        }
        if second == nil, desired {
            throw ValidationError("--desired is for two environments.")
        }
    }

    private var application: String { first }

    func run() async throws {
        let workspace = try config.workspace()
        if let second { return try await compareEnvironments(second, workspace) }
        let differences =
            if let at {
                try await recorded(await archive.open(workspace), Moment(at))
            } else {
                try await current(workspace)
            }
        switch format.output {
        case .table, .wide:
            let text = differences.map { $0.text(format.color.paint) }.joined()
            try show(text.isEmpty ? "no difference\n" : text)
        case .json, .yaml:
            try show(.array(differences.map(\.document)), isYAML: format.output == .yaml)
        }
        if !differences.isEmpty { throw Outcome.differs }
    }

    private func compareEnvironments(_ second: String, _ workspace: Workspace) async throws {
        let ledger = try await archive.open(workspace)
        let report = try await EnvironmentDiffReport(
            from: .init(EnvironmentReference(first), label: first, ledger),
            to: .init(EnvironmentReference(second), label: second, ledger),
            isDesired: desired, ledger)
        switch format.output {
        case .table, .wide: try show(report.text(format.color.paint))
        case .json, .yaml: try show(report.document, isYAML: format.output == .yaml)
        }
        if !report.changes.isEmpty { throw Outcome.differs }
    }

    /// What a sync with pruning would change.
    private func current(_ workspace: Workspace) async throws -> [ObjectDifference] {
        let answer = try await Writing(workspace).perform(
            .plan(application: application, isPruning: true, objects: [], isSaved: false),
            about: application
        ) { answer, _ in answer }
        let plan = try PlanReport(answer).plan
        return plan.steps.compactMap { step in
            let verdict: ObjectVerdict
            switch step.change {
            case .create: verdict = .missing
            case .update: verdict = .modified
            case .prune: verdict = .extra
            case .none, .hook, .cleanup: return nil
            }
            return ObjectDifference(key: step.key, verdict: verdict, fields: step.fields)
        }
    }

    private func recorded(_ ledger: any LedgerReading, _ moment: Moment) async throws
        -> [ObjectDifference]
    {
        let state = try await moment.state(ledger)
        guard let row = state.applications[application] else {
            throw CommandError("there was no application \(application) then")
        }
        var differences: [ObjectDifference] = []
        for desired in row.desired.sorted(by: { $0.key < $1.key }) {
            let object = state.objects[LedgerState.objectKey(row.environment, desired.key)]
            guard let live = object?.live, object?.isGone == false else {
                let isApplied = row.outOfSync.contains { $0.key == desired.key }
                if isApplied {
                    differences.append(ObjectDifference(key: desired.key, verdict: .missing))
                }
                continue
            }
            let changes = try await changes(ledger, desired.digest, live)
            if !changes.isEmpty {
                differences.append(
                    ObjectDifference(key: desired.key, verdict: .modified, fields: changes))
            }
        }
        for object in row.outOfSync where object.verdict == .extra {
            differences.append(ObjectDifference(key: object.key, verdict: .extra))
        }
        return differences
    }

    private func changes(_ ledger: any LedgerReading, _ desired: Digest, _ live: Digest)
        async throws
        -> [PlannedField]
    {
        guard let wanted = try await ledger.blob(desired), let found = try await ledger.blob(live)
        else {
            throw CommandError(
                "a recorded body is missing from the ledger", try: "tidemark verify")
        }
        return fieldChanges(desired: try parseJSON(wanted), live: try parseJSON(found))
    }
}

/// How one object differs.
struct ObjectDifference {
    var key: ObjectKey
    var verdict: ObjectVerdict
    var fields: [PlannedField] = []

    func text(_ paint: Paint) -> String {
        let head =
            switch verdict {
            case .missing: paint("+ \(address(key)) is missing", .green)
            case .extra: paint("- \(address(key)) is not in Git", .red)
            case .modified: paint("~ \(address(key))", .yellow)
            case .same, .unknown: "? \(address(key))"
            }
        return head + "\n" + fields.map { "    \(PlanReport.line($0))\n" }.joined()
    }

    var document: Node {
        .object(
            Mapping([
                ("key", .string(key.description)), ("verdict", .string(verdict.rawValue)),
                ("changes", .array(fields.map(Self.document))),
            ]))
    }

    static func document(_ field: PlannedField) -> Node {
        var fields = Mapping([("path", .string(field.path))])
        fields["desired"] = field.desired.map { (try? parseJSON(Array($0.utf8))) ?? .string($0) }
        fields["live"] = field.live.map { (try? parseJSON(Array($0.utf8))) ?? .string($0) }
        return .object(fields)
    }
}

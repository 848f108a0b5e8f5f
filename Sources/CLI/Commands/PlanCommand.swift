internal import ArgumentParser
internal import EventLog
internal import Model
internal import Projections
internal import Server
internal import YAML

/// Which objects a plan or a sync is limited to.
struct ResourceOptions: ParsableArguments {
    @Option(
        name: .customLong("resource"),
        help: "Only this object, as kind/name or namespace:kind/name; may be repeated.")
    var resources: [String] = []

    @Flag(
        inversion: .prefixedNo,
        help: "Delete objects that are no longer in Git; as the policy says unless given.")
    var prune: Bool?

    /// The keys that the patterns mean among an application's objects.
    func keys(_ application: String, _ workspace: Workspace) async throws -> [ObjectKey] {
        if resources.isEmpty { return [] }
        let ledger = try await workspace.openForReading()
        let known: Set<ObjectKey> = try await ledger.state { state in
            let desired = state.applications[application]?.desired.map(\.key) ?? []
            let seen = state.objectKeys(of: application).compactMap { ObjectPlace($0)?.key }
            return Set(desired + seen)
        }
        return try resources.map { text in
            let pattern = try ObjectAddress(text)
            let found = known.filter(pattern.matches)
            guard let key = found.first, found.count == 1 else {
                throw CommandError(
                    found.isEmpty
                        ? "\(application) has no object \(text)"
                        : "\(text) means \(found.count) objects of \(application)",
                    try: found.isEmpty
                        ? "tidemark status \(application) lists its objects"
                        : "name the namespace too: namespace:\(text)")
            }
            return key
        }
    }
}

struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Show what a sync would do, without doing it.",
        discussion: """
            Exits with 0 when the cluster is as Git says, 1 when a sync would change it, and 2 when \
            the plan could not be made. A saved plan can be run later, if nothing it was made from \
            has changed.

            Example: tidemark plan authz-engine-production --save.
            """)

    @Argument(help: "Application to plan.")
    var application: String

    @Flag(help: "Keep the plan under a name, so that exactly it can be run: tidemark sync plan-N.")
    var save = false

    @OptionGroup var resources: ResourceOptions
    @OptionGroup var author: AuthorOptions
    @OptionGroup var config: ConfigOptions
    @OptionGroup var format: FormatOptions

    func run() async throws {
        let workspace = try config.workspace()
        let keys = try await resources.keys(application, workspace)
        let answer = try await Writing(workspace, by: author.by).perform(
            .plan(
                application: application, isPruning: resources.prune, objects: keys,
                isSaved: save), about: application
        ) { answer, _ in answer }
        let report = try PlanReport(answer)
        switch format.output {
        case .table: try show(report.text(format.color.paint))
        case .wide: try show(report.text(format.color.paint, showsAll: true))
        case .json, .yaml:
            var document = Mapping([("plan", report.document)])
            document.set("savedAs", report.savedName)
            document["refused"] = .object(report.failures)
            report.origin.add(to: &document)
            try show(.object(document), isYAML: format.output == .yaml)
        }
        if report.differs { throw Outcome.differs }
    }
}

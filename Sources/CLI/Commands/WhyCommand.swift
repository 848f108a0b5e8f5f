internal import ArgumentParser
internal import Model
internal import Server
internal import YAML

struct WhyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "why",
        abstract: "Tell why a field of an object is as it is, back to the line and its author.",
        discussion: """
            From the live field through the sync that applied it to the line of the manifest, or of the chart's \
            template and the values that went into it, and to the commits that wrote these lines.

            Example: tidemark why deployment/web --field spec.replicas --env production.
            """)

    @Argument(help: "kind/name, such as deployment/web.")
    var object: String

    @Option(help: "Path of the field, such as 'spec.containers[name=web].image'.")
    var field: String

    @Option(name: [.customLong("env"), .customLong("environment")], help: "Its environment.")
    var environment: String?

    @Option(name: .shortAndLong, help: "Its namespace.")
    var namespace: String?

    @Option(help: "As it was at a moment: \(Moment.forms).")
    var at: String?

    @OptionGroup var archive: ArchiveOptions
    @OptionGroup var config: ConfigOptions
    @OptionGroup var format: FormatOptions

    func run() async throws {
        guard let path = FieldPath(parsing: field) else {
            throw CommandError(
                "\"\(field)\" is no path of a field",
                try: "spec.replicas, spec.containers[name=web].image or data[\"a.b\"]")
        }
        let workspace = try config.workspace()
        let ledger = try await archive.open(workspace)
        let search = WhySearch(
            workspace: workspace, ledger: ledger, field: path,
            position: try await at.map { try Moment($0) }?.position(ledger))
        let answer = try await search.answer(
            try ObjectAddress(object, namespace: namespace), environment: environment)
        switch format.output {
        case .table, .wide: try show(answer.text(isWide: format.output == .wide))
        case .json, .yaml: try show(answer.document, isYAML: format.output == .yaml)
        }
    }
}

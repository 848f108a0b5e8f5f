internal import ArgumentParser
internal import Health
internal import Model
internal import Rendering
internal import YAML

struct RenderCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "render",
        abstract: "Print the manifests that a folder gives.",
        discussion: """
            Reads a folder on this machine by the rules of a directory source; needs no ledger.

            Example: tidemark render environments/dev --recurse.
            """)

    @Argument(help: "Folder of manifests.")
    var folder: String

    @Flag(help: "Also folders below.")
    var recurse = false

    @Option(help: "Glob of the files to read, such as '{*.yaml,*.json}'.")
    var include = ""

    @Option(help: "Glob of the files to leave out.")
    var exclude = ""

    @Option(help: "Namespace for objects that name none.")
    var namespace: String?

    @Option(name: .shortAndLong, help: "Format of the manifests: yaml or json.")
    var output: OutputFormat = .yaml

    func run() async throws {
        let tree = try Files.tree(Surroundings.current.path(folder))
        let rendered = renderDirectory(
            tree, path: "",
            options: DirectoryOptions(recurse: recurse, include: include, exclude: exclude))
        for warning in rendered.warnings { warn(warning.summary) }
        guard rendered.problems.isEmpty else { throw Problems(rendered.problems) }
        var objects = rendered.objects
        if let namespace {
            objects = placed(objects, namespace: namespace, isNamespaced: { _ in nil }).objects
        }
        switch output {
        case .table, .wide, .yaml:
            try show(objects.map { "---\n" + printYAML($0.node) }.joined())
        case .json: try show(.array(objects.map(\.node)), isYAML: false)
        }
    }
}

struct HealthCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "health",
        abstract: "Assess the health of objects in a file.",
        discussion: """
            For objects as a cluster has them, with their status; needs no ledger. With --output json \
            every object is a line of its own.

            Example: kubectl get deployments --output yaml | tidemark health --file -.
            """)

    @Option(
        name: [.customShort("f"), .long],
        help: "File of objects, YAML or JSON; - reads standard input.")
    var file: String

    @OptionGroup var format: ListOptions

    func run() async throws {
        var listing = Listing(
            columns: [
                .init(title: "OBJECT", isFlexible: true), .init(title: "STATUS"),
                .init(title: "MESSAGE", isFlexible: true),
            ], emptyText: "no objects")
        for object in try readObjects(file) {
            let key = ObjectKey(manifest: object)
            let assessment = assessHealth(object)
            var document = Mapping()
            document.set("key", key?.description)
            document["status"] = assessment.map { .string($0.status.rawValue) } ?? .null
            document["message"] = .string(assessment?.message ?? "")
            listing.rows.append(
                Listing.Row(
                    cells: [
                        key.map(address) ?? "?", assessment?.status.rawValue ?? "-",
                        assessment?.message ?? "",
                    ], document: .object(document)))
        }
        // One object, one line: a stream, as tests and scripts read it.
        let output = format.output == .json ? .jsonl : format.output
        try show(listing.text(output, format.color.paint))
    }
}

/// The objects in a file or on standard input; lists are taken apart.
func readObjects(_ file: String) throws -> [Node] {
    let bytes: [UInt8]
    let name: String
    if file == "-" {
        (bytes, name) = (try Files.read("/dev/stdin"), "standard input")
    } else {
        (bytes, name) = (try Files.read(Surroundings.current.path(file)), file)
    }
    return try parseYAML(bytes, file: name).flatMap { document -> [Node] in
        let root = document.root
        let isList = root["kind"]?.stringValue?.hasSuffix("List") == true
        return isList ? root["items"]?.arrayValue ?? [root] : [root]
    }
}

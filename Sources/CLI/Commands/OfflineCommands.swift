internal import ArgumentParser
internal import Health
internal import Model
internal import YAML

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

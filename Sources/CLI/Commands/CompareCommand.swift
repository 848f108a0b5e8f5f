internal import ArgumentParser
internal import Diffing
internal import EventLog
internal import Model
internal import Planning
internal import YAML

struct CompareCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Compare objects as wanted with objects as they are, from two files.",
        discussion: """
            Files or folders of manifests; needs no ledger. With --output json every object is a line \
            of its own, with its verdict: same, modified, missing or extra. Exits with 1 when there is \
            a difference.

            Example: tidemark compare desired.yaml live.yaml --output json.
            """)

    @Argument(help: "File or folder of the objects as wanted.")
    var desired: String

    @Argument(help: "File or folder of the objects as they are.")
    var live: String

    @OptionGroup var format: ListOptions

    func run() async throws {
        let differences = compareAll(try readAll(desired), try readAll(live))
        let paint = format.color.paint
        switch format.output {
        case .table, .wide:
            try show(differences.filter { $0.verdict != .same }.map { $0.text(paint) }.joined())
            let same = differences.count { $0.verdict == .same }
            try show("\(same) of \(counted(differences.count, "object")) the same")
        case .json, .jsonl:
            try show(
                differences.map {
                    String(decoding: printJSON($0.document), as: UTF8.self) + "\n"
                }.joined())
        case .yaml: try show(.array(differences.map(\.document)), isYAML: true)
        case .csv:
            var listing = Listing(columns: [.init(title: "KEY"), .init(title: "VERDICT")])
            listing.rows = differences.map {
                Listing.Row(
                    cells: [$0.key.description, $0.verdict.rawValue], document: $0.document)
            }
            try show(listing.text(.csv, paint))
        }
        if differences.contains(where: { $0.verdict != .same }) { throw Outcome.differs }
    }

    private func readAll(_ path: String) throws -> [ObjectKey: Node] {
        let full = Surroundings.current.path(path)
        var objects: [Node] = []
        if path != "-", Files.isFolder(full) {
            let tree = try Files.tree(full)
            for name in tree.sortedPaths where FileTree.isManifestName(name) {
                objects += try readObjects(full + "/" + name)
            }
        } else {
            objects = try readObjects(path)
        }
        var keyed: [ObjectKey: Node] = [:]
        for object in objects {
            guard let key = ObjectKey(manifest: object) else {
                throw CommandError(
                    "\(path) holds an object without apiVersion, kind or name",
                    try: "leave out what is no Kubernetes object")
            }
            guard keyed.updateValue(object, forKey: key) == nil else {
                throw CommandError("\(path) holds \(address(key)) twice")
            }
        }
        return keyed
    }
}

private func compareAll(_ desired: [ObjectKey: Node], _ live: [ObjectKey: Node])
    -> [ObjectDifference]
{
    Set(desired.keys).union(live.keys).sorted().map { key in
        guard let wanted = desired[key] else { return ObjectDifference(key: key, verdict: .extra) }
        guard let found = live[key] else { return ObjectDifference(key: key, verdict: .missing) }
        let changes = fieldChanges(desired: wanted, live: found)
        return ObjectDifference(
            key: key, verdict: changes.isEmpty ? .same : .modified, fields: changes)
    }
}

/// The fields that differ, with their values as JSON; values of secrets as tokens or not at all.
func fieldChanges(desired: Node, live: Node) -> [PlannedField] {
    compare(desired: desired, live: live).map { change in
        PlannedField {
            $0.path = change.path.description
            $0.desired = change.desired.map { String(decoding: printJSON($0), as: UTF8.self) }
            $0.live = change.live.map { String(decoding: printJSON($0), as: UTF8.self) }
        }
    }
}

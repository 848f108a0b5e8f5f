internal import Digests
internal import EventLog
internal import Model
internal import Projections
internal import Server

/// What a plan brings, and from whom.
struct PlanOrigin {
    /// Where each of several sources, and each chart, was; empty of one folder of Git, whose commit the plan names.
    var sources: [SourceRevision] = []
    /// Archives that are others than before under the same versions.
    var replaced: [ReplacedArchive] = []
    /// The accounts of those who wrote it, as recorded with a saved plan; `nil` when nobody recorded them.
    var authors: [String]?

    /// Lines for people, without their indent.
    func lines(_ paint: Paint) -> [String] {
        var lines: [String] = []
        if !sources.isEmpty { lines.append("of \(sources.text)") }
        if let authors, !authors.isEmpty { lines.append("by \(authors.joined(separator: ", "))") }
        return lines + replaced.map { paint("! ", .yellow) + $0.text }
    }

    /// Adds it to a document.
    func add(to fields: inout Mapping) {
        if !sources.isEmpty { fields["sources"] = .array(sources.map(\.document)) }
        if let authors { fields["authors"] = .array(authors.map(Node.string)) }
        if !replaced.isEmpty { fields["replaced"] = .array(replaced.map(\.document)) }
    }
}

extension ReplacedArchive {
    /// For `-o json`.
    var document: Node {
        .object(
            Mapping([
                ("repository", .string(repository)), ("chart", .string(chart)),
                ("version", .string(version)), ("from", .string(from.description)),
                ("to", .string(to.description)),
            ]))
    }
}

extension LedgerReading {
    /// What was rendered last when a saved plan was decided, and who wrote it.
    func origin(of row: PlanRow) async throws -> PlanOrigin {
        var origin = PlanOrigin(authors: row.saved.authors)
        let rendering = try await newest(
            ["manifests.rendered"], of: row.application, upTo: row.saved.decidedAt)
        guard case .manifestsRendered(let rendered)? = rendering?.event else { return origin }
        origin.sources = rendered.sources ?? []
        origin.replaced = rendered.replaced ?? []
        return origin
    }
}

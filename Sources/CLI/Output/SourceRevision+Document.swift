internal import Digests
internal import EventLog
internal import Model
internal import Projections

extension SourceRevision {
    /// For `-o json`.
    var document: Node {
        var fields = Mapping([("repository", .string(repository))])
        if chart == nil { fields["path"] = .string(path) }
        fields["targetRevision"] = .string(targetRevision)
        for (name, value) in [
            ("ref", ref), ("commit", commit), ("chart", chart), ("version", version),
            ("digest", digest?.description),
        ] {
            if let value { fields[name] = .string(value) }
        }
        return .object(fields)
    }
}

/// What each of several sources is at.
func sourceListing(_ sources: [SourceRevision]) -> Listing {
    var listing = Listing(
        columns: [
            .init(title: "SOURCE", isFlexible: true), .init(title: "AT"),
            .init(title: "TARGET REVISION", isFlexible: true),
        ], emptyText: "no sources")
    for source in sources {
        let name = source.chart.map { "\($0) of \(source.repository)" }
        let path = source.path.isEmpty ? source.repository : "\(source.repository):\(source.path)"
        let ref = source.ref.map { " as $\($0)" } ?? ""
        listing.rows.append(
            Listing.Row(
                cells: [(name ?? path) + ref, source.place ?? "-", source.targetRevision],
                document: source.document))
    }
    return listing
}

public import Model
internal import YAML

/// Where a field of a chart's object comes from.
public struct ChartFieldOrigin: Hashable, Sendable {
    /// The template and its line, from the root of the repository.
    public var template: SourceLocation
    /// What flowed into the line; files of the repository are named from its root.
    public var values: [ValueUse]
}

/// Renders a chart that lies in a repository as `renderHelm` does, and says where one field was written.
///
/// - Parameters:
///   - field: Of the object as it is rendered.
///   - isMeant: Whether an object of the chart is the one.
/// - Returns: `nil` when no such object is rendered, or it has no such field.
public func helmOrigin(
    of field: FieldPath, _ tree: FileTree, path: String, options: HelmOptions,
    with surroundings: (ChartIdentity) -> ChartSurroundings, isMeant: (Node) -> Bool
) throws(ChartError) -> ChartFieldOrigin? {
    let chart = try Chart(files: try Chart.files(of: tree, path: path))
    let values = try HelmSourceFiles(tree: tree, folder: path, options: options).values()
    let identity = ChartIdentity(name: chart.name, version: chart.metadata.version)
    let blame = try chart.blamed(values, options.chart, with: surroundings(identity))
    let place = { (file: String) in placeInRepository(file, chart: chart.name, path) }
    for (manifest, lines) in blame.manifests where manifest.documents.contains(where: isMeant) {
        let documents =
            (try? parseYAML(manifest.text, file: manifest.path, dialect: .goYAML)) ?? []
        for document in documents
        where isMeant(document.root) && document.root.value(at: field) != nil {
            let number = document.keyLocation(of: field, in: manifest.path).line ?? 1
            guard lines.indices.contains(number - 1) else { continue }
            let line = lines[number - 1]
            return ChartFieldOrigin(
                template: SourceLocation(
                    file: place(line.template ?? manifest.path), line: line.templateLine),
                values: line.values.map { use in
                    var use = use
                    if [.chartDefault, .chart].contains(use.origin.kind) {
                        use.origin.file = use.origin.file.map(place)
                    }
                    return use
                })
        }
    }
    return nil
}

internal import GoTemplate
internal import Model

/// A chart while it is rendered: its dependencies are chosen and renamed, its values changed in place.
final class WorkingChart {
    let chart: Chart
    var metadata: ChartMetadata
    var values: Map
    var dependencies: [WorkingChart]

    init(_ chart: Chart) {
        self.chart = chart
        metadata = chart.metadata
        values = Map(chart.values)
        dependencies = chart.dependencies.map(WorkingChart.init)
    }

    /// A second user of the same chart, with dependencies that can be chosen anew.
    init(copying other: WorkingChart) {
        chart = other.chart
        metadata = other.metadata
        values = other.values
        dependencies = other.dependencies.map(WorkingChart.init(copying:))
    }

    /// Its name, or the alias under which the chart above it knows it.
    var name: String { metadata.name }
}

/// Whether a version is within a constraint; texts that are neither are not.
func isCompatible(_ constraint: String, _ version: String) -> Bool {
    guard let version = try? SemanticVersion(version),
        let constraint = try? VersionConstraints(constraint)
    else { return false }
    return constraint.contain(version)
}

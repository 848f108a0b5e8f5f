internal import GoTemplate
internal import Model

/// Chooses the dependencies of a chart, and lets values of theirs through to the charts above.
///
/// Source: https://github.com/helm/helm/blob/v4.1.0/pkg/chart/v2/util/dependencies.go
struct DependencyChoice {
    /// - Parameter values: What the person who renders sets.
    static func process(_ chart: WorkingChart, _ values: Map) throws(ChartError) {
        try choose(chart, values, path: "")
        try importValues(chart)
    }

    /// Refuses a chart that names dependencies which it does not bring along.
    static func check(_ chart: Chart) throws(ChartError) {
        let brought = Set(chart.dependencies.map(\.name))
        let missing = chart.metadata.dependencies.map(\.name).filter { !brought.contains($0) }
        guard !missing.isEmpty else { return }
        throw ChartError(
            "an error occurred while checking for chart dependencies. You may need to run 'helm "
                + "dependency build' to fetch missing dependencies: found in Chart.yaml, but missing in "
                + "charts/ directory: \(missing.joined(separator: ", "))")
    }

    // MARK: - Choosing

    private static func choose(_ chart: WorkingChart, _ values: Map, path: String)
        throws(ChartError)
    {
        guard !chart.metadata.dependencies.isEmpty else { return }
        chart.dependencies = renamed(chart)
        for index in chart.metadata.dependencies.indices {
            if !chart.metadata.dependencies[index].alias.isEmpty {
                chart.metadata.dependencies[index].name = chart.metadata.dependencies[index].alias
            }
            chart.metadata.dependencies[index].isEnabled = true
        }
        var coalescing = Coalescing(isMerging: false)
        let known = try coalescing.values(of: chart, over: values)
        applyTags(chart, known)
        applyConditions(chart, known, path: path)
        let disabled = Set(chart.metadata.dependencies.filter { !$0.isEnabled }.map(\.name))
        chart.dependencies.removeAll { disabled.contains($0.name) }
        chart.metadata.dependencies.removeAll { disabled.contains($0.name) }
        for dependency in chart.dependencies {
            try choose(dependency, known, path: "\(path)\(dependency.name).")
        }
    }

    /// Charts that Chart.yaml does not name, then those it names, once for each time, under their aliases.
    private static func renamed(_ chart: WorkingChart) -> [WorkingChart] {
        let wanted = chart.metadata.dependencies
        // Which of the charts each one means.
        let fits = wanted.map { dependency in
            chart.dependencies.map {
                $0.name == dependency.name && isCompatible(dependency.version, $0.metadata.version)
            }
        }
        var charts = chart.dependencies.indices.filter { place in !fits.contains { $0[place] } }
            .map { chart.dependencies[$0] }
        for (dependency, fits) in zip(wanted, fits) {
            guard let found = fits.firstIndex(of: true) else { continue }
            let copy = WorkingChart(copying: chart.dependencies[found])
            if !dependency.alias.isEmpty { copy.metadata.name = dependency.alias }
            charts.append(copy)
        }
        return charts
    }

    private static func applyTags(_ chart: WorkingChart, _ values: Map) {
        guard case .map(let tags)? = values["tags"] else { return }
        for index in chart.metadata.dependencies.indices {
            let states = chart.metadata.dependencies[index].tags.compactMap { tag -> Bool? in
                if case .bool(let state)? = tags[ByteString(tag)] { state } else { nil }
            }
            chart.metadata.dependencies[index].isEnabled =
                states.isEmpty || states.contains(true)
        }
    }

    private static func applyConditions(_ chart: WorkingChart, _ values: Map, path: String) {
        for index in chart.metadata.dependencies.indices {
            let condition = chart.metadata.dependencies[index].condition
            for part in condition.trimmed.split(separator: ",") {
                if case .bool(let state)? = values.value(atPath: "\(path)\(part)") {
                    chart.metadata.dependencies[index].isEnabled = state
                    break
                }
            }
        }
    }

    // MARK: - Importing

    private static func importValues(_ chart: WorkingChart) throws(ChartError) {
        for dependency in chart.dependencies { try importValues(dependency) }
        guard !chart.metadata.dependencies.isEmpty else { return }
        var merging = Coalescing(isMerging: true)
        let known = try merging.values(of: chart, over: Map())
        let imported = Map()
        for index in chart.metadata.dependencies.indices {
            let dependency = chart.metadata.dependencies[index]
            var pairs: [Node] = []
            for entry in dependency.importValues {
                guard let (child, parent) = places(of: entry) else { continue }
                pairs.append(["child": .string(child), "parent": .string(parent)])
                let path = "\(dependency.name).\(child)"
                guard
                    let table = known.table(
                        at: path.split(separator: ".", omittingEmptySubsequences: false))
                else { continue }
                merging.merge(
                    nested(table, at: parent), under: imported, prefix: "", keepsNils: true)
            }
            chart.metadata.dependencies[index].importValues = pairs
        }
        let own = known.deepCopy
        merging.merge(imported, under: own, prefix: "", keepsNils: true)
        chart.values = own
    }

    /// Where values are taken from, and where they go.
    private static func places(of entry: Node) -> (child: String, parent: String)? {
        switch entry {
        case .string(let name): ("exports.\(name)", ".")
        case .object(let fields):
            (
                "\(formatted("%v", [fields["child"].map { Value($0) } ?? .none]))",
                "\(formatted("%v", [fields["parent"].map { Value($0) } ?? .none]))"
            )
        default: nil
        }
    }

    private static func nested(_ table: Map, at path: String) -> Map {
        guard path != "." else { return table }
        return path.split(separator: ".", omittingEmptySubsequences: false).reversed()
            .reduce(table) { Map([(ByteString($1), .map($0))]) }
    }
}

extension String {
    /// Without white space at both ends.
    var trimmed: String {
        var text = self[...]
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}

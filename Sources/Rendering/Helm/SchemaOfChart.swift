internal import GoTemplate
internal import Model
internal import YAML

extension ChartRenderer {
    /// Checks the values of a chart, and of those below it, against their `values.schema.json`.
    ///
    /// Source: https://github.com/helm/helm/blob/v4.1.0/pkg/chart/common/util/jsonschema.go
    func validate(_ values: Map, of chart: WorkingChart) throws(ChartError) {
        let text = try schemaFailures(values, chart)
        guard !text.isEmpty else { return }
        throw ChartError(
            "values don't meet the specifications of the schema(s) in the following chart(s):\n\(text)"
        )
    }

    private func schemaFailures(_ values: Map, _ chart: WorkingChart) throws(ChartError) -> String {
        var text = ""
        if let bytes = chart.chart.schema {
            let root: Node
            do {
                root = try parseJSON(bytes)
            } catch {
                return "\(chart.name):\n\(error.summary)\n"
            }
            var validation = SchemaValidation(try JSONSchema(root))
            if let failure = try validation.check(Value.map(values).node) {
                text += "\(chart.name):\n\(SchemaFailure.text(of: failure))"
            }
        }
        for dependency in chart.dependencies {
            guard let below = values[ByteString(dependency.name)], !below.isNone else { continue }
            guard let table = below.table else {
                text +=
                    "\(dependency.name):\ninvalid type for values: expected object (map), got "
                    + "\(below.type.map { "\($0)" } ?? "nil")\n"
                continue
            }
            text += try schemaFailures(table, dependency)
        }
        return text
    }
}

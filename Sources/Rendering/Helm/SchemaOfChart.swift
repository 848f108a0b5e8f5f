internal import GoTemplate
internal import Model
internal import YAML

extension ChartRenderer {
    /// Checks the values of a chart, and of those below it, against their `values.schema.json`.
    ///
    /// Source: https://github.com/helm/helm/blob/v4.1.0/pkg/chart/common/util/jsonschema.go
    func validate(_ values: Map, of chart: WorkingChart) throws(ChartError) {
        var report = Report()
        report.add(values, chart)
        guard !report.text.isEmpty else { return }
        throw ChartError(
            "values don't meet the specifications of the schema(s) in the following chart(s):\n"
                + report.text, hint: report.hint)
    }

    private struct Report {
        var text = ""
        /// For the first schema that cannot be used.
        var hint: String?

        mutating func add(_ values: Map, _ chart: WorkingChart) {
            if let bytes = chart.chart.schema {
                do throws(ChartError) {
                    if let failures = try failures(bytes, values) {
                        text += "\(chart.name):\n\(failures)"
                    }
                } catch {
                    text += "\(chart.name):\n\(error.message)"
                    hint = hint ?? error.hint
                }
            }
            for dependency in chart.dependencies {
                guard let below = values[ByteString(dependency.name)], !below.isNone else {
                    continue
                }
                guard let table = below.table else {
                    text +=
                        "\(dependency.name):\ninvalid type for values: expected object (map), got "
                        + "\(below.type.map { "\($0)" } ?? "nil")\n"
                    continue
                }
                add(table, dependency)
            }
        }

        private func failures(_ schema: [UInt8], _ values: Map) throws(ChartError) -> String? {
            let root: Node
            do {
                root = try parseJSON(schema)
            } catch {
                throw ChartError(error.summary)
            }
            var validation = SchemaValidation(try JSONSchema(root))
            let failure = try validation.check(Value.map(values).node)
            return failure.map { SchemaFailure.text(of: $0) }
        }
    }
}

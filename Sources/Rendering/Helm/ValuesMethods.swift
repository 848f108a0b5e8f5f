internal import GoTemplate

extension Map {
    /// The same entries as `common.Values`, with the methods that templates can call.
    var asValues: Map { Map(self, as: .values, methods: Map.valuesMethods) }

    /// `Encode`, which writes to a Go stream, is out of reach of templates.
    ///
    /// Source: https://github.com/helm/helm/blob/v4.1.0/pkg/chart/common/values.go
    private static let valuesMethods: [ByteString: Function] = [
        "AsMap": Function("AsMap") { (values: Map) throws(TemplateError) -> Map in
            Map(values, as: .anyMap)
        },
        "YAML": Function(inContext: "YAML") {
            (execution: inout Execution, values: Map) throws(TemplateError) -> ByteString in
            let text =
                try Serialization.yaml(.map(values), .kubernetes, limit: execution.bytesLeft) + "\n"
            try execution.charge(bytes: text.count)
            return text
        },
        "Table": Function("Table") {
            (values: Map, path: ByteString) throws(TemplateError) -> Value in
            .map(try values.table(at: path.parts).asValues)
        },
        "PathValue": Function("PathValue") {
            (values: Map, path: ByteString) throws(TemplateError) -> Value in
            if path.isEmpty { throw TemplateError("YAML path cannot be empty") }
            let parts = path.parts
            let key = parts[parts.count - 1]
            guard let table = try? values.table(at: parts.dropLast()), let value = table[key],
                value.asMap == nil
            else { throw TemplateError("\"\(key)\" is not a value") }
            return value
        },
    ]

    private func table(at path: some Sequence<ByteString>) throws(TemplateError) -> Map {
        var table = self
        for key in path {
            guard let below = table[key]?.asMap else {
                throw TemplateError("\"\(key)\" is not a table")
            }
            table = below
        }
        return table
    }
}

extension ByteString {
    fileprivate var parts: [ByteString] {
        bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
            .map { ByteString($0) }
    }
}

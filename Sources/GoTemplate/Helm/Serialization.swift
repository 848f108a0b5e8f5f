/// Helm's and Sprig's functions that write values as YAML, JSON and TOML, and read JSON and TOML.
///
/// Reading YAML is left to those who have a parser.
///
/// Source: https://github.com/helm/helm/blob/v4.3.1/pkg/engine/funcs.go
public enum Serialization {
    public static let functions: [Function] = yaml + json + prettyJSON + tomlWriters + reading

    /// Makes a text of at most so many bytes; more is an error of kind `limit`.
    private typealias Write = @Sendable (Value, Int) throws(TemplateError) -> ByteString

    private static let yaml: [Function] = [
        writer("toYaml", emptyOnError: true) { (value, limit) throws(TemplateError) in
            try yaml(value, .kubernetes, limit: limit)
        },
        writer("mustToYaml") { (value, limit) throws(TemplateError) in
            try yaml(value, .kubernetes, limit: limit)
        },
        writer("toYamlPretty", emptyOnError: true) { (value, limit) throws(TemplateError) in
            try yaml(value, .pretty, limit: limit)
        },
    ]

    private static let json: [Function] = [
        writer("toJson", emptyOnError: true) { (value, limit) throws(TemplateError) in
            try json(value, limit: limit)
        },
        writer("mustToJson") { (value, limit) throws(TemplateError) in
            try json(value, limit: limit)
        },
    ]

    private static let prettyJSON: [Function] =
        [
            writer("toPrettyJson", emptyOnError: true) { (value, limit) throws(TemplateError) in
                try json(value, indent: "  ", limit: limit)
            },
            writer("mustToPrettyJson") { (value, limit) throws(TemplateError) in
                try json(value, indent: "  ", limit: limit)
            },
        ]
        + ["toRawJson", "mustToRawJson"].map { name in
            writer(name) { (value, limit) throws(TemplateError) in
                try json(value, escapesHTML: false, limit: limit)
            }
        }

    private static let tomlWriters: [Function] = [
        writer("toToml") { (value, limit) throws(TemplateError) in
            do throws(TemplateError) {
                return try toml(value, limit)
            } catch {
                if error.kind == .limit { throw error }
                // The text of an error is the result, too.
                return ByteString(error.message)
            }
        },
        writer("mustToToml") { (value, limit) throws(TemplateError) in try toml(value, limit) },
    ]

    private static func writer(
        _ name: String, emptyOnError: Bool = false, _ write: @escaping Write
    ) -> Function {
        Function(inContext: name) {
            (execution: inout Execution, value: Value) throws(TemplateError) in
            let text: ByteString
            do throws(TemplateError) {
                text = try write(value, execution.bytesLeft)
            } catch {
                if error.kind == .limit { try execution.charge(bytes: .max) }
                if emptyOnError { return ByteString() }
                throw error
            }
            try execution.charge(bytes: text.count)
            return text
        }
    }

    /// A value as YAML, without the last newline.
    ///
    /// - Parameter limit: bytes, beyond which there is an error of kind `limit`.
    /// - Throws: for what YAML by this way cannot hold, such as DEL or a map that holds itself.
    public static func yaml(
        _ value: Value, _ style: YAMLStyle, limit: Int = .max
    ) throws(TemplateError) -> ByteString {
        var emitter = YAMLEmitter(style, limit: limit)
        try emitter.writeDocument(value)
        return ByteString(emitter.bytes.dropLast(emitter.bytes.last == 0x0A ? 1 : 0))
    }

    public enum YAMLStyle: Sendable {
        /// As `toYaml`: through JSON, and in the layout of kubectl.
        case kubernetes
        /// As `toYamlPretty`: lists indented, lines of any length.
        case pretty
    }

    /// A value as JSON, with sorted keys.
    public static func json(
        _ value: Value, escapesHTML: Bool = true, indent: String? = nil, limit: Int = .max
    ) throws(TemplateError) -> ByteString {
        var writer = JSONWriter(escapesHTML: escapesHTML, indent: indent, limit: limit)
        try writer.write(value)
        return ByteString(writer.bytes)
    }

    private static func toml(_ value: Value, _ limit: Int) throws(TemplateError) -> ByteString {
        var writer = TOMLWriter(limit: limit)
        try writer.writeDocument(value)
        return ByteString(writer.bytes)
    }
}

/// The error of a writer whose text grows beyond its limit: a few maps that share others can stand for more.
func tooLong(_ limit: Int) -> TemplateError {
    TemplateError("more than \(limit) bytes of text", kind: .limit)
}

extension Serialization {
    private static let reading: [Function] = [
        Function(inContext: "fromJson") {
            (execution: inout Execution, text: ByteString) throws(TemplateError) in
            try execution.charge(reading: text)
            do throws(TemplateError) {
                let result = try JSONReader.read(text)
                if result.value.isNone { return Map(isNil: true) }
                guard let map = result.value.asMap else {
                    throw mismatch(result.value, "map[string]interface {}")
                }
                if let error = result.error { map["Error"] = .string(error.message) }
                return map
            } catch {
                return Map([("Error", .string(error.message))])
            }
        },
        Function(inContext: "fromJsonArray") {
            (execution: inout Execution, text: ByteString) throws(TemplateError) in
            try execution.charge(reading: text)
            do throws(TemplateError) {
                let result = try JSONReader.read(text)
                if result.value.isNone { return List(isNil: true) }
                guard let list = result.value.asList else {
                    throw mismatch(result.value, "[]interface {}")
                }
                if let error = result.error { throw error }
                return list
            } catch {
                return List([.string(error.message)])
            }
        },
        Function(inContext: "fromToml") {
            (execution: inout Execution, text: ByteString) throws(TemplateError) in
            try execution.charge(reading: text)
            do throws(TemplateError) {
                return try TOMLReader.read(text)
            } catch {
                return Map([("Error", .string(error.message))])
            }
        },
        Function(inContext: "mustFromJson") {
            (execution: inout Execution, text: ByteString) throws(TemplateError) in
            try execution.charge(reading: text)
            let result = try JSONReader.read(text)
            if let error = result.error { throw error }
            return result.value
        },
    ]

    private static func mismatch(_ value: Value, _ type: String) -> TemplateError {
        let found =
            switch value {
            case .map: "object"
            case .list: "array"
            case .string: "string"
            case .bool: "bool"
            default: "number"
            }
        return TemplateError("json: cannot unmarshal \(found) into Go value of type \(type)")
    }
}

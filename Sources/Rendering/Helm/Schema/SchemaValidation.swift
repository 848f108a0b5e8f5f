internal import GoTemplate
internal import Model

/// One check of a value against a schema, and of what is in it against the schemas within.
///
/// Source: https://github.com/santhosh-tekuri/jsonschema/blob/v6.0.2/validator.go, whose order of checks the
/// messages show
struct SchemaValidation {
    let schema: JSONSchema
    /// Schemas within schemas that look at one value, and values within values; more is an endless reference.
    private static let depthMax = 400
    private var depth = 0
    private var patterns: [String: RE2] = [:]
    /// Checks made; a schema whose references multiply is stopped.
    private var steps = 0
    private static let stepsMax = 2_000_000

    init(_ schema: JSONSchema) { self.schema = schema }

    /// What is wrong with the values; `nil` when nothing is.
    mutating func check(_ value: Node) throws(ChartError) -> SchemaFailure? {
        var seen = Evaluated(value)
        return try check(value, at: [], .root, &seen)
    }

    /// What of a value no schema has looked at yet: `unevaluatedProperties` and `unevaluatedItems` ask.
    struct Evaluated {
        var properties: Set<String> = []
        var items: Set<Int> = []

        init(_ value: Node) {
            properties = Set(value.objectValue?.map(\.key) ?? [])
            items = Set(value.arrayValue?.indices ?? 0..<0)
        }

        mutating func formIntersection(_ other: Evaluated) {
            properties.formIntersection(other.properties)
            items.formIntersection(other.items)
        }
    }

    mutating func check(
        _ value: Node, at location: [String], _ place: JSONSchema.Place, _ open: inout Evaluated
    ) throws(ChartError) -> SchemaFailure? {
        depth += 1
        steps += 1
        defer { depth -= 1 }
        guard depth < Self.depthMax, steps < Self.stepsMax else {
            throw ChartError("values.schema.json has references that do not end")
        }
        switch schema.node(at: place) {
        case .bool(true)?, nil: return nil
        case .bool(false)?: return SchemaFailure(location: location, message: "false schema")
        case .object(let keywords)?:
            var checker = SchemaChecker(
                keywords: keywords, value: value, location: location,
                place: JSONSchema.Place(
                    pointer: place.pointer, base: schema.base(of: place, keywords)))
            return try checker.run(&self, &open)
        case let other?:
            throw ChartError(
                "values.schema.json: /\(place.pointer.joined(separator: "/")) is \(other.goKind), "
                    + "not a schema")
        }
    }

    /// Whether a text has a match for a pattern.
    mutating func matches(_ text: String, _ pattern: String) throws(ChartError) -> Bool {
        let bytes = Array(text.utf8)
        if let known = patterns[pattern] { return known.matches(bytes) }
        do {
            let regex = try RE2(pattern)
            patterns[pattern] = regex
            return regex.matches(bytes)
        } catch {
            throw ChartError("values.schema.json: invalid regex \"\(pattern)\": \(error)")
        }
    }
}

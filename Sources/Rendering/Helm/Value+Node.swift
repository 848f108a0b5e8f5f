internal import GoTemplate
internal import Model

extension Value {
    /// What a tree of YAML or JSON is to templates: all numbers are `float64`, as Go's JSON decoder has them.
    init(_ node: Node) {
        switch node {
        case .null: self = .none
        case .bool(let value): self = .bool(value)
        case .int(let value): self = .float64(Double(value))
        case .double(let value): self = .float64(value)
        case .string(let text): self = .string(text)
        case .array(let elements): self = .list(elements.map { Value($0) })
        case .object(let fields): self = .map(Map(fields))
        }
    }

    /// The value as JSON has it; what JSON cannot say is text.
    var node: Node {
        switch self {
        case .none: .null
        case .bool(let value): .bool(value)
        case .int(let value): .int(Int64(value))
        case .int64(let value): .int(value)
        case .uint8(let value): .int(Int64(value))
        case .uint64(let value): Int64(exactly: value).map { .int($0) } ?? .double(Double(value))
        case .float64(let value): .double(value)
        case .string(let text): .string(text.description)
        case .list(let list): .array(list.elements.map(\.node))
        case .map(let map):
            .object(Mapping(map.sortedEntries.map { ($0.key.description, $0.value.node) }))
        case .object, .function: .string(GoTemplate.printed([self]).description)
        }
    }

    /// Nothing is shared with the copy.
    var deepCopy: Value {
        switch self {
        case .map(let map): .map(map.deepCopy)
        case .list(let list): .list(List(list.elements.map(\.deepCopy), of: list.elementType))
        default: self
        }
    }

    /// A `map[string]interface {}`, which Helm calls a table.
    var table: Map? {
        if case .map(let map) = self, map.type == .anyMap { map } else { nil }
    }
}

extension Map {
    convenience init(_ fields: Mapping) {
        self.init(capacity: fields.count)
        for (key, value) in fields { self[ByteString(key)] = Value(value) }
    }

    var deepCopy: Map { mapValues(\.deepCopy) }
}

extension GoType {
    /// The type of `.Values` and of what Helm puts beside it.
    static let values = GoType.named("common.Values", .anyMap)
}

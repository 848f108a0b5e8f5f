import Digests
import EventLog
import Model

/// Writes down the fields that a payload's `code(_:)` lists, as a JSON Schema.
///
/// What is coded is the one description of the stored shape; the schema files are its readable copy.
struct RecordingCoder: FieldCoder {
    private var properties: [(String, Node)] = []
    private var required: [Node] = []

    mutating func field<Value: StoredValue>(_ name: StaticString, _ value: inout Value) {
        properties.append(("\(name)", valueSchema(of: Value.self)))
        required.append(.string("\(name)"))
    }

    mutating func field<Value: StoredValue>(_ name: StaticString, _ value: inout Value?) {
        properties.append(("\(name)", valueSchema(of: Value.self)))
    }

    /// The schema of one object.
    static func schema(of object: some Coded) throws -> Node {
        var coder = RecordingCoder()
        var value = object
        try value.code(&coder)
        return [
            "type": "object", "properties": .object(Mapping(coder.properties)),
            "required": .array(coder.required), "additionalProperties": false,
        ]
    }
}

/// The schema of a value of any kind that can be stored.
private func valueSchema(of type: any StoredValue.Type) -> Node {
    if type == String.self { return ["type": "string"] }
    if type == Bool.self { return ["type": "boolean"] }
    if type == Int.self || type == Int64.self {
        return [
            "type": "integer", "minimum": .int(-(1 << 53) + 1), "maximum": .int((1 << 53) - 1),
        ]
    }
    if type == Timestamp.self {
        return text("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{9}Z$")
    }
    if type == Digest.self { return text("^[0-9a-f]{64}$") }
    if type == ObjectKey.self { return text("^[^/]*/[^/]+/[^/]*/.+$") }
    if type == EventID.self { return text("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$") }
    if let list = type as? any StoredList.Type {
        return ["type": "array", "items": valueSchema(of: list.element)]
    }
    if let set = type as? any StoredEnum.Type { return ["enum": .array(texts(of: set))] }
    if let object = type as? any Coded.Type,
        let schema = try? RecordingCoder.schema(of: object.init())
    {
        return schema
    }
    preconditionFailure("\(type) has no schema")
}

private func text(_ pattern: String) -> Node {
    ["type": "string", "pattern": .string(pattern)]
}

private func texts<Set: StoredEnum>(of type: Set.Type) -> [Node] {
    Set.allCases.map { .string($0.rawValue) }
}

private protocol StoredList { static var element: any StoredValue.Type { get } }

extension Array: StoredList where Element: StoredValue {
    fileprivate static var element: any StoredValue.Type { Element.self }
}

extension Event {
    /// The payload, whatever its type.
    var payload: (any Coded)? { Mirror(reflecting: self).children.first?.value as? any Coded }
}

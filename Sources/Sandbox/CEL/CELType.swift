import Model

/// What is known of a value before there is one.
struct CELShape: Sendable {
    var type: CELType
    /// Of objects, maps and lists, where one is known.
    var schema: Node?

    static let unknown = CELShape(type: .any)

    init(type: CELType, schema: Node? = nil) {
        self.type = type
        self.schema = schema
    }

    /// The type that the API server gives to values of a schema.
    ///
    /// Source: https://kubernetes.io/docs/reference/using-api/cel/#type-checking
    init(schema: Node?) {
        self.schema = schema
        guard let schema, schema["x-kubernetes-int-or-string"] != true else {
            type = .any
            return
        }
        switch schema["type"]?.stringValue {
        case "integer": type = .int
        case "number": type = .double
        case "boolean": type = .bool
        case "array": type = .list
        case "object": type = .map
        case "string":
            switch schema["format"]?.stringValue {
            case "date-time": type = .timestamp
            case "duration": type = .duration
            default: type = .string
            }
        default: type = .any
        }
        if schema["nullable"] == true { type = .any }
    }

    /// Of the elements of a list, or the keys of a map.
    var member: CELShape {
        switch type {
        case .list: CELShape(schema: schema?["items"])
        case .map: CELShape(type: .string)
        default: .unknown
        }
    }
}

enum CELType: String, Sendable {
    case any = "dyn"
    case null = "null_type"
    case bool
    case int
    case uint
    case double
    case string
    case bytes
    case list
    case map
    case duration = "google.protobuf.Duration"
    case timestamp = "google.protobuf.Timestamp"
    case type
    case optional = "optional_type"

    var isNumber: Bool { self == .int || self == .uint || self == .double }
}

/// A Go type, as far as templates can tell one from another.
public indirect enum GoType: Hashable, Sendable {
    /// `interface {}`: takes every value.
    case any
    /// `reflect.Value`, the parameters of Go's own functions: takes everything, and `nil` too.
    case reflectValue
    case bool, string, int, int64, uint8, uint64, float64
    case error
    case list(of: GoType)
    /// A map whose keys are strings; templates meet no others.
    case map(of: GoType)
    /// A type with a name of its own: `common.Values`, `time.Time`, `*common.Capabilities`.
    ///
    /// What stands under the name is nil for a struct or a pointer to one.
    case named(String, GoType?)
    case function([GoType], isVariadic: Bool, result: GoType)

    /// `[]interface {}`.
    public static let anyList = GoType.list(of: .any)
    /// `map[string]interface {}`.
    public static let anyMap = GoType.map(of: .any)

    /// The type without its name.
    public var underlying: GoType? {
        if case .named(_, let type) = self { type } else { self }
    }

    /// Whether `nil` is a value of the type.
    public var canBeNil: Bool {
        switch self {
        case .any, .reflectValue, .error, .list, .map, .function: true
        case .named(let name, let type): type?.canBeNil ?? name.utf8.starts(with: "*".utf8)
        case .bool, .string, .int, .int64, .uint8, .uint64, .float64: false
        }
    }

    /// Whether a value of this type can be given where `other` is wanted, by Go's rules: equal types, an
    /// interface, or equal structure where one of the two has no name.
    ///
    /// https://go.dev/ref/spec#Assignability
    public func isAssignable(to other: GoType) -> Bool {
        if other == .any || self == other { return true }
        guard case .named = other else {
            guard case .named(_, let type) = self, let type else { return false }
            return type == other && other.hasNoName
        }
        return hasNoName && other.underlying == self
    }

    /// Whether the type is written out: `int` and `string` are names, `[]int` is not.
    private var hasNoName: Bool {
        switch self {
        case .list, .map, .function: true
        default: false
        }
    }
}

extension GoType: CustomStringConvertible {
    /// As `reflect.Type` prints it.
    public var description: String {
        switch self {
        case .any: "interface {}"
        case .reflectValue: "reflect.Value"
        case .bool: "bool"
        case .string: "string"
        case .int: "int"
        case .int64: "int64"
        case .uint8: "uint8"
        case .uint64: "uint64"
        case .float64: "float64"
        case .error: "error"
        case .list(let element): "[]\(element)"
        case .map(let element): "map[string]\(element)"
        case .named(let name, _): name
        case .function(let parameters, let isVariadic, let result):
            "func(\(GoType.listed(parameters, isVariadic: isVariadic))) \(result)"
        }
    }

    private static func listed(_ parameters: [GoType], isVariadic: Bool) -> String {
        var texts = parameters.map(\.description)
        if isVariadic, let last = texts.popLast() { texts.append("...\(last)") }
        return texts.joined(separator: ", ")
    }

    /// The name of the type's kind, as `reflect.Kind` prints it.
    public var kind: String {
        switch self {
        case .any, .error: "interface"
        case .reflectValue: "struct"
        case .list: "slice"
        case .map: "map"
        case .function: "func"
        case .named(let name, nil): name.utf8.starts(with: "*".utf8) ? "ptr" : "struct"
        case .named(_, .some(let type)): type.kind
        default: description
        }
    }
}

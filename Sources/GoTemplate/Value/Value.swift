/// A value of a template, with Go's kinds kept apart.
///
/// Two words in size, and cheap to copy. Lists are values; maps are shared, as in Go: what `set` writes into
/// a map is seen by everybody who holds it.
public enum Value {
    /// Nothing: `nil`, an empty interface, or a key that is not there.
    case none
    case bool(Bool)
    case int(Int)
    case int64(Int64)
    case uint8(UInt8)
    case uint64(UInt64)
    case float64(Double)
    case string(ByteString)
    case list(List)
    case map(Map)
    /// A value with fields or methods, such as a time, or what `.Files` is.
    case object(ObjectBox)
    case function(Function)

    /// The type of what is there; nil for `none`.
    public var type: GoType? {
        switch self {
        case .none: nil
        case .bool: .bool
        case .int: .int
        case .int64: .int64
        case .uint8: .uint8
        case .uint64: .uint64
        case .float64: .float64
        case .string: .string
        case .list(let list): list.type
        case .map(let map): map.type
        case .object(let box): box.object.type
        case .function(let function): function.type
        }
    }

    public static func string(_ text: String) -> Value { .string(ByteString(text)) }

    /// A `[]interface {}`.
    public static func list(_ elements: [Value]) -> Value { .list(List(elements)) }

    /// What stands under the name of a type such as `time.Duration`; other values are themselves.
    public var underlying: Value {
        if case .object(let box) = self { box.object.underlying ?? self } else { self }
    }

    /// The value, if it is a map or a named type of one.
    public var asMap: Map? {
        if case .map(let map) = underlying { map } else { nil }
    }

    public var asList: List? {
        if case .list(let list) = underlying { list } else { nil }
    }

    public var asString: ByteString? {
        if case .string(let text) = underlying { text } else { nil }
    }

    public var isNone: Bool {
        if case .none = self { true } else { false }
    }

    /// Whether `if` takes the value for true: not zero, not empty, not nil.
    ///
    /// https://pkg.go.dev/text/template#hdr-Actions
    public var isTrue: Bool {
        switch self {
        case .none: false
        case .bool(let value): value
        case .int(let value): value != 0
        case .int64(let value): value != 0
        case .uint8(let value): value != 0
        case .uint64(let value): value != 0
        case .float64(let value): value != 0
        case .string(let text): !text.isEmpty
        case .list(let list): list.count > 0
        case .map(let map): map.count > 0
        case .object(let box): box.object.underlying?.isTrue ?? true
        case .function: true
        }
    }
}

extension Value: ExpressibleByStringLiteral {
    public init(stringLiteral value: String) { self = .string(ByteString(value)) }
}

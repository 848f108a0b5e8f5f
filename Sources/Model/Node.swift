/// A Kubernetes manifest, or a part of one, as a tree of JSON values.
///
/// Numbers are `int` when they were written without fraction and exponent and fit in 64 bits (as the
/// API server's unstructured objects keep them), else `double`.
///
/// Equality compares values: the order of keys does not count, and `int(1)` is not `double(1)`.
public enum Node: Hashable, Sendable {
    case null
    case bool(Bool)
    case int(Int64)
    case double(Double)
    case string(String)
    case array([Node])
    case object(Mapping)
}

extension Node {
    /// The value under `key`; `nil` when this is no object or has no such key.
    ///
    /// Assigning turns anything that is not an object into one; assigning `nil` removes the key.
    public subscript(key: String) -> Node? {
        get {
            guard case .object(let mapping) = self else { return nil }
            return mapping[key]
        }
        set {
            var mapping: Mapping
            if case .object(let existing) = self { mapping = existing } else { mapping = Mapping() }
            self = .null  // Frees the only other reference, so that the change happens in place.
            mapping[key] = newValue
            self = .object(mapping)
        }
    }

    /// The element at `index`; `nil` when this is no array or is shorter.
    public subscript(index: Int) -> Node? {
        guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
        return elements[index]
    }

    public var stringValue: String? { if case .string(let value) = self { value } else { nil } }
    public var boolValue: Bool? { if case .bool(let value) = self { value } else { nil } }
    public var arrayValue: [Node]? { if case .array(let value) = self { value } else { nil } }
    public var objectValue: Mapping? { if case .object(let value) = self { value } else { nil } }
    public var isNull: Bool { self == .null }

    /// The number as an integer: also of a `double` without fraction that fits.
    public var intValue: Int64? {
        switch self {
        case .int(let value): value
        case .double(let value): Int64(exactly: value)
        default: nil
        }
    }

    /// The kind of JSON value this is, for messages, such as `string` or `object`.
    public var kindName: String {
        switch self {
        case .null: "null"
        case .bool: "boolean"
        case .int, .double: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}

extension Node: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
    public init(stringLiteral value: String) { self = .string(value) }
    public init(integerLiteral value: Int64) { self = .int(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(arrayLiteral elements: Node...) { self = .array(elements) }
    public init(dictionaryLiteral elements: (String, Node)...) {
        self = .object(Mapping(elements.map { ($0.0, $0.1) }))
    }
    public init(nilLiteral: ()) { self = .null }
}

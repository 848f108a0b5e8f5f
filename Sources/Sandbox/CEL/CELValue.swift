import Model

/// A value of the Common Expression Language.
///
/// Source: https://github.com/google/cel-spec/blob/master/doc/langdef.md#values
indirect enum CELValue: Hashable, Sendable {
    case null
    case bool(Bool)
    case int(Int64)
    case uint(UInt64)
    case double(Double)
    case string(String)
    case bytes([UInt8])
    case list([CELValue])
    case map([CELValue: CELValue])
    /// In nanoseconds.
    case duration(Int64)
    case timestamp(Timestamp)
    case type(String)
    case optional(CELValue?)

    /// A value of an object, read as its schema says.
    init(_ node: Node, schema: Node?) {
        switch node {
        case .null: self = .null
        case .bool(let value): self = .bool(value)
        case .int(let value):
            self = schema?["type"] == "number" ? .double(Double(value)) : .int(value)
        case .double(let value):
            if schema?["type"] == "integer", let whole = Int64(exactly: value) {
                self = .int(whole)
            } else {
                self = .double(value)
            }
        case .string(let text): self = Self.string(text, format: schema?["format"]?.stringValue)
        case .array(let items):
            self = .list(items.map { CELValue($0, schema: schema?["items"]) })
        case .object(let mapping):
            var values: [CELValue: CELValue] = [:]
            for (name, child) in mapping {
                let inner = schema?["properties"]?[name] ?? schema?["additionalProperties"]
                values[.string(name)] = CELValue(child, schema: inner)
            }
            self = .map(values)
        }
    }

    private static func string(_ text: String, format: String?) -> CELValue {
        switch format {
        case "date-time": Timestamp(text).map(CELValue.timestamp) ?? .string(text)
        case "duration": celDuration(text).map(CELValue.duration) ?? .string(text)
        default: .string(text)
        }
    }

    /// As messages and `type()` name it.
    var typeName: String {
        switch self {
        case .null: "null_type"
        case .bool: "bool"
        case .int: "int"
        case .uint: "uint"
        case .double: "double"
        case .string: "string"
        case .bytes: "bytes"
        case .list: "list"
        case .map: "map"
        case .duration: "google.protobuf.Duration"
        case .timestamp: "google.protobuf.Timestamp"
        case .type: "type"
        case .optional: "optional_type"
        }
    }

    /// Equal in CEL's sense: numbers of different types compare by value.
    func isEqual(to other: CELValue) -> Bool {
        if let order = compare(other) { return order == 0 }
        switch (self, other) {
        case (.list(let a), .list(let b)):
            return a.count == b.count && zip(a, b).allSatisfy { $0.isEqual(to: $1) }
        case (.map(let a), .map(let b)):
            return a.count == b.count
                && a.allSatisfy { key, value in b[key].map { value.isEqual(to: $0) } ?? false }
        default: return self == other
        }
    }

    /// -1, 0 or 1; `nil` where the two have no order.
    func compare(_ other: CELValue) -> Int? {
        func order<T: Comparable>(_ a: T, _ b: T) -> Int { a < b ? -1 : a > b ? 1 : 0 }
        switch (self, other) {
        case (.bool(let a), .bool(let b)): return order(a ? 1 : 0, b ? 1 : 0)
        case (.int(let a), .int(let b)): return order(a, b)
        case (.uint(let a), .uint(let b)): return order(a, b)
        case (.int(let a), .uint(let b)): return a < 0 ? -1 : order(UInt64(a), b)
        case (.uint, .int): return other.compare(self).map { -$0 }
        case (.double(let a), .double(let b)): return a.isNaN || b.isNaN ? nil : order(a, b)
        case (.double(let a), .int(let b)): return a.isNaN ? nil : order(a, Double(b))
        case (.double(let a), .uint(let b)): return a.isNaN ? nil : order(a, Double(b))
        case (.int, .double), (.uint, .double): return other.compare(self).map { -$0 }
        // By code points, as UTF-8 sorts too.
        case (.string(let a), .string(let b)):
            return a.utf8.elementsEqual(b.utf8)
                ? 0 : a.utf8.lexicographicallyPrecedes(b.utf8) ? -1 : 1
        case (.bytes(let a), .bytes(let b)):
            return a == b ? 0 : a.lexicographicallyPrecedes(b) ? -1 : 1
        case (.duration(let a), .duration(let b)): return order(a, b)
        case (.timestamp(let a), .timestamp(let b)): return order(a, b)
        default: return nil
        }
    }
}

/// `1h30m`, `-1.5s`, `300ms` in nanoseconds; `nil` when it is no duration or too long.
///
/// Source: https://pkg.go.dev/time#ParseDuration
func celDuration(_ text: String) -> Int64? {
    var rest = Substring(text)
    let isNegative = rest.hasPrefix("-")
    if isNegative || rest.hasPrefix("+") { rest = rest.dropFirst() }
    if rest == "0" { return 0 }
    if rest.isEmpty { return nil }
    let units: [(String, Double)] = [
        ("ns", 1), ("us", 1e3), ("µs", 1e3), ("ms", 1e6), ("s", 1e9), ("m", 60e9), ("h", 3600e9),
    ]
    var total = 0.0
    while !rest.isEmpty {
        let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        guard let number = Double(digits) else { return nil }
        rest = rest.dropFirst(digits.count)
        let name = rest.prefix { $0.isLetter }
        guard let unit = units.first(where: { $0.0 == name }) else { return nil }
        rest = rest.dropFirst(name.count)
        total += number * unit.1
    }
    return Int64(exactly: (isNegative ? -total : total).rounded())
}

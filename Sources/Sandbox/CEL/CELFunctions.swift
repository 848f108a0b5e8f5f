import Model

/// The functions that are known: CEL's own, and of the extensions of strings and lists those that
/// definitions in use ask for.
///
/// Source: https://kubernetes.io/docs/reference/using-api/cel/#cel-options-language-features-and-libraries
struct CELFunction: Sendable {
    var counts: ClosedRange<Int>
    /// The types it is a method of; any when empty.
    var receivers: Set<CELType>
    var result: CELType

    static let typeNames: Set<String> = [
        "bool", "int", "uint", "double", "string", "bytes", "list", "map", "null_type", "type",
        "duration", "timestamp",
    ]

    /// Two types have longer names than the functions that make them.
    static func fullName(_ type: String) -> String {
        switch type {
        case "timestamp": "google.protobuf.Timestamp"
        case "duration": "google.protobuf.Duration"
        default: type
        }
    }

    static func find(_ name: String, isMethod: Bool) -> CELFunction? {
        isMethod ? methods[name] : functions[name]
    }

    private init(_ counts: ClosedRange<Int>, _ result: CELType, of receivers: Set<CELType> = []) {
        self.counts = counts
        self.result = result
        self.receivers = receivers
    }

    private static let functions: [String: CELFunction] = [
        "size": CELFunction(1...1, .int), "int": CELFunction(1...1, .int),
        "uint": CELFunction(1...1, .uint), "double": CELFunction(1...1, .double),
        "string": CELFunction(1...1, .string), "bool": CELFunction(1...1, .bool),
        "bytes": CELFunction(1...1, .bytes), "dyn": CELFunction(1...1, .any),
        "type": CELFunction(1...1, .type), "duration": CELFunction(1...1, .duration),
        "timestamp": CELFunction(1...1, .timestamp), "matches": CELFunction(2...2, .bool),
        "isIP": CELFunction(1...1, .bool), "isCIDR": CELFunction(1...1, .bool),
    ]

    private static let methods: [String: CELFunction] = [
        "size": CELFunction(0...0, .int, of: [.string, .bytes, .list, .map]),
        "startsWith": CELFunction(1...1, .bool, of: [.string]),
        "endsWith": CELFunction(1...1, .bool, of: [.string]),
        "contains": CELFunction(1...1, .bool, of: [.string]),
        "matches": CELFunction(1...1, .bool, of: [.string]),
        "charAt": CELFunction(1...1, .string, of: [.string]),
        "indexOf": CELFunction(1...1, .int, of: [.string, .list]),
        "lastIndexOf": CELFunction(1...1, .int, of: [.string, .list]),
        "lowerAscii": CELFunction(0...0, .string, of: [.string]),
        "upperAscii": CELFunction(0...0, .string, of: [.string]),
        "trim": CELFunction(0...0, .string, of: [.string]),
        "replace": CELFunction(2...3, .string, of: [.string]),
        "split": CELFunction(1...2, .list, of: [.string]),
        "substring": CELFunction(1...2, .string, of: [.string]),
        "join": CELFunction(0...1, .string, of: [.list]),
        "isSorted": CELFunction(0...0, .bool, of: [.list]),
        "sum": CELFunction(0...0, .any, of: [.list]),
        "min": CELFunction(0...0, .any, of: [.list]),
        "max": CELFunction(0...0, .any, of: [.list]),
        "getHours": CELFunction(0...0, .int, of: [.duration]),
        "getMinutes": CELFunction(0...0, .int, of: [.duration]),
        "getSeconds": CELFunction(0...0, .int, of: [.duration]),
        "getMilliseconds": CELFunction(0...0, .int, of: [.duration]),
        "hasValue": CELFunction(0...0, .bool, of: [.optional]),
        "value": CELFunction(0...0, .any, of: [.optional]),
        "orValue": CELFunction(1...1, .any, of: [.optional]),
        "or": CELFunction(1...1, .optional, of: [.optional]),
    ]

    /// What a call costs beside its arguments: it grows with the texts and lists it goes through.
    static func cost(_ name: String, _ values: [CELValue]) -> Int {
        var total = 0
        for value in values {
            switch value {
            case .string(let text): total += text.utf8.count / 10
            case .bytes(let bytes): total += bytes.count / 10
            case .list(let items): total += name == "size" ? 0 : items.count
            case .map(let entries) where name == "_==_" || name == "_!=_": total += entries.count
            default: break
            }
        }
        if name == "matches", values.count == 2, case .string(let text) = values[0],
            case .string(let pattern) = values[1]
        {
            total += (text.utf8.count / 10 + 1) * (pattern.utf8.count / 4 + 1)
        }
        return total
    }

    static func value(_ name: String, _ values: [CELValue]) throws(CELFailure) -> CELValue {
        guard let first = values.first else { throw .noOverload(name) }
        if values.count == 1, let converted = try CELConversions.value(name, first) {
            return converted
        }
        switch first {
        case .string(let text): return try CELStrings.value(name, text, Array(values.dropFirst()))
        case .list(let items): return try CELLists.value(name, items, Array(values.dropFirst()))
        case .map(let entries) where name == "size": return .int(Int64(entries.count))
        case .bytes(let bytes) where name == "size": return .int(Int64(bytes.count))
        case .duration(let nanoseconds): return try part(name, of: nanoseconds)
        case .optional(let inner): return try optional(name, inner, values.last ?? .null)
        default: throw .noOverload(name)
        }
    }

    private static func part(_ name: String, of nanoseconds: Int64) throws(CELFailure) -> CELValue {
        switch name {
        case "getHours": return .int(nanoseconds / 3_600_000_000_000)
        case "getMinutes": return .int(nanoseconds / 60_000_000_000)
        case "getSeconds": return .int(nanoseconds / 1_000_000_000)
        case "getMilliseconds": return .int(nanoseconds / 1_000_000)
        default: throw .noOverload(name)
        }
    }

    private static func optional(_ name: String, _ inner: CELValue?, _ other: CELValue)
        throws(CELFailure) -> CELValue
    {
        switch name {
        case "hasValue": return .bool(inner != nil)
        case "value":
            guard let inner else { throw CELFailure(message: "optional.none() dereference") }
            return inner
        case "orValue": return inner ?? other
        case "or": return inner.map { .optional($0) } ?? other
        default: throw .noOverload(name)
        }
    }
}

/// Conversions between types.
enum CELConversions {
    /// `nil` when the name is no conversion.
    static func value(_ name: String, _ value: CELValue) throws(CELFailure) -> CELValue? {
        switch name {
        case "dyn": return value
        case "isIP", "isCIDR":
            guard case .string(let text) = value else { throw .noOverload(name) }
            return .bool(
                name == "isIP" ? CELAddresses.isIP(text) : CELAddresses.isCIDR(text))
        case "type": return .type(value.typeName)
        case "string": return .string(try string(value))
        case "int": return .int(try integer(value, name))
        case "uint": return .uint(try integer(value, name))
        case "double":
            switch value {
            case .double: return value
            case .int(let number): return .double(Double(number))
            case .uint(let number): return .double(Double(number))
            case .string(let text):
                guard let number = Double(text) else { throw failed(text, name) }
                return .double(number)
            default: throw .noOverload(name)
            }
        case "bool":
            switch value {
            case .bool: return value
            case .string("true"), .string("t"), .string("1"), .string("TRUE"), .string("True"):
                return .bool(true)
            case .string("false"), .string("f"), .string("0"), .string("FALSE"), .string("False"):
                return .bool(false)
            case .string(let text): throw failed(text, name)
            default: throw .noOverload(name)
            }
        case "bytes":
            guard case .string(let text) = value else { return value }
            return .bytes(Array(text.utf8))
        case "duration":
            guard case .string(let text) = value else { return value }
            guard let found = celDuration(text) else { throw failed(text, name) }
            return .duration(found)
        case "timestamp":
            guard case .string(let text) = value else { return value }
            guard let found = Timestamp(text) else { throw failed(text, name) }
            return .timestamp(found)
        default: return nil
        }
    }

    private static func failed(_ text: String, _ type: String) -> CELFailure {
        CELFailure(message: "type conversion error from 'string' to '\(type)': \(quoted(text))")
    }

    private static func integer<T: FixedWidthInteger>(_ value: CELValue, _ name: String)
        throws(CELFailure) -> T
    {
        let found: T?
        switch value {
        case .int(let number): found = T(exactly: number)
        case .uint(let number): found = T(exactly: number)
        case .double(let number): found = T(exactly: number.rounded(.towardZero))
        case .string(let text):
            guard let number = T(text) else { throw failed(text, name) }
            found = number
        case .timestamp(let time): found = T(exactly: time.seconds)
        case .duration(let nanoseconds): found = T(exactly: nanoseconds)
        default: throw .noOverload(name)
        }
        guard let found else { throw CELFailure(message: "range error converting to \(name)") }
        return found
    }

    private static func string(_ value: CELValue) throws(CELFailure) -> String {
        switch value {
        case .list, .map, .null, .optional: throw .noOverload("string")
        default: return celText(value)
        }
    }
}

/// A scalar as `string()` and messages print it.
func celText(_ value: CELValue) -> String {
    switch value {
    case .string(let text): text
    case .bool(let flag): flag ? "true" : "false"
    case .int(let number): String(number)
    case .uint(let number): String(number)
    case .double(let number):
        number.rounded() == number && abs(number) < 1e15 ? String(Int64(number)) : String(number)
    case .bytes(let bytes): String(decoding: bytes, as: UTF8.self)
    case .duration(let nanoseconds):
        nanoseconds % 1_000_000_000 == 0
            ? "\(nanoseconds / 1_000_000_000)s" : "\(Double(nanoseconds) / 1e9)s"
    case .timestamp(let time):
        time.nanoseconds % 1_000_000_000 == 0 ? time.secondsText : time.description
    case .type(let name): name
    case .null: "null"
    case .list, .map, .optional: value.typeName
    }
}

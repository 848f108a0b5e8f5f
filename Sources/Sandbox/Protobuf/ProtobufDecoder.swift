import Model
import YAML

/// Turns the Protobuf form of built-in kinds into objects.
///
/// Source: https://kubernetes.io/docs/reference/using-api/api-concepts/#protobuf-encoding
struct ProtobufDecoder {
    /// `k8s` and a zero byte begin every body.
    private static let magic: [UInt8] = [0x6B, 0x38, 0x73, 0x00]
    private static let maxDepth = 64

    private let schema: ProtobufSchema
    private var depth = 0

    static func decode(_ body: [UInt8]) throws(ProtobufProblem) -> Node {
        guard body.starts(with: magic) else {
            throw ProtobufProblem(
                message: "provided data does not appear to be a protobuf message, expected prefix "
                    + "[107 56 115 0]")
        }
        var apiVersion = ""
        var kind = ""
        var raw: ArraySlice<UInt8> = []
        var reader = ProtobufReader(body.dropFirst(magic.count))
        while let (number, value) = try reader.next() {
            guard case .bytes(let bytes) = value else { continue }
            if number == 1 {
                var type = ProtobufReader(bytes)
                while case (let part, .bytes(let text))? = try type.next() {
                    if part == 1 { apiVersion = String(decoding: text, as: UTF8.self) }
                    if part == 2 { kind = String(decoding: text, as: UTF8.self) }
                }
            } else if number == 2 {
                raw = bytes
            }
        }
        var decoder = ProtobufDecoder(schema: .builtIn)
        guard let message = decoder.schema.message(apiVersion: apiVersion, kind: kind) else {
            throw ProtobufProblem(
                message: "no kind \(quoted(kind)) in version \(quoted(apiVersion)) is known in "
                    + "Protobuf; send it as JSON")
        }
        var fields = Mapping([("kind", .string(kind)), ("apiVersion", .string(apiVersion))])
        try decoder.read(raw, message, into: &fields)
        return .object(fields)
    }

    private init(schema: ProtobufSchema) { self.schema = schema }

    private mutating func read(
        _ bytes: ArraySlice<UInt8>, _ message: ProtobufSchema.Message, into fields: inout Mapping
    ) throws(ProtobufProblem) {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maxDepth else {
            throw ProtobufProblem(message: "proto: message nests too deeply")
        }
        var reader = ProtobufReader(bytes)
        while let (number, value) = try reader.next() {
            // As in the API server, fields of a newer client are passed over.
            guard let field = message[number] else { continue }
            if field.isInline, case .message(let inner) = field.kind, case .bytes(let part) = value
            {
                try read(part, schema.message(inner), into: &fields)
            } else if field.isMap {
                let (key, item) = try entry(value, field)
                var map = fields[field.name]?.objectValue ?? Mapping()
                map[key] = item
                fields[field.name] = .object(map)
            } else if field.isRepeated {
                var list = fields[field.name]?.arrayValue ?? []
                list += try items(value, field)
                fields[field.name] = .array(list)
            } else if let node = try node(value, field.kind) {
                if field.isAbsentWhenZero, Self.isZero(node) { continue }
                fields[field.name] = node
            }
        }
    }

    private static func isZero(_ node: Node) -> Bool {
        node == "" || node == 0 || node == false || node == []
    }

    private mutating func items(_ value: ProtobufReader.Value, _ field: ProtobufSchema.Field)
        throws(ProtobufProblem) -> [Node]
    {
        if case .integer = field.kind, case .bytes(let bytes) = value {
            var reader = ProtobufReader(bytes)
            return try reader.packed().map { .int(Int64(bitPattern: $0)) }
        }
        return try node(value, field.kind).map { [$0] } ?? []
    }

    private mutating func entry(_ value: ProtobufReader.Value, _ field: ProtobufSchema.Field)
        throws(ProtobufProblem) -> (String, Node)
    {
        var key = ""
        var item: Node?
        var reader = ProtobufReader(try Self.bytes(value))
        while let (number, part) = try reader.next() {
            if number == 1 { key = try Self.text(part) }
            if number == 2 { item = try node(part, field.kind) }
        }
        return (key, item ?? "")
    }

    /// `nil` for a time that is not set.
    private mutating func node(_ value: ProtobufReader.Value, _ kind: ProtobufSchema.Field.Kind)
        throws(ProtobufProblem) -> Node?
    {
        switch kind {
        case .string: return .string(try Self.text(value))
        case .integer: return .int(try Self.integer(value))
        case .boolean: return .bool(try Self.integer(value) != 0)
        case .bytes: return .string(base64(Array(try Self.bytes(value))))
        case .time:
            let seconds = try Self.field(1, of: value).map(Self.integer) ?? 0
            let nanoseconds = try Self.field(2, of: value).map(Self.integer) ?? 0
            if seconds == 0, nanoseconds == 0 { return nil }
            // Whole years around now; what lies outside is no time of an object.
            guard abs(seconds) < 9_000_000_000 else {
                throw ProtobufProblem(message: "proto: time out of range")
            }
            let time = Timestamp(nanoseconds: seconds * 1_000_000_000 + nanoseconds % 1_000_000_000)
            return .string(time.secondsText)
        case .quantity: return .string(try Self.field(1, of: value).map(Self.text) ?? "0")
        case .integerOrString:
            let isText = try Self.field(1, of: value).map(Self.integer) == 1
            if isText { return .string(try Self.field(3, of: value).map(Self.text) ?? "") }
            return .int(try Self.field(2, of: value).map(Self.integer) ?? 0)
        case .json:
            let bytes = try Self.field(1, of: value).map(Self.bytes) ?? []
            if bytes.isEmpty { return .null }
            do { return try parseJSON(Array(bytes)) } catch {
                throw ProtobufProblem(message: "JSON in a protobuf message: \(error.summary)")
            }
        case .strings:
            var texts: [Node] = []
            var reader = ProtobufReader(try Self.bytes(value))
            while let (number, part) = try reader.next() {
                if number == 1 { texts.append(.string(try Self.text(part))) }
            }
            return .array(texts)
        case .message(let number):
            var fields = Mapping()
            try read(Self.bytes(value), schema.message(number), into: &fields)
            return .object(fields)
        }
    }

    // MARK: Values

    private static func bytes(_ value: ProtobufReader.Value) throws(ProtobufProblem)
        -> ArraySlice<UInt8>
    {
        guard case .bytes(let bytes) = value else {
            throw ProtobufProblem(message: "proto: wrong wireType for a message")
        }
        return bytes
    }

    private static func text(_ value: ProtobufReader.Value) throws(ProtobufProblem) -> String {
        String(decoding: try bytes(value), as: UTF8.self)
    }

    private static func integer(_ value: ProtobufReader.Value) throws(ProtobufProblem) -> Int64 {
        guard case .varint(let number) = value else {
            throw ProtobufProblem(message: "proto: wrong wireType for a number")
        }
        return Int64(bitPattern: number)
    }

    /// The last field of this number in a message.
    private static func field(_ wanted: UInt64, of value: ProtobufReader.Value)
        throws(ProtobufProblem) -> ProtobufReader.Value?
    {
        var found: ProtobufReader.Value?
        var reader = ProtobufReader(try bytes(value))
        while let (number, part) = try reader.next() { if number == wanted { found = part } }
        return found
    }
}

/// Bytes that are no Protobuf message of the kind they claim to be.
struct ProtobufProblem: Error, Hashable, Sendable {
    var message: String

    static let truncated = ProtobufProblem(message: "proto: unexpected end of message")
}

/// Reads the fields of one message.
///
/// Source: https://protobuf.dev/programming-guides/encoding/
struct ProtobufReader {
    enum Value {
        case varint(UInt64)
        case bytes(ArraySlice<UInt8>)
        /// Eight or four bytes, which only floating-point fields of the API have.
        case fixed(UInt64)
    }

    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    /// `nil` at the end.
    mutating func next() throws(ProtobufProblem) -> (number: UInt64, value: Value)? {
        if rest.isEmpty { return nil }
        let tag = try varint()
        switch tag & 7 {
        case 0: return (tag >> 3, .varint(try varint()))
        case 1: return (tag >> 3, .fixed(try fixed(8)))
        case 2:
            let count = try varint()
            guard count <= UInt64(rest.count) else { throw .truncated }
            let bytes = rest.prefix(Int(count))
            rest = rest.dropFirst(Int(count))
            return (tag >> 3, .bytes(bytes))
        case 5: return (tag >> 3, .fixed(try fixed(4)))
        default: throw ProtobufProblem(message: "proto: illegal wireType \(tag & 7)")
        }
    }

    /// Numbers one after the other, as packed fields hold them.
    mutating func packed() throws(ProtobufProblem) -> [UInt64] {
        var numbers: [UInt64] = []
        while !rest.isEmpty { numbers.append(try varint()) }
        return numbers
    }

    private mutating func varint() throws(ProtobufProblem) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: 0, to: 64, by: 7) {
            guard let byte = rest.popFirst() else { throw .truncated }
            value |= UInt64(byte & 0x7F) << UInt64(shift)
            if byte < 0x80 { return value }
        }
        throw ProtobufProblem(message: "proto: integer overflow")
    }

    private mutating func fixed(_ count: Int) throws(ProtobufProblem) -> UInt64 {
        guard rest.count >= count else { throw .truncated }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}

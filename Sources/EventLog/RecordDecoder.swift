/// Reads canonical JSON written by `RecordEncoder`, in one pass.
///
/// It accepts nothing else: white space, another order of keys, unknown keys and alternative escapes
/// are errors, so that a value has exactly one stored form.
public struct RecordDecoder: FieldCoder {
    private let bytes: [UInt8]
    private var offset = 0
    private var isFirstField = true

    public init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Reads one value that fills `bytes`.
    public static func decode<Value: Coded>(_ type: Value.Type, from bytes: [UInt8])
        throws(CodecError) -> Value
    {
        var decoder = RecordDecoder(bytes)
        let value: Value = try decoder.readObject()
        guard decoder.offset == bytes.count else {
            throw CodecError.malformed(expected: "the end", offset: decoder.offset)
        }
        return value
    }

    public mutating func field<Value: StoredValue>(_ name: StaticString, _ value: inout Value)
        throws(CodecError)
    {
        guard skip(name: name) else {
            throw CodecError.malformed(expected: "field \(name)", offset: offset)
        }
        value = try Value(readingFrom: &self)
    }

    public mutating func field<Value: StoredValue>(_ name: StaticString, _ value: inout Value?)
        throws(CodecError)
    {
        value = skip(name: name) ? try Value(readingFrom: &self) : nil
    }

    mutating func readObject<Value: Coded>() throws(CodecError) -> Value {
        let outer = isFirstField
        isFirstField = true
        try expect(UInt8(ascii: "{"))
        var value = Value()
        try value.code(&self)
        try expect(UInt8(ascii: "}"))
        isFirstField = outer
        return value
    }

    mutating func readInteger() throws(CodecError) -> Int64 {
        let start = offset
        let isNegative = skip(UInt8(ascii: "-"))
        var value: Int64 = 0
        var digits = 0
        while offset < bytes.count, bytes[offset] &- UInt8(ascii: "0") < 10 {
            value = value &* 10 &+ Int64(bytes[offset] &- UInt8(ascii: "0"))
            digits += 1
            offset += 1
        }
        let isCanonical =
            (1...16).contains(digits) && value < 1 << 53
            && !(digits > 1 && bytes[offset - digits] == UInt8(ascii: "0"))
            && !(isNegative && value == 0)
        guard isCanonical else { throw CodecError.malformed(expected: "an integer", offset: start) }
        return isNegative ? -value : value
    }

    mutating func readBool() throws(CodecError) -> Bool {
        if skip("true") { return true }
        if skip("false") { return false }
        throw CodecError.malformed(expected: "true or false", offset: offset)
    }

    mutating func readString() throws(CodecError) -> String {
        try expect(UInt8(ascii: "\""))
        let start = offset
        while offset < bytes.count {
            let byte = bytes[offset]
            if byte == UInt8(ascii: "\"") {
                let text = try string(bytes[start..<offset], at: start)
                offset += 1
                return text
            }
            if byte == UInt8(ascii: "\\") { return try readEscapedString(from: start) }
            guard byte >= 0x20 else { break }
            offset += 1
        }
        throw CodecError.malformed(expected: "the end of a string", offset: offset)
    }

    private mutating func readEscapedString(from start: Int) throws(CodecError) -> String {
        var content = Array(bytes[start..<offset])
        while offset < bytes.count {
            let byte = bytes[offset]
            offset += 1
            switch byte {
            case UInt8(ascii: "\""): return try string(content[...], at: start)
            case UInt8(ascii: "\\"): content.append(try readEscape())
            case 0..<0x20: throw CodecError.malformed(expected: "an escape", offset: offset - 1)
            default: content.append(byte)
            }
        }
        throw CodecError.malformed(expected: "the end of a string", offset: offset)
    }

    private mutating func readEscape() throws(CodecError) -> UInt8 {
        guard offset < bytes.count else {
            throw CodecError.malformed(expected: "an escape", offset: offset)
        }
        let byte = bytes[offset]
        offset += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): return byte
        case UInt8(ascii: "b"): return 0x08
        case UInt8(ascii: "t"): return 0x09
        case UInt8(ascii: "n"): return 0x0A
        case UInt8(ascii: "f"): return 0x0C
        case UInt8(ascii: "r"): return 0x0D
        case UInt8(ascii: "u"): return try readControlCode()
        default: throw CodecError.malformed(expected: "an escape", offset: offset - 1)
        }
    }

    /// `00` and two lower-case digits, of a control character that has no short form.
    private mutating func readControlCode() throws(CodecError) -> UInt8 {
        let start = offset
        guard skip("00"), offset + 2 <= bytes.count,
            let code = UInt8(
                String(decoding: bytes[offset..<offset + 2], as: UTF8.self), radix: 16),
            code < 0x20, ![0x08, 0x09, 0x0A, 0x0C, 0x0D].contains(code),
            !bytes[offset..<offset + 2].contains(where: { (0x41...0x46).contains($0) })
        else { throw CodecError.malformed(expected: "a control character", offset: start) }
        offset += 2
        return code
    }

    private func string(_ content: ArraySlice<UInt8>, at start: Int) throws(CodecError) -> String {
        guard let text = String(validating: content, as: UTF8.self) else {
            throw CodecError.malformed(expected: "UTF-8", offset: start)
        }
        return text
    }

    mutating func expect(_ byte: UInt8) throws(CodecError) {
        guard skip(byte) else {
            throw CodecError.malformed(
                expected: "\"\(Character(Unicode.Scalar(byte)))\"", offset: offset)
        }
    }

    mutating func skip(_ byte: UInt8) -> Bool {
        guard offset < bytes.count, bytes[offset] == byte else { return false }
        offset += 1
        return true
    }

    /// Skips `"name":` with the comma before it; nothing when another name stands here.
    private mutating func skip(name: StaticString) -> Bool {
        let start = offset
        if (isFirstField || skip(UInt8(ascii: ","))), skip(UInt8(ascii: "\"")), skip(name),
            skip("\":")
        {
            isFirstField = false
            return true
        }
        offset = start
        return false
    }

    private mutating func skip(_ text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard offset + count <= bytes.count else { return false }
        let matches = text.withUTF8Buffer { expected in
            for index in 0..<count where bytes[offset + index] != expected[index] { return false }
            return true
        }
        if matches { offset += count }
        return matches
    }
}

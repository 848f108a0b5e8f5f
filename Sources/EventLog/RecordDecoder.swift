internal import Model

/// Reads canonical JSON written by `RecordEncoder`, in one pass.
///
/// It accepts nothing else: white space, another order of keys, unknown keys and alternative escapes
/// are errors, so that a value has exactly one stored form.
public struct RecordDecoder: FieldCoder {
    private let bytes: [UInt8]
    private let start: Int
    private let end: Int
    private var offset: Int
    @usableFromInline var isFirstField = true
    private var pool = ValuePool()

    public init(_ bytes: [UInt8]) { self.init(bytes, bytes.indices) }

    /// Reads from a part of `bytes`; offsets in errors count from its beginning.
    @usableFromInline
    init(_ bytes: [UInt8], _ range: Range<Int>) {
        self.bytes = bytes
        start = range.lowerBound
        offset = range.lowerBound
        end = range.upperBound
    }

    /// Reads one value that fills `bytes`.
    @inlinable
    public static func decode<Value: Coded>(_ type: Value.Type, from bytes: [UInt8])
        throws(CodecError) -> Value
    {
        var decoder = RecordDecoder(bytes)
        return try decoder.readAll()
    }

    /// Reads one value that fills what there is.
    @inlinable
    mutating func readAll<Value: Coded>() throws(CodecError) -> Value {
        let value: Value = try readObject()
        try expectEnd()
        return value
    }

    @usableFromInline
    func expectEnd() throws(CodecError) {
        guard offset == end else { throw malformed("the end") }
    }

    /// Lends the decoder a pool of values, or takes it back.
    @usableFromInline
    mutating func exchange(_ other: inout ValuePool) { swap(&pool, &other) }

    @inlinable
    public mutating func field<Value: StoredValue>(_ name: StaticString, _ value: inout Value)
        throws(CodecError)
    {
        guard skip(name: name) else { throw missing(name) }
        value = try Value(readingFrom: &self)
    }

    @usableFromInline
    func missing(_ name: StaticString) -> CodecError { malformed("field \(name)") }

    @inlinable
    public mutating func field<Value: StoredValue>(_ name: StaticString, _ value: inout Value?)
        throws(CodecError)
    {
        value = skip(name: name) ? try Value(readingFrom: &self) : nil
    }

    @inlinable
    mutating func readObject<Value: Coded>() throws(CodecError) -> Value {
        let outer = isFirstField
        isFirstField = true
        try expect(0x7B)  // {
        var value = Value()
        try value.code(&self)
        try expect(0x7D)  // }
        isFirstField = outer
        return value
    }

    mutating func readInteger() throws(CodecError) -> Int64 {
        let first = offset
        let isNegative = skip(UInt8(ascii: "-"))
        var value: Int64 = 0
        var digits = 0
        while offset < end, bytes[offset] &- UInt8(ascii: "0") < 10 {
            value = value &* 10 &+ Int64(bytes[offset] &- UInt8(ascii: "0"))
            digits += 1
            offset += 1
        }
        let isCanonical =
            (1...16).contains(digits) && value < 1 << 53
            && !(digits > 1 && bytes[offset - digits] == UInt8(ascii: "0"))
            && !(isNegative && value == 0)
        guard isCanonical else { throw malformed("an integer", at: first) }
        return isNegative ? -value : value
    }

    mutating func readBool() throws(CodecError) -> Bool {
        if skip("true") { return true }
        if skip("false") { return false }
        throw malformed("true or false")
    }

    mutating func readString() throws(CodecError) -> String {
        try expect(UInt8(ascii: "\""))
        let first = offset
        offset += countOfPlainBytes(bytes.span.extracting(first..<end))
        guard offset < end else { throw malformed("the end of a string") }
        switch bytes[offset] {
        case UInt8(ascii: "\""):
            guard let text = pool.text(bytes, first..<offset) else {
                throw malformed("UTF-8", at: first)
            }
            offset += 1
            return text
        case UInt8(ascii: "\\"): return try readEscapedString(from: first)
        default: throw malformed("the end of a string")
        }
    }

    private mutating func readEscapedString(from first: Int) throws(CodecError) -> String {
        var content = Array(bytes[first..<offset])
        while offset < end {
            let byte = bytes[offset]
            offset += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let text = String(checking: content.span) else {
                    throw malformed("UTF-8", at: first)
                }
                return text
            case UInt8(ascii: "\\"): content.append(try readEscape())
            default: throw malformed("an escape", at: offset - 1)
            }
            let count = countOfPlainBytes(bytes.span.extracting(offset..<end))
            content.append(contentsOf: bytes[offset..<offset + count])
            offset += count
        }
        throw malformed("the end of a string")
    }

    private mutating func readEscape() throws(CodecError) -> UInt8 {
        guard offset < end else { throw malformed("an escape") }
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
        default: throw malformed("an escape", at: offset - 1)
        }
    }

    /// `00` and two lower-case digits, of a control character that has no short form.
    private mutating func readControlCode() throws(CodecError) -> UInt8 {
        let first = offset
        guard skip("00"), offset + 2 <= end, let high = hexDigit(bytes[offset]), high < 2,
            let low = hexDigit(bytes[offset + 1]),
            case let code = high << 4 | low, ![0x08, 0x09, 0x0A, 0x0C, 0x0D].contains(code)
        else { throw malformed("a control character", at: first) }
        offset += 2
        return code
    }

    private func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        default: nil
        }
    }

    @usableFromInline
    mutating func expect(_ byte: UInt8) throws(CodecError) {
        guard skip(byte) else { throw malformed("\"\(Character(Unicode.Scalar(byte)))\"") }
    }

    mutating func skip(_ byte: UInt8) -> Bool {
        guard offset < end, bytes[offset] == byte else { return false }
        offset += 1
        return true
    }

    /// Skips `"name":` with the comma before it; nothing when another name stands here.
    @usableFromInline
    mutating func skip(name: StaticString) -> Bool {
        let opening = isFirstField ? offset : offset + 1
        let count = name.utf8CodeUnitCount
        let closing = opening + 1 + count
        guard closing + 1 < end else { return false }
        // Another name nearly always ends elsewhere.
        guard bytes[closing] == UInt8(ascii: "\""), bytes[closing + 1] == UInt8(ascii: ":"),
            bytes[opening] == UInt8(ascii: "\""),
            isFirstField || bytes[offset] == UInt8(ascii: ","),
            matches(name, opening + 1..<closing)
        else { return false }
        offset = closing + 2
        isFirstField = false
        return true
    }

    private func matches(_ text: StaticString, _ range: Range<Int>) -> Bool {
        text.withUTF8Buffer { bytes.span.extracting(range).hasSameBytes(as: $0.span) }
    }

    private mutating func skip(_ text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard offset + count <= end, matches(text, offset..<offset + count) else { return false }
        offset += count
        return true
    }

    private func malformed(_ expected: String, at place: Int? = nil) -> CodecError {
        .malformed(expected: expected, offset: (place ?? offset) - start)
    }
}

extension RecordDecoder {
    /// A string of exactly `count` bytes without escapes, read without making a `String` of it.
    ///
    /// - Returns: What `read` makes of its bytes; `nil`, with nothing read, when the string has another
    ///   length or `read` does not know it.
    mutating func readShort<Value>(_ count: Int, _ read: (Span<UInt8>) -> Value?) -> Value? {
        let first = offset + 1
        guard first + count < end, bytes[offset] == UInt8(ascii: "\""),
            bytes[first + count] == UInt8(ascii: "\""),
            let value = read(bytes.span.extracting(first..<first + count))
        else { return nil }
        offset = first + count + 1
        return value
    }

    /// An object key, read without making a `String` of the whole.
    ///
    /// - Returns: `nil`, with nothing read, for whatever is not plainly one: it is read with more care.
    mutating func readPlainKey() -> ObjectKey? {
        guard offset < end, bytes[offset] == UInt8(ascii: "\"") else { return nil }
        let first = offset + 1
        let last = first + countOfPlainBytes(bytes.span.extracting(first..<end))
        guard last < end, bytes[last] == UInt8(ascii: "\""),
            let key = pool.key(bytes, first..<last)
        else { return nil }
        offset = last + 1
        return key
    }

    /// An object that is mostly the one read before: then its bytes are compared, and not read again.
    mutating func readActor() throws(CodecError) -> Actor {
        if let known = pool.actor, known.isBegun(by: bytes.span.extracting(offset..<end)) {
            offset += known.bytes.count
            return known.actor
        }
        let first = offset
        let actor: Actor = try readObject()
        pool.remember(actor, bytes[first..<offset])
        return actor
    }
}

/// Writes canonical JSON: no white space, keys ascending, strings escaped as RFC 8785 says.
///
/// Source: https://www.rfc-editor.org/rfc/rfc8785#section-3.2.2
///
/// The generic parts can be inlined: a row of another target is then written without a look-up of what
/// each of its fields is.
public struct RecordEncoder: FieldCoder {
    public internal(set) var bytes: [UInt8] = []
    /// The first value that has no stored form, so that `bytes` could not be read again.
    @usableFromInline private(set) var problem: CodecError?
    @usableFromInline var needsComma = false
    @usableFromInline var lastName: StaticString = ""

    public init() { bytes.reserveCapacity(512) }

    /// The canonical bytes of one value.
    @inlinable
    public static func encode(_ value: some Coded) -> [UInt8] {
        var encoder = RecordEncoder()
        encoder.append(object: value)
        precondition(encoder.problem == nil, "what is made of events has a stored form")
        return encoder.bytes
    }

    /// The bytes.
    ///
    /// - Throws: `problem`.
    public consuming func finish() throws(CodecError) -> [UInt8] {
        if let problem { throw problem }
        return bytes
    }

    mutating func note(_ text: String, isNo set: String) {
        problem = problem ?? .unknownValue(text, of: set)
    }

    @inlinable
    public mutating func field<Value: StoredValue>(_ name: StaticString, _ value: inout Value) {
        append(name: name)
        value.write(to: &self)
    }

    @inlinable
    public mutating func field<Value: StoredValue>(_ name: StaticString, _ value: inout Value?) {
        guard let present = value else { return }
        append(name: name)
        present.write(to: &self)
    }

    @inlinable
    mutating func append(object: some Coded) {
        let outer = (needsComma, lastName)
        (needsComma, lastName) = (false, "")
        append(raw: "{")
        var object = object
        do {
            try object.code(&self)
        } catch {
            preconditionFailure("encoding has no reason to fail: \(error)")
        }
        append(raw: "}")
        (needsComma, lastName) = outer
    }

    @usableFromInline
    mutating func append(raw text: StaticString) {
        bytes.append(
            contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// An integer within ±(2^53 − 1), the range every JSON reader keeps exact.
    mutating func append(integer: Int64) {
        if integer.magnitude >= 1 << 53 { note("\(integer)", isNo: "integer within ±(2^53 − 1)") }
        var text = String(integer)
        text.withUTF8 { bytes.append(contentsOf: $0) }
    }

    mutating func append(string: String) {
        bytes.append(UInt8(ascii: "\""))
        append(content: string)
        bytes.append(UInt8(ascii: "\""))
    }

    /// A string of four parts, with slashes between them.
    mutating func append(string first: String, _ second: String, _ third: String, _ last: String) {
        bytes.append(UInt8(ascii: "\""))
        append(content: first)
        bytes.append(UInt8(ascii: "/"))
        append(content: second)
        bytes.append(UInt8(ascii: "/"))
        append(content: third)
        bytes.append(UInt8(ascii: "/"))
        append(content: last)
        bytes.append(UInt8(ascii: "\""))
    }

    /// What stands between the quotes of a string, or a part of it.
    mutating func append(content: String) {
        var string = content
        string.withUTF8 { utf8 in
            var rest = utf8[...]
            while true {
                let text = UnsafeBufferPointer(rebasing: rest)
                let count = countOfPlainBytes(text.span)
                bytes.append(contentsOf: text[..<count])
                guard count < text.count else { break }
                append(escaping: text[count])
                rest = rest.dropFirst(count + 1)
            }
        }
    }

    /// A string whose bytes need no escaping.
    mutating func append(plain write: (inout [UInt8]) -> Void) {
        bytes.append(UInt8(ascii: "\""))
        write(&bytes)
        bytes.append(UInt8(ascii: "\""))
    }

    @usableFromInline
    mutating func append(name: StaticString) {
        // The vectors of every type hold this; it is not looked at again for each event.
        assert(
            lastName.precedes(name), "fields are coded in ascending order: \(lastName), \(name)")
        lastName = name
        bytes.append(addingCapacity: name.utf8CodeUnitCount + 4) { text in
            if needsComma { text.append(UInt8(ascii: ",")) }
            text.append(UInt8(ascii: "\""))
            name.withUTF8Buffer { for byte in $0 { text.append(byte) } }
            text.append(UInt8(ascii: "\""))
            text.append(UInt8(ascii: ":"))
        }
        needsComma = true
    }

    private mutating func append(escaping byte: UInt8) {
        switch byte {
        case 0x22: append(raw: "\\\"")
        case 0x5C: append(raw: "\\\\")
        case 0x08: append(raw: "\\b")
        case 0x09: append(raw: "\\t")
        case 0x0A: append(raw: "\\n")
        case 0x0C: append(raw: "\\f")
        case 0x0D: append(raw: "\\r")
        case 0..<0x20:
            append(raw: "\\u00")
            let digits = Array("0123456789abcdef".utf8)
            bytes.append(digits[Int(byte >> 4)])
            bytes.append(digits[Int(byte & 15)])
        default: bytes.append(byte)
        }
    }
}

extension StaticString {
    /// Whether this stands before `other` in the order of the UTF-8 bytes.
    fileprivate func precedes(_ other: StaticString) -> Bool {
        withUTF8Buffer { mine in
            other.withUTF8Buffer { theirs in mine.lexicographicallyPrecedes(theirs) }
        }
    }
}

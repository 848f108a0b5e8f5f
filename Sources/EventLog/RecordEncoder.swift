/// Writes canonical JSON: no white space, keys ascending, strings escaped as RFC 8785 says.
///
/// Source: https://www.rfc-editor.org/rfc/rfc8785#section-3.2.2
public struct RecordEncoder: FieldCoder {
    public private(set) var bytes: [UInt8] = []
    private var needsComma = false
    private var lastName: StaticString = ""

    public init() {}

    /// The canonical bytes of one value.
    public static func encode(_ value: some Coded) -> [UInt8] {
        var encoder = RecordEncoder()
        encoder.append(object: value)
        return encoder.bytes
    }

    public mutating func field<Value: StoredValue>(_ name: StaticString, _ value: inout Value) {
        append(name: name)
        value.write(to: &self)
    }

    public mutating func field<Value: StoredValue>(_ name: StaticString, _ value: inout Value?) {
        guard let present = value else { return }
        append(name: name)
        present.write(to: &self)
    }

    mutating func append(object: some Coded) {
        let outer = (needsComma, lastName)
        (needsComma, lastName) = (false, "")
        bytes.append(UInt8(ascii: "{"))
        var object = object
        do {
            try object.code(&self)
        } catch {
            preconditionFailure("encoding has no reason to fail: \(error)")
        }
        bytes.append(UInt8(ascii: "}"))
        (needsComma, lastName) = outer
    }

    mutating func append(raw text: StaticString) {
        bytes.append(
            contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// - Precondition: `integer` is within ±(2^53 − 1), the range every JSON reader keeps exact.
    mutating func append(integer: Int64) {
        precondition(abs(integer) < 1 << 53, "stored integers are within ±(2^53 − 1)")
        bytes.append(contentsOf: String(integer).utf8)
    }

    mutating func append(string: String) {
        bytes.append(UInt8(ascii: "\""))
        var string = string
        string.withUTF8 { utf8 in
            if utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x22 && $0 != 0x5C }) {
                bytes.append(contentsOf: utf8)
            } else {
                for byte in utf8 { append(escaping: byte) }
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func append(name: StaticString) {
        precondition(
            lastName.precedes(name), "fields are coded in ascending order: \(lastName), \(name)")
        lastName = name
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
        bytes.append(UInt8(ascii: "\""))
        append(raw: name)
        append(raw: "\":")
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

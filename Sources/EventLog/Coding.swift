public import Model

/// A value that is stored as a canonical JSON object.
///
/// One function lists the fields for both directions, in ascending order of their names, which is
/// the order of the stored bytes (RFC 8785): reading is then a single pass without look-ups.
public protocol Coded: Equatable, Sendable {
    /// A value to be filled in by `code(_:)`.
    init()
    mutating func code(_ coder: inout some FieldCoder) throws(CodecError)
}

extension Coded {
    /// Makes a value by setting the fields that are not at their default.
    public init(_ fill: (inout Self) -> Void) {
        self.init()
        fill(&self)
    }
}

/// One direction of coding the fields of a `Coded` value.
public protocol FieldCoder {
    /// A field that is always stored.
    mutating func field<Value: StoredValue>(_ name: StaticString, _ value: inout Value)
        throws(CodecError)
    /// A field that is left out when it is `nil`.
    mutating func field<Value: StoredValue>(_ name: StaticString, _ value: inout Value?)
        throws(CodecError)
}

/// Why stored bytes could not be read as an event.
public enum CodecError: Error, Equatable, Sendable {
    /// The bytes are not canonical JSON of the expected shape.
    case malformed(expected: String, offset: Int)
    /// A newer release wrote it.
    case unknownEvent(type: String, version: Int)
    /// A text that is no value of its closed set.
    case unknownValue(String, of: String)
}

extension CodecError: Diagnostic {
    public var summary: String {
        switch self {
        case .malformed(let expected, let offset):
            "stored bytes are not canonical: expected \(expected) at byte \(offset)"
        case .unknownEvent(let type, let version): "cannot read event \(type) version \(version)"
        case .unknownValue(let text, let set): "\"\(text)\" is no \(set)"
        }
    }

    public var hint: String? {
        switch self {
        case .unknownEvent, .unknownValue: "run the release that wrote the ledger, or a newer one"
        case .malformed: "run tidemark verify to find what was changed"
        }
    }
}

/// A value that a field can hold: text, integer, truth, time, digest, a closed set, a list, an object.
public protocol StoredValue: Equatable, Sendable {
    func write(to encoder: inout RecordEncoder)
    init(readingFrom decoder: inout RecordDecoder) throws(CodecError)
}

extension String: StoredValue {
    public func write(to encoder: inout RecordEncoder) { encoder.append(string: self) }
    public init(readingFrom decoder: inout RecordDecoder) throws(CodecError) {
        self = try decoder.readString()
    }
}

extension Int64: StoredValue {
    public func write(to encoder: inout RecordEncoder) { encoder.append(integer: self) }
    public init(readingFrom decoder: inout RecordDecoder) throws(CodecError) {
        self = try decoder.readInteger()
    }
}

extension Int: StoredValue {
    public func write(to encoder: inout RecordEncoder) { encoder.append(integer: Int64(self)) }
    public init(readingFrom decoder: inout RecordDecoder) throws(CodecError) {
        self = Int(try decoder.readInteger())
    }
}

extension Bool: StoredValue {
    public func write(to encoder: inout RecordEncoder) {
        encoder.append(raw: self ? "true" : "false")
    }
    public init(readingFrom decoder: inout RecordDecoder) throws(CodecError) {
        self = try decoder.readBool()
    }
}

extension Array: StoredValue where Element: StoredValue {
    public func write(to encoder: inout RecordEncoder) {
        encoder.append(raw: "[")
        for (index, element) in enumerated() {
            if index > 0 { encoder.append(raw: ",") }
            element.write(to: &encoder)
        }
        encoder.append(raw: "]")
    }

    public init(readingFrom decoder: inout RecordDecoder) throws(CodecError) {
        self = []
        try decoder.expect(UInt8(ascii: "["))
        if decoder.skip(UInt8(ascii: "]")) { return }
        repeat {
            append(try Element(readingFrom: &decoder))
        } while decoder.skip(UInt8(ascii: ","))
        try decoder.expect(UInt8(ascii: "]"))
    }
}

extension StoredValue where Self: Coded {
    public func write(to encoder: inout RecordEncoder) { encoder.append(object: self) }
    public init(readingFrom decoder: inout RecordDecoder) throws(CodecError) {
        self = try decoder.readObject()
    }
}

/// A closed set of literal texts; a text is never reused for another meaning.
public protocol StoredEnum: StoredValue, RawRepresentable<String>, CaseIterable, Hashable {}

extension StoredEnum {
    public func write(to encoder: inout RecordEncoder) { encoder.append(string: rawValue) }
    public init(readingFrom decoder: inout RecordDecoder) throws(CodecError) {
        let text = try decoder.readString()
        guard let value = Self(rawValue: text) else {
            throw CodecError.unknownValue(text, of: "\(Self.self)")
        }
        self = value
    }
}

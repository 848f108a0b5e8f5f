public import Model

/// Reads one JSON value.
///
/// Stricter than most readers: duplicate keys (also when they differ only in Unicode normalization),
/// lone surrogates, malformed UTF-8 and anything after the value are errors. Numbers without fraction
/// and exponent that fit in 64 bits are `int`, all others `double`. Keys keep their order.
///
/// Source: https://www.rfc-editor.org/rfc/rfc8259
public func parseJSON(
    _ bytes: [UInt8], limits: ParseLimits = .standard
) throws(JSONError) -> Node {
    let result = bytes.withUnsafeBufferPointer { buffer -> Result<Node, JSONError> in
        var reader = JSONReader(bytes: buffer, limits: limits)
        do throws(JSONReader.Stop) {
            return .success(try reader.readDocument())
        } catch {
            let place = textPosition(of: error.offset, in: buffer)
            return .failure(JSONError(error.reason, line: place.line, column: place.column))
        }
    }
    return try result.get()
}

/// A recursive descent over the bytes; its depth is bounded by the limits.
struct JSONReader: ~Copyable {
    struct Stop: Error {
        var reason: JSONError.Reason
        var offset: Int
    }

    let bytes: UnsafeBufferPointer<UInt8>
    let limits: ParseLimits
    var position = 0
    private var depth = 0
    private var nodeCount = 0
    /// Shared by all levels, so that an object or array is allocated once, at its final size.
    private var entries = ValueStack<Mapping.Element>()
    private var elements = ValueStack<Node>()

    init(bytes: UnsafeBufferPointer<UInt8>, limits: ParseLimits) {
        self.bytes = bytes
        self.limits = limits
    }

    mutating func readDocument() throws(Stop) -> Node {
        guard bytes.count <= limits.maxBytes else {
            throw Stop(reason: .tooLong(maximum: limits.maxBytes), offset: 0)
        }
        if let offset = firstInvalidUTF8(bytes) {
            throw Stop(reason: .invalidUTF8, offset: offset)
        }
        skipSpace()
        let value = try readValue()
        skipSpace()
        guard position == bytes.count else { throw stop(.trailingContent) }
        return value
    }

    private mutating func readValue() throws(Stop) -> Node {
        guard position < bytes.count else { throw stop(.unexpectedEnd) }
        nodeCount += 1
        guard nodeCount <= limits.maxNodes else {
            throw stop(.tooManyValues(maximum: limits.maxNodes))
        }
        switch bytes[position] {
        case UInt8(ascii: "\""): return .string(try readString())
        case UInt8(ascii: "{"): return try readObject()
        case UInt8(ascii: "["): return try readArray()
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try readNumber()
        case UInt8(ascii: "t"):
            try expect("true")
            return .bool(true)
        case UInt8(ascii: "f"):
            try expect("false")
            return .bool(false)
        case UInt8(ascii: "n"):
            try expect("null")
            return .null
        default: throw unexpected("a value")
        }
    }

    private mutating func readObject() throws(Stop) -> Node {
        try enter()
        let start = entries.count
        var seen: Set<String> = []
        skipSpace()
        if take(UInt8(ascii: "}")) {
            depth -= 1
            return .object(Mapping())
        }
        while true {
            guard position < bytes.count else { throw stop(.unexpectedEnd) }
            guard bytes[position] == UInt8(ascii: "\"") else { throw unexpected("a key") }
            let keyOffset = position
            let key = try readString()
            if isDuplicate(key, since: start, &seen) {
                throw Stop(reason: .duplicateKey(key), offset: keyOffset)
            }
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw unexpected("':'") }
            skipSpace()
            let value = try readValue()
            entries.push((key, value))
            skipSpace()
            if take(UInt8(ascii: ",")) {
                skipSpace()
                continue
            }
            guard take(UInt8(ascii: "}")) else { throw unexpected("',' or '}'") }
            break
        }
        depth -= 1
        return .object(Mapping(uniqueKeys: entries.take(from: start)))
    }

    /// Looks through the entries of a small object, and keeps a set of the keys of a large one.
    ///
    /// Keys compare as Unicode text, as `Mapping` compares them.
    private func isDuplicate(_ key: String, since start: Int, _ seen: inout Set<String>) -> Bool {
        let count = entries.count - start
        guard count >= 16 else {
            for index in start..<entries.count where entries[index].key == key { return true }
            return false
        }
        if seen.isEmpty {
            for index in start..<entries.count { seen.insert(entries[index].key) }
        }
        return !seen.insert(key).inserted
    }

    private mutating func readArray() throws(Stop) -> Node {
        try enter()
        let start = elements.count
        skipSpace()
        if take(UInt8(ascii: "]")) {
            depth -= 1
            return .array([])
        }
        while true {
            let value = try readValue()
            elements.push(value)
            skipSpace()
            if take(UInt8(ascii: ",")) {
                skipSpace()
                continue
            }
            guard take(UInt8(ascii: "]")) else { throw unexpected("',' or ']'") }
            break
        }
        depth -= 1
        return .array(elements.take(from: start))
    }

    private mutating func enter() throws(Stop) {
        depth += 1
        guard depth <= limits.maxDepth else { throw stop(.tooDeep(maximum: limits.maxDepth)) }
        position += 1
    }
}

// MARK: - Bytes

extension JSONReader {
    mutating func skipSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"):
                position += 1
            default: return
            }
        }
    }

    mutating func take(_ byte: UInt8) -> Bool {
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    mutating func expect(_ word: StaticString) throws(Stop) {
        let count = word.utf8CodeUnitCount
        guard position + count <= bytes.count else { throw stop(.unexpectedEnd) }
        for offset in 0..<count where bytes[position + offset] != word.utf8Start[offset] {
            throw unexpected("a value")
        }
        position += count
    }

    func stop(_ reason: JSONError.Reason) -> Stop { Stop(reason: reason, offset: position) }

    func unexpected(_ expected: String) -> Stop {
        guard position < bytes.count else { return stop(.unexpectedEnd) }
        let byte = bytes[position]
        let found =
            switch byte {
            case 0x21...0x7E: "'\(Unicode.Scalar(byte))'"
            case 0x80...: "a character outside ASCII"
            default: "a control character or space"
            }
        return stop(.unexpected(found, expected: expected))
    }
}

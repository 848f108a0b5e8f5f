/// What Go's packages strings and unicode do, on bytes.
extension ByteString {
    /// The characters, with U+FFFD for each byte that is not UTF-8, as `[]rune` has them.
    var scalars: [Unicode.Scalar] {
        var result: [Unicode.Scalar] = []
        result.reserveCapacity(count)
        forEachCharacter { scalar, _ in result.append(scalar ?? "\u{FFFD}") }
        return result
    }

    init(_ scalars: some Sequence<Unicode.Scalar>) {
        var bytes: [UInt8] = []
        for scalar in scalars { appendUTF8(scalar, to: &bytes) }
        self.init(bytes)
    }

    /// Visits every character with its bytes; the scalar is nil for a byte that is not UTF-8.
    func forEachCharacter(_ visit: (Unicode.Scalar?, Range<Int>) -> Void) {
        var place = 0
        while place < bytes.count {
            let decoded = decodedScalar(bytes, at: place)
            let end = place + (decoded?.length ?? 1)
            visit(decoded?.scalar, place..<end)
            place = end
        }
    }

    func mapped(_ transform: (Unicode.Scalar) -> Unicode.Scalar) -> ByteString {
        ByteString(scalars.map(transform))
    }

    func hasPrefix(_ prefix: ByteString) -> Bool { bytes.starts(with: prefix.bytes) }

    func hasSuffix(_ suffix: ByteString) -> Bool {
        bytes.reversed().starts(with: suffix.bytes.reversed())
    }

    func contains(_ part: ByteString) -> Bool {
        part.isEmpty || bytes.firstOccurrence(of: part.bytes) != nil
    }

    /// Without the characters at both ends that `isTrimmed` names; bytes that are no UTF-8 are U+FFFD.
    func trimmed(_ isTrimmed: (Unicode.Scalar) -> Bool) -> ByteString {
        var start = count
        var end = 0
        forEachCharacter { scalar, range in
            guard !isTrimmed(scalar ?? "\u{FFFD}") else { return }
            start = Swift.min(start, range.lowerBound)
            end = range.upperBound
        }
        return start < end ? ByteString(bytes[start..<end]) : ""
    }

    /// As `strings.SplitN`: at most `limit` parts, a negative limit is none; without separator, characters.
    func split(by separator: ByteString, limit: Int = -1) -> [ByteString] {
        if limit == 0 { return [] }
        var parts: [ByteString] = []
        if separator.isEmpty {
            forEachCharacter { _, range in
                if limit > 0, parts.count == limit {
                    parts[limit - 1].bytes += bytes[range]
                } else {
                    parts.append(ByteString(bytes[range]))
                }
            }
            return parts
        }
        var start = 0
        while limit < 0 || parts.count < limit - 1,
            let place = bytes.firstOccurrence(of: separator.bytes, from: start)
        {
            parts.append(ByteString(bytes[start..<place]))
            start = place + separator.count
        }
        return parts + [ByteString(bytes[start...])]
    }

    /// As `strings.ReplaceAll`: an empty `old` stands before every character and at the end.
    func replacing(_ old: ByteString, with new: ByteString) -> ByteString {
        if old.isEmpty {
            var result = new
            forEachCharacter { _, range in
                result.bytes += bytes[range]
                result.bytes += new.bytes
            }
            return result
        }
        return split(by: old).joined(by: new)
    }

    func repeated(_ count: Int) -> ByteString {
        var result: [UInt8] = []
        result.reserveCapacity(self.count * count)
        for _ in 0..<count { result += bytes }
        return ByteString(result)
    }
}

extension [ByteString] {
    func joined(by separator: ByteString) -> ByteString {
        var result: [UInt8] = []
        for (place, part) in enumerated() {
            if place > 0 { result += separator.bytes }
            result += part.bytes
        }
        return ByteString(result)
    }
}

/// As `unicode.IsSpace`.
func isGoSpace(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09...0x0D, 0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F,
        0x3000:
        true
    default: false
    }
}

func isGoUpper(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.generalCategory == .uppercaseLetter
}

func isGoLower(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.generalCategory == .lowercaseLetter
}

/// As `unicode.IsNumber`.
func isGoNumber(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .decimalNumber, .letterNumber, .otherNumber: true
    default: false
    }
}

/// As `unicode.IsPunct`.
func isGoPunctuation(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
        .initialPunctuation, .finalPunctuation, .otherPunctuation:
        true
    default: false
    }
}

public import Digests
public import Model

// Values whose text has a fixed form: read from the bytes and written to them without a `String` between.

extension EventID: StoredValue {
    public func write(to encoder: inout RecordEncoder) {
        encoder.append { append(to: &$0) }
    }

    public init(readingFrom decoder: inout RecordDecoder) throws(CodecError) {
        if let id = decoder.readShort(36, { EventID(stored: $0) }) {
            self = id
        } else {
            throw CodecError.unknownValue(try decoder.readString(), of: "event id")
        }
    }
}

extension Timestamp: StoredValue {
    public func write(to encoder: inout RecordEncoder) {
        if !isStorable { encoder.note(description, isNo: "time from 1678 to 2261") }
        encoder.append { append(to: &$0) }
    }

    // RFC 3339 allows other letters, a space, leap seconds: only the one form is stored.
    public init(readingFrom decoder: inout RecordDecoder) throws(CodecError) {
        if let time = decoder.readShort(30, { Timestamp(stored: $0) }) {
            self = time
        } else {
            throw CodecError.unknownValue(try decoder.readString(), of: "time")
        }
    }
}

extension Digest: StoredValue {
    public func write(to encoder: inout RecordEncoder) {
        encoder.append { bytes in
            bytes.append(addingCapacity: 64) { text in
                func append(_ word: UInt64) {
                    for place in 0..<16 as Range<UInt64> {
                        text.append(hexDigit(of: word >> (60 - 4 * place)))
                    }
                }
                append(words.0)
                append(words.1)
                append(words.2)
                append(words.3)
            }
        }
    }

    public init(readingFrom decoder: inout RecordDecoder) throws(CodecError) {
        if let digest = decoder.readShort(64, { Digest(stored: $0) }) {
            self = digest
        } else {
            throw CodecError.unknownValue(try decoder.readString(), of: "digest")
        }
    }

    private init?(stored text: Span<UInt8>) {
        func word(_ index: Int) -> UInt64? {
            let bytes = text.bytes
            let first = bytes.unsafeLoadUnaligned(fromByteOffset: 16 * index, as: UInt64.self)
            let second = bytes.unsafeLoadUnaligned(fromByteOffset: 16 * index + 8, as: UInt64.self)
            guard let high = hexValue(ofEight: UInt64(littleEndian: first)),
                let low = hexValue(ofEight: UInt64(littleEndian: second))
            else { return nil }
            return UInt64(high) << 32 | UInt64(low)
        }
        guard let first = word(0), let second = word(1), let third = word(2), let fourth = word(3)
        else { return nil }
        self.init(words: (first, second, third, fourth))
    }
}

extension ObjectKey: StoredValue {
    public func write(to encoder: inout RecordEncoder) {
        if !isStorable { encoder.note(description, isNo: "object key") }
        encoder.append(string: group, kind, namespace, name)
    }

    /// Whether its text is that of no other key: only a name may have slashes.
    private var isStorable: Bool {
        let slash = UInt8(ascii: "/")
        return !kind.isEmpty && !name.isEmpty && !group.utf8.contains(slash)
            && !kind.utf8.contains(slash) && !namespace.utf8.contains(slash)
    }

    public init(readingFrom decoder: inout RecordDecoder) throws(CodecError) {
        if let key = decoder.readPlainKey() {
            self = key
            return
        }
        let text = try decoder.readString()
        guard let key = ObjectKey(text) else {
            throw CodecError.unknownValue(text, of: "object key")
        }
        self = key
    }
}

/// The digit of the lowest four bits.
func hexDigit(of value: UInt64) -> UInt8 {
    let digit = UInt8(truncatingIfNeeded: value & 15)
    return digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
}

/// The value of eight lower-case hexadecimal digits, the first of them in the lowest byte; `nil` when one
/// of them is anything else.
///
/// All eight are looked at in a few operations on one word, as a digest has sixty-four of them.
func hexValue(ofEight text: UInt64) -> UInt32? {
    let ones: UInt64 = 0x0101_0101_0101_0101
    // "0"…"9" are 0x30…0x39 and "a"…"f" are 0x61…0x66: bit 6 says which.
    let isLetter = (text >> 6) & ones
    let low = text & (0x0F * ones)
    guard text & (0xF0 * ones) == 0x30 * ones + 0x30 * isLetter else { return nil }
    // Sixteen is reached from above 9 with 6 (a digit) and from above 6 with 9 (a letter).
    let tooHigh = (low + 6 * ones + 3 * isLetter) & (0x10 * ones)
    let zeroLetter = ~(low + 0x0F * ones) & (isLetter << 4)
    guard tooHigh | zeroLetter == 0 else { return nil }
    let nibbles = low + 9 * isLetter
    var value = ((nibbles & 0x000F_000F_000F_000F) << 4) | ((nibbles >> 8) & 0x000F_000F_000F_000F)
    value = (value | value >> 8) & 0x0000_FFFF_0000_FFFF
    value = value | value >> 16
    return UInt32(truncatingIfNeeded: value).byteSwapped
}

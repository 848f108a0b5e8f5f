/// The character that begins at `place`, and its length in bytes; nil where the bytes are not UTF-8.
///
/// Surrogates, overlong forms and what lies beyond U+10FFFF are not UTF-8, as for Go's `utf8.DecodeRune`.
func decodedScalar(_ bytes: [UInt8], at place: Int) -> (scalar: Unicode.Scalar, length: Int)? {
    let first = bytes[place]
    if first < 0x80 { return (Unicode.Scalar(first), 1) }
    let length: Int
    switch first {
    case 0xC2...0xDF: length = 2
    case 0xE0...0xEF: length = 3
    case 0xF0...0xF4: length = 4
    default: return nil
    }
    guard place + length <= bytes.count else { return nil }
    var value = UInt32(first) & (0xFF >> UInt32(length + 1))
    for offset in 1..<length {
        let byte = bytes[place + offset]
        guard byte & 0xC0 == 0x80 else { return nil }
        value = value << 6 | UInt32(byte & 0x3F)
    }
    let least: [UInt32] = [0, 0, 0x80, 0x800, 0x10000]
    guard value >= least[length], let scalar = Unicode.Scalar(value) else { return nil }
    return (scalar, length)
}

func appendUTF8(_ scalar: Unicode.Scalar, to bytes: inout [UInt8]) {
    if scalar.value < 0x80 {
        bytes.append(UInt8(scalar.value))
    } else {
        bytes += UTF8.encode(scalar).map(Array.init) ?? []
    }
}

/// How many characters Go counts: each byte that is not UTF-8 is one.
func characterCount(_ bytes: [UInt8]) -> Int {
    var count = 0
    var place = 0
    while place < bytes.count {
        place += bytes[place] < 0x80 ? 1 : decodedScalar(bytes, at: place)?.length ?? 1
        count += 1
    }
    return count
}

/// The offset of the first byte that is not part of well-formed UTF-8, or `nil`.
///
/// Source: https://www.unicode.org/versions/Unicode15.0.0/ch03.pdf, table 3-7
func firstInvalidUTF8(_ bytes: UnsafeBufferPointer<UInt8>) -> Int? {
    let count = bytes.count
    let raw = UnsafeRawBufferPointer(bytes)
    var at = 0
    while at < count {
        while at + 8 <= count,
            raw.loadUnaligned(fromByteOffset: at, as: UInt64.self) & 0x8080_8080_8080_8080 == 0
        {
            at += 8
        }
        guard at < count else { return nil }
        let first = bytes[at]
        if first < 0x80 {
            at += 1
            continue
        }
        let length: Int
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch first {
        case 0xC2...0xDF: length = 2
        case 0xE0...0xEF:
            length = 3
            if first == 0xE0 { second = 0xA0...0xBF } else if first == 0xED { second = 0x80...0x9F }
        case 0xF0...0xF4:
            length = 4
            if first == 0xF0 { second = 0x90...0xBF } else if first == 0xF4 { second = 0x80...0x8F }
        default: return at
        }
        guard at + length <= count, second.contains(bytes[at + 1]) else { return at }
        for offset in 2..<max(length, 2) where bytes[at + offset] & 0xC0 != 0x80 { return at }
        at += length
    }
    return nil
}

/// Line and column, from 1, of a byte offset; columns count characters (Unicode scalars).
func textPosition(
    of offset: Int, in bytes: UnsafeBufferPointer<UInt8>
) -> (line: Int, column: Int) {
    var line = 1
    var column = 1
    for at in 0..<min(offset, bytes.count) {
        if bytes[at] == UInt8(ascii: "\n") {
            line += 1
            column = 1
        } else if bytes[at] & 0xC0 != 0x80 {
            column += 1
        }
    }
    return (line, column)
}

/// Where an encoded text is wrong, in the words of Go's encoding packages.
struct CorruptInput: Error, CustomStringConvertible {
    var encoding: String
    /// The byte of the text, from 0.
    var place: Int

    var description: String { "illegal \(encoding) data at input byte \(place)" }
}

/// The standard alphabet with padding, as Go's `base64.StdEncoding`.
///
/// Source: https://pkg.go.dev/encoding/base64
enum Base64 {
    private static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let values = decodingTable(alphabet)

    static func encode(_ bytes: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity((bytes.count + 2) / 3 * 4)
        var place = 0
        while place < bytes.count {
            let group = bytes[place..<min(place + 3, bytes.count)]
            var bits: UInt32 = 0
            for offset in 0..<3 {
                bits = bits << 8 | (offset < group.count ? UInt32(group[place + offset]) : 0)
            }
            for digit in 0..<4 {
                let value = Int(bits >> UInt32(18 - 6 * digit) & 63)
                out.append(digit <= group.count ? alphabet[value] : UInt8(ascii: "="))
            }
            place += 3
        }
        return out
    }

    /// Newlines are skipped; bits that the last digit has too many do not matter.
    static func decode(_ text: [UInt8]) throws(CorruptInput) -> [UInt8] {
        func corrupt(_ place: Int) -> CorruptInput {
            CorruptInput(encoding: "base64", place: place)
        }
        func isNewline(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x0D }
        var out: [UInt8] = []
        var place = 0
        var isEnd = false
        while !isEnd {
            var bits: UInt32 = 0
            var count = 0
            while count < 4 {
                guard place < text.count else {
                    if count == 0 { return out }
                    throw corrupt(place - count)
                }
                let byte = text[place]
                place += 1
                let value = values[Int(byte)]
                if value < 64 {
                    bits = bits << 6 | UInt32(value)
                    count += 1
                    continue
                }
                if isNewline(byte) { continue }
                guard byte == UInt8(ascii: "="), count >= 2 else { throw corrupt(place - 1) }
                if count == 2 {
                    while place < text.count, isNewline(text[place]) { place += 1 }
                    guard place < text.count else { throw corrupt(text.count) }
                    guard text[place] == UInt8(ascii: "=") else { throw corrupt(place - 1) }
                    place += 1
                }
                while place < text.count, isNewline(text[place]) { place += 1 }
                if place < text.count { throw corrupt(place) }
                isEnd = true
                break
            }
            bits <<= UInt32(6 * (4 - count))
            for offset in 0..<(count * 6 / 8) {
                out.append(UInt8(truncatingIfNeeded: bits >> UInt32(16 - 8 * offset)))
            }
        }
        return out
    }
}

/// The value of each byte in an alphabet; 255 for one that is not in it.
private func decodingTable(_ alphabet: [UInt8]) -> [UInt8] {
    var table = [UInt8](repeating: 255, count: 256)
    for (value, byte) in alphabet.enumerated() { table[Int(byte)] = UInt8(value) }
    return table
}

/// The standard alphabet with padding, as Go's `base32.StdEncoding`.
///
/// Source: https://pkg.go.dev/encoding/base32
enum Base32 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)
    private static let values = decodingTable(alphabet)
    private static let padding = UInt8(ascii: "=")

    static func encode(_ bytes: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        var place = 0
        while place < bytes.count {
            let count = min(5, bytes.count - place)
            var bits: UInt64 = 0
            for offset in 0..<5 {
                bits = bits << 8 | (offset < count ? UInt64(bytes[place + offset]) : 0)
            }
            for digit in 0..<8 {
                let value = Int(bits >> UInt64(35 - 5 * digit) & 31)
                out.append(5 * digit < 8 * count ? alphabet[value] : padding)
            }
            place += 5
        }
        return out
    }

    static func decode(_ input: [UInt8]) throws(CorruptInput) -> [UInt8] {
        func corrupt(_ place: Int) -> CorruptInput {
            CorruptInput(encoding: "base32", place: place)
        }
        let text = input.filter { $0 != 0x0A && $0 != 0x0D }
        var out: [UInt8] = []
        var place = 0
        var isEnd = false
        while place < text.count, !isEnd {
            var bits: UInt64 = 0
            var count = 0
            while count < 8 {
                guard place < text.count else { throw corrupt(-count + text.count) }
                let byte = text[place]
                place += 1
                let left = text.count - place
                if byte == padding, count >= 2, left < 8 {
                    if left + count < 7 { throw corrupt(text.count) }
                    for offset in 0..<(7 - count) where text[place + offset] != padding {
                        throw corrupt(place + offset - 1)
                    }
                    // One, three or six digits do not end with a byte.
                    if count == 3 || count == 6 { throw corrupt(place - 1) }
                    isEnd = true
                    break
                }
                let value = values[Int(byte)]
                guard value < 32 else { throw corrupt(place - 1) }
                bits = bits << 5 | UInt64(value)
                count += 1
            }
            bits <<= UInt64(5 * (8 - count))
            for offset in 0..<(count * 5 / 8) {
                out.append(UInt8(truncatingIfNeeded: bits >> UInt64(32 - 8 * offset)))
            }
        }
        return out
    }
}

/// The checksum of RFC 1950.
///
/// Source: https://www.rfc-editor.org/rfc/rfc1950#section-8
func adler32(_ bytes: [UInt8]) -> UInt32 {
    var (a, b): (UInt32, UInt32) = (1, 0)
    for byte in bytes {
        a = (a + UInt32(byte)) % 65_521
        b = (b + a) % 65_521
    }
    return b << 16 | a
}

/// A string as Go has it: bytes that are usually, but need not be, UTF-8.
///
/// Templates cut strings at bytes (`trunc`, `substr`) and decode arbitrary ones (`b64dec`), so a Swift
/// `String`, which repairs what is not Unicode, would print other bytes than Go does.
public struct ByteString: Sendable {
    public var bytes: [UInt8]

    public init(_ bytes: [UInt8] = []) { self.bytes = bytes }
    public init(_ bytes: ArraySlice<UInt8>) { self.bytes = Array(bytes) }
    public init(_ string: String) { bytes = Array(string.utf8) }
    public init(_ string: Substring) { bytes = Array(string.utf8) }

    /// The number of bytes, as Go's `len`.
    public var count: Int { bytes.count }
    public var isEmpty: Bool { bytes.isEmpty }

    public static func + (a: ByteString, b: ByteString) -> ByteString {
        ByteString(a.bytes + b.bytes)
    }
}

extension ByteString: Hashable {
    public static func == (a: ByteString, b: ByteString) -> Bool {
        guard a.bytes.count == b.bytes.count else { return false }
        return commonPrefix(a.bytes, b.bytes) == a.bytes.count
    }

    public func hash(into hasher: inout Hasher) {
        bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
    }
}

extension ByteString: Comparable {
    /// The order of bytes, which for UTF-8 is that of code points.
    public static func < (a: ByteString, b: ByteString) -> Bool {
        let place = commonPrefix(a.bytes, b.bytes)
        guard place < b.bytes.count else { return false }
        return place == a.bytes.count || a.bytes[place] < b.bytes[place]
    }
}

/// How many bytes are equal from the beginning on.
func commonPrefix(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Int {
    let count = min(a.count, b.count)
    var place = 0
    while place + 8 <= count {
        let left = a.loadUnaligned(fromByteOffset: place, as: UInt64.self)
        let right = b.loadUnaligned(fromByteOffset: place, as: UInt64.self)
        guard left == right else {
            return place + UInt64(littleEndian: left ^ right).trailingZeroBitCount / 8
        }
        place += 8
    }
    while place < count, a[place] == b[place] { place += 1 }
    return place
}

private func commonPrefix(_ a: [UInt8], _ b: [UInt8]) -> Int {
    a.withUnsafeBytes { a in b.withUnsafeBytes { b in commonPrefix(a, b) } }
}

extension ByteString: ExpressibleByStringLiteral, CustomStringConvertible {
    public init(stringLiteral value: String) { self.init(value) }

    /// The text, with U+FFFD for what is not UTF-8.
    public var description: String { String(decoding: bytes, as: UTF8.self) }
}

internal import Crypto

/// A SHA-256 digest, as four machine words, so that comparing and hashing one is cheap.
public struct Digest: Hashable, Sendable {
    private var words: (UInt64, UInt64, UInt64, UInt64)

    /// The digest of `bytes`.
    public init(of bytes: some Sequence<UInt8>) {
        var hasher = SHA256()
        let contiguous: Void? = bytes.withContiguousStorageIfAvailable {
            hasher.update(bufferPointer: UnsafeRawBufferPointer($0))
        }
        if contiguous == nil { hasher.update(data: Array(bytes)) }
        self.init(hasher.finalize())
    }

    /// The digest of the UTF-8 bytes of `text`.
    public init(of text: String) { self.init(of: text.utf8) }

    /// - Precondition: `bytes` has 32 elements.
    public init(bytes: some Collection<UInt8>) {
        precondition(bytes.count == 32, "a SHA-256 digest has 32 bytes")
        var words: [UInt64] = [0, 0, 0, 0]
        for (index, byte) in bytes.enumerated() {
            words[index / 8] = words[index / 8] << 8 | UInt64(byte)
        }
        self.words = (words[0], words[1], words[2], words[3])
    }

    /// Reads 64 hexadecimal digits; `nil` for anything else.
    public init?(hex: some StringProtocol) {
        guard let bytes = hexBytes(hex), bytes.count == 32 else { return nil }
        self.init(bytes: bytes)
    }

    init(_ digest: SHA256.Digest) { self.init(bytes: Array(digest)) }

    public var bytes: [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(32)
        append(to: &result)
        return result
    }

    /// Adds the 32 bytes to `bytes`, for buffers of several digests.
    public func append(to bytes: inout [UInt8]) {
        withUnsafeBytes(
            of: (
                words.0.bigEndian, words.1.bigEndian, words.2.bigEndian, words.3.bigEndian
            )
        ) { bytes.append(contentsOf: $0) }
    }

    public static func == (a: Digest, b: Digest) -> Bool { a.words == b.words }

    public func hash(into hasher: inout Hasher) { hasher.combine(words.0) }
}

extension Digest: Comparable {
    public static func < (a: Digest, b: Digest) -> Bool { a.words < b.words }
}

extension Digest: CustomStringConvertible {
    /// 64 hexadecimal digits.
    public var description: String { hex(bytes) }

    /// The first twelve digits, for people.
    public var shortText: String { String(description.prefix(12)) }
}

/// Builds the digest of bytes that come in pieces.
public struct DigestBuilder {
    private var hasher = SHA256()

    public init() {}

    public mutating func update(_ bytes: [UInt8]) { hasher.update(data: bytes) }
    public mutating func update(_ text: String) { update(Array(text.utf8)) }

    /// Adds a text together with its length, so that two different lists of texts never hash alike.
    public mutating func update(field text: String) {
        update("\(text.utf8.count):")
        update(text)
    }

    public func finish() -> Digest { Digest(hasher.finalize()) }
}

/// Lower-case hexadecimal digits of `bytes`.
public func hex(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var result: [UInt8] = []
    for byte in bytes {
        result.append(digits[Int(byte >> 4)])
        result.append(digits[Int(byte & 15)])
    }
    return String(decoding: result, as: UTF8.self)
}

/// The bytes that hexadecimal digits of either case stand for; `nil` if there is anything else or an odd number.
public func hexBytes(_ text: some StringProtocol) -> [UInt8]? {
    var result: [UInt8] = []
    var high: UInt8?
    for byte in text.utf8 {
        let digit: UInt8
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
        default: return nil
        }
        if let first = high {
            result.append(first << 4 | digit)
            high = nil
        } else {
            high = digit
        }
    }
    return high == nil ? result : nil
}

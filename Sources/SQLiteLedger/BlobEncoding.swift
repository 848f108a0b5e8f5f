internal import Compression
internal import Digests
internal import EventLog

/// How the bytes of a blob are stored; the numbers are those of the column `encoding`.
enum BlobEncoding: Int {
    case plain = 0
    /// A stream of RFC 1950 as zlib writes it, and behind it the CRC-32 of the stream's bytes, highest
    /// byte first.
    ///
    /// The stream's own checksum is of what comes out; between blocks deflate has bits that nothing
    /// reads, and every bit that is stored is to be accounted for.
    /// Sources: https://www.rfc-editor.org/rfc/rfc1950, https://www.rfc-editor.org/rfc/rfc1952#section-8
    case zlib = 1
}

/// The bytes of a blob in the encoding that takes less space.
struct EncodedBlob {
    var encoding = BlobEncoding.plain
    var bytes: [UInt8]

    /// Below this many bytes header and checksums are hardly won back.
    private static let leastBytes = 64

    init(_ plain: [UInt8]) {
        bytes = plain
        // There is room for fewer bytes only.
        guard plain.count >= Self.leastBytes,
            let stream = deflated(plain, limit: plain.count - 1 - Self.checksumBytes)
        else { return }
        encoding = .zlib
        bytes = stream + Self.checksum(of: stream)
    }

    fileprivate static let checksumBytes = 4

    fileprivate static func checksum(of stream: some Collection<UInt8>) -> [UInt8] {
        let sum = crc32(of: stream)
        return stride(from: 24, through: 0, by: -8).map {
            UInt8(truncatingIfNeeded: sum >> UInt32($0))
        }
    }
}

/// Why stored bytes of a blob are not what they must be.
struct BlobFault: Error {
    var expected: String
    var found: String
}

extension BlobEncoding {
    /// The bytes before encoding.
    ///
    /// - Parameters:
    ///   - size: The column `size`: no more than that is written, whatever `bytes` holds.
    static func decode(_ bytes: UnsafeBufferPointer<UInt8>, encoding: Int64, size: Int64)
        throws(BlobFault) -> [UInt8]
    {
        guard let encoding = Int(exactly: encoding).flatMap(BlobEncoding.init(rawValue:)) else {
            throw BlobFault(expected: "encoding 0 or 1", found: "encoding \(encoding)")
        }
        switch encoding {
        case .plain:
            guard size == bytes.count else {
                throw BlobFault(expected: "size \(bytes.count)", found: "size \(size)")
            }
            return Array(bytes)
        case .zlib: return try inflate(bytes, size: size)
        }
    }

    /// A size that deflate cannot reach is not believed, and no memory is asked for it.
    private static func inflate(_ bytes: UnsafeBufferPointer<UInt8>, size: Int64)
        throws(BlobFault) -> [UInt8]
    {
        let limit = Int64(bytes.count) * Int64(deflateRatioMax)
        guard bytes.count > EncodedBlob.checksumBytes, size > 0, size <= limit else {
            throw BlobFault(
                expected: "a size that \(bytes.count) compressed bytes can have",
                found: "size \(size)")
        }
        let stream = bytes[..<(bytes.count - EncodedBlob.checksumBytes)]
        guard EncodedBlob.checksum(of: stream).elementsEqual(bytes[stream.endIndex...]) else {
            throw BlobFault(expected: "compressed bytes with their checksum", found: "others")
        }
        let plain: [UInt8]
        do {
            plain = try inflated(stream, limit: Int(size))
        } catch {
            throw BlobFault(
                expected: "\(size) bytes in zlib's format",
                found: error == .tooLarge ? "more, or cut short" : "damaged bytes")
        }
        guard plain.count == Int(size) else {
            throw BlobFault(expected: "size \(plain.count)", found: "size \(size)")
        }
        return plain
    }
}

internal import CZlib
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
        guard plain.count >= Self.leastBytes, let deflated = Self.deflate(plain) else { return }
        encoding = .zlib
        bytes = deflated
    }

    /// `nil` when it takes as much space as before.
    ///
    /// Level 1: bodies of objects are small and repeat themselves, so that higher levels save a few percent
    /// more and take three times as long.
    private static func deflate(_ plain: [UInt8]) -> [UInt8]? {
        var count = uLongf(plain.count)
        var succeeded = false
        let bytes = [UInt8](unsafeUninitializedCapacity: plain.count) { buffer, used in
            // There is room for fewer bytes only: Z_BUF_ERROR says that nothing is saved.
            count = uLongf(plain.count - 1 - checksumBytes)
            let code = compress2(
                buffer.baseAddress, &count, plain, uLong(plain.count), Z_BEST_SPEED)
            succeeded = code == Z_OK
            used = succeeded ? Int(count) : 0
        }
        guard succeeded else { return nil }
        return bytes + checksum(of: bytes)
    }

    fileprivate static let checksumBytes = 4

    fileprivate static func checksum(of stream: some Collection<UInt8>) -> [UInt8] {
        let sum = stream.withContiguousStorageIfAvailable {
            UInt32(truncatingIfNeeded: crc32(0, $0.baseAddress, uInt($0.count)))
        }
        return stride(from: 24, through: 0, by: -8).map {
            UInt8(truncatingIfNeeded: (sum ?? 0) >> UInt32($0))
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

    /// Deflate makes at most 1032 bytes of one (https://zlib.net/zlib_tech.html): a larger size is not
    /// believed, and no memory is asked for it.
    private static let greatestRatio: Int64 = 1032

    private static func inflate(_ bytes: UnsafeBufferPointer<UInt8>, size: Int64)
        throws(BlobFault) -> [UInt8]
    {
        let limit = Int64(bytes.count) * greatestRatio
        guard bytes.count > EncodedBlob.checksumBytes, size > 0, size <= limit else {
            throw BlobFault(
                expected: "a size that \(bytes.count) compressed bytes can have",
                found: "size \(size)")
        }
        let stream = bytes[..<(bytes.count - EncodedBlob.checksumBytes)]
        guard EncodedBlob.checksum(of: stream).elementsEqual(bytes[stream.endIndex...]) else {
            throw BlobFault(expected: "compressed bytes with their checksum", found: "others")
        }
        var count = uLongf(size)
        var consumed = uLong(stream.count)
        var code = Z_OK
        let plain = [UInt8](unsafeUninitializedCapacity: Int(size)) { buffer, used in
            code = uncompress2(buffer.baseAddress, &count, bytes.baseAddress, &consumed)
            used = code == Z_OK ? Int(count) : 0
        }
        guard code == Z_OK, consumed == stream.count else {
            throw BlobFault(
                expected: "\(size) bytes in zlib's format",
                found: code == Z_BUF_ERROR ? "more, or cut short" : "damaged bytes")
        }
        guard plain.count == Int(size) else {
            throw BlobFault(expected: "size \(plain.count)", found: "size \(size)")
        }
        return plain
    }
}

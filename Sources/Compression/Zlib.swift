internal import CZlib

/// A stream of RFC 1950 of these bytes, made fast; `nil` when it would take more than `limit` bytes.
///
/// Level 1: documents that repeat themselves take a few percent less in higher levels, and three times as long.
public func deflated(_ plain: [UInt8], limit: Int) -> [UInt8]? {
    guard limit > 0 else { return nil }
    var count = uLongf(limit)
    var succeeded = false
    let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, used in
        // Z_BUF_ERROR says that there is no room for it.
        let code = compress2(buffer.baseAddress, &count, plain, uLong(plain.count), Z_BEST_SPEED)
        succeeded = code == Z_OK
        used = succeeded ? Int(count) : 0
    }
    return succeeded ? bytes : nil
}

/// The bytes that a stream of RFC 1950 stands for.
///
/// - Parameter limit: The most bytes that are made.
/// - Throws: Also when anything follows the stream.
public func inflated(
    _ stream: Slice<UnsafeBufferPointer<UInt8>>, limit: Int
) throws(CompressionError) -> [UInt8] {
    let source = UnsafeBufferPointer(rebasing: stream)
    var count = uLongf(limit)
    var consumed = uLong(source.count)
    var code = Z_OK
    let plain = [UInt8](unsafeUninitializedCapacity: limit) { buffer, used in
        code = uncompress2(buffer.baseAddress, &count, source.baseAddress, &consumed)
        used = code == Z_OK ? Int(count) : 0
    }
    // zlib says the same of a stream that is cut short.
    if code == Z_BUF_ERROR { throw .tooLarge }
    guard code == Z_OK, consumed == source.count else { throw .damaged }
    return plain
}

/// The most bytes that one byte of a deflated stream stands for.
///
/// Source: https://zlib.net/zlib_tech.html
public let deflateRatioMax = 1032

/// The checksum of gzip.
///
/// Source: https://www.rfc-editor.org/rfc/rfc1952#section-8
public func crc32(of bytes: some Collection<UInt8>) -> UInt32 {
    let sum = bytes.withContiguousStorageIfAvailable {
        UInt32(truncatingIfNeeded: CZlib.crc32(0, $0.baseAddress, uInt($0.count)))
    }
    return sum ?? crc32(of: Array(bytes))
}

internal import CZlib

/// Why compressed bytes cannot be read.
public enum CompressionError: Error, Equatable, Sendable {
    /// They are not what they should be, or cut short.
    case damaged
    /// They stand for more bytes than the caller takes.
    case tooLarge
}

/// The bytes that a gzip file stands for; of several members one after the other.
///
/// - Parameter limit: The most bytes that are made.
///
/// Source: https://www.rfc-editor.org/rfc/rfc1952
public func gunzipped(_ bytes: [UInt8], limit: Int) throws(CompressionError) -> [UInt8] {
    var output: [UInt8] = []
    var offset = 0
    repeat {
        offset += try inflateMember(bytes, from: offset, into: &output, limit: limit)
    } while offset + 2 <= bytes.count && bytes[offset] == 0x1F && bytes[offset + 1] == 0x8B
    return output
}

/// Reads one member, with its header and checksum; returns how many bytes it took.
private func inflateMember(
    _ bytes: [UInt8], from offset: Int, into output: inout [UInt8], limit: Int
) throws(CompressionError) -> Int {
    var stream = z_stream()
    // 16 asks for gzip's header and trailer, 15 is the largest window: https://zlib.net/manual.html#Advanced
    guard
        inflateInit2_(
            &stream, 16 + 15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else { throw .damaged }
    defer { inflateEnd(&stream) }
    let count = bytes.count - offset
    var code = Z_OK
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    var input = Array(bytes[offset...])
    var isTooLarge = false
    input.withUnsafeMutableBufferPointer { source in
        stream.next_in = source.baseAddress
        stream.avail_in = uInt(count)
        while code == Z_OK, !isTooLarge {
            let made = chunk.withUnsafeMutableBufferPointer { target in
                stream.next_out = target.baseAddress
                stream.avail_out = uInt(target.count)
                code = inflate(&stream, Z_NO_FLUSH)
                return target.count - Int(stream.avail_out)
            }
            isTooLarge = output.count + made > limit
            if !isTooLarge { output.append(contentsOf: chunk[..<made]) }
            // Nothing made and nothing left to read: the stream is cut short.
            if made == 0, stream.avail_in == 0, code == Z_OK { code = Z_BUF_ERROR }
        }
    }
    if isTooLarge { throw .tooLarge }
    guard code == Z_STREAM_END else { throw .damaged }
    return count - Int(stream.avail_in)
}

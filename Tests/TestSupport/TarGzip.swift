/// A tar archive in gzip's form, made without any program: as `helm package` would make it of these files.
///
/// - Parameter files: Text by path, in this order.
public func tarGzip(_ files: KeyValuePairs<String, String>) -> [UInt8] {
    tarGzip(of: Array(files))
}

/// As above, of files that are not written out.
public func tarGzip(of files: [(key: String, value: String)]) -> [UInt8] { gzip(tar(files)) }

/// A tar archive, not compressed.
public func tar(_ files: [(key: String, value: String)]) -> [UInt8] {
    var tar: [UInt8] = []
    for (path, text) in files {
        tar += tarHeader(path, size: text.utf8.count)
        tar += Array(text.utf8)
        tar += [UInt8](repeating: 0, count: (512 - text.utf8.count % 512) % 512)
    }
    return tar + [UInt8](repeating: 0, count: 1024)
}

// Source: https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html (ustar Interchange Format)
private func tarHeader(_ path: String, size: Int) -> [UInt8] {
    var header = [UInt8](repeating: 0, count: 512)
    func octal(_ number: Int, _ digits: Int) -> String {
        let text = String(number, radix: 8)
        return String(repeating: "0", count: digits - text.count) + text
    }
    func put(_ text: String, at offset: Int) {
        header.replaceSubrange(offset..<offset + text.utf8.count, with: text.utf8)
    }
    put(path, at: 0)
    put("0000644", at: 100)
    put("0000000", at: 108)
    put("0000000", at: 116)
    put(octal(size, 11), at: 124)
    put("00000000000", at: 136)
    put("        ", at: 148)
    put("0ustar\u{0}00", at: 156)
    put(octal(header.reduce(0) { $0 + Int($1) }, 6) + "\u{0} ", at: 148)
    return header
}

/// In blocks that are stored and not compressed.
///
/// Source: https://www.rfc-editor.org/rfc/rfc1952 and https://www.rfc-editor.org/rfc/rfc1951#section-3.2.4
public func gzip(_ bytes: [UInt8]) -> [UInt8] {
    func little(_ number: UInt32, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * UInt32($0))) }
    }
    var out: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]
    var start = 0
    repeat {
        let end = min(start + 65_535, bytes.count)
        let length = UInt32(end - start)
        out += [end == bytes.count ? 1 : 0] + little(length, 2) + little(~length, 2)
        out += bytes[start..<end]
        start = end
    } while start < bytes.count
    var crc = ~UInt32(0)
    for byte in bytes {
        crc ^= UInt32(byte)
        for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
    }
    return out + little(~crc, 4) + little(UInt32(truncatingIfNeeded: bytes.count), 4)
}

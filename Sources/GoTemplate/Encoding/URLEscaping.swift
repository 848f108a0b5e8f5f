/// A part of a URL, each of which has its own characters that need no escape.
enum URLPart {
    case path, userinfo, host, zone, fragment, query
}

func isURLLetterOrDigit(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20)
}

/// Whether a byte is escaped in the part.
///
/// Source: https://github.com/golang/go/blob/master/src/net/url/url.go, shouldEscape
private func needsEscape(_ byte: UInt8, _ part: URLPart) -> Bool {
    if isURLLetterOrDigit(byte) || "-_.~".utf8.contains(byte) { return false }
    if part == .host || part == .zone, "!$&'()*+,;=:[]<>\"".utf8.contains(byte) { return false }
    if "$&+,/:;=?@".utf8.contains(byte) {
        switch part {
        case .path: return byte == UInt8(ascii: "?")
        case .userinfo: return "@/?:".utf8.contains(byte)
        case .query, .host, .zone: return true
        case .fragment: return false
        }
    }
    return part != .fragment || !"!()*".utf8.contains(byte)
}

func escaped(_ bytes: [UInt8], _ part: URLPart) -> [UInt8] {
    var out: [UInt8] = []
    for byte in bytes {
        if byte == UInt8(ascii: " "), part == .query {
            out.append(UInt8(ascii: "+"))
        } else if needsEscape(byte, part) {
            out.append(UInt8(ascii: "%"))
            out.append(hexDigit(byte >> 4, isUpper: true))
            out.append(hexDigit(byte & 15, isUpper: true))
        } else {
            out.append(byte)
        }
    }
    return out
}

func unescaped(
    _ text: ArraySlice<UInt8>, _ part: URLPart
) throws(GoURL.URLFault) -> [UInt8] {
    var out: [UInt8] = []
    var place = text.startIndex
    while place < text.endIndex {
        let byte = text[place]
        guard byte == UInt8(ascii: "%") else {
            if part == .host || part == .zone, byte < 0x80, needsEscape(byte, part) {
                let character = ByteString([byte])
                throw GoURL.URLFault("invalid character \(quoted(character)) in host name")
            }
            out.append(byte == UInt8(ascii: "+") && part == .query ? UInt8(ascii: " ") : byte)
            place += 1
            continue
        }
        let code = text[place..<min(place + 3, text.endIndex)]
        let escape = GoURL.URLFault("invalid URL escape \(quoted(ByteString(code)))")
        guard code.count == 3, let high = hexadecimalDigit(code[place + 1]),
            let low = hexadecimalDigit(code[place + 2])
        else { throw escape }
        let value = UInt8(high << 4 | low)
        // In hosts, only what is not ASCII may be escaped; zones of IPv6 addresses are freer.
        if part == .host, value < 0x80, !code.elementsEqual("%25".utf8) { throw escape }
        if part == .zone, !code.elementsEqual("%25".utf8), value != UInt8(ascii: " "),
            needsEscape(value, .host)
        {
            throw escape
        }
        out.append(value)
        place += 3
    }
    return out
}

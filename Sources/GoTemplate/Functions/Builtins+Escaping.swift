extension Builtins {
    static let escaping: [Function] = [
        Function("html") { (text: ByteString) in htmlEscaped(text) }
    ]
}

/// The text with the characters of HTML replaced.
///
/// https://pkg.go.dev/text/template#HTMLEscape
func htmlEscaped(_ text: ByteString) -> ByteString {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count)
    for byte in text.bytes {
        switch byte {
        case UInt8(ascii: "\""): bytes += "&#34;".utf8
        case UInt8(ascii: "'"): bytes += "&#39;".utf8
        case UInt8(ascii: "&"): bytes += "&amp;".utf8
        case UInt8(ascii: "<"): bytes += "&lt;".utf8
        case UInt8(ascii: ">"): bytes += "&gt;".utf8
        case 0: bytes += "\u{FFFD}".utf8
        default: bytes.append(byte)
        }
    }
    return ByteString(bytes)
}

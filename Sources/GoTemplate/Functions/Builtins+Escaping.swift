extension Builtins {
    static let escaping: [Function] = [
        escaper("html", htmlEscaped), escaper("js", scriptEscaped),
        escaper("urlquery", queryEscaped),
    ]

    /// Escapes the values as `print` gives them, but for nil, which is `<no value>` here.
    private static func escaper(
        _ name: String, _ escaped: @escaping @Sendable (ByteString) -> ByteString
    ) -> Function {
        Function(variadicInContext: name) {
            (execution: inout Execution, values: [Value]) throws(TemplateError) in
            var printer = execution.printer
            printer.writeAll(values.map { $0.isNone ? "<no value>" : $0 })
            let text = escaped(try execution.text(of: printer))
            try execution.charge(bytes: text.count)
            return text
        }
    }
}

/// The text with the characters of HTML replaced.
///
/// https://pkg.go.dev/text/template#HTMLEscape
public func htmlEscaped(_ text: ByteString) -> ByteString {
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

/// The text as it may stand in a string of JavaScript.
///
/// https://pkg.go.dev/text/template#JSEscape
public func scriptEscaped(_ text: ByteString) -> ByteString {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count)
    var place = 0
    while place < text.count {
        let byte = text.bytes[place]
        if byte >= 0x80 {
            let (scalar, length) = decodedScalar(text.bytes, at: place) ?? ("\u{FFFD}", 1)
            if isPrintable(scalar) {
                bytes += text.bytes[place..<place + length]
            } else {
                bytes += formatted("\\u%04X", [.int(Int(scalar.value))]).bytes
            }
            place += length
            continue
        }
        switch byte {
        case UInt8(ascii: "\\"): bytes += "\\\\".utf8
        case UInt8(ascii: "'"): bytes += "\\'".utf8
        case UInt8(ascii: "\""): bytes += "\\\"".utf8
        case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"), UInt8(ascii: "="), ..<0x20:
            bytes += "\\u00".utf8
            bytes += [hexDigit(byte >> 4, isUpper: true), hexDigit(byte & 15, isUpper: true)]
        default: bytes.append(byte)
        }
        place += 1
    }
    return ByteString(bytes)
}

/// The text as it may stand in the query of a URL.
///
/// https://pkg.go.dev/net/url#QueryEscape
public func queryEscaped(_ text: ByteString) -> ByteString {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count)
    for byte in text.bytes {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
            UInt8(ascii: "."), UInt8(ascii: "~"):
            bytes.append(byte)
        case UInt8(ascii: " "): bytes.append(UInt8(ascii: "+"))
        default:
            bytes += [
                UInt8(ascii: "%"), hexDigit(byte >> 4, isUpper: true),
                hexDigit(byte & 15, isUpper: true),
            ]
        }
    }
    return ByteString(bytes)
}

/// The text as it may stand behind the `#` of a URL.
///
/// https://pkg.go.dev/net/url#URL.EscapedFragment
public func fragmentEscaped(_ text: ByteString) -> ByteString {
    ByteString(escaped(text.bytes, .fragment))
}

/// A text cut to `width` bytes, with three dots where something is missing.
///
/// Source: https://github.com/Masterminds/goutils/blob/v1.1.1/stringutils.go, AbbreviateFull
func abbreviated(_ text: [UInt8], offset: Int, width: Int) -> ByteString {
    let dots = Array("...".utf8)
    guard text.count > width else { return ByteString(text) }
    var offset = min(offset, text.count)
    if text.count - offset < width - 3 { offset = text.count - (width - 3) }
    if offset <= 4 { return ByteString(text[..<(width - 3)] + dots) }
    if width < 7 { return "" }
    if offset + width - 3 < text.count {
        let inner = abbreviated(Array(text[offset...]), offset: 0, width: width - 3)
        return ByteString(dots + inner.bytes)
    }
    return ByteString(dots + text[(text.count - (width - 3))...])
}

/// A text with line breaks at spaces, so that lines have at most `width` bytes where words allow.
///
/// Source: https://github.com/Masterminds/goutils/blob/v1.1.1/wordutils.go, WrapCustom
func wrapped(_ text: [UInt8], width: Int, newline: ByteString, breaksWords: Bool) -> ByteString {
    let space = UInt8(ascii: " ")
    let width = max(width, 1)
    var result: [UInt8] = []
    var offset = 0
    while text.count - offset > width {
        if text[offset] == space {
            offset += 1
            continue
        }
        let end: Int
        var skipped = 1
        if let place = text[offset...(offset + width)].lastIndex(of: space) {
            end = place
        } else if breaksWords {
            end = offset + width
            skipped = 0
        } else if let place = text[(offset + width)...].firstIndex(of: space) {
            end = place
        } else {
            break
        }
        result += text[offset..<end]
        result += newline.bytes
        offset = end + skipped
    }
    result += text[offset...]
    return ByteString(result)
}

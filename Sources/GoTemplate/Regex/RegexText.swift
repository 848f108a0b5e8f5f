/// A text as the machines read it: bytes, of which what is no UTF-8 is U+FFFD, a byte each.
struct RegexText {
    let bytes: [UInt8]

    var count: Int { bytes.count }

    /// The scalar at a place and its bytes; nil and none at the end.
    @inline(__always)
    func decode(_ place: Int) -> (scalar: UInt32?, width: Int) {
        guard place < bytes.count else { return (nil, 0) }
        let (scalar, width) = decodeUTF8(bytes, at: place)
        return (scalar, width)
    }

    /// The scalar that ends before a place; nil at the beginning.
    func scalar(endingAt end: Int) -> UInt32? {
        guard end > 0 else { return nil }
        if bytes[end - 1] < 0x80 { return UInt32(bytes[end - 1]) }
        var start = end - 1
        while start > 0, start > end - 4, bytes[start] & 0xC0 == 0x80 { start -= 1 }
        let (scalar, width) = decodeUTF8(bytes, at: start)
        return start + width == end ? scalar : 0xFFFD
    }
}

/// The character at a place and its bytes: U+FFFD and one byte where there is no UTF-8.
@inline(__always)
func decodeUTF8(_ bytes: [UInt8], at position: Int) -> (scalar: UInt32, width: Int) {
    let first = bytes[position]
    if first < 0x80 { return (UInt32(first), 1) }
    guard let (scalar, width) = decodedScalar(bytes, at: position) else { return (0xFFFD, 1) }
    return (scalar.value, width)
}

/// Finds matches in one text, by the way that is fastest for its length.
enum RegexSearch {
    case short(RegexBacktracker)
    case long(RegexMachine)

    /// - Parameter slotCount: places to keep: none, two for the match, or two for each capture.
    init(_ program: RegexProgram, _ backtracks: Bool, text: [UInt8], slotCount: Int) {
        let text = RegexText(bytes: text)
        if backtracks, RegexBacktracker.canSearch(program, length: text.count) {
            self = .short(RegexBacktracker(program, text: text, slotCount: slotCount))
        } else {
            self = .long(RegexMachine(program, text: text, slotCount: slotCount))
        }
    }

    /// The first match that begins at `start` or later: places of captures, -1 where there is none.
    mutating func match(from start: Int) -> [Int]? {
        switch consume self {
        case .short(var backtracker):
            let found = backtracker.match(from: start)
            self = .short(backtracker)
            return found
        case .long(var machine):
            let found = machine.match(from: start)
            self = .long(machine)
            return found
        }
    }
}

/// How many bytes from the first on stand for themselves in a JSON string: no quote, no backslash, nothing
/// below a space.
///
/// Eight at a time: most texts need no escape, and every byte of every event passes here.
/// Source of the masks: https://graphics.stanford.edu/~seander/bithacks.html#ZeroInWord
func countOfPlainBytes(_ text: Span<UInt8>) -> Int {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let highs: UInt64 = 0x8080_8080_8080_8080
    func zeros(_ word: UInt64) -> UInt64 { (word &- ones) & ~word & highs }
    let bytes = text.bytes
    var count = 0
    while count + 8 <= text.count {
        let word = UInt64(
            littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: count, as: UInt64.self))
        let quotes = zeros(word ^ (0x22 &* ones))
        let backslashes = zeros(word ^ (0x5C &* ones))
        let controls = (word &- (0x20 &* ones)) & ~word & highs
        // Above the lowest mark there may be false ones: a subtraction borrows from the byte above.
        let marks = quotes | backslashes | controls
        if marks != 0 { return count + marks.trailingZeroBitCount / 8 }
        count += 8
    }
    while count < text.count {
        let byte = text[count]
        if byte < 0x20 || byte == 0x22 || byte == 0x5C { break }
        count += 1
    }
    return count
}

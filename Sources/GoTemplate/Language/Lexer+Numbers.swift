extension Lexer {
    mutating func readNumber() -> Bool {
        if readDigits() { return true }
        guard scanNumber() else { return failNumber() }
        if place < source.count, "+-".utf8.contains(source[place]) {
            guard scanNumber(), source[place - 1] == UInt8(ascii: "i") else { return failNumber() }
            emit(.complex)
        } else {
            emit(.number)
        }
        return true
    }

    /// Reads a number that is plainly one: decimal digits and no more.
    private mutating func readDigits() -> Bool {
        var end = place
        while end < source.count, isDigit(source[end]) { end += 1 }
        guard end > place, end < source.count else { return false }
        switch source[end] {
        case UInt8(ascii: " "), UInt8(ascii: ")"), UInt8(ascii: "}"), UInt8(ascii: "|"):
            place = end
            emit(.number)
            return true
        default: return false
        }
    }

    private mutating func failNumber() -> Bool {
        fail("bad number syntax: \(quoted(ByteString(Array(source[start..<place]))))")
    }

    private mutating func scanNumber() -> Bool {
        accept("+-")
        var digits = "0123456789_"
        var exponents = "eE"
        if accept("0") {
            if accept("xX") {
                digits = "0123456789abcdefABCDEF_"
                exponents = "pP"
            } else if accept("oO") {
                digits = "01234567_"
                exponents = ""
            } else if accept("bB") {
                digits = "01_"
                exponents = ""
            }
        }
        while accept(digits) {}
        if accept(".") { while accept(digits) {} }
        if accept(exponents) {
            accept("+-")
            while accept("0123456789_") {}
        }
        accept("i")
        guard place < source.count, case let (character, length) = scalar(at: place),
            isNamePart(character)
        else { return true }
        place += length
        return false
    }

    @discardableResult
    private mutating func accept(_ valid: String) -> Bool {
        guard place < source.count, valid.utf8.contains(source[place]) else { return false }
        place += 1
        return true
    }
}

extension RegexParser {
    /// What a backslash outside of brackets begins.
    mutating func parseBackslash() throws(RE2Error) {
        switch peek(1) {
        case "A": try push(.assertion(.beginText), advance: 2)
        case "b": try push(.assertion(.wordBoundary), advance: 2)
        case "B": try push(.assertion(.noWordBoundary), advance: 2)
        case "z": try push(.assertion(.endText), advance: 2)
        case "C": throw RE2Error(.invalidEscape, text(from: position, to: position + 2))
        case "Q":
            position += 2
            while let scalar = next {
                if scalar == "\\", peek(1) == "E" {
                    position += 2
                    break
                }
                try push(literal: scalar, advance: 1)
            }
        default:
            var set = ScalarSet()
            if try parseEscapedClass(into: &set) {
                try push(.set(set))
            } else {
                try push(literal: parseEscape())
            }
        }
    }

    /// `\d`, `\pL`, `\p{Greek}` and their negations; false for any other escape.
    private mutating func parseEscapedClass(into set: inout ScalarSet) throws(RE2Error) -> Bool {
        guard next == "\\", let letter = peek(1) else { return false }
        if letter == "p" || letter == "P" {
            set.insert(try parseUnicodeClass(isNegated: letter == "P"))
            return true
        }
        let small = letter.value | 0x20
        guard let ranges = Unicode.Scalar(small).flatMap(perlClass) else { return false }
        position += 2
        set.insert(folded(ranges, isNegated: letter.value != small))
        return true
    }

    private func folded(_ ranges: [ClosedRange<UInt32>], isNegated: Bool) -> ScalarSet {
        var set = ScalarSet()
        for range in ranges { set.insert(range, ignoringCase: flags.ignoresCase) }
        set.isNegated = isNegated
        return set
    }

    private mutating func parseUnicodeClass(
        isNegated: Bool
    ) throws(RE2Error) -> ScalarSet.Class {
        let start = position
        guard let first = peek(2) else {
            throw RE2Error(.invalidCharacterRange, pattern[start...])
        }
        var name = pattern[(start + 2)..<(start + 3)]
        if first == "{" {
            guard let end = pattern[start...].firstIndex(of: "}") else {
                throw RE2Error(.invalidCharacterRange, pattern[start...])
            }
            name = pattern[(start + 3)..<end]
            position = end + 1
        } else {
            position += 3
        }
        var isNegated = isNegated
        if name.first == "^" {
            isNegated.toggle()
            name = name.dropFirst()
        }
        var text = String.UnicodeScalarView()
        text.append(contentsOf: name)
        guard let kind = UnicodeClass(named: String(text)) else {
            throw RE2Error(.invalidCharacterRange, self.text(from: start))
        }
        return ScalarSet.Class(
            kind: kind, isNegated: isNegated, ignoresCase: flags.ignoresCase)
    }

    /// `[...]`.
    mutating func parseBracket() throws(RE2Error) -> ScalarSet {
        let start = position
        position += 1
        var set = ScalarSet()
        if next == "^" {
            set.isNegated = true
            position += 1
        }
        var isFirst = true
        while next != "]" || isFirst {
            isFirst = false
            if next == "[", peek(1) == ":", try parseNamedClass(into: &set) { continue }
            if try parseEscapedClass(into: &set) { continue }
            let lower = try parseMember(of: start)
            var upper = lower.scalar
            if next == "-", let after = peek(1), after != "]" {
                position += 1
                upper = try parseMember(of: start).scalar
                guard lower.scalar <= upper else {
                    throw RE2Error(.invalidCharacterRange, text(from: lower.start))
                }
            }
            set.insert(lower.scalar.value...upper.value, ignoringCase: flags.ignoresCase)
        }
        position += 1
        return set
    }

    /// `[:alpha:]` and `[:^alpha:]`.
    private mutating func parseNamedClass(into set: inout ScalarSet) throws(RE2Error) -> Bool {
        let start = position
        var end = position + 2
        while end + 1 < pattern.count, !(pattern[end] == ":" && pattern[end + 1] == "]") {
            end += 1
        }
        guard end + 1 < pattern.count else { return false }
        position = end + 2
        var name = pattern[(start + 2)..<end]
        let isNegated = name.first == "^"
        if isNegated { name = name.dropFirst() }
        var text = String.UnicodeScalarView()
        text.append(contentsOf: name)
        guard let ranges = posixClass(String(text)) else {
            throw RE2Error(.invalidCharacterRange, self.text(from: start))
        }
        set.insert(folded(ranges, isNegated: isNegated))
        return true
    }

    private mutating func parseMember(
        of start: Int
    ) throws(RE2Error) -> (scalar: Unicode.Scalar, start: Int) {
        guard let scalar = next else { throw RE2Error(.missingBracket, pattern[start...]) }
        let place = position
        if scalar == "\\" { return (try parseEscape(), place) }
        position += 1
        return (scalar, place)
    }

    /// An escape that means one scalar: punctuation, octal, `\x41`, `\x{1F600}`, `\n` and the like.
    mutating func parseEscape() throws(RE2Error) -> Unicode.Scalar {
        let start = position
        position += 1
        guard let scalar = next else { throw RE2Error(.trailingBackslash, []) }
        position += 1
        switch scalar {
        case "0": return octal(first: scalar)
        case "1"..."7" where next.map(isOctal) == true: return octal(first: scalar)
        case "x": if let value = hexadecimal() { return value }
        case "a": return "\u{07}"
        case "f": return "\u{0C}"
        case "n": return "\n"
        case "r": return "\r"
        case "t": return "\t"
        case "v": return "\u{0B}"
        default: if scalar.isASCII, !isASCIIAlphanumeric(scalar) { return scalar }
        }
        throw RE2Error(.invalidEscape, text(from: start))
    }

    private func isOctal(_ scalar: Unicode.Scalar) -> Bool { ("0"..."7").contains(scalar) }

    private mutating func octal(first: Unicode.Scalar) -> Unicode.Scalar {
        var value = first.value - 48
        for _ in 0..<2 {
            guard let digit = next, isOctal(digit) else { break }
            value = value * 8 + digit.value - 48
            position += 1
        }
        return Unicode.Scalar(value) ?? "\u{FFFD}"
    }

    /// What follows `\x`; `nil` with the position behind the first scalar that does not fit.
    private mutating func hexadecimal() -> Unicode.Scalar? {
        func digit(_ scalar: Unicode.Scalar) -> UInt32? {
            scalar.isASCII ? Character(scalar).hexDigitValue.map(UInt32.init) : nil
        }
        guard let first = next else { return nil }
        position += 1
        if first != "{" {
            guard let second = next else { return nil }
            position += 1
            guard let high = digit(first), let low = digit(second) else { return nil }
            return Unicode.Scalar(high * 16 + low)
        }
        var value: UInt32 = 0
        var count = 0
        while let scalar = next {
            position += 1
            if scalar == "}" { return count == 0 ? nil : Unicode.Scalar(value) ?? "\u{FFFD}" }
            guard let digit = digit(scalar) else { return nil }
            value = value * 16 + digit
            guard value <= largestScalar else { return nil }
            count += 1
        }
        return nil
    }
}

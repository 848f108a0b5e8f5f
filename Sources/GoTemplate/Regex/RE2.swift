/// A regular expression with RE2's syntax and meaning, as Go's `regexp` has it.
///
/// The leftmost match is found, and of several there the one that Perl would prefer. Matching takes time in
/// the order of the expression's size times the text's, never more; there are no back references and no
/// look-around. Texts are bytes; what is no UTF-8 counts as U+FFFD, a byte each.
///
/// Limits: a thousand repetitions, a thousand levels, and `RegexParser.maximumSize` instructions.
package struct RE2: Sendable {
    package let pattern: String
    /// The name of each capture, empty without one; the first is the whole match.
    package let captureNames: [String]
    private let program: RegexProgram
    /// Whether short texts are searched by backtracking; tests compare both ways.
    package var backtracks = true

    package init(_ pattern: String) throws(RE2Error) {
        var parser = RegexParser(pattern)
        let node = try parser.parse()
        self.pattern = pattern
        captureNames = parser.names
        program = RegexProgram(node)
    }

    /// Where a match and its captures lie, in bytes.
    package struct Match: Hashable, Sendable {
        /// Two places for each capture, -1 for one that took no part.
        fileprivate var places: [Int]

        package var range: Range<Int> { places[0]..<places[1] }

        /// The range of a capture; `nil` for one that took no part, or is not there.
        package subscript(capture: Int) -> Range<Int>? {
            guard capture >= 0, 2 * capture + 1 < places.count, places[2 * capture] >= 0 else {
                return nil
            }
            return places[2 * capture]..<places[2 * capture + 1]
        }
    }

    /// The instructions of the compiled expression.
    package var size: Int { program.instructions.count }

    /// An upper bound for the work of one search, in steps of the machine.
    package func work(on text: [UInt8]) -> Int {
        program.isLiteral ? text.count : program.instructions.count * (text.count + 1)
    }

    package func matches(_ text: [UInt8]) -> Bool {
        if program.isLiteral, !program.prefix.isEmpty {
            return text.firstOccurrence(of: program.prefix) != nil
        }
        var search = RegexSearch(program, backtracks, text: text, slotCount: 0)
        return search.match(from: 0) != nil
    }

    package func firstMatch(in text: [UInt8]) -> Match? {
        var search = RegexSearch(program, backtracks, text: text, slotCount: 2 * captureNames.count)
        return search.match(from: 0).map(Match.init(places:))
    }

    /// Matches that do not overlap, at most `limit`; a negative limit is none.
    ///
    /// An empty match right after another match does not count.
    package func allMatches(in text: [UInt8], limit: Int = -1) -> [Match] {
        var search = RegexSearch(program, backtracks, text: text, slotCount: 2 * captureNames.count)
        var found: [Match] = []
        var position = 0
        var previousEnd = -1
        while position <= text.count, limit < 0 || found.count < limit {
            guard let places = search.match(from: position) else { break }
            let match = Match(places: places)
            let isRepeated = match.range.isEmpty && match.range.lowerBound == previousEnd
            if match.range.upperBound == position {
                position += position < text.count ? decodeUTF8(text, at: position).width : 1
            } else {
                position = match.range.upperBound
            }
            previousEnd = match.range.upperBound
            if !isRepeated { found.append(match) }
        }
        return found
    }

    /// The text with every match replaced by what `replacement` makes of it.
    package func replacingMatches(
        in text: [UInt8], _ replacement: (Match, inout [UInt8]) -> Void
    ) -> [UInt8] {
        var search = RegexSearch(program, backtracks, text: text, slotCount: 2 * captureNames.count)
        var result: [UInt8] = []
        var end = 0
        var position = 0
        while position <= text.count, let places = search.match(from: position) {
            let match = Match(places: places)
            result += text[end..<match.range.lowerBound]
            if match.range.upperBound > end || match.range.lowerBound == 0 {
                replacement(match, &result)
            }
            end = match.range.upperBound
            let width = position < text.count ? decodeUTF8(text, at: position).width : 1
            position = max(position + width, end)
        }
        result += text[end...]
        return result
    }
}

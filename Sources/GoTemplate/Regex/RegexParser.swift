/// Reads RE2's syntax with Perl's extensions, as Go's `regexp.Compile` does.
///
/// The stack of open groups makes mistakes come out in the order, and with the texts, of Go.
///
/// Source: https://github.com/golang/go/blob/master/src/regexp/syntax/parse.go
struct RegexParser {
    struct Flags {
        var ignoresCase = false
        /// `^` and `$` stand at lines.
        var isMultiline = false
        var dotMatchesNewline = false
        var isLazy = false
    }

    /// A node with what limits are about.
    struct Item {
        var node: RegexNode
        var height = 1
        /// Instructions it will take.
        var size = 1
    }

    /// A parenthesis that is open.
    struct Group {
        /// What holds again after it.
        var flags: Flags
        /// `nil` for `(?:`.
        var capture: Int?
        var alternatives: [Item] = []
        var items: [Item] = []
    }

    static let maximumHeight = 1000
    /// Fewer than Go allows (3.3 million), so that one expression cannot take a gigabyte.
    static let maximumSize = 300_000
    static let maximumRepeat = 1000

    let pattern: [Unicode.Scalar]
    var position = 0
    var flags = Flags()
    var groups = [Group(flags: Flags(), capture: nil)]
    /// A name for each capture; the first is the whole match.
    var names: [String] = [""]

    init(_ pattern: String) { self.pattern = Array(pattern.unicodeScalars) }

    var next: Unicode.Scalar? { position < pattern.count ? pattern[position] : nil }

    func peek(_ offset: Int) -> Unicode.Scalar? {
        position + offset < pattern.count ? pattern[position + offset] : nil
    }

    mutating func parse() throws(RE2Error) -> RegexNode {
        // Where the repetition before this one began, for it takes no second one.
        var lastRepeat: Int?
        while let scalar = next {
            let start = position
            var isRepeat = false
            switch scalar {
            case "(": try openGroup()
            case "|": try closeAlternative()
            case ")": try closeGroup()
            case "^": try push(.assertion(flags.isMultiline ? .beginLine : .beginText), advance: 1)
            case "$": try push(.assertion(flags.isMultiline ? .endLine : .endText), advance: 1)
            case ".": try push(flags.dotMatchesNewline ? .any : .anyButNewline, advance: 1)
            case "[": try push(.set(parseBracket()))
            case "*", "+", "?":
                position += 1
                let (minimum, maximum) =
                    scalar == "*" ? (0, nil) : scalar == "+" ? (1, nil) : (0, 1)
                try repeatLast(minimum, maximum, from: start, lastRepeat: lastRepeat)
                isRepeat = true
            case "{": isRepeat = try parseCount(lastRepeat: lastRepeat)
            case "\\": try parseBackslash()
            default: try push(literal: scalar, advance: 1)
            }
            lastRepeat = isRepeat ? start : nil
        }
        guard groups.count == 1 else { throw RE2Error(.missingParenthesis, pattern) }
        return try closed(groups[0]).node
    }

    func text(from start: Int, to end: Int? = nil) -> ArraySlice<Unicode.Scalar> {
        pattern[start..<(end ?? position)]
    }

    mutating func push(_ node: RegexNode, advance: Int = 0) throws(RE2Error) {
        position += advance
        try push(Item(node: node))
    }

    mutating func push(literal scalar: Unicode.Scalar, advance: Int = 0) throws(RE2Error) {
        let value = scalar.value
        let variants = flags.ignoresCase ? caseVariants(of: value...value) : []
        if variants.isEmpty {
            try push(.literal(value), advance: advance)
        } else {
            try push(.set(ScalarSet(([value] + variants).map { $0...$0 })), advance: advance)
        }
    }

    mutating func push(_ item: Item) throws(RE2Error) {
        guard item.height <= Self.maximumHeight else { throw RE2Error(.nestsTooDeeply, pattern) }
        guard item.size <= Self.maximumSize else { throw RE2Error(.tooLarge, pattern) }
        groups[groups.count - 1].items.append(item)
    }

    private mutating func closeAlternative() throws(RE2Error) {
        position += 1
        let last = groups.count - 1
        let item = try joined(groups[last].items, RegexNode.concatenation)
        groups[last].alternatives.append(item)
        groups[last].items = []
    }

    private mutating func closeGroup() throws(RE2Error) {
        guard groups.count > 1, let group = groups.popLast() else {
            throw RE2Error(.unexpectedParenthesis, pattern)
        }
        position += 1
        flags = group.flags
        var item = try closed(group)
        if let capture = group.capture {
            item.node = .capture(capture, item.node)
            item.height += 1
            item.size += 2
        }
        try push(item)
    }

    private func closed(_ group: Group) throws(RE2Error) -> Item {
        let last = try joined(group.items, RegexNode.concatenation)
        return try joined(group.alternatives + [last], RegexNode.alternation)
    }

    private func joined(
        _ items: [Item], _ make: ([RegexNode]) -> RegexNode
    ) throws(RE2Error) -> Item {
        guard let first = items.first else { return Item(node: .empty) }
        if items.count == 1 { return first }
        let item = Item(
            node: make(items.map(\.node)),
            height: 1 + (items.map(\.height).max() ?? 0),
            size: items.reduce(0) { $0 + $1.size + 1 })
        guard item.size <= Self.maximumSize else { throw RE2Error(.tooLarge, pattern) }
        return item
    }
}

// MARK: Repetition

extension RegexParser {
    /// Puts a repetition around the last item; a `?` behind it turns greed around.
    private mutating func repeatLast(
        _ minimum: Int, _ maximum: Int?, from start: Int, lastRepeat: Int?, isCounted: Bool = false
    ) throws(RE2Error) {
        var isGreedy = !flags.isLazy
        if next == "?" {
            position += 1
            isGreedy.toggle()
        }
        if let lastRepeat { throw RE2Error(.invalidRepetition, text(from: lastRepeat)) }
        let last = groups.count - 1
        guard var item = groups[last].items.popLast() else {
            throw RE2Error(.missingRepeatArgument, text(from: start))
        }
        let copies = max(minimum, maximum ?? 0, 1)
        item.node = .repetition(
            item.node, minimum: minimum, maximum: maximum, isGreedy: isGreedy)
        item.height += 1
        item.size = (item.size + 1) * copies + 2
        if isCounted, minimum >= 2 || (maximum ?? 0) >= 2,
            !item.node.repeatsAtMost(Self.maximumRepeat)
        {
            throw RE2Error(.invalidRepeatCount, text(from: start))
        }
        try push(item)
    }

    /// `{2}`, `{2,}` or `{2,5}`; a brace that is none of these stands for itself.
    private mutating func parseCount(lastRepeat: Int?) throws(RE2Error) -> Bool {
        let start = position
        guard let count = scanCount() else {
            position = start
            try push(literal: "{", advance: 1)
            return false
        }
        let limit = Self.maximumRepeat
        guard count.minimum <= limit, count.maximum ?? 0 <= limit,
            count.minimum <= count.maximum ?? count.minimum
        else { throw RE2Error(.invalidRepeatCount, text(from: start)) }
        try repeatLast(
            count.minimum, count.maximum, from: start, lastRepeat: lastRepeat, isCounted: true)
        return true
    }

    private mutating func scanCount() -> (minimum: Int, maximum: Int?)? {
        position += 1
        guard let minimum = scanInteger() else { return nil }
        var maximum: Int? = minimum
        if next == "," {
            position += 1
            if next == "}" {
                maximum = nil
            } else {
                guard let value = scanInteger() else { return nil }
                maximum = value
            }
        }
        guard next == "}" else { return nil }
        position += 1
        return (minimum, maximum)
    }

    /// Digits without a leading zero; what is too large is still more than any limit.
    private mutating func scanInteger() -> Int? {
        guard let first = next, isDigit(first) else { return nil }
        if first == "0", let second = peek(1), isDigit(second) { return nil }
        var value = 0
        while let digit = next, isDigit(digit) {
            value = min(value * 10 + Int(digit.value - 48), 100_000_000)
            position += 1
        }
        return value
    }

    func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }
}

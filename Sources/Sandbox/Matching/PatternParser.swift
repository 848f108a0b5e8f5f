/// Reads the syntax of RE2 by recursive descent.
///
/// Limits: 4,096 characters, groups 100 deep, every repetition at most 1,000 times, nested ones
/// multiplied (the last as in Go's regexp/syntax).
struct PatternParser {
    private static let maxLength = 4_096
    private static let maxDepth = 100
    static let maxRepetitions = 1_000

    private let scalars: [Unicode.Scalar]
    private var position = 0
    private var depth = 0
    private var flags = Flags()

    private struct Flags {
        var ignoresCase = false
        var isMultiline = false
        var dotTakesNewline = false
    }

    init(_ text: String) { scalars = Array(text.unicodeScalars) }

    mutating func parse() throws(PatternError) -> PatternNode {
        if scalars.count > Self.maxLength {
            throw PatternError(reason: "expression too long", fragment: text(0, 40) + "...")
        }
        let node = try choice()
        if position < scalars.count {
            throw PatternError(reason: "unexpected )", fragment: text(0, scalars.count))
        }
        return node
    }

    private var next: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    private mutating func take(_ wanted: Unicode.Scalar) -> Bool {
        guard next == wanted else { return false }
        position += 1
        return true
    }

    private mutating func take(text wanted: String) -> Bool {
        let wanted = Array(wanted.unicodeScalars)
        guard scalars[position...].starts(with: wanted) else { return false }
        position += wanted.count
        return true
    }

    private func text(_ from: Int, _ to: Int) -> String {
        var result = String.UnicodeScalarView()
        result.append(contentsOf: scalars[from..<max(from, min(to, scalars.count))])
        return String(result)
    }

    private func problem(_ reason: String, from start: Int) -> PatternError {
        PatternError(reason: reason, fragment: text(start, position))
    }

    // MARK: Structure

    private mutating func choice() throws(PatternError) -> PatternNode {
        var options = [try sequence()]
        while take("|") { options.append(try sequence()) }
        return options.count == 1 ? options[0] : .choice(options)
    }

    private mutating func sequence() throws(PatternError) -> PatternNode {
        var parts: [PatternNode] = []
        while let scalar = next, scalar != "|", scalar != ")" {
            let start = position
            guard let atom = try atom() else { continue }
            parts.append(try repeated(atom, from: start))
        }
        return parts.count == 1 ? parts[0] : parts.isEmpty ? .empty : .sequence(parts)
    }

    private mutating func repeated(_ atom: PatternNode, from start: Int) throws(PatternError)
        -> PatternNode
    {
        var node = atom
        var isRepeated = false
        while let (least, most) = try repetition() {
            if isRepeated { throw problem("invalid nested repetition operator", from: start) }
            isRepeated = true
            node = .repetition(node, least, most)
            if node.copies > Self.maxRepetitions {
                throw problem("invalid repeat count", from: start)
            }
        }
        return node
    }

    /// `*`, `+`, `?`, `{n,m}` and their reluctant forms, which match the same texts.
    private mutating func repetition() throws(PatternError) -> (Int, Int?)? {
        let start = position
        let found: (Int, Int?)
        switch next {
        case "*": found = (0, nil)
        case "+": found = (1, nil)
        case "?": found = (0, 1)
        case "{":
            guard let counted = counted() else { return nil }
            if counted.0 > counted.1 ?? counted.0 || max(counted.0, counted.1 ?? 0) > 1_000 {
                throw problem("invalid repeat count", from: start)
            }
            _ = take("?")
            return counted
        default: return nil
        }
        position += 1
        _ = take("?")
        return found
    }

    /// `{2}`, `{2,}`, `{2,5}`; a brace that starts none of these stands for itself.
    private mutating func counted() -> (Int, Int?)? {
        let start = position
        position += 1
        if let least = number() {
            if take("}") { return (least, least) }
            if take(",") {
                if take("}") { return (least, nil) }
                if let most = number(), take("}") { return (least, most) }
            }
        }
        position = start
        return nil
    }

    private mutating func number() -> Int? {
        var value: Int?
        while let scalar = next, let digit = Character(scalar).wholeNumberValue, scalar.isASCII {
            value = min((value ?? 0) * 10 + digit, 100_000)
            position += 1
        }
        return value
    }

    // MARK: Atoms

    /// One character, class, group or assertion; `nil` for flags, which match nothing themselves.
    private mutating func atom() throws(PatternError) -> PatternNode? {
        let start = position
        guard let scalar = next else { return .empty }
        switch scalar {
        case "(": return try group()
        case "[": return .one(try bracketed())
        case "*", "+", "?":
            position += 1
            throw problem("missing argument to repetition operator", from: start)
        case "{" where counted() != nil:
            throw problem("missing argument to repetition operator", from: start)
        case ".":
            position += 1
            return .one(flags.dotTakesNewline ? .any : .anyButNewline)
        case "^":
            position += 1
            return .assertion(flags.isMultiline ? .lineStart : .textStart)
        case "$":
            position += 1
            return .assertion(flags.isMultiline ? .lineEnd : .textEnd)
        case "\\": return try escaped()
        default:
            position += 1
            return .one(cased(ScalarClass(scalar)))
        }
    }

    private func cased(_ set: ScalarClass) -> ScalarClass {
        var set = set
        set.ignoresCase = flags.ignoresCase
        return set
    }

    private mutating func group() throws(PatternError) -> PatternNode? {
        let start = position
        position += 1
        depth += 1
        defer { depth -= 1 }
        if depth > Self.maxDepth {
            throw PatternError(reason: "expression nests too deeply", fragment: text(0, position))
        }
        let outer = flags
        if take("?") {
            if take(text: "P<") || take("<") {
                guard let end = scalars[position...].firstIndex(of: ">"), end > position else {
                    throw problem("invalid named capture", from: start)
                }
                position = end + 1
            } else if try readFlags(from: start) {
                return nil
            }
        }
        let inner = try choice()
        guard take(")") else {
            throw PatternError(reason: "missing closing )", fragment: text(0, scalars.count))
        }
        flags = outer
        return inner
    }

    /// `i`, `m`, `s` up to `)` (for what follows) or `:` (for this group).
    private mutating func readFlags(from start: Int) throws(PatternError) -> Bool {
        var isOn = true
        while let scalar = next {
            position += 1
            switch scalar {
            case "i": flags.ignoresCase = isOn
            case "m": flags.isMultiline = isOn
            case "s": flags.dotTakesNewline = isOn
            case "-" where isOn: isOn = false
            case ":": return false
            case ")": return true
            default: throw problem("invalid or unsupported Perl syntax", from: start)
            }
        }
        throw problem("missing closing )", from: start)
    }

    private mutating func escaped() throws(PatternError) -> PatternNode {
        let start = position
        switch position + 1 < scalars.count ? scalars[position + 1] : nil {
        case "A": return assertion(.textStart)
        case "z": return assertion(.textEnd)
        case "b": return assertion(.wordBoundary)
        case "B": return assertion(.noWordBoundary)
        default: break
        }
        if let set = try escapedClass() { return .one(cased(set)) }
        position = start
        return .one(cased(ScalarClass(try escapedScalar())))
    }

    private mutating func assertion(_ kind: PatternNode.Assertion) -> PatternNode {
        position += 2
        return .assertion(kind)
    }

    /// `\d`, `\W`, `\p{Lu}` ...; `nil` when the escape is no class.
    private mutating func escapedClass() throws(PatternError) -> ScalarClass? {
        let start = position
        position += 1
        guard let scalar = next else { return nil }
        position += 1
        switch scalar {
        case "d": return .digit
        case "D": return ScalarClass([.group(.digit)], isNegated: true)
        case "w": return .word
        case "W": return ScalarClass([.group(.word)], isNegated: true)
        case "s": return .space
        case "S": return ScalarClass([.group(.space)], isNegated: true)
        case "p", "P":
            var name = ""
            if take("{") {
                while let letter = next, letter != "}" {
                    name.unicodeScalars.append(letter)
                    position += 1
                }
                _ = take("}")
            } else if let letter = next {
                name.unicodeScalars.append(letter)
                position += 1
            }
            var isNegated = scalar == "P"
            if name.hasPrefix("^") {
                name.removeFirst()
                isNegated.toggle()
            }
            guard ScalarClass.categories.contains(name) else {
                throw problem("invalid or unsupported character class range", from: start)
            }
            return ScalarClass([.category(name)], isNegated: isNegated)
        default: return nil
        }
    }

    /// The character an escape stands for.
    private mutating func escapedScalar() throws(PatternError) -> Unicode.Scalar {
        let start = position
        position += 1
        guard let scalar = next else {
            throw PatternError(reason: "trailing backslash at end of expression", fragment: "")
        }
        position += 1
        switch scalar {
        case "a": return "\u{07}"
        case "f": return "\u{0C}"
        case "n": return "\n"
        case "r": return "\r"
        case "t": return "\t"
        case "v": return "\u{0B}"
        case "x":
            var digits = ""
            if take("{") {
                while let digit = next, digit != "}" {
                    digits.unicodeScalars.append(digit)
                    position += 1
                }
                _ = take("}")
            } else {
                for _ in 0..<2 {
                    if let digit = next { digits.unicodeScalars.append(digit) }
                    position = min(position + 1, scalars.count)
                }
            }
            if let value = UInt32(digits, radix: 16), let found = Unicode.Scalar(value) {
                return found
            }
        default:
            let isWord = ScalarClass.word.contains(scalar)
            if scalar.isASCII, !isWord || scalar == "_" { return scalar }
        }
        throw problem("invalid escape sequence", from: start)
    }

    // MARK: Brackets

    private mutating func bracketed() throws(PatternError) -> ScalarClass {
        let start = position
        position += 1
        var set = ScalarClass([])
        set.isNegated = take("^")
        var isFirst = true
        while isFirst || next != "]" {
            isFirst = false
            guard let scalar = next else {
                throw PatternError(
                    reason: "missing closing ]", fragment: text(start, scalars.count))
            }
            if scalar == "[", let named = try namedClass() {
                set.items.append(.group(named))
                continue
            }
            if scalar == "\\" {
                let before = position
                if let inner = try escapedClass() {
                    set.items.append(.group(inner))
                    continue
                }
                position = before
            }
            set.items.append(.range(try range()))
        }
        position += 1
        return cased(set)
    }

    private mutating func namedClass() throws(PatternError) -> ScalarClass? {
        let start = position
        guard take(text: "[:") else { return nil }
        let isNegated = take("^")
        var name = ""
        while let scalar = next, scalar != ":", scalar != "]" {
            name.unicodeScalars.append(scalar)
            position += 1
        }
        guard take(text: ":]") else {
            position = start
            return nil
        }
        guard let found = ScalarClass.named[name] else {
            throw problem("invalid character class range", from: start)
        }
        return ScalarClass([.group(found)], isNegated: isNegated)
    }

    private mutating func range() throws(PatternError) -> ClosedRange<UInt32> {
        let start = position
        let low = try member()
        let isRange =
            next == "-" && position + 1 < scalars.count && scalars[position + 1] != "]"
        guard isRange else { return low.value...low.value }
        position += 1
        let high = try member()
        guard low.value <= high.value else {
            throw problem("invalid character class range", from: start)
        }
        return low.value...high.value
    }

    private mutating func member() throws(PatternError) -> Unicode.Scalar {
        if next == "\\" { return try escapedScalar() }
        guard let scalar = next else {
            throw PatternError(reason: "missing closing ]", fragment: text(0, scalars.count))
        }
        position += 1
        return scalar
    }
}

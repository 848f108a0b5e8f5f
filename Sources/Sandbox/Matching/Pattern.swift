/// A regular expression in the syntax of RE2, searched for in time that grows with the length of
/// the text and of the expression only.
///
/// Classes (also `\d`, `\w`, `\s`, `[[:alpha:]]` and `\p{L}`), anchors, groups, alternation,
/// repetition and the flags `i`, `m` and `s` are known. Whatever else RE2 takes is an error and never
/// matched by guess.
/// Source: https://github.com/google/re2/wiki/Syntax
struct Pattern: Sendable {
    private let program: PatternProgram

    /// - Throws: What is wrong, worded as Go's regexp package does.
    init(_ text: String) throws(PatternError) {
        var parser = PatternParser(text)
        program = try PatternProgram(parser.parse())
    }

    /// Whether the expression matches some part of the text.
    func isFound(in text: String) -> Bool { program.isFound(in: Array(text.unicodeScalars)) }

    /// How many instructions each character of a text may cost.
    var size: Int { program.instructions.count }
}

struct PatternError: Error, Hashable, Sendable {
    var reason: String
    /// The part of the expression that is meant.
    var fragment: String

    var message: String { "error parsing regexp: \(reason): `\(fragment)`" }
}

/// What an expression consists of.
indirect enum PatternNode: Sendable {
    case empty
    case one(ScalarClass)
    case assertion(Assertion)
    case sequence([PatternNode])
    case choice([PatternNode])
    /// At least and at most so often; without limit where the second is `nil`.
    case repetition(PatternNode, Int, Int?)

    enum Assertion: Sendable {
        case textStart, textEnd, lineStart, lineEnd, wordBoundary, noWordBoundary
    }

    /// How often the innermost part is copied when repetitions are written out.
    var copies: Int {
        switch self {
        case .empty, .one, .assertion: 1
        case .sequence(let parts), .choice(let parts): parts.map(\.copies).max() ?? 1
        case .repetition(let part, let least, let most): part.copies * max(least, most ?? 0, 1)
        }
    }
}

/// A set of characters.
struct ScalarClass: Sendable {
    enum Item: Sendable {
        case range(ClosedRange<UInt32>)
        case group(ScalarClass)
        /// A general category of Unicode: `L`, `Lu`, ...
        case category(String)
    }

    var items: [Item]
    var isNegated = false
    var ignoresCase = false

    func contains(_ scalar: Unicode.Scalar) -> Bool {
        var isMember = holds(scalar)
        if !isMember, ignoresCase {
            let properties = scalar.properties
            for text in [properties.lowercaseMapping, properties.uppercaseMapping] {
                guard text.unicodeScalars.count == 1, let other = text.unicodeScalars.first else {
                    continue
                }
                isMember = isMember || holds(other)
            }
        }
        return isMember != isNegated
    }

    private func holds(_ scalar: Unicode.Scalar) -> Bool {
        items.contains { item in
            switch item {
            case .range(let range): range.contains(scalar.value)
            case .group(let inner): inner.contains(scalar)
            case .category(let name): Self.category(of: scalar).hasPrefix(name)
            }
        }
    }

    init(_ items: [Item], isNegated: Bool = false) {
        self.items = items
        self.isNegated = isNegated
    }

    init(ranges: [ClosedRange<UInt32>], isNegated: Bool = false) {
        self.init(ranges.map(Item.range), isNegated: isNegated)
    }

    init(_ scalar: Unicode.Scalar) { self.init(ranges: [scalar.value...scalar.value]) }

    static let any = ScalarClass(ranges: [0...0x10FFFF])
    static let anyButNewline = ScalarClass(ranges: [0...9, 11...0x10FFFF])
    static let digit = ScalarClass(ranges: [0x30...0x39])
    static let word = ScalarClass(ranges: [0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
    /// Without the vertical tab, as in RE2.
    static let space = ScalarClass(ranges: [9...10, 12...13, 32...32])

    static let named: [String: ScalarClass] = [
        "alnum": ScalarClass(ranges: [0x30...0x39, 0x41...0x5A, 0x61...0x7A]),
        "alpha": ScalarClass(ranges: [0x41...0x5A, 0x61...0x7A]),
        "ascii": ScalarClass(ranges: [0...0x7F]),
        "blank": ScalarClass(ranges: [9...9, 32...32]),
        "cntrl": ScalarClass(ranges: [0...0x1F, 0x7F...0x7F]),
        "digit": digit,
        "graph": ScalarClass(ranges: [0x21...0x7E]),
        "lower": ScalarClass(ranges: [0x61...0x7A]),
        "print": ScalarClass(ranges: [0x20...0x7E]),
        "punct": ScalarClass(ranges: [0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E]),
        "space": ScalarClass(ranges: [9...13, 32...32]),
        "upper": ScalarClass(ranges: [0x41...0x5A]),
        "word": word,
        "xdigit": ScalarClass(ranges: [0x30...0x39, 0x41...0x46, 0x61...0x66]),
    ]

    /// The two letters of a general category.
    ///
    /// Source: https://www.unicode.org/reports/tr44/#General_Category_Values
    private static func category(of scalar: Unicode.Scalar) -> String {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter: "Lu"
        case .lowercaseLetter: "Ll"
        case .titlecaseLetter: "Lt"
        case .modifierLetter: "Lm"
        case .otherLetter: "Lo"
        case .nonspacingMark: "Mn"
        case .spacingMark: "Mc"
        case .enclosingMark: "Me"
        case .decimalNumber: "Nd"
        case .letterNumber: "Nl"
        case .otherNumber: "No"
        case .connectorPunctuation: "Pc"
        case .dashPunctuation: "Pd"
        case .openPunctuation: "Ps"
        case .closePunctuation: "Pe"
        case .initialPunctuation: "Pi"
        case .finalPunctuation: "Pf"
        case .otherPunctuation: "Po"
        case .mathSymbol: "Sm"
        case .currencySymbol: "Sc"
        case .modifierSymbol: "Sk"
        case .otherSymbol: "So"
        case .spaceSeparator: "Zs"
        case .lineSeparator: "Zl"
        case .paragraphSeparator: "Zp"
        case .control: "Cc"
        case .format: "Cf"
        case .surrogate: "Cs"
        case .privateUse: "Co"
        case .unassigned: "Cn"
        @unknown default: "Cn"
        }
    }

    static let categories: Set<String> = [
        "L", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "Mn", "Mc", "Me", "N", "Nd", "Nl", "No", "P", "Pc",
        "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "S", "Sm", "Sc", "Sk", "So", "Z", "Zs", "Zl", "Zp", "C",
        "Cc", "Cf", "Cs", "Co",
    ]
}

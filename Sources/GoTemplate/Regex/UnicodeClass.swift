/// What `\p{...}` names: general categories, or the ranges of a script.
enum UnicodeClass: Hashable, Sendable {
    /// A bit for each `Unicode.GeneralCategory`, by its place in `categoryNames`.
    case categories(UInt32)
    case ranges([ClosedRange<UInt32>])

    /// By the name in the braces: a category, a script, or `Any`; case and separators do not matter.
    init?(named name: String) {
        let key = name.lowercased().filter { $0 != "_" && $0 != "-" && $0 != " " }
        switch key {
        case "any": self = .ranges([0...largestScalar])
        case "ascii": self = .ranges([0...0x7F])
        case "assigned": self = .categories(~categoryBits(of: "cn") & allCategories)
        default:
            let bits = categoryBits(of: categoryAliases[key] ?? key)
            if bits != 0 {
                self = .categories(bits)
            } else if let ranges = scriptRanges(key) {
                self = .ranges(ranges)
            } else {
                return nil
            }
        }
    }

    func contains(_ value: UInt32) -> Bool {
        switch self {
        case .categories(let bits):
            guard let scalar = Unicode.Scalar(value) else { return false }
            return bits >> categoryBit(scalar.properties.generalCategory) & 1 == 1
        case .ranges(let ranges):
            let index = ranges.partitioningIndex { $0.upperBound >= value }
            return index < ranges.count && ranges[index].contains(value)
        }
    }
}

private let categoryNames = [
    "lu", "ll", "lt", "lm", "lo", "mn", "mc", "me", "nd", "nl", "no", "pc", "pd", "ps", "pe",
    "pi", "pf", "po", "sm", "sc", "sk", "so", "zs", "zl", "zp", "cc", "cf", "cs", "co", "cn",
]

private let allCategories = UInt32(1) << UInt32(categoryNames.count) - 1

/// The bits of one category, or of all that begin with a letter; none for another name.
private func categoryBits(of name: String) -> UInt32 {
    var bits: UInt32 = 0
    for (index, category) in categoryNames.enumerated()
    where category == name || (name.utf8.count == 1 && category.hasPrefix(name)) {
        bits |= 1 << UInt32(index)
    }
    return name == "lc"
        ? categoryBits(of: "lu") | categoryBits(of: "ll") | categoryBits(of: "lt") : bits
}

/// The long names of categories.
///
/// Source: https://www.unicode.org/Public/15.0.0/ucd/PropertyValueAliases.txt
private let categoryAliases = [
    "letter": "l", "casedletter": "lc", "uppercaseletter": "lu", "lowercaseletter": "ll",
    "titlecaseletter": "lt", "modifierletter": "lm", "otherletter": "lo", "mark": "m",
    "combiningmark": "m", "nonspacingmark": "mn", "spacingmark": "mc", "enclosingmark": "me",
    "number": "n", "decimalnumber": "nd", "digit": "nd", "letternumber": "nl",
    "othernumber": "no", "punctuation": "p", "punct": "p", "connectorpunctuation": "pc",
    "dashpunctuation": "pd", "openpunctuation": "ps", "closepunctuation": "pe",
    "initialpunctuation": "pi", "finalpunctuation": "pf", "otherpunctuation": "po",
    "symbol": "s", "mathsymbol": "sm", "currencysymbol": "sc", "modifiersymbol": "sk",
    "othersymbol": "so", "separator": "z", "spaceseparator": "zs", "lineseparator": "zl",
    "paragraphseparator": "zp", "other": "c", "control": "cc", "cntrl": "cc", "format": "cf",
    "surrogate": "cs", "privateuse": "co", "unassigned": "cn",
]

private func categoryBit(_ category: Unicode.GeneralCategory) -> UInt32 {
    switch category {
    case .uppercaseLetter: 0
    case .lowercaseLetter: 1
    case .titlecaseLetter: 2
    case .modifierLetter: 3
    case .otherLetter: 4
    case .nonspacingMark: 5
    case .spacingMark: 6
    case .enclosingMark: 7
    case .decimalNumber: 8
    case .letterNumber: 9
    case .otherNumber: 10
    case .connectorPunctuation: 11
    case .dashPunctuation: 12
    case .openPunctuation: 13
    case .closePunctuation: 14
    case .initialPunctuation: 15
    case .finalPunctuation: 16
    case .otherPunctuation: 17
    case .mathSymbol: 18
    case .currencySymbol: 19
    case .modifierSymbol: 20
    case .otherSymbol: 21
    case .spaceSeparator: 22
    case .lineSeparator: 23
    case .paragraphSeparator: 24
    case .control: 25
    case .format: 26
    case .surrogate: 27
    case .privateUse: 28
    case .unassigned: 29
    @unknown default: 29
    }
}

private let digits: [ClosedRange<UInt32>] = [0x30...0x39]
private let letters: [ClosedRange<UInt32>] = [0x41...0x5A, 0x61...0x7A]
private let word = digits + letters + [0x5F...0x5F]

/// The ranges of `\d`, `\s` and `\w`, which are ASCII in RE2.
///
/// Source: https://github.com/google/re2/wiki/Syntax
func perlClass(_ letter: Unicode.Scalar) -> [ClosedRange<UInt32>]? {
    switch letter {
    case "d": digits
    case "s": [0x09...0x0A, 0x0C...0x0D, 0x20...0x20]
    case "w": word
    default: nil
    }
}

/// The ranges of `[:name:]`.
///
/// Source: https://github.com/google/re2/wiki/Syntax
func posixClass(_ name: String) -> [ClosedRange<UInt32>]? {
    switch name {
    case "alnum": digits + letters
    case "alpha": letters
    case "ascii": [0x00...0x7F]
    case "blank": [0x09...0x09, 0x20...0x20]
    case "cntrl": [0x00...0x1F, 0x7F...0x7F]
    case "digit": digits
    case "graph": [0x21...0x7E]
    case "lower": [0x61...0x7A]
    case "print": [0x20...0x7E]
    case "punct": [0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E]
    case "space": [0x09...0x0D, 0x20...0x20]
    case "upper": [0x41...0x5A]
    case "word": word
    case "xdigit": digits + [0x41...0x46, 0x61...0x66]
    default: nil
    }
}

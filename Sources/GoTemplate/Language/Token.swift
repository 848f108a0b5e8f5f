/// A piece of a template's text.
struct Token {
    enum Kind: UInt8 {
        case error, end
        case text, leftDelimiter, rightDelimiter, space
        case bool, character, characterConstant, number, complex, string, rawString
        case assign, declare, pipe, leftParenthesis, rightParenthesis
        case field, variable, identifier, dot, null
        case block, breakLoop, continueLoop, define, elseBranch, endBlock, ifBranch, range
        case template, with

        /// Whether Go prints the token as `<if>`.
        var isKeyword: Bool {
            switch self {
            case .dot, .null, .block, .breakLoop, .continueLoop, .define, .elseBranch, .endBlock,
                .ifBranch, .range, .template, .with:
                true
            default: false
            }
        }
    }

    let kind: Kind
    private let startPlace: Int32
    private let endPlace: Int32

    /// - Parameter range: Bytes of the source, which is shorter than 2³¹.
    init(kind: Kind, _ range: Range<Int>) {
        self.kind = kind
        startPlace = Int32(truncatingIfNeeded: range.lowerBound)
        endPlace = Int32(truncatingIfNeeded: range.upperBound)
    }

    var start: Int { Int(startPlace) }
    var end: Int { Int(endPlace) }
    var count: Int { end - start }

    private static let keywordTexts: [(String, Kind)] = [
        ("if", .ifBranch), ("end", .endBlock), ("nil", .null), ("with", .with),
        ("else", .elseBranch), ("true", .bool), ("block", .block), ("break", .breakLoop),
        ("false", .bool), ("range", .range), ("define", .define), ("template", .template),
        ("continue", .continueLoop),
    ]

    /// The keywords, each as the number that its bytes make.
    private static let keywords: [(word: UInt64, kind: Kind)] = keywordTexts.map { text, kind in
        (text.utf8.reduce(0) { $0 << 8 | UInt64($1) }, kind)
    }

    /// What kind of token a word is.
    static func kind(of word: Range<Int>, in source: UnsafeBufferPointer<UInt8>) -> Kind {
        guard word.count <= 8 else { return .identifier }
        var number: UInt64 = 0
        for place in word { number = number << 8 | UInt64(source[place]) }
        for keyword in keywords where keyword.word == number { return keyword.kind }
        return .identifier
    }
}

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

    var kind: Kind
    /// Bytes of the source.
    var start: Int
    var end: Int
    /// The line in which it begins, counted from 1.
    var line: Int

    private static let keywordTexts: [(String, Kind)] = [
        ("if", .ifBranch), ("end", .endBlock), ("nil", .null), ("with", .with),
        ("else", .elseBranch), ("true", .bool), ("block", .block), ("break", .breakLoop),
        ("false", .bool), ("range", .range), ("define", .define), ("template", .template),
        ("continue", .continueLoop),
    ]

    private static let keywords: [(text: [UInt8], kind: Kind)] =
        keywordTexts.map { (Array($0.0.utf8), $0.1) }

    /// What kind of token a word is.
    static func kind(of word: Range<Int>, in source: [UInt8]) -> Kind {
        for (text, kind) in keywords where text.count == word.count {
            var offset = 0
            while offset < text.count, source[word.lowerBound + offset] == text[offset] {
                offset += 1
            }
            if offset == text.count { return kind }
        }
        return .identifier
    }
}

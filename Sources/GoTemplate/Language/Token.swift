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

    static let keywords: [ByteString: Kind] = [
        ".": .dot, "block": .block, "break": .breakLoop, "continue": .continueLoop,
        "define": .define, "else": .elseBranch, "end": .endBlock, "if": .ifBranch,
        "range": .range, "nil": .null, "template": .template, "with": .with,
        "true": .bool, "false": .bool,
    ]
}

/// Why a regular expression cannot be compiled, in the words of Go's `regexp/syntax`.
///
/// Source: https://pkg.go.dev/regexp/syntax#ErrorCode
package struct RE2Error: Error, Hashable, CustomStringConvertible {
    package enum Code: String, Sendable {
        case invalidCharacterRange = "invalid character class range"
        case invalidEscape = "invalid escape sequence"
        case invalidNamedCapture = "invalid named capture"
        case invalidPerlSyntax = "invalid or unsupported Perl syntax"
        case invalidRepetition = "invalid nested repetition operator"
        case invalidRepeatCount = "invalid repeat count"
        case missingBracket = "missing closing ]"
        case missingParenthesis = "missing closing )"
        case missingRepeatArgument = "missing argument to repetition operator"
        case trailingBackslash = "trailing backslash at end of expression"
        case unexpectedParenthesis = "unexpected )"
        case nestsTooDeeply = "expression nests too deeply"
        case tooLarge = "expression too large"
    }

    package var code: Code
    /// The part of the expression that is wrong.
    package var part: String

    init(_ code: Code, _ part: some Sequence<Unicode.Scalar>) {
        self.code = code
        var text = String.UnicodeScalarView()
        text.append(contentsOf: part)
        self.part = String(text)
    }

    /// ``error parsing regexp: missing closing ]: `[a` ``.
    package var description: String { "error parsing regexp: \(code.rawValue): `\(part)`" }
}

public import Model

/// Why bytes are not the JSON that is accepted here; lines and columns count from 1.
public struct JSONError: Error, Hashable, Sendable {
    public enum Reason: Hashable, Sendable {
        case unexpectedEnd
        /// What stands there, such as `']'`, and what could have stood there.
        case unexpected(String, expected: String)
        case trailingContent
        case invalidUTF8
        case controlCharacter
        case invalidEscape
        /// Half of a surrogate pair (`\ud800`), which is no character.
        case loneSurrogate
        /// A number such as `01`, `1.` or `.5`.
        case invalidNumber
        /// Beyond what 64 bits of floating point hold.
        case numberTooLarge
        case duplicateKey(String)
        case tooDeep(maximum: Int)
        case tooLong(maximum: Int)
        case tooManyValues(maximum: Int)
    }

    public var reason: Reason
    public var line: Int
    public var column: Int

    public init(_ reason: Reason, line: Int, column: Int) {
        self.reason = reason
        self.line = line
        self.column = column
    }
}

extension JSONError: Diagnostic {
    public var summary: String { "line \(line), column \(column): \(text)" }

    private var text: String {
        switch reason {
        case .unexpectedEnd: "the JSON ends in the middle of a value"
        case .unexpected(let found, let expected): "found \(found) where \(expected) is expected"
        case .trailingContent: "there is more after the end of the JSON value"
        case .invalidUTF8: "the bytes are not UTF-8"
        case .controlCharacter: "a control character stands unescaped in a string"
        case .invalidEscape: "unknown escape in a string"
        case .loneSurrogate: "half of a surrogate pair in a string"
        case .invalidNumber: "malformed number"
        case .numberTooLarge: "the number is too large"
        case .duplicateKey(let key): "the key \"\(key)\" occurs twice in one object"
        case .tooDeep(let maximum): "nested deeper than \(maximum) levels"
        case .tooLong(let maximum): "longer than \(maximum) bytes"
        case .tooManyValues(let maximum): "more than \(maximum) values"
        }
    }
}

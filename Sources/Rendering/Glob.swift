public import Model

/// A pattern over paths, as Argo CD's `include` and `exclude` and Helm's `.Files.Glob` are written.
///
/// `**` stands for any text, `*` for any without a separator, `?` for one character that is none; Argo CD names
/// no separator, so that `*` crosses slashes there; `[abc]`, `[a-z]` and `[!a-z]` for one of or none of these; `{a,b}` for either pattern, also
/// nested; `\` takes the meaning of the next character away. The whole path must match.
///
/// Matching takes time proportional to the length of the pattern times that of the path.
/// Source: https://github.com/gobwas/glob and
/// https://github.com/argoproj/argo-cd/blob/master/util/glob/glob.go
public struct Glob: Hashable, Sendable {
    /// Instructions of a small non-deterministic automaton; a jump leads from its own place.
    private var program: [Instruction]

    private enum Instruction: Hashable, Sendable {
        case character(Unicode.Scalar)
        case any
        case anyBut(Unicode.Scalar)
        case oneOf(ranges: [ClosedRange<Unicode.Scalar>], negated: Bool)
        /// Go on at each of these places.
        case split([Int])
        case match
    }

    /// The longest pattern there may be, in bytes.
    public static let patternBytesMax = 4096

    /// Reads a pattern.
    ///
    /// - Parameter separator: What `*` and `?` do not stand for, such as a slash.
    /// - Throws: What is wrong with it; Argo CD would match nothing and say so in a log.
    public init(_ pattern: String, separator: Unicode.Scalar? = nil) throws(GlobError) {
        guard pattern.utf8.count <= Self.patternBytesMax else {
            throw .tooLong(bytes: pattern.utf8.count)
        }
        var reader = Reader(pattern, separator)
        try reader.alternative(depth: 0)
        reader.program.append(.match)
        program = reader.program
    }

    public func matches(_ text: String) -> Bool {
        var states: Set<Int> = []
        add(0, to: &states)
        for scalar in text.unicodeScalars {
            var next: Set<Int> = []
            for state in states where takes(scalar, at: state) { add(state + 1, to: &next) }
            if next.isEmpty { return false }
            states = next
        }
        return states.contains(program.count - 1)
    }

    private func takes(_ scalar: Unicode.Scalar, at state: Int) -> Bool {
        switch program[state] {
        case .character(let wanted): wanted == scalar
        case .any: true
        case .anyBut(let separator): scalar != separator
        case .oneOf(let ranges, let negated): ranges.contains { $0.contains(scalar) } != negated
        case .split, .match: false
        }
    }

    private func add(_ start: Int, to states: inout Set<Int>) {
        var pending = [start]
        while let state = pending.popLast() {
            guard states.insert(state).inserted else { continue }
            if case .split(let targets) = program[state] { pending += targets }
        }
    }
}

/// Why a pattern cannot be read.
public enum GlobError: Diagnostic, Hashable {
    case unclosed(Character)
    case emptySet
    case strayEscape
    case tooDeep
    case tooLong(bytes: Int)

    public var summary: String {
        switch self {
        case .unclosed(let opening): "the pattern has a \(opening) that is not closed"
        case .emptySet: "the pattern has a set of characters with nothing in it"
        case .strayEscape: "the pattern ends with a \\"
        case .tooDeep: "the pattern has braces in braces more than 16 deep"
        case .tooLong(let bytes):
            "the pattern is \(bytes) bytes long, more than \(Glob.patternBytesMax)"
        }
    }
}

extension Glob {
    /// Turns a pattern into instructions.
    private struct Reader {
        private let scalars: [Unicode.Scalar]
        private let separator: Unicode.Scalar?
        private var position = 0
        var program: [Instruction] = []

        init(_ pattern: String, _ separator: Unicode.Scalar?) {
            scalars = Array(pattern.unicodeScalars)
            self.separator = separator
        }

        /// One character that `*` and `?` stand for.
        private var anyInPart: Instruction { separator.map { .anyBut($0) } ?? .any }

        private static let depthMax = 16

        private mutating func next() -> Unicode.Scalar? {
            guard position < scalars.count else { return nil }
            position += 1
            return scalars[position - 1]
        }

        /// Reads up to the end, or within braces up to the `,` or `}` that is not read itself.
        mutating func alternative(depth: Int) throws(GlobError) {
            while position < scalars.count {
                let scalar = scalars[position]
                if depth > 0, scalar == "," || scalar == "}" { return }
                position += 1
                switch scalar {
                case "*":
                    let crosses = position < scalars.count && scalars[position] == "*"
                    while position < scalars.count, scalars[position] == "*" { position += 1 }
                    appendAnyText(crosses ? .any : anyInPart)
                case "?": program.append(anyInPart)
                case "[": try set()
                case "{": try braces(depth: depth + 1)
                case "\\":
                    guard let escaped = next() else { throw .strayEscape }
                    program.append(.character(escaped))
                default: program.append(.character(scalar))
                }
            }
            if depth > 0 { throw .unclosed("{") }
        }

        /// A loop: split to the loop's body and behind it, the body back to the split.
        private mutating func appendAnyText(_ body: Instruction) {
            let start = program.count
            program.append(.split([start + 1, start + 3]))
            program.append(body)
            program.append(.split([start]))
        }

        private mutating func braces(depth: Int) throws(GlobError) {
            guard depth <= Self.depthMax else { throw .tooDeep }
            let start = program.count
            program.append(.split([]))
            var starts: [Int] = []
            var ends: [Int] = []
            while true {
                starts.append(program.count)
                try alternative(depth: depth)
                ends.append(program.count)
                program.append(.split([]))
                if next() == "}" { break }
            }
            program[start] = .split(starts)
            for end in ends { program[end] = .split([program.count]) }
        }

        private mutating func set() throws(GlobError) {
            var ranges: [ClosedRange<Unicode.Scalar>] = []
            let negated = position < scalars.count && scalars[position] == "!"
            if negated { position += 1 }
            while let scalar = next() {
                if scalar == "]" {
                    if ranges.isEmpty { throw .emptySet }
                    program.append(.oneOf(ranges: ranges, negated: negated))
                    return
                }
                let lower = try unescaped(scalar)
                guard position + 1 < scalars.count, scalars[position] == "-",
                    scalars[position + 1] != "]"
                else {
                    ranges.append(lower...lower)
                    continue
                }
                position += 1
                guard let end = next() else { break }
                let upper = try unescaped(end)
                ranges.append(min(lower, upper)...max(lower, upper))
            }
            throw .unclosed("[")
        }

        private mutating func unescaped(_ scalar: Unicode.Scalar) throws(GlobError)
            -> Unicode.Scalar
        {
            guard scalar == "\\" else { return scalar }
            guard let escaped = next() else { throw .strayEscape }
            return escaped
        }
    }
}

/// A parsed regular expression.
indirect enum RegexNode: Sendable {
    case empty
    /// One scalar, any of a set.
    case set(ScalarSet)
    case literal(UInt32)
    case any
    case anyButNewline
    case assertion(Assertion)
    case capture(Int, RegexNode)
    case concatenation([RegexNode])
    case alternation([RegexNode])
    /// `maximum` is `nil` for no limit.
    case repetition(RegexNode, minimum: Int, maximum: Int?, isGreedy: Bool)
}

/// What must hold between two scalars.
enum Assertion: Hashable, Sendable {
    case beginText, endText, beginLine, endLine, wordBoundary, noWordBoundary
}

extension RegexNode {
    /// Whether the node can match the empty text.
    var isNullable: Bool {
        switch self {
        case .empty, .assertion: true
        case .set, .literal, .any, .anyButNewline: false
        case .capture(_, let node): node.isNullable
        case .concatenation(let nodes): nodes.allSatisfy(\.isNullable)
        case .alternation(let nodes): nodes.contains(where: \.isNullable)
        case .repetition(let node, let minimum, _, _): minimum == 0 || node.isNullable
        }
    }

    /// Whether counted repetitions, one within another, stay at `limit` copies of a part.
    func repeatsAtMost(_ limit: Int) -> Bool {
        switch self {
        case .empty, .set, .literal, .any, .anyButNewline, .assertion: return true
        case .capture(_, let node): return node.repeatsAtMost(limit)
        case .concatenation(let nodes), .alternation(let nodes):
            return nodes.allSatisfy { $0.repeatsAtMost(limit) }
        case .repetition(let node, let minimum, let maximum, _):
            // A star, plus or question mark is no counted repetition.
            let isCounted = minimum > 1 || (maximum ?? 0) > 1
            guard isCounted else { return maximum == 0 || node.repeatsAtMost(limit) }
            let count = maximum ?? minimum
            guard count <= limit else { return false }
            return node.repeatsAtMost(limit / count)
        }
    }
}

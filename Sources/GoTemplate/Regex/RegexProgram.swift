/// A regular expression as instructions for `RegexMachine`.
struct RegexProgram: Sendable {
    enum Instruction: Sendable {
        case literal(UInt32)
        case set(Int)
        case any
        case anyButNewline
        /// Both ways, the first preferred.
        case split(Int, Int)
        case jump(Int)
        case assertion(Assertion)
        case save(Int)
        case match
    }

    private(set) var instructions: [Instruction] = []
    private(set) var sets: [ScalarSet] = []
    /// Whether a match can begin at the start of the text only.
    private(set) var isAnchored = false
    /// The bytes with which every match begins, as long as the expression says them.
    private(set) var prefix: [UInt8] = []
    /// Whether the expression is its prefix and nothing else.
    private(set) var isLiteral = false

    init(_ node: RegexNode) {
        emit(node)
        append(.match)
        findStart(node)
    }

    private mutating func findStart(_ node: RegexNode) {
        var parts = [node]
        if case .concatenation(let nodes) = node { parts = nodes }
        if case .assertion(.beginText)? = parts.first { isAnchored = true }
        for part in parts {
            guard case .literal(let value) = part, let scalar = Unicode.Scalar(value) else {
                return
            }
            // The scalar that stands for bytes that are no UTF-8 has other bytes than they have.
            guard scalar != "\u{FFFD}" else { return }
            prefix.append(contentsOf: String(Character(scalar)).utf8)
        }
        isLiteral = true
    }

    private mutating func append(_ instruction: Instruction) { instructions.append(instruction) }

    private mutating func emit(_ node: RegexNode) {
        switch node {
        case .empty: break
        case .literal(let value): append(.literal(value))
        case .set(let set):
            append(.set(sets.count))
            sets.append(set.sealed())
        case .any: append(.any)
        case .anyButNewline: append(.anyButNewline)
        case .assertion(let assertion): append(.assertion(assertion))
        case .capture(let index, let node):
            append(.save(2 * index))
            emit(node)
            append(.save(2 * index + 1))
        case .concatenation(let nodes): for node in nodes { emit(node) }
        case .alternation(let nodes): emitAlternation(nodes)
        case .repetition(let node, let minimum, let maximum, let isGreedy):
            emitRepetition(node, minimum, maximum, isGreedy)
        }
    }

    private mutating func emitAlternation(_ nodes: [RegexNode]) {
        var jumps: [Int] = []
        for (position, node) in nodes.enumerated() {
            guard position < nodes.count - 1 else {
                emit(node)
                continue
            }
            let split = instructions.count
            append(.split(split + 1, split + 1))
            emit(node)
            jumps.append(instructions.count)
            append(.jump(0))
            instructions[split] = .split(split + 1, instructions.count)
        }
        for jump in jumps { instructions[jump] = .jump(instructions.count) }
    }

    private mutating func emitRepetition(
        _ node: RegexNode, _ minimum: Int, _ maximum: Int?, _ isGreedy: Bool
    ) {
        guard let maximum else {
            for _ in 1..<max(minimum, 1) { emit(node) }
            if minimum > 0 {
                emitPlus(node, isGreedy)
            } else if node.isNullable {
                // Go makes (x+)? of it, so that the empty match has its place in the order.
                // https://github.com/golang/go/issues/46123
                let split = instructions.count
                append(.jump(0))
                emitPlus(node, isGreedy)
                instructions[split] = choice(split + 1, instructions.count, isGreedy)
            } else {
                let split = instructions.count
                append(.jump(0))
                emit(node)
                append(.jump(split))
                instructions[split] = choice(split + 1, instructions.count, isGreedy)
            }
            return
        }
        for _ in 0..<minimum { emit(node) }
        var splits: [Int] = []
        for _ in minimum..<max(maximum, minimum) {
            splits.append(instructions.count)
            append(.jump(0))
            emit(node)
        }
        for split in splits {
            instructions[split] = choice(split + 1, instructions.count, isGreedy)
        }
    }

    private mutating func emitPlus(_ node: RegexNode, _ isGreedy: Bool) {
        let start = instructions.count
        emit(node)
        append(choice(start, instructions.count + 1, isGreedy))
    }

    private func choice(_ again: Int, _ end: Int, _ isGreedy: Bool) -> Instruction {
        isGreedy ? .split(again, end) : .split(end, again)
    }
}

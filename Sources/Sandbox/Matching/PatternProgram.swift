/// An expression as instructions of a machine that follows all its ways at once.
///
/// No way is followed twice at the same character, so a search takes at most `instructions` steps for
/// each. Source: https://swtch.com/~rsc/regexp/regexp2.html
struct PatternProgram: Sendable {
    enum Instruction: Sendable {
        case one(ScalarClass)
        case assertion(PatternNode.Assertion)
        case jump(Int)
        case split(Int, Int)
        case match
    }

    static let maxInstructions = 10_000

    private(set) var instructions: [Instruction] = []

    init(_ node: PatternNode) throws(PatternError) {
        try emit(node)
        try add(.match)
    }

    private mutating func add(_ instruction: Instruction) throws(PatternError) {
        guard instructions.count < Self.maxInstructions else {
            throw PatternError(reason: "expression too large", fragment: "")
        }
        instructions.append(instruction)
    }

    private mutating func emit(_ node: PatternNode) throws(PatternError) {
        switch node {
        case .empty: break
        case .one(let set): try add(.one(set))
        case .assertion(let kind): try add(.assertion(kind))
        case .sequence(let parts): for part in parts { try emit(part) }
        case .choice(let options):
            var ends: [Int] = []
            for option in options.dropLast() {
                let split = instructions.count
                try add(.split(split + 1, 0))
                try emit(option)
                ends.append(instructions.count)
                try add(.jump(0))
                instructions[split] = .split(split + 1, instructions.count)
            }
            if let last = options.last { try emit(last) }
            for end in ends { instructions[end] = .jump(instructions.count) }
        case .repetition(let part, let least, let most):
            for _ in 0..<least { try emit(part) }
            guard let most else { return try emitLoop(part) }
            for _ in least..<max(least, most) { try emitOptional(part) }
        }
    }

    private mutating func emitLoop(_ part: PatternNode) throws(PatternError) {
        let split = instructions.count
        try add(.split(split + 1, 0))
        try emit(part)
        try add(.jump(split))
        instructions[split] = .split(split + 1, instructions.count)
    }

    private mutating func emitOptional(_ part: PatternNode) throws(PatternError) {
        let split = instructions.count
        try add(.split(split + 1, 0))
        try emit(part)
        instructions[split] = .split(split + 1, instructions.count)
    }

    func isFound(in text: [Unicode.Scalar]) -> Bool {
        var ways = Ways(count: instructions.count)
        var following = Ways(count: instructions.count)
        for position in 0...text.count {
            if follow(0, &ways, text, position) { return true }
            guard position < text.count else { return false }
            following.removeAll()
            for place in ways.waiting {
                guard case .one(let set) = instructions[place], set.contains(text[position]) else {
                    continue
                }
                if follow(place + 1, &following, text, position + 1) { return true }
            }
            swap(&ways, &following)
        }
        return false
    }

    /// Goes on without reading a character; `true` when the end is reached.
    private func follow(_ start: Int, _ ways: inout Ways, _ text: [Unicode.Scalar], _ position: Int)
        -> Bool
    {
        var open = [start]
        while let place = open.popLast() {
            guard ways.visit(place) else { continue }
            switch instructions[place] {
            case .match: return true
            case .one: ways.waiting.append(place)
            case .jump(let target): open.append(target)
            case .split(let first, let second):
                open.append(second)
                open.append(first)
            case .assertion(let kind):
                if holds(kind, text, position) { open.append(place + 1) }
            }
        }
        return false
    }

    private func holds(
        _ kind: PatternNode.Assertion, _ text: [Unicode.Scalar], _ position: Int
    ) -> Bool {
        func isWord(_ place: Int) -> Bool {
            text.indices.contains(place) && ScalarClass.word.contains(text[place])
        }
        switch kind {
        case .textStart: return position == 0
        case .textEnd: return position == text.count
        case .lineStart: return position == 0 || text[position - 1] == "\n"
        case .lineEnd: return position == text.count || text[position] == "\n"
        case .wordBoundary: return isWord(position - 1) != isWord(position)
        case .noWordBoundary: return isWord(position - 1) == isWord(position)
        }
    }

    /// The instructions reached at one character.
    private struct Ways {
        private var round = 1
        private var visited: [Int]
        var waiting: [Int] = []

        init(count: Int) { visited = Array(repeating: 0, count: count) }

        mutating func removeAll() {
            round += 1
            waiting.removeAll(keepingCapacity: true)
        }

        mutating func visit(_ place: Int) -> Bool {
            if visited[place] == round { return false }
            visited[place] = round
            return true
        }
    }
}

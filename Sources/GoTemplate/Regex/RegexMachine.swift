/// Runs a program over a text: all threads at once, in order of preference (Pike's machine).
///
/// Takes time in the order of instructions × bytes, whatever the expression.
///
/// Source: https://swtch.com/~rsc/regexp/regexp2.html
struct RegexMachine {
    private let program: RegexProgram
    private let text: RegexText
    /// Places that are kept for each thread: none, the whole match, or all captures.
    private let slotCount: Int
    private var current: Threads
    private var following: Threads
    private var slots: [Int]
    private var stack: [Step] = []

    private enum Step {
        case visit(Int)
        case restore(slot: Int, value: Int)
    }

    /// Instructions to go on at, in order of preference, each once.
    private struct Threads {
        var dense: [Int] = []
        var sparse: [Int]
        /// `slotCount` places for each thread.
        var slots: [Int] = []

        init(_ count: Int) { sparse = Array(repeating: 0, count: count) }

        mutating func insert(_ instruction: Int) -> Bool {
            let index = sparse[instruction]
            if index < dense.count, dense[index] == instruction { return false }
            sparse[instruction] = dense.count
            dense.append(instruction)
            return true
        }

        mutating func removeAll() {
            dense.removeAll(keepingCapacity: true)
            slots.removeAll(keepingCapacity: true)
        }
    }

    init(_ program: RegexProgram, text: RegexText, slotCount: Int) {
        self.program = program
        self.text = text
        self.slotCount = slotCount
        current = Threads(program.instructions.count)
        following = Threads(program.instructions.count)
        slots = Array(repeating: -1, count: slotCount)
    }

    /// The first match that begins at `start` or later: places of captures, -1 where there is none.
    mutating func match(from start: Int) -> [Int]? {
        following.removeAll()
        var matched: [Int]?
        var position = start
        var previous = text.scalar(endingAt: start)
        while true {
            // Here `following` holds the threads that have come to `position`.
            if following.dense.isEmpty {
                if matched != nil || (program.isAnchored && position != 0) { break }
                if !program.prefix.isEmpty {
                    guard let found = text.bytes.firstOccurrence(of: program.prefix, from: position)
                    else { break }
                    if found != position { previous = text.scalar(endingAt: found) }
                    position = found
                }
            }
            let (next, width) = text.decode(position)
            if matched == nil, !program.isAnchored || position == 0 {
                for index in slots.indices { slots[index] = -1 }
                if slotCount > 0 { slots[0] = position }
                add(0, at: position, between: previous, and: next)
            }
            swap(&current, &following)
            following.removeAll()
            let after = next == nil ? nil : text.decode(position + width).scalar
            if let found = step(next, at: position, width: width, after: after) {
                matched = found
                if slotCount == 0 { break }
            }
            guard let next else { break }
            previous = next
            position += width
        }
        return matched
    }

    /// Moves every thread over `next`; the places of a thread that has matched.
    private mutating func step(
        _ next: UInt32?, at position: Int, width: Int, after: UInt32?
    ) -> [Int]? {
        for (index, instruction) in current.dense.enumerated() {
            let matches: Bool
            switch program.instructions[instruction] {
            case .match:
                // What is less preferred ends here.
                guard slotCount > 0 else { return [] }
                var found = Array(current.slots[index * slotCount..<(index + 1) * slotCount])
                found[1] = position
                return found
            case .literal(let value): matches = next == value
            case .set(let set): matches = next.map(program.sets[set].contains) ?? false
            case .any: matches = next != nil
            case .anyButNewline: matches = next != nil && next != 0x0A
            case .split, .jump, .assertion, .save: matches = false
            }
            guard matches else { continue }
            for slot in 0..<slotCount { slots[slot] = current.slots[index * slotCount + slot] }
            add(instruction + 1, at: position + width, between: next, and: after)
        }
        return nil
    }

    /// Adds a thread to `following`, and those it splits into, without recursion: programs are deep.
    private mutating func add(
        _ start: Int, at position: Int, between previous: UInt32?, and next: UInt32?
    ) {
        stack.append(.visit(start))
        steps: while let step = stack.popLast() {
            guard case .visit(var instruction) = step else {
                if case .restore(let slot, let value) = step { slots[slot] = value }
                continue
            }
            while following.insert(instruction) {
                following.slots.append(contentsOf: slots)
                switch program.instructions[instruction] {
                case .jump(let target): instruction = target
                case .split(let first, let second):
                    stack.append(.visit(second))
                    instruction = first
                case .assertion(let assertion):
                    guard assertion.holds(between: previous, and: next) else { continue steps }
                    instruction += 1
                case .save(let slot):
                    if slot < slotCount {
                        stack.append(.restore(slot: slot, value: slots[slot]))
                        slots[slot] = position
                    }
                    instruction += 1
                case .literal, .set, .any, .anyButNewline, .match: continue steps
                }
            }
        }
    }
}

extension Assertion {
    /// `nil` stands for the ends of the text.
    func holds(between previous: UInt32?, and next: UInt32?) -> Bool {
        switch self {
        case .beginText: previous == nil
        case .endText: next == nil
        case .beginLine: previous == nil || previous == 0x0A
        case .endLine: next == nil || next == 0x0A
        case .wordBoundary: isWord(previous) != isWord(next)
        case .noWordBoundary: isWord(previous) == isWord(next)
        }
    }

    private func isWord(_ scalar: UInt32?) -> Bool {
        switch scalar ?? 0 {
        case 0x30...0x39, 0x41...0x5A, 0x5F, 0x61...0x7A: true
        default: false
        }
    }
}

extension [UInt8] {
    /// Where `part`, which is not empty, stands first from `start` on.
    func firstOccurrence(of part: [UInt8], from start: Int = 0) -> Int? {
        guard let first = part.first, count >= part.count else { return nil }
        var position = start
        let last = count - part.count
        return withUnsafeBufferPointer { bytes in
            while position <= last {
                if bytes[position] == first {
                    var offset = 1
                    while offset < part.count, bytes[position + offset] == part[offset] {
                        offset += 1
                    }
                    if offset == part.count { return position }
                }
                position += 1
            }
            return nil
        }
    }
}

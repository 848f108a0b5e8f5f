/// Runs a program over a short text: one way after another, by preference, each state once.
///
/// What remembers the states keeps the time in the order of instructions × bytes.
///
/// Source: https://swtch.com/~rsc/regexp/regexp3.html#backtrack
struct RegexBacktracker {
    private let program: RegexProgram
    private let text: RegexText
    private var slots: [Int]
    /// A bit for each instruction at each place from `origin` on.
    private var visited: [UInt64] = []
    private var origin = 0
    private var stack: [Job] = []

    private enum Job {
        case visit(instruction: Int, place: Int)
        case restore(slot: Int, value: Int)
    }

    /// Longer texts are left to a machine that needs no memory for each place.
    private static let maximumBits = 1 << 18

    static func canSearch(_ program: RegexProgram, length: Int) -> Bool {
        length < maximumBits && program.instructions.count * (length + 1) <= maximumBits
    }

    init(_ program: RegexProgram, text: RegexText, slotCount: Int) {
        self.program = program
        self.text = text
        slots = Array(repeating: -1, count: slotCount)
    }

    /// The first match that begins at `start` or later: places of captures, -1 where there is none.
    mutating func match(from start: Int) -> [Int]? {
        let words = (program.instructions.count * (text.count - start + 1) + 63) / 64
        if visited.count < words {
            visited = Array(repeating: 0, count: words)
        } else {
            for index in 0..<words { visited[index] = 0 }
        }
        origin = start
        var place = start
        while place <= text.count {
            if program.isAnchored, place != 0 { return nil }
            if !program.prefix.isEmpty {
                guard let found = text.bytes.firstOccurrence(of: program.prefix, from: place)
                else { return nil }
                place = found
            }
            if run(from: place) { return slots }
            place += max(text.decode(place).width, 1)
        }
        return nil
    }

    private mutating func run(from start: Int) -> Bool {
        if !slots.isEmpty {
            for index in slots.indices { slots[index] = -1 }
            slots[0] = start
        }
        stack.removeAll(keepingCapacity: true)
        stack.append(.visit(instruction: 0, place: start))
        while let job = stack.popLast() {
            switch job {
            case .restore(let slot, let value): slots[slot] = value
            case .visit(let instruction, let place):
                if follow(instruction, place) { return true }
            }
        }
        return false
    }

    /// Goes on until a match, or until this way ends.
    private mutating func follow(_ start: Int, _ startPlace: Int) -> Bool {
        var instruction = start
        var place = startPlace
        while isFirstVisit(instruction, place) {
            switch program.instructions[instruction] {
            case .match:
                if slots.count > 1 { slots[1] = place }
                return true
            case .jump(let target):
                instruction = target
                continue
            case .split(let first, let second):
                stack.append(.visit(instruction: second, place: place))
                instruction = first
                continue
            case .save(let slot):
                if slot < slots.count {
                    stack.append(.restore(slot: slot, value: slots[slot]))
                    slots[slot] = place
                }
            case .assertion(let assertion):
                let next = text.decode(place).scalar
                guard assertion.holds(between: text.scalar(endingAt: place), and: next) else {
                    return false
                }
            case .literal(let value):
                let (next, width) = text.decode(place)
                guard next == value else { return false }
                place += width
            case .set(let set):
                let (next, width) = text.decode(place)
                guard let next, program.sets[set].contains(next) else { return false }
                place += width
            case .any:
                let width = text.decode(place).width
                guard width > 0 else { return false }
                place += width
            case .anyButNewline:
                let (next, width) = text.decode(place)
                guard let next, next != 0x0A else { return false }
                place += width
            }
            instruction += 1
        }
        return false
    }

    @inline(__always)
    private mutating func isFirstVisit(_ instruction: Int, _ place: Int) -> Bool {
        let index = (place - origin) * program.instructions.count + instruction
        let bit: UInt64 = 1 << UInt64(index & 63)
        if visited[index >> 6] & bit != 0 { return false }
        visited[index >> 6] |= bit
        return true
    }
}

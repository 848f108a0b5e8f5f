/// A text with what wrote it, piece by piece, and the values read for that.
public struct Trace {
    public internal(set) var text = ByteString()
    /// Every byte of the text belongs to one of them, in order.
    public internal(set) var pieces: [Piece] = []

    /// What one text between actions, or one action, wrote.
    public struct Piece {
        /// Bytes of the text.
        public let range: Range<Int>
        /// Where it begins in its template.
        public let site: CallSite
        /// Whether it is an action; the text of a template goes on from its site, line for line.
        public let isAction: Bool
        public let reads: [Read]
        /// What the action had other templates write, by `include` and `tpl`, before it wrote.
        public let included: [Trace]
    }

    /// A look at a key of a map, whether it was there or not.
    ///
    /// Maps have identity, so who made the values can tell from it where they came from.
    public struct Read {
        public let map: Map
        public let key: ByteString
        /// Whether the value only decided that the piece was written, as the condition of an `if` does.
        public let isCondition: Bool
    }
}

/// What is known of the pieces that are being written.
struct Recorder {
    var trace = Trace()
    /// Looks of the statement that runs, and before them those of the branches and loops around it.
    var reads: [Trace.Read] = []
    /// What the statement that runs had other templates write, and before it those around it.
    var included: [Trace] = []
    /// Looks that went into each variable, by its place among all that exist.
    private var variables: [Int: [Trace.Read]] = [:]

    /// Says of the looks since `start` that they only decide.
    mutating func markConditions(from start: Int) {
        for place in start..<reads.count {
            let read = reads[place]
            reads[place] = Trace.Read(map: read.map, key: read.key, isCondition: true)
        }
    }

    /// Notes what went into a variable: all looks since `start`.
    mutating func set(variable: Int, since start: Int) {
        variables[variable] = Array(reads[start...])
    }

    mutating func use(variable: Int) { reads += variables[variable] ?? [] }
}

extension TemplateSet {
    /// Runs a template as `render` does, and notes what wrote each piece of the text.
    ///
    /// Takes a few times as long as `render`.
    public func trace(
        _ name: ByteString, with data: Value, in surroundings: Surroundings = Surroundings(),
        missingKey: MissingKey = .none, limits: Limits = Limits()
    ) throws(TemplateError) -> Trace {
        let template = try template(name)
        var execution = Execution(
            template, of: self, surroundings, missingKey: missingKey, limits: limits)
        execution.isTracing = true
        try execution.run(template, data)
        var trace = execution.recorder.trace
        trace.text = ByteString(execution.output)
        return trace
    }
}

// Called only while a trace is made.
extension Execution {
    @inline(never)
    mutating func walkTraced(_ id: NodeID, _ dot: Operand) throws(TemplateError) -> Flow {
        let start = output.count
        let firstRead = recorder.reads.count
        let firstIncluded = recorder.included.count
        let flow = try walk(statement: id, dot)
        notePiece(id, from: start, firstRead, firstIncluded)
        return flow
    }

    /// Notes what a text or an action wrote, and leaves what was noted for the statement alone.
    @inline(never)
    private mutating func notePiece(
        _ id: NodeID, from start: Int, _ firstRead: Int, _ firstIncluded: Int
    ) {
        let isAction = if case .action = tree[id] { true } else { false }
        let isText = if case .text = tree[id] { true } else { false }
        if output.count > start, isAction || isText {
            recorder.trace.pieces.append(
                Trace.Piece(
                    range: start..<output.count, site: tree.location(of: id), isAction: isAction,
                    reads: recorder.reads, included: Array(recorder.included[firstIncluded...])))
        }
        recorder.reads.removeSubrange(firstRead...)
        recorder.included.removeSubrange(firstIncluded...)
    }

    @inline(never)
    mutating func note(_ key: ByteString, of value: Value) {
        guard let map = value.asMap else { return }
        recorder.reads.append(Trace.Read(map: map, key: key, isCondition: false))
    }

    @inline(never)
    mutating func noteVariable(_ id: NodeID, since start: Int) {
        guard case .variable(let slot, _, _) = tree[id], slot >= 0 else { return }
        recorder.set(variable: base + Int(slot), since: start)
    }
}

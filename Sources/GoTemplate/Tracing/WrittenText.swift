/// A text with where its parts stand in the template that was run.
public struct WrittenText {
    public let text: ByteString
    private let tree: Tree?
    private let marks: [Mark]

    /// A piece of the text, and the node that wrote it: a text between actions, or an action.
    struct Mark {
        /// Where the piece begins; it ends where the next one does.
        var offset: Int
        var node: NodeID
    }

    /// More pieces than a template of this world has; what is written after them has the place of the last.
    static let marksMax = 65_536

    /// A text of which nothing is known.
    public init(_ text: ByteString) {
        self.text = text
        tree = nil
        marks = []
    }

    init(_ text: ByteString, _ tree: Tree, _ marks: [Mark]) {
        self.text = text
        self.tree = tree
        self.marks = marks
    }

    /// The line of the template that wrote the byte at an offset; what an action had others write is of its line.
    public func line(at offset: Int) -> Int {
        let next = marks.partitioningIndex { $0.offset > offset }
        guard let tree, next > 0 else { return 1 }
        let mark = marks[next - 1]
        var line = tree.location(of: mark.node).line
        if case .text(let span) = tree[mark.node] {
            let before = tree.source[span.range].prefix(offset - mark.offset)
            line += before.count { $0 == UInt8(ascii: "\n") }
        }
        return line
    }
}

extension TemplateSet {
    /// Runs a template as `render` does, and keeps where each piece of the text comes from; takes hardly longer.
    public func write(
        _ name: ByteString, with data: Value, in surroundings: Surroundings = Surroundings(),
        missingKey: MissingKey = .none, limits: Limits = Limits()
    ) throws(TemplateError) -> WrittenText {
        let template = try template(name)
        var execution = Execution(
            template, of: self, surroundings, missingKey: missingKey, limits: limits)
        try execution.run(template, data)
        return WrittenText(ByteString(execution.output), template.tree, execution.marks)
    }
}

extension Execution {
    /// Notes that a node of the template that was asked for is about to write.
    mutating func mark(_ id: NodeID) {
        guard depth == 1, marks.count < WrittenText.marksMax else { return }
        marks.append(WrittenText.Mark(offset: output.count, node: id))
    }
}

extension WrittenText {
    /// How many bytes before an offset of the text without `<no value>` are no longer there.
    ///
    /// - Parameter stripped: The text as `withoutNoValue` gives it.
    public func offset(of place: Int, in stripped: ByteString) -> Int {
        guard stripped.count < text.count else { return place }
        let mark = Array("<no value>".utf8)
        var (kept, offset) = (0, 0)
        while offset < text.count {
            if text.bytes[offset...].starts(with: mark) {
                offset += mark.count
            } else if kept == place {
                return offset
            } else {
                kept += 1
                offset += 1
            }
        }
        return offset
    }
}

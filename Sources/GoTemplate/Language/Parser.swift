/// Reads tokens into a tree, by the grammar of Go's text/template/parse and with its errors.
///
/// https://pkg.go.dev/text/template
struct Parser {
    var builder: TreeBuilder
    var tokens: [Token]
    let errorText: String
    let functions: FunctionTable
    /// The next token, and the furthest one seen, whose line errors give.
    var place = 0
    var furthest = 0
    var frame = Frame()
    /// Children of the lists and commands that are being read.
    var pending: [NodeID] = []
    private var nesting = 0
    private let name: ByteString
    private var definitions: [(name: ByteString, root: NodeID, slots: Int, isBlank: Bool)] = []

    /// How deep parentheses and branches may stand in each other; Go has no limit but its memory.
    private static let deepest = 500

    /// What one template knows of itself; a `define` has its own.
    struct Frame {
        /// Variables besides `$` that may be named here, the latest last.
        var visible: [Int32] = []
        /// Those that will exist here when the template runs: not those of the branch before an `else`.
        ///
        /// The slot 0 is that of `$`.
        var scope: [(name: Int32, slot: Int32)] = []
        var slotCount = 1
        var rangeDepth = 0
        /// Where the action began that is being read.
        var actionStart: Int?
    }

    init(
        _ lexed: consuming Lexer.Result, of text: ByteString, name: ByteString,
        functions: FunctionTable
    ) {
        self.name = name
        self.functions = functions
        tokens = lexed.tokens
        errorText = lexed.errorText
        builder = TreeBuilder(name: name, source: text.bytes)
        builder.reserveCapacity(tokens.count)
    }

    /// The templates of the text, its own last.
    mutating func parse() throws(TemplateError) -> [Template] {
        guard builder.source.count < Int(Int32.max) / 2 else {
            throw TemplateError("template: \(name): the text is too long", kind: .parse)
        }
        let root = try readTop()
        try add(name, root)
        let tree = Tree(builder)
        return definitions.map {
            Template(
                name: $0.name, tree: tree, root: $0.root, slotCount: $0.slots, isBlank: $0.isBlank)
        }
    }

    private mutating func readTop() throws(TemplateError) -> NodeID {
        let position = Int32(peek().start)
        let mark = pending.count
        while peek().kind != .end {
            if peek().kind == .leftDelimiter {
                let start = place
                place += 1
                if nextAfterSpace().kind == .define {
                    try readDefinition()
                    continue
                }
                place = start
            }
            switch try readTextOrAction() {
            case .node(let id): pending.append(id)
            case .end: throw failure("unexpected {{end}}")
            case .else: throw failure("unexpected {{else}}")
            }
        }
        return closeList(mark, position)
    }

    /// What a piece of text or an action is: a node, or the end of the list that is being read.
    enum Item {
        case node(NodeID)
        case end
        case `else`

        var text: String {
            switch self {
            case .node: "node"
            case .end: "{{end}}"
            case .else: "{{else}}"
            }
        }
    }

    // MARK: Definitions

    private mutating func readDefinition() throws(TemplateError) {
        let outer = frame
        let outerFurthest = furthest
        frame = Frame()
        let token = nextAfterSpace()
        guard token.kind == .string || token.kind == .rawString else {
            throw unexpected(token, "define clause")
        }
        let name = try unquotedText(token)
        try expect(.rightDelimiter, "define clause")
        let (root, end) = try readList()
        guard case .end = end else { throw failure("unexpected \(end.text) in define clause") }
        try add(name, root)
        frame = outer
        furthest = outerFurthest
    }

    /// Reads the body of a `block`, which defines the template that it then calls.
    mutating func readBlock(_ name: ByteString) throws(TemplateError) {
        let outer = frame
        let outerFurthest = furthest
        frame = Frame()
        let (root, end) = try readList()
        if case .end = end {
            try add(name, root)
            frame = outer
            furthest = outerFurthest
        } else {
            frame = outer
            furthest = outerFurthest
            throw failure("unexpected \(end.text) in block clause")
        }
    }

    private mutating func add(_ name: ByteString, _ root: NodeID) throws(TemplateError) {
        let isBlank = builder.isBlank(root)
        let entry = (name: name, root: root, slots: frame.slotCount, isBlank: isBlank)
        guard let earlier = definitions.firstIndex(where: { $0.name == name }) else {
            definitions.append(entry)
            return
        }
        if definitions[earlier].isBlank {
            definitions[earlier] = entry
        } else if !isBlank {
            throw failure("template: multiple definition of template \(quoted(name))")
        }
    }

    // MARK: Lists

    /// Reads up to the `end` or `else` of the branch that is open.
    mutating func readList() throws(TemplateError) -> (list: NodeID, end: Item) {
        try enter()
        defer { nesting -= 1 }
        let position = Int32(peekAfterSpace().start)
        let mark = pending.count
        while peekAfterSpace().kind != .end {
            let item = try readTextOrAction()
            guard case .node(let id) = item else { return (closeList(mark, position), item) }
            pending.append(id)
        }
        throw failure("unexpected EOF")
    }

    private mutating func closeList(_ mark: Int, _ position: Int32) -> NodeID {
        let span = takePending(from: mark)
        return builder.add(.list(span), at: position)
    }

    /// Makes children of what was pending since `mark`.
    mutating func takePending(from mark: Int) -> Span {
        let span = builder.addChildren(pending[mark...])
        for _ in mark..<pending.count { pending.removeLast() }
        return span
    }

    private mutating func readTextOrAction() throws(TemplateError) -> Item {
        let token = nextAfterSpace()
        switch token.kind {
        case .text:
            let span = Span(start: Int32(token.start), count: Int32(token.count))
            return .node(builder.add(.text(span), at: Int32(token.start)))
        case .leftDelimiter:
            frame.actionStart = token.start
            let item = try readAction()
            frame.actionStart = nil
            return item
        default: throw unexpected(token, "input")
        }
    }

    /// Counts what stands in each other.
    mutating func enter() throws(TemplateError) {
        nesting += 1
        if nesting > Self.deepest {
            throw failure("more than \(Self.deepest) levels of branches and parentheses")
        }
    }

    mutating func leave() { nesting -= 1 }
}

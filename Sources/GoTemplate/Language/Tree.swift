/// A node of a `Tree`, by its place there.
struct NodeID: Hashable, Sendable {
    var place: Int32

    static let none = NodeID(place: -1)
}

/// Entries of one of a tree's tables, or bytes of its source.
struct Span: Hashable, Sendable {
    var start: Int32
    var count: Int32

    static let empty = Span(start: 0, count: 0)

    var isEmpty: Bool { count == 0 }
    var range: Range<Int> { Int(start)..<Int(start) + Int(count) }
}

/// A piece of a template.
///
/// Nodes refer to each other and to the tree's tables by number, so that walking a
/// tree counts no references.
enum Node: Sendable {
    // What stands between the delimiters, and the text around them.
    case list(Span)
    case text(Span)
    case action(pipeline: NodeID)
    case ifBranch(pipeline: NodeID, list: NodeID, elseList: NodeID)
    case with(pipeline: NodeID, list: NodeID, elseList: NodeID)
    case range(pipeline: NodeID, list: NodeID, elseList: NodeID)
    case template(name: Int32, pipeline: NodeID)
    case breakLoop
    case continueLoop

    // What is evaluated.
    case pipeline(commands: Span, variables: Span, isAssignment: Bool)
    case command(Span)
    case dot
    case null
    case bool(Bool)
    /// A literal, and its length in the source.
    case number(Int32, length: Int32)
    case string(Int32, length: Int32)
    /// `.a.b`: entries of `fields`.
    case field(Span)
    /// `$x.a.b`: where the variable stands in the frame (-1: nowhere), its name, and the fields.
    case variable(slot: Int32, name: Int32, fields: Span)
    /// `(…).a.b`.
    case chain(base: NodeID, fields: Span)
    /// Where it stands in the table of functions, and the length of its name in the source.
    case function(place: Int32, length: Int32)
}

/// A text that was parsed: the templates it defines share it.
final class Tree: Sendable {
    /// The name under which the text was parsed, which errors give as its place.
    let name: ByteString
    let source: [UInt8]
    private let entries: [Entry]
    let children: [NodeID]
    let names: [ByteString]
    /// The numbers of the names of fields, those of one node in a row.
    let fields: [Int32]
    let numbers: [NumberLiteral]
    let strings: [ByteString]

    struct Entry: Sendable {
        let node: Node
        /// Where it begins in the source.
        let position: Int32
    }

    init(_ builder: consuming TreeBuilder) {
        name = builder.name
        source = builder.source
        entries = builder.entries
        children = builder.children
        names = builder.names.names
        fields = builder.fields
        numbers = builder.numbers
        strings = builder.strings
    }

    subscript(id: NodeID) -> Node { entries[Int(id.place)].node }

    /// Where a node begins in the source.
    func position(of id: NodeID) -> Int32 { entries[Int(id.place)].position }

    /// The name of the field at `place` of `fields`.
    func fieldName(_ place: Int) -> ByteString { names[Int(fields[place])] }

    func childIDs(_ span: Span) -> ArraySlice<NodeID> { children[span.range] }
}

/// The tables of a tree while it is parsed.
struct TreeBuilder {
    var name: ByteString
    var source: [UInt8]
    private(set) var entries: [Tree.Entry] = []
    private(set) var children: [NodeID] = []
    var names = NameTable()
    var fields: [Int32] = []
    var numbers: [NumberLiteral] = []
    var strings: [ByteString] = []

    init(name: ByteString, source: [UInt8]) {
        self.name = name
        self.source = source
    }

    /// For as many nodes as there are tokens, which are nearly always enough.
    mutating func reserveCapacity(_ tokens: Int) {
        entries.reserveCapacity(tokens)
        children.reserveCapacity(tokens)
    }

    subscript(id: NodeID) -> Node { entries[Int(id.place)].node }

    func position(of id: NodeID) -> Int32 { entries[Int(id.place)].position }

    /// The line of a byte of the source, from 1.
    func line(at position: Int) -> Int {
        1 + source[..<position].count { $0 == UInt8(ascii: "\n") }
    }

    mutating func add(_ node: Node, at position: Int32) -> NodeID {
        entries.append(Tree.Entry(node: node, position: position))
        return NodeID(place: Int32(entries.count - 1))
    }

    mutating func addChildren(_ ids: ArraySlice<NodeID>) -> Span {
        let start = Int32(children.count)
        for id in ids { children.append(id) }
        return Span(start: start, count: Int32(ids.count))
    }

    /// The number of the name that a token writes.
    mutating func number(of token: Token) -> Int32 {
        names.number(of: token.start..<token.end, in: source)
    }

    /// Adds a field to those of the node that is being read.
    mutating func addField(_ token: Token) {
        fields.append(names.number(of: token.start + 1..<token.end, in: source))
    }

    /// Whether a list does nothing: only spaces, or nothing at all.
    func isBlank(_ id: NodeID) -> Bool {
        guard case .list(let span) = self[id] else { return false }
        return children[span.range].allSatisfy { child in
            guard case .text(let text) = self[child] else { return false }
            return isBlankText(source[text.range])
        }
    }
}

/// Whether there is nothing but what Go's `bytes.TrimSpace` takes away.
private func isBlankText(_ text: ArraySlice<UInt8>) -> Bool {
    text.allSatisfy { isSpace($0) || $0 == 0x0B || $0 == 0x0C }
        || String(decoding: text, as: UTF8.self).unicodeScalars.allSatisfy(
            \.properties.isWhitespace)
}

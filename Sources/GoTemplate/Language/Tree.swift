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
    /// `.a.b`: names.
    case field(Span)
    /// `$x.a.b`: where the variable stands in the frame (-1: nowhere), its name, names of fields.
    case variable(slot: Int32, name: Int32, fields: Span)
    /// `(…).a.b`.
    case chain(base: NodeID, fields: Span)
    case function(place: Int32, name: Int32)
}

/// A text that was parsed: the templates it defines share it.
final class Tree: Sendable {
    /// The name under which the text was parsed, which errors give as its place.
    let name: String
    let source: [UInt8]
    let nodes: [Node]
    /// Where each node begins in the source.
    let positions: [Int32]
    let children: [NodeID]
    let names: [ByteString]
    let numbers: [NumberLiteral]
    let strings: [ByteString]

    init(_ builder: consuming TreeBuilder) {
        name = builder.name
        source = builder.source
        nodes = builder.nodes
        positions = builder.positions
        children = builder.children
        names = builder.names
        numbers = builder.numbers
        strings = builder.strings
    }

    subscript(id: NodeID) -> Node { nodes[Int(id.place)] }

    func childIDs(_ span: Span) -> ArraySlice<NodeID> { children[span.range] }
}

/// The tables of a tree while it is parsed.
struct TreeBuilder {
    var name: String
    var source: [UInt8]
    var nodes: [Node] = []
    var positions: [Int32] = []
    var children: [NodeID] = []
    var names: [ByteString] = []
    var numbers: [NumberLiteral] = []
    var strings: [ByteString] = []
    private var nameNumbers: [ByteString: Int32] = [:]

    init(name: String, source: [UInt8]) {
        self.name = name
        self.source = source
    }

    mutating func add(_ node: Node, at position: Int32) -> NodeID {
        nodes.append(node)
        positions.append(position)
        return NodeID(place: Int32(nodes.count - 1))
    }

    mutating func addChildren(_ ids: some Collection<NodeID>) -> Span {
        let start = Int32(children.count)
        children += ids
        return Span(start: start, count: Int32(ids.count))
    }

    mutating func number(of name: ByteString) -> Int32 {
        if let number = nameNumbers[name] { return number }
        names.append(name)
        let number = Int32(names.count - 1)
        nameNumbers[name] = number
        return number
    }

    /// Names in a row, for the fields of one node.
    mutating func addFields(_ fields: [ByteString]) -> Span {
        let start = Int32(names.count)
        names += fields
        return Span(start: start, count: Int32(fields.count))
    }

    /// Whether a list does nothing: only spaces, or nothing at all.
    func isBlank(_ id: NodeID) -> Bool {
        guard case .list(let span) = nodes[Int(id.place)] else { return false }
        return children[span.range].allSatisfy { child in
            guard case .text(let text) = nodes[Int(child.place)] else { return false }
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

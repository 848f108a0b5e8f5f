/// A part of an expression, with its offset in the text.
struct CELNode: Sendable {
    let kind: Kind
    let offset: Int
    /// How many nodes the longest way down has.
    let height: Int

    init(kind: Kind, offset: Int) {
        self.kind = kind
        self.offset = offset
        height = 1 + (Self.children(of: kind).map(\.height).max() ?? 0)
    }

    indirect enum Kind: Sendable {
        case literal(CELValue)
        case name(String)
        /// `a.b`; `a.?b` is optional.
        case field(CELNode, String, isOptional: Bool)
        /// `has(a.b)`.
        case has(CELNode, String)
        /// `a[b]`; `a[?b]` is optional.
        case index(CELNode, CELNode, isOptional: Bool)
        /// A function, a method of `receiver`, or an operator under the name it has in CEL: `_+_`.
        case call(String, receiver: CELNode?, [CELNode])
        case and([CELNode])
        case or([CELNode])
        case conditional(CELNode, CELNode, CELNode)
        case list([CELNode])
        case map([(key: CELNode, value: CELNode)])
        case comprehension(CELMacro, over: CELNode, variable: String, [CELNode])
    }

    /// Every node below this one and itself.
    func contains(where isWanted: (CELNode) -> Bool) -> Bool {
        isWanted(self) || children.contains { $0.contains(where: isWanted) }
    }

    var children: [CELNode] { Self.children(of: kind) }

    private static func children(of kind: Kind) -> [CELNode] {
        switch kind {
        case .literal, .name: []
        case .field(let node, _, _), .has(let node, _): [node]
        case .index(let node, let key, _): [node, key]
        case .call(_, let receiver, let arguments): (receiver.map { [$0] } ?? []) + arguments
        case .and(let terms), .or(let terms), .list(let terms): terms
        case .conditional(let condition, let yes, let no): [condition, yes, no]
        case .map(let entries): entries.flatMap { [$0.key, $0.value] }
        case .comprehension(_, let range, _, let body): [range] + body
        }
    }
}

/// The macros that go over a list or the keys of a map.
enum CELMacro: String, Sendable {
    case all
    case exists
    case existsOne = "exists_one"
    case map
    case filter
}

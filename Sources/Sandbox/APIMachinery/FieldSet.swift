import Model
import YAML

/// One step of a path in `fieldsV1`.
///
/// Source: https://github.com/kubernetes-sigs/structured-merge-diff/blob/master/fieldpath/element.go
enum PathElement: Hashable, Sendable {
    case field(String)
    /// An element of a list-map by its key fields, ascending by name.
    case key([KeyField])
    /// An element of a set.
    case value(Node)
    case index(Int)

    struct KeyField: Hashable, Sendable {
        var name: String
        var value: Node
    }

    static func key(_ values: [(field: String, value: Node)]) -> PathElement {
        .key(
            values.map { KeyField(name: $0.field, value: $0.value) }
                .sorted { $0.name < $1.name })
    }
}

extension PathElement: Comparable {
    private var rank: Int {
        switch self {
        case .field: 0
        case .key: 1
        case .value: 2
        case .index: 3
        }
    }

    static func < (a: PathElement, b: PathElement) -> Bool {
        switch (a, b) {
        case (.field(let a), .field(let b)): a.utf8.lexicographicallyPrecedes(b.utf8)
        case (.index(let a), .index(let b)): a < b
        case (.value(let a), .value(let b)): a.precedes(b)
        case (.key(let a), .key(let b)):
            a.lexicographicallyPrecedes(b) { left, right in
                left.name == right.name
                    ? left.value.precedes(right.value) : left.name < right.name
            }
        default: a.rank < b.rank
        }
    }
}

extension Node {
    /// The order of values in set elements and keys: numbers, then strings, then the rest.
    fileprivate func precedes(_ other: Node) -> Bool {
        switch (self, other) {
        case (.int(let a), .int(let b)): a < b
        case (.double(let a), .double(let b)): a < b
        case (.int(let a), .double(let b)): Double(a) < b
        case (.double(let a), .int(let b)): a < Double(b)
        case (.string(let a), .string(let b)): a.utf8.lexicographicallyPrecedes(b.utf8)
        case (.bool(let a), .bool(let b)): !a && b
        default: orderRank < other.orderRank
        }
    }

    private var orderRank: Int {
        switch self {
        case .int, .double: 0
        case .string: 1
        case .bool: 2
        case .null: 3
        case .array: 4
        case .object: 5
        }
    }
}

/// A set of paths into an object: which fields a manager owns.
struct FieldSet: Hashable, Sendable {
    var members: Set<PathElement> = []
    /// Never holds an empty set.
    var children: [PathElement: FieldSet] = [:]

    var isEmpty: Bool { members.isEmpty && children.isEmpty }

    mutating func insert(_ path: some Collection<PathElement>) {
        guard let first = path.first else { return }
        let rest = path.dropFirst()
        if rest.isEmpty {
            members.insert(first)
        } else {
            children[first, default: FieldSet()].insert(rest)
        }
    }

    init() {}

    init(paths: [[PathElement]]) {
        for path in paths { insert(path) }
    }

    func contains(_ path: some Collection<PathElement>) -> Bool {
        guard let first = path.first else { return false }
        let rest = path.dropFirst()
        if rest.isEmpty { return members.contains(first) }
        return children[first]?.contains(rest) ?? false
    }

    func union(_ other: FieldSet) -> FieldSet {
        var result = self
        result.members.formUnion(other.members)
        result.children.merge(other.children) { $0.union($1) }
        return result
    }

    func intersection(_ other: FieldSet) -> FieldSet {
        var result = FieldSet()
        result.members = members.intersection(other.members)
        for (element, child) in children {
            guard let both = other.children[element]?.intersection(child), !both.isEmpty else {
                continue
            }
            result.children[element] = both
        }
        return result
    }

    func subtracting(_ other: FieldSet) -> FieldSet {
        var result = FieldSet()
        result.members = members.subtracting(other.members)
        for (element, child) in children {
            let rest = other.children[element].map(child.subtracting) ?? child
            if !rest.isEmpty { result.children[element] = rest }
        }
        return result
    }

    /// Without the members of `other` and everything below them.
    func subtractingRecursively(_ other: FieldSet) -> FieldSet {
        var result = FieldSet()
        result.members = members.subtracting(other.members)
        for (element, child) in children where !other.members.contains(element) {
            let rest = other.children[element].map(child.subtractingRecursively) ?? child
            if !rest.isEmpty { result.children[element] = rest }
        }
        return result
    }

    /// All paths; members before children, both ascending, as structured-merge-diff iterates.
    var paths: [[PathElement]] {
        members.sorted().map { [$0] }
            + children.sorted { $0.key < $1.key }
            .flatMap { element, child in child.paths.map { [element] + $0 } }
    }
}

// MARK: - fieldsV1

extension FieldSet {
    /// Why `fieldsV1` could not be read.
    struct Unreadable: Error, Hashable {
        var text: String
    }

    /// Reads `fieldsV1`.
    init(fieldsV1 node: Node) throws(Unreadable) {
        self.init()
        guard case .object(let mapping) = node else { throw Unreadable(text: node.kindName) }
        for (name, value) in mapping {
            if name == "." { continue }  // Belongs to the parent, which has read it.
            guard case .object(let inner) = value else { throw Unreadable(text: name) }
            let element = try PathElement(fieldsV1: name)
            let child = try FieldSet(fieldsV1: value)
            if inner.isEmpty || inner["."] != nil { members.insert(element) }
            if !child.isEmpty { children[element] = child }
        }
    }

    var fieldsV1: Node {
        var entries: [Mapping.Element] = []
        let elements = members.union(children.keys).sorted()
        for element in elements {
            guard let child = children[element] else {
                entries.append((element.fieldsV1, [:]))
                continue
            }
            var inner = child.fieldsV1
            if members.contains(element), case .object(let mapping) = inner {
                inner = .object(Mapping([(key: ".", value: [:])] + Array(mapping)))
            }
            entries.append((element.fieldsV1, inner))
        }
        return .object(Mapping(entries))
    }
}

extension PathElement {
    /// Reads `f:name`, `k:{"name":"web"}`, `v:"x"` or `i:0`.
    init(fieldsV1 text: String) throws(FieldSet.Unreadable) {
        let rest = String(text.dropFirst(2))
        switch text.prefix(2) {
        case "f:": self = .field(rest)
        case "i:":
            guard let index = Int(rest) else { throw FieldSet.Unreadable(text: text) }
            self = .index(index)
        case "v:":
            guard let value = try? parseJSON(Array(rest.utf8)) else {
                throw FieldSet.Unreadable(text: text)
            }
            self = .value(value)
        case "k:":
            guard let value = try? parseJSON(Array(rest.utf8)), case .object(let keys) = value
            else { throw FieldSet.Unreadable(text: text) }
            self = .key(keys.map { (field: $0.key, value: $0.value) })
        default: throw FieldSet.Unreadable(text: text)
        }
    }

    var fieldsV1: String {
        switch self {
        case .field(let name): "f:" + name
        case .index(let index): "i:\(index)"
        case .value(let value): "v:" + value.compactText
        case .key(let keys):
            "k:" + Node.object(Mapping(keys.map { ($0.name, $0.value) })).compactText
        }
    }
}

extension Node {
    /// Compact JSON, keys in their order.
    var compactText: String { String(decoding: printJSON(self), as: UTF8.self) }
}

/// A path as conflicts print it: `.spec.containers[name="web"].image`.
///
/// Source: https://github.com/kubernetes-sigs/structured-merge-diff/blob/master/fieldpath/path.go
func pathText(_ path: [PathElement]) -> String {
    path.map { element in
        switch element {
        case .field(let name): "." + name
        case .index(let index): "[\(index)]"
        case .value(let value): "[=" + valueText(value) + "]"
        case .key(let keys):
            "[" + keys.map { "\($0.name)=\(valueText($0.value))" }.joined(separator: ",") + "]"
        }
    }.joined()
}

private func valueText(_ value: Node) -> String {
    if case .string(let text) = value { return quoted(text) }
    return value.compactText
}

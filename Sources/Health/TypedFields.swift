import Model

/// A field that does not have the type its kind says.
struct MisshapenField: Error, Hashable {
    var path: [String]
    var expected: String
    var found: String

    var text: String { "\(path.joined(separator: ".")) is \(found), not \(expected)" }
}

extension Node {
    /// The field at these keys; `nil` when it or what it is in is absent or null.
    private func field(_ path: [String]) throws(MisshapenField) -> Node? {
        var node = self
        for (depth, key) in path.enumerated() {
            guard case .object(let mapping) = node else {
                throw MisshapenField(
                    path: Array(path[..<depth]), expected: "an object",
                    found: "a \(node.kindName)")
            }
            guard let next = mapping[key], !next.isNull else { return nil }
            node = next
        }
        return node
    }

    /// A 32-bit number, as counts are, so that sums of them cannot overflow.
    func count(_ path: String...) throws(MisshapenField) -> Int64? {
        try integer(path, in: Int64(Int32.min)...Int64(Int32.max))
    }

    func generation(_ path: String...) throws(MisshapenField) -> Int64 {
        try integer(path, in: Int64.min...Int64.max) ?? 0
    }

    private func integer(_ path: [String], in range: ClosedRange<Int64>) throws(MisshapenField)
        -> Int64?
    {
        guard let node = try field(path) else { return nil }
        guard let value = node.intValue else {
            throw MisshapenField(path: path, expected: "a number", found: "a \(node.kindName)")
        }
        guard range.contains(value) else {
            throw MisshapenField(path: path, expected: "a 32-bit number", found: "\(value)")
        }
        return value
    }

    func text(_ path: String...) throws(MisshapenField) -> String {
        guard let node = try field(path) else { return "" }
        guard let value = node.stringValue else {
            throw MisshapenField(path: path, expected: "a string", found: "a \(node.kindName)")
        }
        return value
    }

    func flag(_ path: String...) throws(MisshapenField) -> Bool {
        guard let node = try field(path) else { return false }
        guard let value = node.boolValue else {
            throw MisshapenField(path: path, expected: "a boolean", found: "a \(node.kindName)")
        }
        return value
    }

    /// Empty when there is none.
    func list(_ path: String...) throws(MisshapenField) -> [Node] {
        guard let node = try field(path) else { return [] }
        guard let value = node.arrayValue else {
            throw MisshapenField(path: path, expected: "an array", found: "a \(node.kindName)")
        }
        return value
    }

    /// `nil` when there is none.
    func part(_ path: String...) throws(MisshapenField) -> Node? { try field(path) }

    /// The first of `status.conditions` of this type.
    func condition(_ type: String) throws(MisshapenField) -> Node? {
        for condition in try list("status", "conditions") where try condition.text("type") == type {
            return condition
        }
        return nil
    }

    /// The value of an annotation.
    func annotation(_ name: String) -> String? {
        self["metadata"]?["annotations"]?[name]?.stringValue
    }
}

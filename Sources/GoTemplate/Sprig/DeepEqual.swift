extension Execution {
    /// Values nested deeper are taken for equal; only maps that hold themselves are.
    private static let deepest = 1000

    /// Whether two values have the same type and the same contents, as `reflect.DeepEqual` says.
    ///
    /// Every pair of elements is a step: a few maps that share others can stand for very many.
    ///
    /// Source: https://pkg.go.dev/reflect#DeepEqual
    mutating func areDeeplyEqual(
        _ a: Value, _ b: Value, depth: Int = 0
    ) throws(TemplateError) -> Bool {
        if depth > Self.deepest { return true }
        try charge(steps: 1)
        switch (a, b) {
        case (.none, .none): return true
        case (.bool(let x), .bool(let y)): return x == y
        case (.int(let x), .int(let y)): return x == y
        case (.int64(let x), .int64(let y)): return x == y
        case (.uint8(let x), .uint8(let y)): return x == y
        case (.uint64(let x), .uint64(let y)): return x == y
        case (.float64(let x), .float64(let y)): return x == y
        case (.string(let x), .string(let y)): return x == y
        case (.list(let x), .list(let y)): return try areDeeplyEqual(x, y, depth)
        case (.map(let x), .map(let y)): return try areDeeplyEqual(x, y, depth)
        case (.object(let x), .object(let y)):
            if x === y { return true }
            // Times, versions and the like are the same when they print the same.
            guard x.object.type == y.object.type else { return false }
            if let p = x.object.underlying, let q = y.object.underlying {
                return try areDeeplyEqual(p, q, depth: depth + 1)
            }
            return x.object.text != nil && x.object.text == y.object.text
        default: return false
        }
    }

    private mutating func areDeeplyEqual(
        _ a: List, _ b: List, _ depth: Int
    ) throws(TemplateError) -> Bool {
        if a === b { return true }
        guard a.elementType == b.elementType, a.isNil == b.isNil, a.count == b.count else {
            return false
        }
        for (x, y) in zip(a.elements, b.elements)
        where try !areDeeplyEqual(x, y, depth: depth + 1) {
            return false
        }
        return true
    }

    private mutating func areDeeplyEqual(
        _ a: Map, _ b: Map, _ depth: Int
    ) throws(TemplateError) -> Bool {
        if a === b { return true }
        guard a.type == b.type, a.isNil == b.isNil, a.count == b.count else { return false }
        for (key, value) in a.sortedEntries {
            guard let other = b[key], try areDeeplyEqual(value, other, depth: depth + 1) else {
                return false
            }
        }
        return true
    }

    /// Whether one of the values is deeply equal to `value`.
    mutating func contains(_ values: [Value], _ value: Value) throws(TemplateError) -> Bool {
        for candidate in values where try areDeeplyEqual(candidate, value) { return true }
        return false
    }
}

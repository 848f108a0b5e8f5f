extension Execution {
    /// Two lists or maps that are being compared, or were: they are not compared again.
    private struct Pair: Hashable {
        var first: ObjectIdentifier
        var second: ObjectIdentifier

        init(_ first: AnyObject, _ second: AnyObject) {
            self.first = ObjectIdentifier(first)
            self.second = ObjectIdentifier(second)
        }
    }

    /// Whether two values have the same type and the same contents, as `reflect.DeepEqual` says.
    ///
    /// Every pair of elements is a step. What is left to compare waits in a list and not on the thread's stack.
    ///
    /// Source: https://pkg.go.dev/reflect#DeepEqual
    mutating func areDeeplyEqual(_ a: Value, _ b: Value) throws(TemplateError) -> Bool {
        try charge(steps: 1)
        if let isEqual = a.isPlainlyEqual(b) { return isEqual }
        var waiting = [(a, b)]
        var seen: Set<Pair> = []
        // Held until the end, since `seen` knows them by where they are.
        var made: [(Value, Value)] = []
        while let (a, b) = waiting.popLast() {
            try charge(steps: 1)
            if let isEqual = a.isPlainlyEqual(b) {
                if isEqual { continue }
                return false
            }
            switch (a, b) {
            case (.list(let x), .list(let y)):
                guard x.elementType == y.elementType, x.isNil == y.isNil, x.count == y.count else {
                    return false
                }
                if seen.insert(Pair(x, y)).inserted { waiting += zip(x.elements, y.elements) }
            case (.map(let x), .map(let y)):
                guard x.type == y.type, x.isNil == y.isNil, x.count == y.count else { return false }
                guard seen.insert(Pair(x, y)).inserted else { continue }
                for (key, value) in x.sortedEntries {
                    guard let other = y[key] else { return false }
                    waiting.append((value, other))
                }
            case (.object(let x), .object(let y)):
                // Times, versions and the like are the same when they print the same.
                guard x.object.type == y.object.type else { return false }
                if let p = x.object.underlying, let q = y.object.underlying {
                    made.append((p, q))
                    waiting.append((p, q))
                } else if x.object.text == nil || x.object.text != y.object.text {
                    return false
                }
            default: return false
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

extension Value {
    /// Whether two values are the same; `nil` when it depends on what is in them.
    fileprivate func isPlainlyEqual(_ other: Value) -> Bool? {
        switch (self, other) {
        case (.none, .none): true
        case (.bool(let x), .bool(let y)): x == y
        case (.int(let x), .int(let y)): x == y
        case (.int64(let x), .int64(let y)): x == y
        case (.uint8(let x), .uint8(let y)): x == y
        case (.uint64(let x), .uint64(let y)): x == y
        case (.float64(let x), .float64(let y)): x == y
        case (.string(let x), .string(let y)): x == y
        case (.list(let x), .list(let y)): x === y ? true : nil
        case (.map(let x), .map(let y)): x === y ? true : nil
        case (.object(let x), .object(let y)): x === y ? true : nil
        default: false
        }
    }
}

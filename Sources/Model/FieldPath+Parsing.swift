extension FieldPath {
    /// Reads the text form: `spec.ports[0]`, `spec.containers[name=web].image`, `data["a.b"]`.
    ///
    /// A dot in front is allowed, as `kubectl` writes paths. `nil` when the text has another form.
    public init?(parsing text: String) {
        var reader = FieldPathReader(rest: Array(text.unicodeScalars)[...])
        guard let steps = reader.steps() else { return nil }
        self.init(steps)
    }
}

private struct FieldPathReader {
    var rest: ArraySlice<Unicode.Scalar>

    mutating func steps() -> [FieldPath.Step]? {
        var steps: [FieldPath.Step] = []
        _ = take(".")
        while let next = rest.first {
            if next == "[" {
                rest.removeFirst()
                guard let step = bracket() else { return nil }
                steps.append(step)
                guard rest.isEmpty || rest.first == "." || rest.first == "[" else { return nil }
            } else {
                let key = until(".[")
                guard !key.isEmpty else { return nil }
                steps.append(.key(key))
            }
            if rest.first == "." {
                rest.removeFirst()
                guard let after = rest.first, after != ".", after != "[" else { return nil }
            }
        }
        return steps.isEmpty ? nil : steps
    }

    /// What stands in brackets, and the bracket that closes them.
    private mutating func bracket() -> FieldPath.Step? {
        if rest.first == "\"" {
            guard let key = quoted(), take("]") else { return nil }
            return .key(key)
        }
        if take("=") {
            guard let value = value(), take("]") else { return nil }
            return .value(value)
        }
        let text = until("=]")
        if take("]") {
            guard let index = Int(text), index >= 0 else { return nil }
            return .index(index)
        }
        var keys: [FieldPath.ElementKey] = []
        var field = text
        while take("=") {
            guard !field.isEmpty, let value = value() else { return nil }
            keys.append(FieldPath.ElementKey(field: field, value: value))
            if take("]") { return .element(keys.sorted { $0.field < $1.field }) }
            guard take(",") else { return nil }
            field = until("=]")
        }
        return nil
    }

    private mutating func value() -> String? {
        rest.first == "\"" ? quoted() : until(",]")
    }

    private mutating func quoted() -> String? {
        guard take("\"") else { return nil }
        var text = ""
        while let next = rest.popFirst() {
            if next == "\"" { return text }
            guard next == "\\" else {
                text.unicodeScalars.append(next)
                continue
            }
            guard let escaped = rest.popFirst() else { return nil }
            text.unicodeScalars.append(escaped)
        }
        return nil
    }

    private mutating func until(_ ends: String) -> String {
        let taken = rest.prefix { !ends.unicodeScalars.contains($0) }
        rest = rest.dropFirst(taken.count)
        var text = ""
        text.unicodeScalars.append(contentsOf: taken)
        return text
    }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard rest.first == scalar else { return false }
        rest.removeFirst()
        return true
    }
}

internal import Model
internal import Schemas

extension Comparison {
    /// Finds what was applied below `parent`, is still live, and is no longer desired.
    ///
    /// - Parameters:
    ///   - key: As `fieldsV1` writes it; `part` is what it has below.
    ///   - desired: What the key is to be found in, `null` when that is gone as a whole.
    mutating func findRemoved(
        _ key: String, _ part: Node, _ desired: Node, _ live: Node, _ type: SchemaType?
    ) {
        if key.utf8.starts(with: "f:".utf8) {
            findRemovedField(String(key.dropFirst(2)), part, desired, live, type)
            return
        }
        guard key != ".", case .value(let text)? = FieldPath.Step(fieldSetKey: key) else { return }
        func find(_ list: Node) -> Node? { list.arrayValue?.first { $0.scalarText == text } }
        guard let found = find(live), find(desired) == nil else { return }
        path.append(.value(text))
        record(nil, found)
        path.removeLast()
    }

    private mutating func findRemovedElements(
        _ part: Mapping, _ desired: Node, _ live: Node, _ type: SchemaType?
    ) {
        var sides: (wanted: ListPositions, found: ListPositions)?
        for (key, below) in part {
            guard case .element(let values)? = FieldPath.Step(fieldSetKey: key) else { continue }
            let step = FieldPath.Step.element(values)
            if sides == nil {
                let keys = ListKeys(values.map(\.field), type)
                sides = (
                    ListPositions(desired.arrayValue ?? [], keys),
                    ListPositions(live.arrayValue ?? [], keys)
                )
            }
            guard let found = sides?.found.element(step, values) else { continue }
            path.append(step)
            if let wanted = sides?.wanted.element(step, values) {
                findAllRemoved(below, wanted, found, type?.element)
            } else {
                record(nil, found)
            }
            path.removeLast()
        }
    }

    private mutating func findRemovedField(
        _ name: String, _ part: Node, _ desired: Node, _ live: Node, _ type: SchemaType?
    ) {
        guard let found = live[name], !found.isNull else { return }
        let wanted = desired[name]
        // A null in Git says that the field is left to its default.
        if let wanted, wanted.isNull { return }
        path.append(.key(name))
        defer { path.removeLast() }
        let isMember = part.objectValue?.isEmpty ?? true
        if !isMember {
            findAllRemoved(part, wanted ?? .null, found, type?.field(name))
        } else if wanted == nil, !isEmptyContainer(found, under: name, type) {
            record(nil, found)
        }
    }

    private mutating func findAllRemoved(
        _ part: Node, _ desired: Node, _ live: Node, _ type: SchemaType?
    ) {
        guard let part = part.objectValue else { return }
        if part.contains(where: { $0.key.utf8.starts(with: "k:".utf8) }) {
            findRemovedElements(part, desired, live, type)
            return
        }
        for (key, below) in part {
            findRemoved(key, below, desired, live, type)
        }
    }

    private func isEmptyContainer(_ value: Node, under key: String, _ parent: SchemaType?) -> Bool {
        switch value {
        case .array, .object: isEmpty(value, under: key, parent)
        default: false
        }
    }
}

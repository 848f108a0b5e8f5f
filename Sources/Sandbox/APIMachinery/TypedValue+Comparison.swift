import Model
import Schemas

/// What changed between two versions of an object.
struct FieldComparison {
    var added = FieldSet()
    var removed = FieldSet()
    var modified = FieldSet()

    var isSame: Bool { added.isEmpty && removed.isEmpty && modified.isEmpty }

    /// - Parameter type: The schema of both; `nil` deduces it.
    init(_ before: Node, _ after: Node, _ type: SchemaType?) {
        var path: [PathElement] = []
        compare(before, after, type, &path)
    }

    private enum Kind { case added, removed, modified }

    private mutating func note(_ kind: Kind, _ path: [PathElement]) {
        guard !path.isEmpty else { return }
        switch kind {
        case .added: added.insert(path)
        case .removed: removed.insert(path)
        case .modified: modified.insert(path)
        }
    }

    private mutating func leaf(_ before: Node?, _ after: Node?, _ path: [PathElement]) {
        switch (before, after) {
        case (nil, nil): break
        case (nil, _?): note(.added, path)
        case (_?, nil): note(.removed, path)
        case (let before?, let after?): if !sameValue(before, after) { note(.modified, path) }
        }
    }

    private func sameValue(_ a: Node, _ b: Node) -> Bool {
        switch (a, b) {
        case (.int(let a), .double(let b)): Double(a) == b
        case (.double(let a), .int(let b)): a == Double(b)
        default: a == b
        }
    }

    private mutating func compare(
        _ before: Node?, _ after: Node?, _ type: SchemaType?, _ path: inout [PathElement]
    ) {
        // Unchanged parts, which are nearly all, need no walk.
        if let before, let after, before == after { return }
        guard let shape = (after.flatMap { $0.isNull ? nil : $0 } ?? before) else { return }
        let isContainer = shape.objectValue != nil || shape.arrayValue != nil
        let bothEmpty = (before?.isEmptyContainer ?? true) && (after?.isEmptyContainer ?? true)
        if !isContainer || Typed.isAtomic(shape, type) || bothEmpty || !before.hasShape(of: shape) {
            leaf(before, after, path)
            return
        }
        if case .object = shape {
            compareObjects(before?.objectValue, after?.objectValue, type, &path)
        } else if let type {
            compareLists(before?.arrayValue ?? [], after?.arrayValue ?? [], type, &path)
        }
        if before == nil { note(.added, path) }
        if after == nil { note(.removed, path) }
    }

    private mutating func compareObjects(
        _ before: Mapping?, _ after: Mapping?, _ type: SchemaType?, _ path: inout [PathElement]
    ) {
        for (name, value) in before ?? Mapping() {
            path.append(.field(name))
            compare(value, after?[name], Typed.child(name, of: type), &path)
            path.removeLast()
        }
        for (name, value) in after ?? Mapping() where before?[name] == nil {
            path.append(.field(name))
            compare(nil, value, Typed.child(name, of: type), &path)
            path.removeLast()
        }
    }

    private mutating func compareLists(
        _ before: [Node], _ after: [Node], _ type: SchemaType, _ path: inout [PathElement]
    ) {
        func byElement(_ items: [Node]) -> [PathElement: [Node]] {
            var result: [PathElement: [Node]] = [:]
            for item in items {
                if let element = Typed.element(of: item, in: type) {
                    result[element, default: []].append(item)
                }
            }
            return result
        }
        let old = byElement(before)
        let new = byElement(after)
        for element in Set(old.keys).union(new.keys) {
            let (left, right) = (old[element] ?? [], new[element] ?? [])
            path.append(element)
            if left.count > 1 || right.count > 1 {
                // Several items with one key are one leaf.
                if left.isEmpty {
                    note(.added, path)
                } else if right.isEmpty {
                    note(.removed, path)
                } else if left != right {
                    note(.modified, path)
                }
            } else {
                compare(left.first, right.first, type.element, &path)
            }
            path.removeLast()
        }
    }
}

extension Node {
    fileprivate var isEmptyContainer: Bool {
        switch self {
        case .object(let mapping): mapping.isEmpty
        case .array(let items): items.isEmpty
        case .null: true
        default: false
        }
    }
}

extension Node? {
    /// Whether this can be compared field by field with a value shaped as `other`.
    fileprivate func hasShape(of other: Node) -> Bool {
        switch (self, other) {
        case (nil, _), (.some(.null), _), (.some(.object), .object), (.some(.array), .array): true
        default: false
        }
    }
}

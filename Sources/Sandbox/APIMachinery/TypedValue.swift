import Model
import Schemas

/// The operations of structured-merge-diff on a value and its schema; without one it is *deduced*:
/// maps are granular, lists atomic.
///
/// Source: https://github.com/kubernetes-sigs/structured-merge-diff/tree/master/typed
enum Typed {
    static func isAtomic(_ value: Node, _ type: SchemaType?) -> Bool {
        guard let type else { return !(value.objectValue != nil) }
        if type.scalar == .any { return value.objectValue == nil }
        if let kind = type.listKind { return kind == .atomic }
        if type.isObject { return type.isAtomicObject }
        return true
    }

    /// The element that names an item; `nil` when a key field is missing.
    static func element(of item: Node, in list: SchemaType) -> PathElement? {
        switch list.listKind {
        case .set: .value(item)
        case .map: list.keyValues(of: item).map { PathElement.key($0) }
        case .atomic, nil: nil
        }
    }

    static func child(_ name: String, of type: SchemaType?) -> SchemaType? {
        guard let type, type.scalar != .any else { return nil }
        return type.field(name)
    }

    static func declares(_ name: String, _ type: SchemaType?) -> Bool {
        type?.declares(name) ?? false
    }
}

// MARK: - What a value sets

extension Typed {
    /// All the fields that `value` sets.
    static func fieldSet(of value: Node, _ type: SchemaType?) -> FieldSet {
        var result = FieldSet()
        switch value {
        case .object(let mapping):
            for (name, child) in mapping {
                let element = PathElement.field(name)
                let childType = Self.child(name, of: type)
                var isMember = !declares(name, type) || child.isNull
                if case .object(let inner) = child, inner.isEmpty { isMember = true }
                if isLeaf(child, childType) {
                    isMember = true
                } else {
                    let below = fieldSet(of: child, childType)
                    if !below.isEmpty { result.children[element] = below }
                }
                if isMember { result.members.insert(element) }
            }
        case .array(let items):
            guard let type else { break }
            for item in items {
                guard let element = element(of: item, in: type) else { continue }
                result.members.insert(element)
                let below =
                    isLeaf(item, type.element) ? FieldSet() : fieldSet(of: item, type.element)
                if !below.isEmpty {
                    result.children[element] = (result.children[element] ?? FieldSet()).union(below)
                }
            }
        default: break
        }
        return result
    }

    private static func isLeaf(_ value: Node, _ type: SchemaType?) -> Bool {
        switch value {
        case .object, .array: isAtomic(value, type)
        default: type == nil || type?.isObject == false && type?.listKind == nil
        }
    }
}

// MARK: - Merging

extension Typed {
    /// `applied` laid over `live`.
    static func merge(_ live: Node?, _ applied: Node?, _ type: SchemaType?) -> Node? {
        guard let applied else { return live }
        guard let live else { return applied }
        switch (live, applied) {
        case (.object(var result), .object(let over)) where !isAtomic(applied, type):
            for (name, value) in over {
                result[name] = merge(result[name], value, child(name, of: type))
            }
            return .object(result)
        case (.array(let below), .array(let over)):
            guard let type, !isAtomic(applied, type) else { return applied }
            return .array(mergeLists(below, over, type))
        case (.object, .null), (.array, .null):
            return isAtomic(live, type) ? applied : live
        default: return applied
        }
    }

    /// The applied order rules; items only in `live` keep their place among their neighbours.
    private static func mergeLists(_ live: [Node], _ applied: [Node], _ type: SchemaType) -> [Node]
    {
        let liveKeys = live.map { element(of: $0, in: type) }
        let appliedKeys = applied.map { element(of: $0, in: type) }
        var inLive: [PathElement: Node] = [:]
        for (key, item) in zip(liveKeys, live) { if let key { inLive[key] = item } }
        let inApplied = Set(appliedKeys.compactMap(\.self))
        var shared = appliedKeys.compactMap { $0 }.filter { inLive[$0] != nil }[...]
        var merged: Set<PathElement> = []
        var result: [Node] = []
        var next = shared.popFirst()
        var (left, right) = (0, 0)
        func take(_ index: Int) {
            let key = appliedKeys[index]
            if let key { merged.insert(key) }
            let item = merge(key.flatMap { inLive[$0] }, applied[index], type.element)
            result.append(item ?? applied[index])
        }
        while left < live.count || right < applied.count {
            if left < live.count, right < applied.count, let key = liveKeys[left] {
                if key == appliedKeys[right] {
                    take(right)
                    left += 1
                    right += 1
                    next = shared.popFirst()
                    continue
                }
                if inApplied.contains(key), let next, next != key {
                    left += 1
                    continue
                }
            }
            if left < live.count {
                guard let key = liveKeys[left], inApplied.contains(key) else {
                    result.append(live[left])
                    left += 1
                    continue
                }
                if merged.contains(key) { left += 1 }
            }
            if right < applied.count {
                take(right)
                if next != nil, next == appliedKeys[right] { next = shared.popFirst() }
                right += 1
            }
        }
        return result
    }
}

// MARK: - Removing

extension Typed {
    /// `value` without the fields of `set`; containers left empty go as well.
    static func removing(_ set: FieldSet, from value: Node, _ type: SchemaType?) -> Node? {
        guard !set.isEmpty, !isAtomic(value, type) else { return value }
        switch value {
        case .object(let mapping):
            var kept: [Mapping.Element] = []
            for (name, child) in mapping {
                let element = PathElement.field(name)
                if set.members.contains(element) { continue }
                guard let below = set.children[element] else {
                    kept.append((name, child))
                    continue
                }
                if let rest = removing(below, from: child, Self.child(name, of: type)) {
                    kept.append((name, rest))
                }
            }
            return kept.isEmpty && !mapping.isEmpty ? nil : .object(Mapping(uniqueKeys: kept))
        case .array(let items):
            guard let type else { return value }
            var kept: [Node] = []
            for item in items {
                guard let element = element(of: item, in: type) else {
                    kept.append(item)
                    continue
                }
                if set.members.contains(element) { continue }
                if let below = set.children[element] {
                    if let rest = removing(below, from: item, type.element) { kept.append(rest) }
                } else {
                    kept.append(item)
                }
            }
            return kept.isEmpty && !items.isEmpty ? nil : .array(kept)
        default: return value
        }
    }
}

extension FieldSet {
    /// Makes members of the declared fields that the set has children of.
    func withNamedFields(_ type: SchemaType?) -> FieldSet {
        var result = FieldSet()
        result.members = members
        for (element, child) in children {
            switch element {
            case .field(let name):
                if Typed.declares(name, type) { result.members.insert(element) }
                result.children[element] = child.withNamedFields(Typed.child(name, of: type))
            case .key, .value, .index:
                result.children[element] = child.withNamedFields(type?.element)
            }
        }
        return result
    }
}

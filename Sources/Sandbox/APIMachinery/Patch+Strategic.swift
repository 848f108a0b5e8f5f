public import Model
public import Schemas

/// Applies a strategic merge patch with all of its directives.
///
/// - Throws: 400 for malformed directives, 500 for list elements without their merge key, as the
///   server does.
/// Source: https://github.com/kubernetes/apimachinery/blob/master/pkg/util/strategicpatch/patch.go
public func applyStrategicMergePatch(
    _ patch: Node, to target: Node, schema: SchemaType?
) throws(APIStatus) -> Node {
    guard case .object(let changes) = patch else {
        throw .badRequest("cannot restore slice from map")
    }
    return .object(try StrategicMerge.objects(target.objectValue ?? Mapping(), changes, schema))
}

private enum StrategicMerge {
    static let directive = "$patch"
    static let deleteFrom = "$deleteFromPrimitiveList/"
    static let elementOrder = "$setElementOrder/"
    static let retainKeys = "$retainKeys"

    static func objects(
        _ original: Mapping, _ patch: Mapping, _ type: SchemaType?
    ) throws(APIStatus) -> Mapping {
        let whole = patch
        var patch = patch
        if let value = patch[directive] {
            patch[directive] = nil
            switch value.stringValue {
            case "replace":
                // Recorded so: of a plain map nothing is left, of a struct the patch.
                let isMap = type?.takesAnyKey == true && type?.declaredNames.isEmpty == true
                return isMap ? Mapping() : withoutDirectives(patch)
            case "delete": return Mapping()
            case "merge": break
            default: throw unknown(value, in: whole)
            }
        }
        var result = original
        if let kept = patch[retainKeys] {
            guard let names = kept.arrayValue?.compactMap(\.stringValue) else {
                throw .badRequest("$retainKeys should be a list of strings")
            }
            patch[retainKeys] = nil
            for name in patch.keys
            where !names.contains(name) && patch[name]?.isNull != true && !name.hasPrefix("$") {
                throw .internalError(
                    "the retainKeys list doesn't contain all the keys in the patch: \(name)")
            }
            for name in result.keys where !names.contains(name) { result[name] = nil }
        }
        for (key, value) in patch where key.hasPrefix(deleteFrom) {
            let name = String(key.dropFirst(deleteFrom.count))
            guard let gone = value.arrayValue else {
                throw .badRequest("$deleteFromPrimitiveList should be a list")
            }
            guard let items = result[name]?.arrayValue else { continue }
            result[name] = .array(items.filter { !gone.contains($0) })
        }
        for (name, value) in patch where !isDirective(name) {
            if value.isNull {
                result[name] = nil
                continue
            }
            result[name] = try field(name, original: result[name], value, patch, type)
        }
        for (key, value) in patch where key.hasPrefix(elementOrder) {
            let name = String(key.dropFirst(elementOrder.count))
            guard let order = value.arrayValue, let items = result[name]?.arrayValue else {
                continue
            }
            let mergeKey = type?.attributes(of: name)?.patch?.mergeKey ?? ""
            result[name] = .array(
                sorted(items, order, live: original[name]?.arrayValue ?? [], mergeKey))
        }
        return result
    }

    private static func field(
        _ name: String, original: Node?, _ value: Node, _ patch: Mapping, _ type: SchemaType?
    ) throws(APIStatus) -> Node {
        let fieldType = type?.field(name)
        switch value {
        case .object(let changes):
            if fieldType?.scalar == .any { return applyMergePatch(value, to: original ?? .null) }
            return .object(try objects(original?.objectValue ?? Mapping(), changes, fieldType))
        case .array(let changes):
            guard let mergeKey = type?.attributes(of: name)?.patch?.mergeKey else {
                return try replaced(changes)
            }
            let live = original?.arrayValue ?? []
            if mergeKey.isEmpty {
                let all = live + changes.filter { !live.contains($0) }
                return .array(sorted(all, changes, live: live, ""))
            }
            return .array(try lists(live, changes, fieldType?.element, mergeKey, name))
        default: return value
        }
    }

    private static func lists(
        _ original: [Node], _ patch: [Node], _ type: SchemaType?, _ mergeKey: String, _ name: String
    ) throws(APIStatus) -> [Node] {
        if patch.contains(where: { $0[directive]?.stringValue == "replace" }) {
            return patch.filter { $0[directive] == nil }
        }
        var result = original
        for item in patch {
            guard case .object(let changes) = item else {
                throw .internalError(
                    "map: \(item.scalarText ?? "") does not contain declared merge key: \(mergeKey)"
                )
            }
            guard let key = changes[mergeKey] else {
                throw .internalError(
                    "map: \(goMap(changes)) does not contain declared merge key: \(mergeKey)")
            }
            if let value = changes[directive] {
                switch value.stringValue {
                case "delete":
                    result.removeAll { $0[mergeKey] == key }
                    continue
                case "merge": break
                default: throw unknown(value, in: changes)
                }
            }
            if let index = result.firstIndex(where: { $0[mergeKey] == key }) {
                result[index] = .object(
                    try objects(result[index].objectValue ?? Mapping(), changes, type))
            } else {
                result.append(.object(try objects(Mapping(), changes, type)))
            }
        }
        return sorted(result, patch, live: original, mergeKey)
    }

    private static func replaced(_ items: [Node]) throws(APIStatus) -> Node {
        .array(
            items.filter { $0[directive]?.stringValue != "replace" }.map { item in
                item.objectValue.map { .object(withoutDirectives($0)) } ?? item
            })
    }

    /// The order that the patch asks for; items it does not name keep their place before the next
    /// named one.
    private static func sorted(
        _ items: [Node], _ order: [Node], live: [Node], _ mergeKey: String
    ) -> [Node] {
        func key(_ item: Node) -> Node { mergeKey.isEmpty ? item : item[mergeKey] ?? .null }
        let wanted = order.map(key)
        func place(_ item: Node) -> Int? { wanted.firstIndex(of: key(item)) }
        func livePlace(_ item: Node) -> Int? { live.firstIndex { key($0) == key(item) } }
        let named = items.filter { place($0) != nil }
            .sorted { (place($0) ?? 0) < (place($1) ?? 0) }[...]
        let others = items.filter { place($0) == nil }[...]
        var (left, right) = (named, others)
        var result: [Node] = []
        while let a = left.first, let b = right.first {
            // As two sorted runs are merged: by the order in which they stood on the server.
            if let first = livePlace(a), let second = livePlace(b), first > second {
                result.append(b)
                right = right.dropFirst()
            } else {
                result.append(a)
                left = left.dropFirst()
            }
        }
        return result + left + right
    }

    private static func isDirective(_ name: String) -> Bool {
        name.hasPrefix(deleteFrom) || name.hasPrefix(elementOrder) || name == retainKeys
            || name == directive
    }

    private static func withoutDirectives(_ mapping: Mapping) -> Mapping {
        var result = Mapping()
        for (name, value) in mapping where !isDirective(name) && !value.isNull {
            result[name] = value.objectValue.map { .object(withoutDirectives($0)) } ?? value
        }
        return result
    }

    private static func unknown(_ value: Node, in patch: Mapping) -> APIStatus {
        .internalError(
            "unknown patch type: \(value.scalarText ?? value.kindName) in map: \(goMap(patch))")
    }
}

/// A map as Go's `%v` prints it: `map[image:x name:y]`.
func goMap(_ mapping: Mapping) -> String {
    "map[" + mapping.sortedByKey.map { "\($0.key):\(goValue($0.value))" }.joined(separator: " ")
        + "]"
}

private func goValue(_ node: Node) -> String {
    switch node {
    case .object(let mapping): goMap(mapping)
    case .array(let items): "[" + items.map(goValue).joined(separator: " ") + "]"
    case .null: "<nil>"
    default: node.scalarText ?? ""
    }
}

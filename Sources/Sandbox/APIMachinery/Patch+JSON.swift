public import Model
import YAML

/// Applies an RFC 6902 patch.
///
/// - Throws: 400 when the patch itself cannot be read, 422 when it does not apply.
/// Source: https://www.rfc-editor.org/rfc/rfc6902
public func applyJSONPatch(_ patch: Node, to target: Node) throws(APIStatus) -> Node {
    guard case .array(let operations) = patch else {
        throw .badRequest(
            "error decoding patch: json: cannot unmarshal \(patch.kindName) into Go value of type "
                + "jsonpatch.Patch")
    }
    guard operations.count <= 10_000 else {
        throw APIStatus(
            code: 413, reason: "RequestEntityTooLarge",
            message: "The allowed maximum operations in a JSON patch is 10000, got "
                + "\(operations.count)")
    }
    var result = target
    for operation in operations { result = try applyOne(operation, to: result) }
    return result
}

private func applyOne(_ operation: Node, to target: Node) throws(APIStatus) -> Node {
    let verb = operation["op"]?.stringValue ?? "unknown"
    guard let text = operation["path"]?.stringValue else {
        throw unprocessable("\(verb) operation failed to decode path: missing value")
    }
    let path = try pointer(text)
    switch verb {
    case "add", "replace", "test":
        guard let value = operation["value"] else {
            if verb == "test", target.value(at: path[...]) == nil { return target }
            throw unprocessable(
                "\(verb) operation does not apply: doc is missing value: \(text): missing value")
        }
        if verb == "test" {
            guard target.value(at: path[...]) ?? .null == value else {
                throw unprocessable("testing value \(text) failed: test failed")
            }
            return target
        }
        return try change(
            target, path[...], text, verb, verb == "add" ? .add(value) : .replace(value))
    case "remove": return try change(target, path[...], text, verb, .remove)
    case "move", "copy":
        let from = operation["from"]?.stringValue ?? ""
        let source = try pointer(from)
        guard let value = target.value(at: source[...]) else {
            throw unprocessable(
                "\(verb) operation does not apply: doc is missing from path: \(from): missing value"
            )
        }
        let base = verb == "move" ? try change(target, source[...], from, verb, .remove) : target
        return try change(base, path[...], text, verb, .add(value))
    default: throw unprocessable("Unexpected kind: \(verb)")
    }
}

private enum Change {
    case add(Node)
    case replace(Node)
    case remove
}

private func unprocessable(_ why: String) -> APIStatus {
    APIStatus(
        code: 422, reason: "Invalid",
        message: "the server rejected our request due to an error in our request",
        details: .init(causes: [.init(reason: "", message: why, field: "")]))
}

private func pointer(_ text: String) throws(APIStatus) -> [String] {
    if text.isEmpty { return [] }
    guard text.hasPrefix("/") else { throw unprocessable("invalid path \(quoted(text))") }
    return text.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map { part in
        unescaped(part)
    }
}

/// A part of a JSON pointer with `~1` and `~0` read as `/` and `~`.
private func unescaped(_ part: Substring) -> String {
    var result = ""
    var isEscaped = false
    for character in part {
        if isEscaped {
            result += character == "1" ? "/" : character == "0" ? "~" : "~\(character)"
            isEscaped = false
        } else if character == "~" {
            isEscaped = true
        } else {
            result.append(character)
        }
    }
    return isEscaped ? result + "~" : result
}

extension Node {
    fileprivate func value(at path: ArraySlice<String>) -> Node? {
        guard let first = path.first else { return self }
        switch self {
        case .object(let mapping): return mapping[first]?.value(at: path.dropFirst())
        case .array(let items):
            guard let index = Int(first), items.indices.contains(index) else { return nil }
            return items[index].value(at: path.dropFirst())
        default: return nil
        }
    }
}

private func change(
    _ target: Node, _ path: ArraySlice<String>, _ text: String, _ verb: String, _ change: Change
) throws(APIStatus) -> Node {
    func missing() -> APIStatus {
        unprocessable(
            "\(verb) operation does not apply: doc is missing path: \(quoted(text)): missing value")
    }
    guard let first = path.first else {
        switch change {
        case .add(let value), .replace(let value): return value
        case .remove: throw missing()
        }
    }
    let rest = path.dropFirst()
    switch target {
    case .object(var mapping):
        if rest.isEmpty {
            switch change {
            case .add(let value): mapping[first] = value
            case .replace(let value):
                guard mapping[first] != nil else { throw missing() }
                mapping[first] = value
            case .remove:
                guard mapping[first] != nil else {
                    throw unprocessable(
                        "remove operation does not apply: doc is missing path: \(quoted(text)): "
                            + "missing value")
                }
                mapping[first] = nil
            }
        } else {
            guard let child = mapping[first] else { throw missing() }
            mapping[first] = try Sandbox.change(child, rest, text, verb, change)
        }
        return .object(mapping)
    case .array(let items):
        return .array(try changeElement(of: items, first, rest, text, verb, change, missing()))
    default: throw missing()
    }
}

private func changeElement(
    of list: [Node], _ place: String, _ rest: ArraySlice<String>, _ text: String, _ verb: String,
    _ change: Change, _ missing: APIStatus
) throws(APIStatus) -> [Node] {
    var items = list
    if rest.isEmpty, case .add(let value) = change {
        if place == "-" { return items + [value] }
        guard let index = Int(place), (0...items.count).contains(index) else {
            throw unprocessable(
                "add operation does not apply: doc is missing path: \(quoted(text)): "
                    + "Unable to access invalid index: \(place): invalid index referenced")
        }
        items.insert(value, at: index)
        return items
    }
    guard let index = Int(place), items.indices.contains(index) else { throw missing }
    guard rest.isEmpty else {
        items[index] = try Sandbox.change(items[index], rest, text, verb, change)
        return items
    }
    if case .replace(let value) = change { items[index] = value } else { items.remove(at: index) }
    return items
}

/// Applies an RFC 7396 merge patch.
///
/// Source: https://www.rfc-editor.org/rfc/rfc7396
public func applyMergePatch(_ patch: Node, to target: Node) -> Node {
    guard case .object(let changes) = patch else { return patch }
    var result = target.objectValue ?? Mapping()
    for (name, value) in changes {
        if value.isNull {
            result[name] = nil
        } else {
            result[name] = applyMergePatch(value, to: result[name] ?? .null)
        }
    }
    return .object(result)
}

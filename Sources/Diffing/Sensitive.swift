public import Digests
public import Model
internal import YAML

/// Whether objects of this kind hold secret values: Secrets of the core group.
public func isSensitive(_ key: ObjectKey) -> Bool { key.group.isEmpty && key.kind == "Secret" }

/// As `isSensitive(_:)` of the object that the manifest is of, also when it has no name yet.
public func isSensitive(_ manifest: Node) -> Bool {
    guard manifest["kind"]?.stringValue == "Secret",
        let apiVersion = manifest["apiVersion"]?.stringValue
    else { return false }
    return GroupVersion(apiVersion).group.isEmpty
}

/// The annotation in which `kubectl apply` keeps a copy of the whole manifest.
let lastAppliedAnnotation = "kubectl.kubernetes.io/last-applied-configuration"

/// The manifest as it may be stored and shown: each value of a Secret is a token.
///
/// `stringData` goes into `data` first; `data` then holds the base64 of the tokens, so that clients can
/// decode it. The annotation with the last applied manifest goes from objects of every kind, for it is a second copy.
/// A value that is a token already stays, so that doing it twice changes nothing.
public func tokenised(_ node: Node, with key: TokenKey) -> Node {
    var node = withoutLastApplied(node)
    guard isSensitive(node) else { return node }
    node = withoutStringData(node)
    switch node["data"] {
    case nil, .null?: break
    case .object(let data)?:
        let tokens = data.map { entry in (entry.key, token(of: entry.value, key)) }
        node["data"] = .object(Mapping(uniqueKeys: tokens))
    case let other?:
        // Not what a Secret can hold; whatever it is may still be secret.
        node["data"] = token(of: other, key)
    }
    return node
}

/// The Secret with `stringData` moved into `data`, as the API server stores it; any other object as it is.
///
/// To be applied in this form: fields that are applied as `stringData` are not owned as `data`, and would
/// stay in the cluster when they go from Git.
///
/// Source: https://kubernetes.io/docs/concepts/configuration/secret/#restriction-names-data
public func withoutStringData(_ node: Node) -> Node {
    guard isSensitive(node), let texts = node["stringData"] else { return node }
    var node = node
    node["stringData"] = nil
    guard case .object(let texts) = texts, !texts.isEmpty else {
        if texts.objectValue == nil, !texts.isNull { node["data"] = texts }
        return node
    }
    var data = node["data"]?.objectValue ?? Mapping()
    for (name, value) in texts {
        let text = value.scalarText.map { value.isNull ? "" : $0 } ?? text(of: value)
        data[name] = .string(Base64.encode(text.utf8))
    }
    node["data"] = .object(data)
    return node
}

private func withoutLastApplied(_ node: Node) -> Node {
    guard case .object(var metadata)? = node["metadata"],
        case .object(var annotations)? = metadata["annotations"],
        annotations[lastAppliedAnnotation] != nil
    else { return node }
    var node = node
    annotations[lastAppliedAnnotation] = nil
    metadata["annotations"] = annotations.isEmpty ? nil : .object(annotations)
    node["metadata"] = .object(metadata)
    return node
}

private func token(of value: Node, _ key: TokenKey) -> Node {
    if secretToken(value) != nil { return value }
    let bytes: [UInt8] =
        switch value {
        case .null: []
        case .string(let encoded): Base64.decode(encoded) ?? Array(encoded.utf8)
        default: printJSON(value)
        }
    return .string(Base64.encode(key.token(for: bytes).utf8))
}

/// The token that a value of `data` holds; `nil` when it holds none.
func secretToken(_ value: Node) -> (text: String, keyID: String)? {
    // `hmac:` begins so in base64; spares decoding long values.
    guard let encoded = value.stringValue, encoded.hasPrefix("aG1hYz"),
        let bytes = Base64.decode(encoded)
    else { return nil }
    let text = String(decoding: bytes, as: UTF8.self)
    return TokenText.keyID(of: text).map { (text, $0) }
}

private func text(of node: Node) -> String { String(decoding: printJSON(node), as: UTF8.self) }

internal import Digests
internal import Model
internal import Schemas

extension Comparison {
    /// Whether two different values mean the same to the API.
    func isSameScalar(_ desired: Node, _ live: Node, _ scalar: SchemaType.Scalar?) -> Bool {
        switch (desired, live) {
        case (.int(let a), .double(let b)), (.double(let b), .int(let a)):
            return Int64(exactly: b) == a
        default: break
        }
        guard let left = desired.scalarText, let right = live.scalarText else { return false }
        switch scalar {
        case .quantity:
            guard let a = try? Quantity(left), let b = try? Quantity(right) else { return false }
            return a == b || a.roundedToMilli == b.roundedToMilli
        case .intOrString: return left == right
        case .time, .microTime:
            guard let a = Timestamp(left), let b = Timestamp(right) else { return false }
            return a == b
        case _ where scalar == .bytes || isInEncodedMap:
            guard let a = Base64.decode(left), let b = Base64.decode(right) else { return false }
            return a == b
        default: return false
        }
    }

    /// Whether the walk is in a map of base64 texts, which the API describes as one of any texts.
    private var isInEncodedMap: Bool {
        path.first == .key("binaryData") || isSensitive && path.first == .key("data")
    }

    /// Whether a field with this value means the same as one that is absent.
    ///
    /// The API server does not keep what its Go types omit when empty. An empty object where a pointer is
    /// stands for something (`emptyDir: {}`), and so it does in kinds without a schema. A zero does when
    /// the field was applied and has been taken away since.
    func isEmpty(_ value: Node, under key: String, _ parent: SchemaType?) -> Bool {
        switch value {
        case .null: return true
        case .array(let elements): return elements.isEmpty
        case .object(let mapping):
            guard let parent, let type = parent.field(key) else { return false }
            guard type.takesAnyKey || parent.attributes(of: key)?.zero != nil else { return false }
            return mapping.allSatisfy { isEmpty($0.value, under: $0.key, type) }
        case .bool(false), .int(0), .double(0), .string(""):
            guard let parent, parent.declares(key) else { return false }
            return owned?.contains(path + [.key(key)]) ?? true
        default: return false
        }
    }

    func hideSecrets(_ change: inout FieldChange) {
        let desired = change.desired.flatMap { secretToken($0) }
        let live = change.live.flatMap { secretToken($0) }
        if change.desired != nil, change.live != nil {
            change.isUnknown = desired?.keyID != live?.keyID
        }
        let hidden = Node.string(SecretScrubber.replacement)
        if change.desired != nil { change.desired = desired.map { .string($0.text) } ?? hidden }
        if change.live != nil { change.live = live.map { .string($0.text) } ?? hidden }
    }
}

/// The way from the root of a manifest to one of its fields.
///
/// Text form: `spec.template.spec.containers[name=web].image`, `spec.ports[0]`, and keys that hold a
/// dot or a bracket in quotes: `metadata.annotations["argocd.argoproj.io/sync-wave"]`.
public struct FieldPath: Hashable, Sendable {
    public enum Step: Hashable, Sendable {
        case key(String)
        case index(Int)
        /// The element of a list whose fields have these values: `[name=web]`, `[port=80,protocol=TCP]`.
        /// The pairs are sorted by field name; values are in their text form.
        case element([ElementKey])
        /// The element of a set, by its value in text form: `[="finalizer"]`.
        case value(String)
    }

    public struct ElementKey: Hashable, Sendable {
        public var field: String
        public var value: String
        public init(field: String, value: String) {
            self.field = field
            self.value = value
        }
    }

    public var steps: [Step]

    public init(_ steps: [Step] = []) { self.steps = steps }

    /// A path of keys only: `FieldPath("spec", "replicas")`.
    public init(_ keys: String...) { steps = keys.map(Step.key) }

    public static var root: FieldPath { FieldPath([]) }

    public func appending(_ step: Step) -> FieldPath { FieldPath(steps + [step]) }
    public func appending(_ key: String) -> FieldPath { appending(.key(key)) }

    public func hasPrefix(_ prefix: FieldPath) -> Bool { steps.starts(with: prefix.steps) }
}

extension FieldPath: CustomStringConvertible {
    public var description: String {
        var text = ""
        for step in steps {
            switch step {
            case .key(let key):
                if Self.isPlain(key) {
                    if !text.isEmpty { text += "." }
                    text += key
                } else {
                    text += "[\"" + Self.escaped(key) + "\"]"
                }
            case .index(let index): text += "[\(index)]"
            case .element(let keys):
                text +=
                    "["
                    + keys.map { "\($0.field)=\(Self.quotedIfNeeded($0.value))" }
                    .joined(separator: ",") + "]"
            case .value(let value): text += "[=\(Self.quotedIfNeeded(value))]"
            }
        }
        return text
    }

    private static func isPlain(_ key: String) -> Bool {
        !key.isEmpty
            && key.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"),
                    UInt8(ascii: "$"), UInt8(ascii: "/"):
                    true
                default: false
                }
            }
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for character in text.unicodeScalars {
            if character == "\"" || character == "\\" { result += "\\" }
            result.unicodeScalars.append(character)
        }
        return result
    }

    private static func quotedIfNeeded(_ value: String) -> String {
        let special: Set<UInt8> = [
            UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "["), UInt8(ascii: "\""),
            UInt8(ascii: "="), UInt8(ascii: "\\"),
        ]
        return value.isEmpty || value.utf8.contains(where: special.contains)
            ? "\"" + escaped(value) + "\"" : value
    }
}

extension Node {
    /// The field at `path`, or `nil`; `element` steps compare the text form of the key fields.
    public func value(at path: FieldPath) -> Node? {
        var node = self
        for step in path.steps {
            guard let next = node.child(step) else { return nil }
            node = next
        }
        return node
    }

    private func child(_ step: FieldPath.Step) -> Node? {
        switch step {
        case .key(let key): self[key]
        case .index(let index): self[index]
        case .element(let keys):
            arrayValue?.first { element in
                keys.allSatisfy { element[$0.field]?.scalarText == $0.value }
            }
        case .value(let text): arrayValue?.first { $0.scalarText == text }
        }
    }

    /// A scalar as people write it: `web`, `5`, `true`, `null`; `nil` of arrays and objects.
    public var scalarText: String? {
        switch self {
        case .null: "null"
        case .bool(let value): value ? "true" : "false"
        case .int(let value): String(value)
        case .double(let value): "\(value)"
        case .string(let value): value
        case .array, .object: nil
        }
    }
}

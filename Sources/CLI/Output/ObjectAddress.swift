internal import Model

/// The environment and the object that the key of a row of objects names.
struct ObjectPlace: Equatable {
    var environment: String
    var key: ObjectKey

    init?(_ text: String) {
        guard let bar = text.firstIndex(of: "|"),
            let key = ObjectKey(String(text[text.index(after: bar)...]))
        else { return nil }
        environment = String(text[..<bar])
        self.key = key
    }
}

/// An object as people name it: `deployment/web`, `shop:deployment/web`, with or without a namespace.
struct ObjectAddress: Equatable, CustomStringConvertible {
    var kind: String
    var name: String
    var namespace: String?

    init(_ text: String, namespace: String? = nil) throws {
        let (prefix, rest) = Self.split(text)
        let parts = rest.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
            throw CommandError(
                "\"\(text)\" names no object", try: "kind/name, such as deployment/web")
        }
        kind = String(parts[0])
        name = String(parts[1])
        self.namespace = namespace ?? prefix
    }

    private static func split(_ text: String) -> (String?, Substring) {
        guard let colon = text.firstIndex(of: ":"),
            text[..<colon].firstIndex(of: "/") == nil
        else { return (nil, text[...]) }
        return (String(text[..<colon]), text[text.index(after: colon)...])
    }

    var description: String { (namespace.map { "\($0):" } ?? "") + "\(kind)/\(name)" }

    func matches(_ key: ObjectKey) -> Bool {
        key.kind.lowercased() == kind.lowercased() && key.name == name
            && (namespace == nil || key.namespace == namespace)
    }
}

internal import Model
internal import YAML

/// Reads the fields of one document and keeps every mistake.
///
/// A field is absent when it is missing or null, as Kubernetes reads it. Each reader returns `nil` after a
/// mistake as well as for an absent field; whether there was a mistake is in `problems`.
struct StrictReading {
    private let document: YAMLDocument
    private let file: String
    /// Where in the document the thing that is read begins: an item of a List.
    private let base: FieldPath
    private(set) var problems: [Problem] = []
    private(set) var warnings: [Problem] = []

    init(_ document: YAMLDocument, file: String, base: FieldPath = .root) {
        self.document = document
        self.file = file
        self.base = base
    }

    var root: Node { node(.root) ?? .null }

    /// The value at `path`; `nil` when it is absent.
    func node(_ path: FieldPath) -> Node? {
        guard let node = document.root.value(at: absolute(path)), !node.isNull else { return nil }
        return node
    }

    /// Where the value at `path` is, or of what would hold it when it is missing.
    func location(_ path: FieldPath) -> SourceLocation {
        var steps = absolute(path).steps
        while !steps.isEmpty, document.root.value(at: FieldPath(steps)) == nil {
            steps.removeLast()
        }
        return document.location(of: FieldPath(steps), in: file)
    }

    private func absolute(_ path: FieldPath) -> FieldPath { FieldPath(base.steps + path.steps) }
}

// MARK: - Mistakes

extension StrictReading {
    /// Records that the value at `path` is wrong, or missing.
    mutating func refuse(_ path: FieldPath, _ message: String, hint: String? = nil) {
        problems.append(
            Problem(
                at: location(path), field: path.steps.isEmpty ? nil : path, message, hint: hint))
    }

    /// Records that the field itself should not be there.
    mutating func refuseField(_ path: FieldPath, _ message: String, hint: String? = nil) {
        let place = document.keyLocation(of: absolute(path), in: file)
        problems.append(Problem(at: place, field: path, message, hint: hint))
    }

    mutating func warn(_ path: FieldPath, _ message: String, hint: String? = nil) {
        warnings.append(Problem(at: location(path), field: path, message, hint: hint))
    }
}

// MARK: - Values

extension StrictReading {
    /// Whether there is an object at `path`; each of its fields must be one of `known`.
    ///
    /// A field in `unsupported` is refused with that reason, any other one as unknown.
    mutating func hasObject(
        _ path: FieldPath, known: [String], unsupported: KeyValuePairs<String, String> = [:]
    ) -> Bool {
        guard let mapping = mapping(path) else { return false }
        for key in mapping.keys where !known.contains(key) {
            let field = path.appending(key)
            if let reason = unsupported.first(where: { $0.key == key })?.value {
                refuseField(field, reason)
            } else {
                refuseField(field, "unknown field", hint: suggestion(for: key, among: known))
            }
        }
        return true
    }

    /// The object at `path`, whatever its keys.
    mutating func mapping(_ path: FieldPath) -> Mapping? {
        value(path, "an object", \.objectValue)
    }

    mutating func string(_ path: FieldPath) -> String? {
        value(path, "a string", \.stringValue)
    }

    /// Like `string`, but a missing or empty one is a mistake.
    mutating func requiredString(_ path: FieldPath) -> String? {
        guard node(path) != nil else {
            refuse(path, "is required")
            return nil
        }
        guard let text = string(path) else { return nil }
        if text.isEmpty {
            refuse(path, "is empty")
            return nil
        }
        return text
    }

    /// Like `string`, but an empty one is as good as none.
    mutating func filled(_ path: FieldPath) -> String? {
        string(path).flatMap { $0.isEmpty ? nil : $0 }
    }

    mutating func bool(_ path: FieldPath) -> Bool? {
        value(path, "true or false", \.boolValue)
    }

    mutating func integer(_ path: FieldPath, in range: ClosedRange<Int>) -> Int? {
        guard let number = value(path, "a whole number", \.intValue) else { return nil }
        guard let integer = Int(exactly: number), range.contains(integer) else {
            let end = range.upperBound == Int.max ? "" : " and at most \(range.upperBound)"
            refuse(path, "\(number) is not at least \(range.lowerBound)\(end)")
            return nil
        }
        return integer
    }

    /// A duration longer than nothing, as Go writes them.
    mutating func duration(_ path: FieldPath) -> Duration? {
        guard let text = value(path, "a duration such as \"30s\" or \"2m\"", \.stringValue) else {
            return nil
        }
        guard let duration = Duration(goText: text) else {
            refuse(path, "\"\(text)\" is no duration", hint: "write 30s, 2m or 1h30m")
            return nil
        }
        guard duration > .zero else {
            refuse(path, "\"\(text)\" is not longer than zero")
            return nil
        }
        return duration
    }

    /// The paths of the elements of the list at `path`; none when it is absent.
    mutating func elements(_ path: FieldPath) -> [FieldPath] {
        let list = value(path, "a list", \.arrayValue) ?? []
        return list.indices.map { path.appending(.index($0)) }
    }

    /// The elements of a list of strings, none of them empty.
    mutating func strings(_ path: FieldPath) -> [String] {
        elements(path).compactMap { requiredString($0) }
    }

    /// A value of a closed set.
    mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(_ path: FieldPath)
        -> Choice?
    {
        guard let text = string(path) else { return nil }
        if let choice = Choice(rawValue: text) { return choice }
        let names = Choice.allCases.map(\.rawValue)
        refuse(path, "\"\(text)\" is none of \(names.joined(separator: ", "))")
        return nil
    }

    private mutating func value<Value>(
        _ path: FieldPath, _ wanted: String, _ read: (Node) -> Value?
    ) -> Value? {
        guard let node = node(path) else { return nil }
        guard let value = read(node) else {
            refuse(path, "must be \(wanted), not \(node.kindWithArticle)")
            return nil
        }
        return value
    }
}

extension Node {
    fileprivate var kindWithArticle: String {
        switch self {
        case .null: "null"
        case .array: "a list"
        case .object: "an object"
        default: "a \(kindName)"
        }
    }
}

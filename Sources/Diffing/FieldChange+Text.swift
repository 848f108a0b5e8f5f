internal import Model
internal import YAML

extension FieldChange {
    /// What applying would do to the field, for people: `~ spec.replicas  3 → 5`.
    ///
    /// `+` sets a field that is missing in the cluster, `-` removes one that is gone from Git, `?` is a
    /// secret of which nobody can say whether it differs.
    public var text: String { text(padding: 0) }

    func text(padding width: Int) -> String {
        let path = path.description
        let gap = String(repeating: " ", count: max(0, width - path.count) + 2)
        let (old, new) = (live.map(Self.shown), desired.map(Self.shown))
        return switch (old, new) {
        case _ where isUnknown: "? \(path)\(gap)tokens of different keys"
        case (nil, let new): "+ \(path)\(gap)\(new ?? "null")"
        case (let old?, nil): "- \(path)\(gap)\(old)"
        case (let old?, let new?): "~ \(path)\(gap)\(old) → \(new)"
        }
    }

    /// Scalars as people write them, in quotes where that could mislead; the rest as JSON, cut short.
    private static func shown(_ value: Node) -> String {
        if case .string(let text) = value, isPlain(text) { return cut(text) }
        return cut(String(decoding: printJSON(value), as: UTF8.self))
    }

    private static func isPlain(_ text: String) -> Bool {
        let words: Set<String> = ["true", "false", "null"]
        guard let first = text.unicodeScalars.first, !words.contains(text) else { return false }
        guard !("0"..."9").contains(first), first != "-" || text.count > 1 else { return false }
        return text.unicodeScalars.allSatisfy {
            $0.properties.isPatternWhitespace == false && $0.value > 0x20 && $0.value != 0x7F
                && $0.properties.generalCategory != .format
                && $0.properties.generalCategory != .control
        }
    }

    private static func cut(_ text: String) -> String {
        let most = 120
        return text.count <= most ? text : text.prefix(most) + "…"
    }
}

extension ObjectComparison {
    /// The verdict and the object, then a line for each change, the paths' ends aligned.
    public var text: String {
        let width = changes.map { $0.path.description.count }.max() ?? 0
        let place = key.namespace.isEmpty ? "" : " -n \(key.namespace)"
        return
            (["\(verdict.rawValue) \(key.shortText)\(place)"]
            + changes.map { "  " + $0.text(padding: min(width, 60)) }).joined(separator: "\n")
    }
}

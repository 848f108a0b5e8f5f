internal import GoTemplate
internal import Model

/// The entries of a table or list in the order in which `toYaml` writes them, to find the one that gave a line.
struct ValueLeaves {
    private struct Entry {
        var path: FieldPath
        /// `nil` of an element.
        var key: String?
        /// `nil` of what has entries itself.
        var text: String?
    }

    private var entries: [Entry] = []
    private var next = 0

    /// `nil` of a value without entries.
    init?(_ value: Value, at path: FieldPath) {
        add(value, path, key: nil, isRoot: true)
        if entries.isEmpty { return nil }
    }

    private mutating func add(_ value: Value, _ path: FieldPath, key: String?, isRoot: Bool) {
        switch value {
        case .map(let map):
            if !isRoot { entries.append(Entry(path: path, key: key, text: nil)) }
            for (key, value) in map.sortedEntries {
                let key = key.description
                add(value, path.appending(key), key: key, isRoot: false)
            }
        case .list(let list):
            if !isRoot { entries.append(Entry(path: path, key: key, text: nil)) }
            for (index, value) in list.elements.enumerated() {
                add(value, path.appending(.index(index)), key: nil, isRoot: false)
            }
        case .none: entries.append(Entry(path: path, key: key, text: isRoot ? nil : "null"))
        default:
            if isRoot { return }
            entries.append(Entry(path: path, key: key, text: printed([value]).description))
        }
    }

    /// The entry that a line shows: the next one that fits, or the first one if there is none further on.
    mutating func entry(like line: String) -> FieldPath? {
        var rest = line.trimmed
        while rest.hasPrefix("- ") { rest = String(rest.dropFirst(2)).trimmed }
        let colon = rest.firstIndex(of: ":")
        let key = colon.map { unquoted(String(rest[..<$0])) }
        let text = colon.map { unquoted(String(rest[rest.index(after: $0)...]).trimmed) }
        let whole = unquoted(rest)
        let isWritten = { (entry: Entry) in
            guard let wanted = entry.key else { return entry.text == whole }
            return key == wanted && (entry.text == nil || entry.text == text)
        }
        if let found = first(where: isWritten) {
            next = found + 1
            return entries[found].path
        }
        // As a loop over keys and values has them; the next line may be made of the same entry.
        guard let text, !text.isEmpty,
            let found = first(where: { $0.text == text || $0.key == text })
        else { return nil }
        next = found
        return entries[found].path
    }

    private func first(where fits: (Entry) -> Bool) -> Int? {
        entries[next...].firstIndex(where: fits) ?? entries[..<next].firstIndex(where: fits)
    }
}

private func unquoted(_ text: String) -> String {
    guard text.count >= 2, let quote = text.first, quote == "\"" || quote == "'",
        text.last == quote
    else { return text }
    return String(text.dropFirst().dropLast())
}

import CYAML
import Model

extension YAMLReader {
    mutating func readAlias(_ anchor: UnsafeMutablePointer<yaml_char_t>?, at mark: yaml_mark_t) {
        guard let anchor else { return }
        let name = String(cString: anchor)
        guard let target = anchors[name] else {
            let isOpen = frames.contains { $0.anchor == name }
            report(
                at: mark,
                isOpen
                    ? "the value of anchor &\(name) contains itself"
                    : "there is no anchor &\(name) before this alias")
            standIn(at: mark)
            return
        }
        guard count(target.nodeCount, at: mark) else { return }
        if isAtKey {
            let name = keyName(of: target.value, at: mark)
            setKey(name == nil ? .invalid : .field, name ?? "", at: mark)
            return
        }
        let index = addMark(mark)
        marks.marks[index].children = marks.marks[target.mark].children
        deliver(target.value, mark: index)
    }

    /// Takes the place of a key or value that was reported as wrong.
    private mutating func standIn(at mark: yaml_mark_t) {
        if isAtKey {
            frames[frames.count - 1].key = Key(meaning: .invalid)
        } else {
            deliver(.null, mark: addMark(mark))
        }
    }

    private mutating func keyName(of value: Node, at mark: yaml_mark_t) -> String? {
        switch value {
        case .string(let text): return text
        case .bool(let value): return value ? "true" : "false"
        case .int(let value): return String(value)
        case .null, .double, .array, .object:
            report(at: mark, "\(value.kindName) cannot be a key")
            return nil
        }
    }

    /// The object's own entries and what its merge keys add.
    ///
    /// Keys are set in the order of the text, so that a merge key overrides what stands above it: so
    /// does go-yaml v2, against the advice of https://yaml.org/type/merge.html. A row of references to
    /// the marks of all entries follows the object's subtree, because their order is no longer that
    /// of the text.
    mutating func merged(_ frame: Frame, _ own: [Mapping.Element]) -> Mapping {
        var mapping = Mapping()
        var sources: [Int] = []
        func set(_ key: String, _ value: Node, _ mark: Int) {
            if let position = mapping.position(of: key) {
                sources[position] = mark
            } else {
                sources.append(mark)
            }
            mapping[key] = value
        }
        let ownMarks = entryMarks.suffix(own.count).map(Int.init)
        var next = 0
        func setOwn(before end: Int) {
            for index in next..<end { set(own[index].key, own[index].value, ownMarks[index]) }
            next = end
        }
        for merge in frame.merges {
            setOwn(before: merge.entryCount)
            for source in mergeSources(merge).reversed() {
                guard case .object(let added) = source.value else { continue }
                var child = Int(marks.marks[source.mark].children)
                for (key, value) in added {
                    set(key, value, child)
                    child = Int(marks.marks[child].next)
                }
            }
        }
        setOwn(before: own.count)
        appendReferences(to: sources, of: frame.mark)
        return mapping
    }

    private mutating func appendReferences(to sources: [Int], of mark: Int) {
        let row = marks.marks.count
        for source in sources {
            var reference = marks.marks[source]
            reference.next = UInt32(truncatingIfNeeded: marks.marks.count + 1)
            marks.marks.append(reference)
        }
        marks.marks[mark].children = UInt32(truncatingIfNeeded: row)
    }

    /// The objects to merge, those first that win over later ones.
    private mutating func mergeSources(_ merge: Merge) -> [Merge] {
        switch merge.value {
        case .object: return [merge]
        case .array(let elements):
            var sources: [Merge] = []
            var child = Int(marks.marks[merge.mark].children)
            for element in elements {
                guard case .object = element else {
                    reportMerge(child)
                    return sources
                }
                sources.append(Merge(value: element, mark: child, entryCount: merge.entryCount))
                child = Int(marks.marks[child].next)
            }
            return sources
        default:
            reportMerge(merge.mark)
            return []
        }
    }

    private mutating func reportMerge(_ mark: Int) {
        let place = marks.marks[mark]
        report(
            line: Int(place.line), column: Int(place.column),
            "only an object or a list of objects can be merged with <<")
    }
}

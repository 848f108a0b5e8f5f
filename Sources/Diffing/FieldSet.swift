internal import Model
internal import YAML

/// A set of fields as `managedFields[].fieldsV1` writes it.
///
/// A tree of objects whose keys are `f:<field>`, `k:<keys of a list-map's element, as JSON>`,
/// `v:<element of a set, as JSON>`, `i:<index>`, and `.` for the field itself; a field without anything
/// below it is a member.
///
/// Source: https://github.com/kubernetes-sigs/structured-merge-diff/blob/master/fieldpath/serialize-pe.go
struct FieldSet {
    var root: Mapping

    init(_ root: Mapping = Mapping()) { self.root = root }

    /// How a path stands to the set.
    enum Cover: Int, Comparable {
        case none
        /// Something inside the path is a member.
        case below
        /// The path, or the atomic value that it is inside of, is a member.
        case member

        static func < (a: Cover, b: Cover) -> Bool { a.rawValue < b.rawValue }
    }

    func cover(_ path: some Collection<FieldPath.Step>) -> Cover {
        guard !root.isEmpty else { return .none }
        var node = root
        for step in path {
            if node.isEmpty { return .member }
            guard let next = Self.child(node, step) else { return .none }
            node = next
        }
        return node.isEmpty || node["."] != nil ? .member : .below
    }

    func contains(_ path: some Collection<FieldPath.Step>) -> Bool { cover(path) == .member }

    /// The part of the set inside `path`.
    func part(at path: some Collection<FieldPath.Step>) -> Mapping? {
        var node = root
        for step in path {
            guard let next = Self.child(node, step) else { return nil }
            node = next
        }
        return node
    }

    private static func child(_ node: Mapping, _ step: FieldPath.Step) -> Mapping? {
        switch step {
        case .key(let key): return node["f:" + key]?.objectValue
        case .index(let index): return node["i:\(index)"]?.objectValue
        case .element, .value:
            for (key, value) in node where FieldPath.Step(fieldSetKey: key) == step {
                return value.objectValue
            }
            return nil
        }
    }

    mutating func formUnion(_ other: FieldSet) {
        if root.isEmpty {
            root = other.root
        } else if !other.root.isEmpty {
            root = Self.union(root, other.root)
        }
    }

    private static func union(_ a: Mapping, _ b: Mapping) -> Mapping {
        if a.isEmpty && b.isEmpty { return a }
        var result = a
        // Below a member others may be members too; then its own membership has to be said.
        if a.isEmpty || b.isEmpty { result["."] = [:] }
        for (key, value) in b {
            let known = a[key]?.objectValue
            guard let part = value.objectValue else { continue }
            result[key] = .object(known.map { union($0, part) } ?? part)
        }
        return result
    }

    /// The paths of all members, ascending; an element of a list that is a member stands for all inside it.
    var paths: [FieldPath] {
        var result: [FieldPath] = []
        Self.collect(root, [], &result)
        return result
    }

    private static func collect(
        _ node: Mapping, _ steps: [FieldPath.Step], _ result: inout [FieldPath]
    ) {
        if let last = steps.last {
            let isElement = if case .key = last { false } else { true }
            if node.isEmpty || isElement && node["."] != nil {
                result.append(FieldPath(steps))
                return
            }
        }
        for (key, value) in node.sortedByKey where key != "." {
            guard let step = FieldPath.Step(fieldSetKey: key), let part = value.objectValue else {
                continue
            }
            collect(part, steps + [step], &result)
        }
        if node.count == 1, node["."] != nil { result.append(FieldPath(steps)) }
    }

    /// The members that `isKept` of their path.
    func filtered(_ isKept: (FieldPath) -> Bool) -> FieldSet {
        FieldSet(Self.filter(root, [], isKept) ?? Mapping())
    }

    private static func filter(
        _ node: Mapping, _ steps: [FieldPath.Step], _ isKept: (FieldPath) -> Bool
    ) -> Mapping? {
        if node.isEmpty { return isKept(FieldPath(steps)) ? node : nil }
        var result = Mapping()
        for (key, value) in node {
            if key == "." {
                if isKept(FieldPath(steps)) { result[key] = value }
            } else if let step = FieldPath.Step(fieldSetKey: key), let part = value.objectValue,
                let kept = filter(part, steps + [step], isKept)
            {
                result[key] = .object(kept)
            }
        }
        return result.isEmpty ? nil : result
    }
}

extension FieldPath.Step {
    /// Reads a key of `fieldsV1`; `nil` for `.` and for what is malformed.
    init?(fieldSetKey text: String) {
        let rest = text.utf8.dropFirst(2)
        guard text.utf8.count >= 2, text.utf8.dropFirst().first == UInt8(ascii: ":") else {
            return nil
        }
        switch text.utf8.first {
        case UInt8(ascii: "f"): self = .key(String(Substring(rest)))
        case UInt8(ascii: "i"):
            guard let index = Int(String(Substring(rest))) else { return nil }
            self = .index(index)
        case UInt8(ascii: "v"):
            guard let value = try? parseJSON(Array(rest)), let text = value.scalarText else {
                return nil
            }
            self = .value(text)
        case UInt8(ascii: "k"):
            guard let keys = try? parseJSON(Array(rest)).objectValue else { return nil }
            self = .element(
                keys.sortedByKey.map {
                    FieldPath.ElementKey(field: $0.key, value: $0.value.scalarText ?? "")
                })
        default: return nil
        }
    }
}

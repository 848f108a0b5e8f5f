/// The objects of one resource, kept in the order of their keys' bytes.
struct ObjectCollection {
    private var paths: [String] = []
    private var byPath: [String: StoredObject] = [:]

    var isEmpty: Bool { paths.isEmpty }

    subscript(path: String) -> StoredObject? { byPath[path] }

    mutating func put(_ object: StoredObject) {
        let path = object.key.path
        if byPath.updateValue(object, forKey: path) == nil {
            paths.insert(path, at: position(of: path))
        }
    }

    mutating func remove(_ path: String) {
        guard byPath.removeValue(forKey: path) != nil else { return }
        paths.remove(at: position(of: path))
    }

    /// In order; an empty `namespace` means all of them.
    func all(in namespace: String) -> [StoredObject] {
        if namespace.isEmpty { return paths.compactMap { byPath[$0] } }
        let prefix = namespace + "/"
        let start = position(of: prefix)
        return paths[start...].prefix { $0.utf8.starts(with: prefix.utf8) }
            .compactMap { byPath[$0] }
    }

    private func position(of path: String) -> Int {
        paths.partitioningIndex { !$0.utf8.lexicographicallyPrecedes(path.utf8) }
    }
}

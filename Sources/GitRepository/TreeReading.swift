internal import CGit2
internal import Model

/// One reading of a folder and of all that its links lead to.
struct TreeReading {
    let repository: OpaquePointer
    let root: OpaquePointer
    /// Named in errors.
    let folder: String
    let limits: TreeLimits
    private(set) var tree = FileTree()
    private var bytes = 0
    /// Folders read in full, and links followed: each once, which also ends every circle.
    private var seen: Set<String> = []
    /// Paths that links lead to and that are still to be looked at.
    private var waiting: [[String]] = []

    init(repository: OpaquePointer, root: OpaquePointer, folder: String, limits: TreeLimits) {
        self.repository = repository
        self.root = root
        self.folder = folder
        self.limits = limits
    }

    /// Adds what is at a path, and then all that links lead to from there.
    ///
    /// - Returns: Whether there is something at the path.
    mutating func include(_ parts: [String]) throws(GitError) -> Bool {
        let found = try walk(to: parts)
        while let next = waiting.popLast() { _ = try walk(to: next) }
        return found
    }

    /// The parts of a path, with `.`, `..` and empty ones resolved; `..` above the root is dropped.
    static func parts(of path: String) -> [String] {
        var result: [String] = []
        for part in path.split(separator: "/") where part != "." {
            if part == ".." { _ = result.popLast() } else { result.append(String(part)) }
        }
        return result
    }

    /// Goes down part by part; at a link the rest of the way goes on from its target.
    private mutating func walk(to parts: [String]) throws(GitError) -> Bool {
        guard !parts.isEmpty else {
            guard let id = git_tree_id(root) else { return false }
            try readTree(id.pointee, at: [])
            return true
        }
        for count in 1...parts.count {
            let path = Array(parts[..<count])
            var pointer: OpaquePointer?
            let text = path.joined(separator: "/")
            let code = git_tree_entry_bypath(&pointer, root, text)
            if code == GIT_ENOTFOUND.rawValue { return false }
            try check(text, code)
            guard let pointer else { return false }
            let handle = Handle(pointer, free: git_tree_entry_free)
            guard let entry = TreeEntry(handle.pointer) else { return false }
            if entry.mode == GIT_FILEMODE_LINK {
                try read(entry, at: path, rest: Array(parts[count...]))
                return true
            }
            if count == parts.count { try read(entry, at: path, rest: []) }
        }
        return true
    }

    private mutating func read(
        _ entry: TreeEntry, at path: [String], rest: [String]
    ) throws(GitError) {
        let text = path.joined(separator: "/")
        switch entry.mode {
        case GIT_FILEMODE_TREE: try readTree(entry.id, at: path)
        case GIT_FILEMODE_COMMIT: throw .submodule(path: text)
        case GIT_FILEMODE_LINK:
            let target = String(decoding: try content(of: entry, at: text), as: UTF8.self)
            tree.entries[text] = .link(target: target)
            if let onward = Self.follow(target, from: path.dropLast()),
                seen.insert("\(text)\0\(rest.joined(separator: "/"))").inserted
            {
                waiting.append(onward + rest)
            }
        default:
            if tree.entries[text] != nil { return }
            tree.entries[text] = .file(try content(of: entry, at: text))
        }
    }

    private mutating func readTree(_ id: git_oid, at path: [String]) throws(GitError) {
        let text = path.joined(separator: "/")
        guard seen.insert(text + "/").inserted else { return }
        guard path.count < 256 else {
            throw .treeTooLarge(path: text, limit: "256 levels of folders")
        }
        var id = id
        let folder = try gitHandle("folder \(text)", free: git_tree_free) {
            [repository] in git_tree_lookup($0, repository, &id)
        }
        for index in 0..<git_tree_entrycount(folder.pointer) {
            guard let entry = TreeEntry(git_tree_entry_byindex(folder.pointer, index)) else {
                continue
            }
            try read(entry, at: path + [entry.name], rest: [])
        }
    }

    /// Checks the limits by the object's header, before its content is in memory.
    private mutating func content(
        of entry: TreeEntry, at path: String
    ) throws(GitError) -> [UInt8] {
        guard tree.entries.count < limits.maxFiles else {
            throw .treeTooLarge(path: named, limit: "\(limits.maxFiles) files, at \(path)")
        }
        let database = try gitHandle("the objects", free: git_odb_free) { [repository] in
            git_repository_odb($0, repository)
        }
        var id = entry.id
        var size = 0
        var type = GIT_OBJECT_INVALID
        try check(
            "the content of \(path)", git_odb_read_header(&size, &type, database.pointer, &id))
        guard size <= limits.maxBytes - bytes else {
            throw .treeTooLarge(path: named, limit: "\(limits.maxBytes) bytes, at \(path)")
        }
        bytes += size
        return try readBlob(entry.id, path: path, in: repository)
    }

    private var named: String { folder.isEmpty ? "the repository" : folder }

    /// Where a link leads, from the root; `nil` when it is absolute or leaves the repository.
    private static func follow(_ target: String, from folder: ArraySlice<String>) -> [String]? {
        if target.hasPrefix("/") { return nil }
        var result = Array(folder)
        for part in target.split(separator: "/") where part != "." {
            if part == ".." {
                if result.popLast() == nil { return nil }
            } else {
                result.append(String(part))
            }
        }
        return result
    }
}

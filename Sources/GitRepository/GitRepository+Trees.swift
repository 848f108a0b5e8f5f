internal import CGit2
public import Model

/// How much of a repository one reading may bring into memory.
public struct TreeLimits: Sendable {
    public var maxFiles: Int
    public var maxBytes: Int

    public init(maxFiles: Int, maxBytes: Int) {
        self.maxFiles = maxFiles
        self.maxBytes = maxBytes
    }

    /// 10,000 files, 100 MiB.
    public static let standard = TreeLimits(maxFiles: 10_000, maxBytes: 100 << 20)
}

extension GitRepository {
    /// The files under a folder (empty for the root), by their path from the root.
    ///
    /// Symbolic links stay links; what they point to elsewhere in the repository is added, as are
    /// the links on the way there. Links that leave the repository or lead nowhere are only kept.
    ///
    /// - Throws: `GitError.missing` without such a folder, `.treeTooLarge`, `.submodule`.
    public func tree(
        at commit: CommitID, under path: String, limits: TreeLimits = .standard
    ) throws(GitError) -> FileTree {
        let repository = try repository()
        let root = try lookUpTree(of: commit, in: repository)
        var reading = TreeReading(
            repository: repository, root: root.pointer, folder: path, limits: limits)
        guard try reading.include(TreeReading.parts(of: path)) else {
            throw .missing("\(path) at \(commit.short)")
        }
        return reading.tree
    }

    /// The id of a folder's tree or a file's blob, so that an unchanged one costs nothing to see.
    ///
    /// A folder with symbolic links also has the id of the whole commit's tree, as they may lead anywhere in it.
    /// `nil` when there is no such path.
    public func treeID(at commit: CommitID, path: String) throws(GitError) -> String? {
        let repository = try repository()
        let root = try lookUpTree(of: commit, in: repository)
        let parts = TreeReading.parts(of: path)
        guard !parts.isEmpty else {
            return git_tree_id(root.pointer).map { CommitID($0.pointee).description }
        }
        guard let found = try entry(parts, in: root.pointer) else { return nil }
        let id = CommitID(found.id).description
        guard found.mode == GIT_FILEMODE_TREE, try holdsLink(found.id, depth: 0, in: repository),
            let all = git_tree_id(root.pointer)
        else { return id }
        return "\(id) in \(CommitID(all.pointee))"
    }

    /// What a tree holds never changes, so each is read once.
    private func holdsLink(_ id: git_oid, depth: Int, in repository: OpaquePointer)
        throws(GitError) -> Bool
    {
        let key = CommitID(id)
        if let known = linkedTrees[key] { return known }
        // Nobody nests folders like this; taking it for one with links is safe.
        guard depth < Self.deepestFolder else { return true }
        if linkedTrees.count >= Self.mostLinkedTrees { linkedTrees.removeAll() }
        var id = id
        let tree = try gitHandle("a folder", free: git_tree_free) {
            git_tree_lookup($0, repository, &id)
        }
        var result = false
        for index in 0..<git_tree_entrycount(tree.pointer) where !result {
            guard let entry = TreeEntry(git_tree_entry_byindex(tree.pointer, index)) else {
                continue
            }
            if entry.mode == GIT_FILEMODE_LINK { result = true }
            if entry.mode == GIT_FILEMODE_TREE {
                result = try holdsLink(entry.id, depth: depth + 1, in: repository)
            }
        }
        linkedTrees[key] = result
        return result
    }

    private static var deepestFolder: Int { 500 }
    private static var mostLinkedTrees: Int { 100_000 }

    /// The bytes of one file, or `nil` when there is no such file; links are not followed.
    public func file(at commit: CommitID, path: String) throws(GitError) -> [UInt8]? {
        let repository = try repository()
        let root = try lookUpTree(of: commit, in: repository)
        guard let found = try entry(TreeReading.parts(of: path), in: root.pointer),
            found.mode.isFile
        else { return nil }
        return try readBlob(found.id, path: path, in: repository)
    }

    private func entry(
        _ parts: [String], in root: OpaquePointer
    ) throws(GitError) -> TreeEntry? {
        var pointer: OpaquePointer?
        let path = parts.joined(separator: "/")
        let code = git_tree_entry_bypath(&pointer, root, path)
        if code == GIT_ENOTFOUND.rawValue { return nil }
        try check(path, code)
        guard let pointer else { return nil }
        let handle = Handle(pointer, free: git_tree_entry_free)
        return TreeEntry(handle.pointer)
    }
}

func readBlob(
    _ id: git_oid, path: String, in repository: OpaquePointer
) throws(GitError) -> [UInt8] {
    var id = id
    let blob = try gitHandle("the content of \(path)", free: git_blob_free) {
        git_blob_lookup($0, repository, &id)
    }
    let size = Int(git_blob_rawsize(blob.pointer))
    guard size > 0, let start = git_blob_rawcontent(blob.pointer) else { return [] }
    return Array(UnsafeRawBufferPointer(start: start, count: size))
}

/// An entry of a tree, copied out.
struct TreeEntry {
    var name: String
    var id: git_oid
    var mode: git_filemode_t

    init?(_ pointer: OpaquePointer?) {
        guard let pointer, let name = git_tree_entry_name(pointer),
            let id = git_tree_entry_id(pointer)
        else { return nil }
        self.name = String(cString: name)
        self.id = id.pointee
        mode = git_tree_entry_filemode(pointer)
    }
}

extension git_filemode_t {
    var isFile: Bool { self == GIT_FILEMODE_BLOB || self == GIT_FILEMODE_BLOB_EXECUTABLE }
}

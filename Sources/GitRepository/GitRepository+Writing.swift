internal import CGit2
internal import Model

extension GitRepository {
    /// Writes a commit with changed files on top of a branch; no ref moves.
    ///
    /// A branch that does not exist yet gives a first commit. Modes of existing files are kept.
    ///
    /// - Parameter changes: By path; `nil` removes a file.
    /// - Throws: `GitError.nothingToCommit`, `.missing` for the removal of what is not there.
    public func makeCommit(
        onto branch: String, changes: [String: [UInt8]?], author: Commit.Identity,
        message: String
    ) throws(GitError) -> CommitID {
        let repository = try repository()
        let parent = try refs()["refs/heads/" + branch]
        let tree = try writeTree(on: parent, changes: changes, in: repository)
        return try writeCommit(
            tree: tree, parent: parent, branch: branch, author: author, message: message,
            in: repository)
    }

    /// Writes a commit that takes back others, on top of a branch; no ref moves.
    ///
    /// A merge is taken back towards its first parent. Commits are taken back in the order given:
    /// newest first, as `git revert` does it.
    ///
    /// - Parameters:
    ///   - message: By default what `git revert` writes.
    ///   - note: A paragraph after the message.
    /// - Throws: `GitError.conflict` naming the paths; `.nothingToCommit`.
    public func makeRevert(
        of commits: [CommitID], onto branch: String, author: Commit.Identity,
        message: String? = nil, note: String? = nil
    ) throws(GitError) -> CommitID {
        let repository = try repository()
        guard let first = commits.first else { throw .invalidInput("no commit to revert") }
        guard let parent = try refs()["refs/heads/" + branch] else {
            throw .unknownRevision(branch)
        }
        let start = try lookUpTree(of: parent, in: repository)
        guard var tree = git_tree_id(start.pointer)?.pointee else {
            throw .damaged("commit \(parent)", message: "it has no tree")
        }
        for commit in commits { tree = try takeBack(commit, from: tree, in: repository) }
        var text =
            if let message { message } else {
                try revertMessage(of: commits, first: first)
            }
        if let note { text += "\n\(note)\n" }
        return try writeCommit(
            tree: tree, parent: parent, branch: branch, author: author, message: text,
            in: repository)
    }

    /// Moves a local branch, creating it when it does not exist yet.
    ///
    /// - Throws: `GitError.rejected` when it does not stand at `expected`.
    public func move(
        branch: String, to commit: CommitID, expecting expected: CommitID?
    ) throws(GitError) {
        let repository = try repository()
        let name = "refs/heads/" + branch
        guard isValidRefName(name) else { throw .invalidInput("\(branch) is not a branch name") }
        let lock = try MirrorLock(folder: folder, waits: true)
        lock.removeLeftovers()
        guard try rawRefs(in: repository, below: [name])[name].map({ CommitID($0) }) == expected
        else { throw .rejected(branch: branch, reason: "it has moved meanwhile") }
        var id = commit.oid
        let reference = try gitHandle(name, free: git_reference_free) {
            git_reference_create($0, repository, name, &id, 1, nil)
        }
        _ = reference
        withExtendedLifetime(lock) {}
    }

    /// Writes a commit and moves the local branch to it.
    @discardableResult
    public func commit(
        to branch: String, changes: [String: [UInt8]?], author: Commit.Identity,
        message: String
    ) throws(GitError) -> CommitID {
        let before = try refs()["refs/heads/" + branch]
        let commit = try makeCommit(
            onto: branch, changes: changes, author: author, message: message)
        try move(branch: branch, to: commit, expecting: before)
        return commit
    }

    private func revertMessage(
        of commits: [CommitID], first: CommitID
    ) throws(GitError) -> String {
        let subject = try commit(first, pathLimit: 0).subject
        let others = commits.count > 1 ? " and \(commits.count - 1) more" : ""
        let lines = commits.map { "This reverts commit \($0)." }
        return "Revert \"\(subject)\"\(others)\n\n\(lines.joined(separator: "\n"))\n"
    }

    /// Merges the step from a commit to its parent into a tree.
    private func takeBack(
        _ commit: CommitID, from tree: git_oid, in repository: OpaquePointer
    ) throws(GitError) -> git_oid {
        let ours = try lookUpTree(tree, in: repository)
        let base = try lookUpTree(of: commit, in: repository)
        let parent = try self.commit(commit, pathLimit: 0).parents.first
        let handle = try rootTree(of: parent, in: repository)
        let theirs = pointer(of: handle)
        let index = try gitHandle("the revert of \(commit)", free: git_index_free) {
            git_merge_trees(
                $0, repository, base.pointer, ours.pointer, theirs, nil)
        }
        withExtendedLifetime(handle) {}
        if git_index_has_conflicts(index.pointer) == 1 {
            throw .conflict(commit: commit, paths: try conflicts(in: index.pointer))
        }
        var result = git_oid()
        try check(
            "the tree of the revert",
            git_index_write_tree_to(&result, index.pointer, repository))
        return result
    }

    private func conflicts(in index: OpaquePointer) throws(GitError) -> [String] {
        let iterator = try gitHandle("the conflicts", free: git_index_conflict_iterator_free) {
            git_index_conflict_iterator_new($0, index)
        }
        var paths: Set<String> = []
        var sides:
            (
                UnsafePointer<git_index_entry>?, UnsafePointer<git_index_entry>?,
                UnsafePointer<git_index_entry>?
            ) = (nil, nil, nil)
        while git_index_conflict_next(&sides.0, &sides.1, &sides.2, iterator.pointer) == 0 {
            for side in [sides.0, sides.1, sides.2] {
                if let path = side?.pointee.path { paths.insert(String(cString: path)) }
            }
        }
        return paths.sorted()
    }

    /// `nil` for no commit: writing an empty tree would leave an object that nothing names.
    private func rootTree(
        of commit: CommitID?, in repository: OpaquePointer
    ) throws(GitError) -> Handle? {
        guard let commit else { return nil }
        return try lookUpTree(of: commit, in: repository)
    }

    private func writeTree(
        on parent: CommitID?, changes: [String: [UInt8]?], in repository: OpaquePointer
    ) throws(GitError) -> git_oid {
        let handle = try rootTree(of: parent, in: repository)
        let base = pointer(of: handle)
        var updates: [git_tree_update] = []
        let paths = PathTexts(changes.keys.sorted())
        for (path, pointer) in zip(paths.texts, paths.pointers) {
            guard TreeReading.parts(of: path).joined(separator: "/") == path, !path.isEmpty else {
                throw .invalidInput("\(path) is not a path in a repository")
            }
            var update = git_tree_update()
            update.path = pointer
            update.filemode = GIT_FILEMODE_BLOB
            var entry: OpaquePointer?
            if let base { git_tree_entry_bypath(&entry, base, path) }
            defer { git_tree_entry_free(entry) }
            if let bytes = changes[path] ?? nil {
                update.action = GIT_TREE_UPDATE_UPSERT
                if let entry, git_tree_entry_filemode(entry).isFile {
                    update.filemode = git_tree_entry_filemode(entry)
                }
                try check(
                    path,
                    git_blob_create_from_buffer(&update.id, repository, bytes, bytes.count))
            } else {
                guard entry != nil else { throw .missing(path) }
                update.action = GIT_TREE_UPDATE_REMOVE
            }
            updates.append(update)
        }
        var result = git_oid()
        try check(
            "the changed tree",
            git_tree_create_updated(
                &result, repository, base, updates.count, updates))
        withExtendedLifetime(paths) {}
        withExtendedLifetime(handle) {}
        return result
    }

    private func writeCommit(
        tree: git_oid, parent: CommitID?, branch: String, author: Commit.Identity,
        message: String, in repository: OpaquePointer
    ) throws(GitError) -> CommitID {
        var signature: UnsafeMutablePointer<git_signature>?
        let code = git_signature_new(
            &signature, author.name, author.email, author.time.seconds,
            Int32(clamping: author.offsetMinutes))
        guard code == 0 else {
            throw .invalidInput("\(author.name) <\(author.email)> cannot be an author")
        }
        defer { git_signature_free(signature) }
        let written = try lookUpTree(tree, in: repository)
        var id = git_oid()
        guard let parent else {
            try check(
                "the commit",
                git_commit_create(
                    &id, repository, nil, signature, signature, nil, message, written.pointer, 0,
                    nil))
            return CommitID(id)
        }
        let before = try lookUpTree(of: parent, in: repository)
        if git_oid_equal(git_tree_id(before.pointer), git_tree_id(written.pointer)) == 1 {
            throw .nothingToCommit(branch: branch)
        }
        var parentID = parent.oid
        let commit = try gitHandle("commit \(parent)", free: git_commit_free) {
            git_commit_lookup($0, repository, &parentID)
        }
        var parents: [OpaquePointer?] = [commit.pointer]
        try check(
            "the commit",
            git_commit_create(
                &id, repository, nil, signature, signature, nil, message, written.pointer, 1,
                &parents))
        return CommitID(id)
    }
}

/// Paths as C strings that live as long as this.
private final class PathTexts {
    let texts: [String]
    let pointers: [UnsafePointer<CChar>]
    private let storage: UnsafeMutablePointer<CChar>

    init(_ texts: [String]) {
        self.texts = texts
        var bytes: [CChar] = []
        var starts: [Int] = []
        for text in texts {
            starts.append(bytes.count)
            bytes += text.utf8.map { CChar(bitPattern: $0) } + [0]
        }
        storage = .allocate(capacity: max(bytes.count, 1))
        storage.initialize(repeating: 0, count: max(bytes.count, 1))
        for (index, byte) in bytes.enumerated() { storage[index] = byte }
        pointers = starts.map { [storage] in UnsafePointer(storage + $0) }
    }

    deinit { storage.deallocate() }
}

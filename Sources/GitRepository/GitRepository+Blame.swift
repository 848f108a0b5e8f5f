internal import CGit2

extension GitRepository {
    /// The commit that a line of a file has been as it is since.
    ///
    /// - Parameters:
    ///   - commit: As of which the file is looked at.
    ///   - line: From 1, in the file at that commit.
    /// - Throws: `.missing` when the file has no such line.
    public func blame(_ path: String, line: Int, at commit: CommitID) throws(GitError) -> Commit {
        // Asked for a line beyond the end, libgit2 answers all the same.
        let lines = try file(at: commit, path: path)?.split(
            separator: 0x0A, omittingEmptySubsequences: false
        ).count
        guard let lines, (1...lines).contains(line) else {
            throw .missing("line \(line) of \(path) at \(commit.short)")
        }
        let blame = try history(of: path, at: commit, line: line)
        guard let hunk = git_blame_get_hunk_byline(blame.pointer, line)
        else {
            throw .missing("line \(line) of \(path) at \(commit.short)")
        }
        return try self.commit(CommitID(hunk.pointee.final_commit_id))
    }

    /// The commits that the lines of a file have been as they are since, the first line first.
    ///
    /// - Parameter commit: As of which the file is looked at.
    /// - Throws: `.missing` when there is no such file.
    public func blame(_ path: String, at commit: CommitID) throws(GitError) -> [CommitID] {
        guard try file(at: commit, path: path) != nil else {
            throw .missing("\(path) at \(commit.short)")
        }
        let blame = try history(of: path, at: commit)
        var lines: [CommitID] = []
        for index in 0..<git_blame_get_hunk_count(blame.pointer) {
            guard let hunk = git_blame_get_hunk_byindex(blame.pointer, index) else { continue }
            lines += repeatElement(
                CommitID(hunk.pointee.final_commit_id), count: Int(hunk.pointee.lines_in_hunk))
        }
        return lines
    }

    /// - Parameter line: The only one that is asked for; `nil` for all.
    private func history(
        of path: String, at commit: CommitID, line: Int? = nil
    ) throws(GitError) -> Handle {
        let repository = try repository()
        var options = git_blame_options()
        try check(
            "the history of \(path)",
            git_blame_options_init(&options, UInt32(GIT_BLAME_OPTIONS_VERSION)))
        options.newest_commit = commit.oid
        if let line { (options.min_line, options.max_line) = (line, line) }
        return try gitHandle("the history of \(path)", free: git_blame_free) {
            git_blame_file($0, repository, path, &options)
        }
    }

    /// The commit that a file has been as it is since: of one without lines, such as an archive.
    ///
    /// A merge that has it from a parent is passed over, as `git log -1 -- PATH` does.
    ///
    /// - Parameter commit: As of which the file is looked at.
    /// - Throws: `.missing` when there is no such path.
    /// - Complexity: O(commits since then).
    public func lastChange(of path: String, at commit: CommitID) throws(GitError) -> Commit {
        guard let id = try treeID(at: commit, path: path) else {
            throw .missing("\(path) at \(commit.short)")
        }
        let repository = try repository()
        var last = commit
        while let parent = try parent(of: last, with: id, at: path, in: repository) {
            last = parent
        }
        return try self.commit(last)
    }

    /// The first parent that has the same at a path.
    private func parent(
        of commit: CommitID, with id: String, at path: String, in repository: OpaquePointer
    ) throws(GitError) -> CommitID? {
        var own = commit.oid
        let handle = try gitHandle("commit \(commit)", free: git_commit_free) {
            git_commit_lookup($0, repository, &own)
        }
        for parent in parents(of: handle.pointer) where try treeID(at: parent, path: path) == id {
            return parent
        }
        return nil
    }
}

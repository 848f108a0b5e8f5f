internal import CGit2

/// The commits between two moments of a ref.
public struct CommitRange: Equatable, Sendable {
    /// Oldest first: no commit stands before one of its parents.
    public var commits: [Commit]
    /// Whether the first moment is not an ancestor of the second.
    public var forced: Bool
    /// How many older commits were left out because of the limit.
    public var omitted: Int
}

extension GitRepository {
    /// The commits that `to` has and `from` does not have, oldest first.
    ///
    /// When `from` is not an ancestor they start at the merge base and `forced` is set.
    ///
    /// - Parameters:
    ///   - from: `nil` for the whole history; also when its object is gone, then `forced` is set.
    ///   - limit: The newest so many are kept.
    ///   - pathLimit: The most changed paths that one commit lists.
    public func commits(
        from: CommitID?, to: CommitID, limit: Int = 1000, pathLimit: Int = 1000
    ) throws(GitError) -> CommitRange {
        let repository = try repository()
        let walk = try gitHandle("the history", free: git_revwalk_free) {
            git_revwalk_new($0, repository)
        }
        git_revwalk_sorting(
            walk.pointer, GIT_SORT_TOPOLOGICAL.rawValue | GIT_SORT_TIME.rawValue)
        var end = to.oid
        try check("commit \(to)", git_revwalk_push(walk.pointer, &end))
        var forced = false
        if let from {
            if peel(from.oid, in: repository) == from {
                var start = from.oid
                try check("commit \(from)", git_revwalk_hide(walk.pointer, &start))
                forced = try !isAncestor(from, of: to, in: repository)
            } else {
                forced = true
            }
        }
        var ids: [git_oid] = []
        var omitted = 0
        while true {
            var id = git_oid()
            let code = git_revwalk_next(&id, walk.pointer)
            if code == GIT_ITEROVER.rawValue { break }
            try check("the history of \(to)", code)
            if ids.count < limit { ids.append(id) } else { omitted += 1 }
        }
        var commits: [Commit] = []
        commits.reserveCapacity(ids.count)
        for id in ids.reversed() {
            commits.append(try readCommit(id, pathLimit: pathLimit, in: repository))
        }
        return CommitRange(commits: commits, forced: forced, omitted: omitted)
    }

    /// One commit.
    public func commit(_ id: CommitID, pathLimit: Int = 1000) throws(GitError) -> Commit {
        try readCommit(id.oid, pathLimit: pathLimit, in: try repository())
    }

    /// Whether `a` can be reached from `b`; a commit is an ancestor of itself.
    public func isAncestor(_ a: CommitID, of b: CommitID) throws(GitError) -> Bool {
        try isAncestor(a, of: b, in: try repository())
    }

    func isAncestor(
        _ a: CommitID, of b: CommitID, in repository: OpaquePointer
    ) throws(GitError) -> Bool {
        if a == b { return true }
        var ancestor = a.oid
        var descendant = b.oid
        return try check(
            "the history of \(b)", git_graph_descendant_of(repository, &descendant, &ancestor))
            == 1
    }

    /// The best common ancestor; `nil` for histories that share nothing.
    public func mergeBase(_ a: CommitID, _ b: CommitID) throws(GitError) -> CommitID? {
        let repository = try repository()
        var one = a.oid
        var two = b.oid
        var base = git_oid()
        let code = git_merge_base(&base, repository, &one, &two)
        if code == GIT_ENOTFOUND.rawValue, peel(one, in: repository) != nil,
            peel(two, in: repository) != nil
        {
            return nil
        }
        try check("the history of \(a) and \(b)", code)
        return CommitID(base)
    }
}

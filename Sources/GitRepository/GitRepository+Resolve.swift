internal import CGit2

extension GitRepository {
    /// The commit that an Argo CD `targetRevision` means.
    ///
    /// In this order: a full commit id; the highest tag within a semantic version range; empty or
    /// `HEAD`, the default branch; a branch; a tag, peeled; a commit id of at least seven digits.
    /// Source: https://argo-cd.readthedocs.io/en/stable/user-guide/tracking_strategies/
    ///
    /// - Throws: `GitError.unknownRevision` or `.ambiguousRevision`.
    public func resolve(_ targetRevision: String) throws(GitError) -> CommitID {
        let repository = try repository()
        if let full = CommitID(targetRevision) {
            guard let commit = peel(full.oid, in: repository), commit == full else {
                throw .unknownRevision(targetRevision)
            }
            return full
        }
        let refs = try refs()
        let name = versionedTag(targetRevision, among: refs) ?? targetRevision
        if name.isEmpty || name == "HEAD" {
            guard let commit = refs["refs/heads/" + (try defaultBranch())] else {
                throw .unknownRevision("HEAD")
            }
            return commit
        }
        for candidate in candidates(for: name) {
            if let commit = refs[candidate] { return commit }
        }
        if (7..<40).contains(name.utf8.count), name.utf8.allSatisfy(isHexadecimal) {
            return try resolve(prefix: name, in: repository)
        }
        throw .unknownRevision(targetRevision)
    }

    /// The branch whose moves change what a target revision means, as `refs/heads/main`.
    ///
    /// The order is that of `resolve`. Empty and `HEAD` follow the default branch, even before it
    /// exists.
    ///
    /// - Returns: `nil` for tags, commit ids, semantic version ranges, and what names nothing.
    public func followedRef(of targetRevision: String) throws(GitError) -> String? {
        if CommitID(targetRevision) != nil { return nil }
        let refs = try refs()
        if versionedTag(targetRevision, among: refs) != nil { return nil }
        if targetRevision.isEmpty || targetRevision == "HEAD" {
            return "refs/heads/" + (try defaultBranch())
        }
        let name = candidates(for: targetRevision).first { refs[$0] != nil }
        return name.flatMap { $0.hasPrefix("refs/heads/") ? $0 : nil }
    }

    /// Where a short name is looked for, the first one first.
    private func candidates(for name: String) -> [String] {
        ["refs/heads/" + name, "refs/tags/" + name, name]
    }

    private func versionedTag(_ text: String, among refs: [String: CommitID]) -> String? {
        guard !text.isEmpty, Version(text) == nil, let range = VersionRange(text) else {
            return nil
        }
        let tags = refs.keys.filter { $0.hasPrefix("refs/tags/") }.map { String($0.dropFirst(10)) }
        return range.highest(of: tags)
    }

    private func resolve(
        prefix: String, in repository: OpaquePointer
    ) throws(GitError) -> CommitID {
        var pointer: OpaquePointer?
        let code = git_revparse_single(&pointer, repository, prefix)
        if code == GIT_EAMBIGUOUS.rawValue { throw .ambiguousRevision(prefix) }
        guard code == 0, let pointer else { throw .unknownRevision(prefix) }
        let object = Handle(pointer, free: git_object_free)
        guard git_object_type(object.pointer) == GIT_OBJECT_COMMIT,
            let id = git_object_id(object.pointer)
        else { throw .unknownRevision(prefix) }
        return CommitID(id.pointee)
    }
}

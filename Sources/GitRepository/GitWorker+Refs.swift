internal import CGit2
internal import Glibc

/// The refs that only the child writes: what a fetch found, and what a push sends.
extension Transfer {
    /// Removes what earlier fetches found and the remote has no longer.
    ///
    /// Before the fetch, unlike libgit2's own pruning: `refs/heads/a` is in the way of
    /// `refs/heads/a/b` and the other way round.
    func forgetIncoming(
        in repository: OpaquePointer, except kept: Set<String>
    ) throws(GitError) {
        for name in try names(in: repository, below: "refs/incoming/")
        where !kept.contains("refs/" + name.dropFirst("refs/incoming/".count)) {
            try check(name, git_reference_remove(repository, name))
        }
    }

    /// A ref of this process for a commit, because libgit2 pushes refs only.
    ///
    /// Those of killed processes go.
    func makeOutgoing(
        _ commit: String, in repository: OpaquePointer
    ) throws(GitError) -> String {
        let folder = "refs/outgoing/"
        for name in try names(in: repository, below: folder) {
            guard let process = Int32(name.dropFirst(folder.count)), process > 0 else { continue }
            if kill(process, 0) != 0, errno == ESRCH {
                try check(name, git_reference_remove(repository, name))
            }
        }
        guard var id = CommitID(commit)?.oid else {
            throw .invalidInput("\(commit) is not a commit id")
        }
        let name = "\(folder)\(getpid())"
        let reference = try gitHandle(name, free: git_reference_free) {
            git_reference_create($0, repository, name, &id, 1, nil)
        }
        _ = reference
        return name
    }

    private func names(
        in repository: OpaquePointer, below prefix: String
    ) throws(GitError) -> [String] {
        let iterator = try gitHandle("the refs", free: git_reference_iterator_free) {
            git_reference_iterator_glob_new($0, repository, prefix + "*")
        }
        var names: [String] = []
        while true {
            var name: UnsafePointer<CChar>?
            let code = git_reference_next_name(&name, iterator.pointer)
            if code == GIT_ITEROVER.rawValue { return names }
            try check("the refs", code)
            if let name { names.append(String(cString: name)) }
        }
    }
}

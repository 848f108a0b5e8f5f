internal import CGit2
internal import Model

extension GitRepository {
    func readCommit(
        _ id: git_oid, pathLimit: Int, in repository: OpaquePointer
    ) throws(GitError) -> Commit {
        var id = id
        let name = CommitID(id)
        let commit = try gitHandle("commit \(name)", free: git_commit_free) {
            git_commit_lookup($0, repository, &id)
        }
        let isLatin = git_commit_message_encoding(commit.pointer).map {
            let encoding = String(cString: $0).uppercased()
            return encoding == "ISO-8859-1" || encoding == "LATIN1"
        }
        let reader = TextReader(isLatin: isLatin ?? false)
        let parents = parents(of: commit.pointer)
        guard let tree = git_commit_tree_id(commit.pointer) else {
            throw .damaged("commit \(name)", message: "it has no tree")
        }
        let paths = try changedPaths(
            of: tree.pointee, since: parents.first, limit: pathLimit, in: repository)
        return Commit(
            id: name, tree: CommitID(tree.pointee).description, parents: parents,
            author: reader.identity(git_commit_author(commit.pointer)),
            committer: reader.identity(git_commit_committer(commit.pointer)),
            message: reader.text(git_commit_message(commit.pointer)),
            trailers: reader.trailers(git_commit_message(commit.pointer)),
            changedPaths: paths.list, changedPathsTruncated: paths.truncated,
            signature: try signature(of: id, in: repository))
    }

    func parents(of commit: OpaquePointer) -> [CommitID] {
        (0..<git_commit_parentcount(commit)).compactMap { index in
            git_commit_parent_id(commit, index).map { CommitID($0.pointee) }
        }
    }

    /// Compared with the first parent, renames as a removal and an addition.
    private func changedPaths(
        of tree: git_oid, since parent: CommitID?, limit: Int, in repository: OpaquePointer
    ) throws(GitError) -> (list: [String], truncated: Bool) {
        let new = try lookUpTree(tree, in: repository)
        let diff: Handle
        if let parent {
            let old = try lookUpTree(of: parent, in: repository)
            diff = try gitHandle("the changes since \(parent)", free: git_diff_free) {
                git_diff_tree_to_tree($0, repository, old.pointer, new.pointer, nil)
            }
        } else {
            diff = try gitHandle("the changes of the first commit", free: git_diff_free) {
                git_diff_tree_to_tree($0, repository, nil, new.pointer, nil)
            }
        }
        let count = git_diff_num_deltas(diff.pointer)
        var paths: Set<String> = []
        for index in 0..<count {
            guard let delta = git_diff_get_delta(diff.pointer, index) else { continue }
            guard let path = delta.pointee.new_file.path ?? delta.pointee.old_file.path else {
                continue
            }
            paths.insert(String(cString: path))
        }
        let sorted = paths.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        return (Array(sorted.prefix(limit)), sorted.count > limit)
    }

    private func signature(
        of id: git_oid, in repository: OpaquePointer
    ) throws(GitError) -> Commit.Signature? {
        var id = id
        var text = git_buf()
        var payload = git_buf()
        defer {
            git_buf_dispose(&text)
            git_buf_dispose(&payload)
        }
        let code = git_commit_extract_signature(&text, &payload, repository, &id, nil)
        if code == GIT_ENOTFOUND.rawValue { return nil }
        try check("the signature of \(CommitID(id))", code)
        return Commit.Signature(
            text: String(decoding: bytes(of: text), as: UTF8.self),
            signedPayload: bytes(of: payload)
        )
    }

    private func bytes(of buffer: git_buf) -> [UInt8] {
        guard let start = buffer.ptr else { return [] }
        return Array(UnsafeRawBufferPointer(start: start, count: buffer.size))
    }

    func lookUpTree(_ id: git_oid, in repository: OpaquePointer) throws(GitError) -> Handle {
        var id = id
        return try gitHandle("tree \(CommitID(id))", free: git_tree_free) {
            git_tree_lookup($0, repository, &id)
        }
    }

    /// The root tree of a commit.
    func lookUpTree(
        of commit: CommitID, in repository: OpaquePointer
    ) throws(GitError) -> Handle {
        var id = commit.oid
        let found = try gitHandle("commit \(commit)", free: git_commit_free) {
            git_commit_lookup($0, repository, &id)
        }
        return try gitHandle("the tree of \(commit)", free: git_tree_free) {
            git_commit_tree($0, found.pointer)
        }
    }
}

/// Reads texts of one commit in its encoding.
private struct TextReader {
    let isLatin: Bool

    func text(_ pointer: UnsafePointer<CChar>?) -> String {
        guard let pointer else { return "" }
        guard isLatin else { return String(cString: pointer) }
        var result = String.UnicodeScalarView()
        var next = pointer
        while next.pointee != 0 {
            result.append(Unicode.Scalar(UInt8(bitPattern: next.pointee)))
            next += 1
        }
        return String(result)
    }

    func identity(_ signature: UnsafePointer<git_signature>?) -> Commit.Identity {
        guard let signature else {
            return Commit.Identity(name: "", email: "", time: Timestamp(seconds: 0))
        }
        // A commit can claim any moment; what a timestamp cannot hold becomes its nearest bound.
        let bound = Int64.max / 1_000_000_000
        let seconds = min(max(signature.pointee.when.time, -bound), bound)
        return Commit.Identity(
            name: text(signature.pointee.name), email: text(signature.pointee.email),
            time: Timestamp(seconds: seconds), offsetMinutes: Int(signature.pointee.when.offset))
    }

    func trailers(_ message: UnsafePointer<CChar>?) -> [Commit.Trailer] {
        guard let message else { return [] }
        var array = git_message_trailer_array()
        guard git_message_trailers(&array, message) == 0 else { return [] }
        defer { git_message_trailer_array_free(&array) }
        return (0..<array.count).map { index in
            let trailer = array.trailers[index]
            return Commit.Trailer(key: text(trailer.key), value: text(trailer.value))
        }
    }
}

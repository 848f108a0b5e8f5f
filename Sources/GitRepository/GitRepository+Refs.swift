internal import CGit2

/// A branch or tag that stands elsewhere than before the fetch.
public struct RefMove: Hashable, Sendable {
    /// `refs/heads/main`, `refs/tags/v1.2.0`.
    public var name: String
    /// `nil` when the ref is new.
    public var from: CommitID?
    /// `nil` when the ref is gone.
    public var to: CommitID?
    /// Whether commits were left behind: the old commit is not an ancestor of the new one.
    public var forced: Bool

    public init(name: String, from: CommitID?, to: CommitID?, forced: Bool) {
        self.name = name
        self.from = from
        self.to = to
        self.forced = forced
    }
}

extension GitRepository {
    /// All branches and tags by full name, tags peeled to their commit; others are left out.
    public func refs() throws(GitError) -> [String: CommitID] {
        let repository = try repository()
        var result: [String: CommitID] = [:]
        for (name, target) in try rawRefs(in: repository, below: ["refs/heads/", "refs/tags/"]) {
            if let commit = peel(target, in: repository) { result[name] = commit }
        }
        return result
    }

    /// The branch that `HEAD` names, without `refs/heads/`; it need not exist yet.
    public func defaultBranch() throws(GitError) -> String {
        let repository = try repository()
        let head = try gitHandle("HEAD", free: git_reference_free) {
            git_reference_lookup($0, repository, "HEAD")
        }
        guard let target = git_reference_symbolic_target(head.pointer) else { return "HEAD" }
        let name = String(cString: target)
        return name.hasPrefix("refs/heads/") ? String(name.dropFirst(11)) : name
    }

    /// Makes the branches and tags what the last fetch found, and says which ones moved.
    func adoptIncoming(defaultBranch: String?) throws(GitError) -> [RefMove] {
        let repository = try repository()
        let lock = try MirrorLock(folder: folder, waits: false)
        lock.removeLeftovers()
        let old = try rawRefs(in: repository, below: ["refs/heads/", "refs/tags/"])
        var new: [String: git_oid] = [:]
        for (name, id) in try rawRefs(in: repository, below: ["refs/incoming/"]) {
            new["refs/" + name.dropFirst("refs/incoming/".count)] = id
        }
        var moves: [RefMove] = []
        // A branch that is gone makes room for one whose name starts with its name.
        for (name, id) in old.sorted(by: { $0.key < $1.key }) where new[name] == nil {
            try check(name, git_reference_remove(repository, name))
            moves.append(
                RefMove(name: name, from: peel(id, in: repository), to: nil, forced: false))
        }
        for (name, id) in new.sorted(by: { $0.key < $1.key }) {
            var id = id
            if var before = old[name], git_oid_equal(&before, &id) == 1 { continue }
            let reference = try gitHandle(name, free: git_reference_free) {
                git_reference_create($0, repository, name, &id, 1, nil)
            }
            _ = reference
            let from = old[name].flatMap { peel($0, in: repository) }
            let to = peel(id, in: repository)
            if from != to {
                let forced = try leftBehind(from, by: to, in: repository)
                moves.append(RefMove(name: name, from: from, to: to, forced: forced))
            }
        }
        if let defaultBranch { try pointHead(at: defaultBranch, in: repository) }
        withExtendedLifetime(lock) {}
        return moves.sorted { $0.name < $1.name }
    }

    private func pointHead(at branch: String, in repository: OpaquePointer) throws(GitError) {
        guard branch.hasPrefix("refs/heads/"), isValidRefName(branch) else { return }
        let head = try gitHandle("HEAD", free: git_reference_free) {
            git_reference_symbolic_create($0, repository, "HEAD", branch, 1, nil)
        }
        _ = head
    }

    private func leftBehind(
        _ from: CommitID?, by to: CommitID?, in repository: OpaquePointer
    ) throws(GitError) -> Bool {
        guard let from, let to else { return false }
        return try !isAncestor(from, of: to, in: repository)
    }

    /// The direct refs below some prefixes, unpeeled.
    func rawRefs(
        in repository: OpaquePointer, below prefixes: [String]
    ) throws(GitError) -> [String: git_oid] {
        let iterator = try gitHandle("the refs", free: git_reference_iterator_free) {
            git_reference_iterator_new($0, repository)
        }
        var result: [String: git_oid] = [:]
        while true {
            var pointer: OpaquePointer?
            let code = git_reference_next(&pointer, iterator.pointer)
            if code == GIT_ITEROVER.rawValue { return result }
            try check("the refs", code)
            guard let pointer else { return result }
            let reference = Handle(pointer, free: git_reference_free)
            guard let name = git_reference_name(reference.pointer).map({ String(cString: $0) }),
                prefixes.contains(where: name.hasPrefix),
                let target = git_reference_target(reference.pointer)
            else { continue }
            result[name] = target.pointee
        }
    }

    /// The commit that an object is or that a tag leads to; `nil` for trees and blobs.
    func peel(_ id: git_oid, in repository: OpaquePointer) -> CommitID? {
        var id = id
        let object = try? gitHandle("", free: git_object_free) {
            git_object_lookup($0, repository, &id, GIT_OBJECT_ANY)
        }
        guard let object else { return nil }
        let commit = try? gitHandle("", free: git_object_free) {
            git_object_peel($0, object.pointer, GIT_OBJECT_COMMIT)
        }
        guard let commit, let peeled = git_object_id(commit.pointer) else { return nil }
        return CommitID(peeled.pointee)
    }
}

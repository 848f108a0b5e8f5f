public import GitRepository
public import Model

/// A mirrored Git repository as the engine's port.
public struct MirroredRepository: ManifestSource {
    private let mirror: GitRepository
    /// How long one fetch or push may take.
    private let deadline: Duration

    public init(_ mirror: GitRepository, deadline: Duration) {
        self.mirror = mirror
        self.deadline = deadline
    }

    public func fetch() async throws { _ = try await mirror.fetch(deadline: deadline) }

    public func followedRef(of revision: String) async throws -> String? {
        guard CommitID(revision) == nil else { return nil }
        let refs = try await mirror.refs()
        let name =
            revision.isEmpty || revision == "HEAD" ? try await mirror.defaultBranch() : revision
        let ref = name.hasPrefix("refs/heads/") ? name : "refs/heads/\(name)"
        guard let head = refs[ref] else { return nil }
        // A revision may also be a range of versions that tags answer before any branch does.
        return try await mirror.resolve(revision) == head ? ref : nil
    }

    public func resolve(_ revision: String) async throws -> CommitID {
        try await mirror.resolve(revision)
    }

    public func commits(from: CommitID?, to: CommitID, limit: Int) async throws -> [Commit] {
        try await mirror.commits(from: from, to: to, limit: limit).commits
    }

    public func isAncestor(_ ancestor: CommitID, of descendant: CommitID) async throws -> Bool {
        try await mirror.isAncestor(ancestor, of: descendant)
    }

    public func tree(at commit: CommitID, under path: String) async throws -> FileTree {
        try await mirror.tree(at: commit, under: path)
    }

    public func treeID(at commit: CommitID, path: String) async throws -> String? {
        try await mirror.treeID(at: commit, path: path)
    }

    public func makeRevert(
        of commits: [CommitID], onto branch: String, at time: Timestamp, note: String?
    ) async throws -> CommitID {
        try await mirror.makeRevert(
            of: commits, onto: branch,
            author: Commit.Identity(name: "Tidemark", email: "tidemark@localhost", time: time),
            note: note)
    }

    public func push(_ commit: CommitID, to branch: String, expecting: CommitID?) async throws {
        try await mirror.push(commit, to: branch, expecting: expecting, deadline: deadline)
    }
}

import Digests
import Engine
import GitRepository
import Model
import Synchronization

/// A Git repository of a simulation: a list of commits, each with all its files.
final class SimulatedSource: ManifestSource {
    fileprivate struct Contents {
        /// The first digit of its commits.
        var digit = "0"
        var commits: [(Commit, [String: String])] = []
        /// Written, and not pushed.
        var loose: [(Commit, [String: String])] = []
        /// Of the next pushes: whether one whose answer is lost arrives all the same.
        var lostPushes: [Bool] = []
        var isUnreachable = false
        var isUnreadable = false
        var fetches = 0
        var trees = 0
    }
    private let contents: Mutex<Contents>

    /// - Parameter digit: That its commits begin with.
    init(digit: String = "0") { contents = Mutex(Contents(digit: digit)) }

    @discardableResult
    func commit(
        _ message: String, _ files: [String: String], by author: String = "a@example.com",
        at seconds: Int64 = 1_700_000_000
    ) -> CommitID {
        contents.withLock { contents in
            let commit = contents.made(message, files, by: author, at: seconds)
            contents.commits.append((commit, files))
            return commit.id
        }
    }

    /// The answers of the next pushes get lost: of those that arrive, and of those that do not.
    func losePushes(arriving: [Bool]) { contents.withLock { $0.lostPushes = arriving } }

    /// The files of the newest commit.
    var files: [String: String] { contents.withLock { $0.commits.last?.1 ?? [:] } }
    var messages: [String] { contents.withLock { $0.commits.map(\.0.message) } }

    func setUnreachable(_ isUnreachable: Bool) {
        contents.withLock { $0.isUnreachable = isUnreachable }
    }

    /// From now on no commit's files can be read.
    func setUnreadable(_ isUnreadable: Bool) {
        contents.withLock { $0.isUnreadable = isUnreadable }
    }

    var fetches: Int { contents.withLock(\.fetches) }
    /// How many folders were read: renderings and readings of declarations.
    var trees: Int { contents.withLock(\.trees) }

    func fetch() async throws {
        let isUnreachable = contents.withLock { contents in
            contents.fetches += 1
            return contents.isUnreachable
        }
        if isUnreachable { throw GitError.unreachable(remote: "simulated", message: "no route") }
    }

    func followedRef(of revision: String) async throws -> String? { "refs/heads/main" }

    func resolve(_ revision: String) async throws -> CommitID {
        let head = contents.withLock { $0.commits.last?.0.id }
        guard let head else { throw GitError.unknownRevision(revision) }
        return head
    }

    func commits(from: CommitID?, to: CommitID, limit: Int) async throws -> [Commit] {
        let (all, loose) = contents.withLock { ($0.commits.map(\.0), $0.loose.map(\.0)) }
        if let commit = loose.first(where: { $0.id == to }) { return [commit] }
        let start = from.flatMap { id in all.firstIndex { $0.id == id } }.map { $0 + 1 } ?? 0
        let end = (all.firstIndex { $0.id == to } ?? -1) + 1
        return Array(all[min(start, end)..<end].suffix(limit))
    }

    func isAncestor(_ ancestor: CommitID, of descendant: CommitID) async throws -> Bool {
        let all = contents.withLock { $0.commits.map(\.0.id) }
        guard let a = all.firstIndex(of: ancestor), let b = all.firstIndex(of: descendant) else {
            return false
        }
        return a <= b
    }

    private func files(at commit: CommitID) -> [String: String] {
        contents.withLock { contents in contents.commits.first { $0.0.id == commit }?.1 ?? [:] }
    }

    func tree(at commit: CommitID, under path: String) async throws -> FileTree {
        let isUnreadable = contents.withLock { contents in
            contents.trees += 1
            return contents.isUnreadable
        }
        if isUnreadable { throw GitError.unreachable(remote: "simulated", message: "lost") }
        return FileTree(
            entries: files(at: commit).filter { isBelow(path, $0.key) }
                .mapValues { .file(Array($0.utf8)) })
    }

    func treeID(at commit: CommitID, path: String) async throws -> String? {
        let below = files(at: commit).filter { isBelow(path, $0.key) }
        guard !below.isEmpty else { return nil }
        return Digest(
            of: below.sorted { $0.key < $1.key }.map { "\($0.key)\n\($0.value)" }
                .joined(separator: "\n")
        ).description
    }

    func makeRevert(of commits: [CommitID], onto branch: String, at time: Timestamp, note: String?)
        async throws -> CommitID
    {
        let all = contents.withLock { $0.commits }
        guard let first = commits.last, let place = all.firstIndex(where: { $0.0.id == first }),
            place > 0
        else { throw GitError.unknownRevision("the commit before") }
        return contents.withLock { contents in
            let text = ["Revert", note].compactMap { $0 }.joined(separator: "\n\n")
            let commit = contents.made(text, all[place - 1].1)
            contents.loose.append((commit, all[place - 1].1))
            return commit.id
        }
    }

    func push(_ commit: CommitID, to branch: String, expecting: CommitID?) async throws {
        try contents.withLock { contents in
            guard contents.commits.last?.0.id == expecting,
                let place = contents.loose.firstIndex(where: { $0.0.id == commit })
            else { throw GitError.rejected(branch: branch, reason: "it has moved meanwhile") }
            let arrives = contents.lostPushes.isEmpty ? nil : contents.lostPushes.removeFirst()
            if arrives != false { contents.commits.append(contents.loose.remove(at: place)) }
            if arrives != nil { throw GitError.unreachable(remote: "simulated", message: "lost") }
        }
    }
}

private func isBelow(_ folder: String, _ path: String) -> Bool {
    folder.isEmpty || path.hasPrefix(folder + "/")
}

extension SimulatedSource.Contents {
    /// The next commit on top of the branch, which does not move.
    func made(
        _ message: String, _ files: [String: String], by author: String = "a@example.com",
        at seconds: Int64 = 1_700_000_000
    ) -> Commit {
        let digits = String(commits.count + loose.count + 1)
        let text = digit + String(repeating: "0", count: 39 - digits.count) + digits
        guard let id = CommitID(text) else { preconditionFailure("forty digits") }
        let person = Commit.Identity(
            name: "engineer-\(author.prefix(1))", email: author,
            time: Timestamp(seconds: seconds))
        let before = commits.last?.1 ?? [:]
        let paths = Set(files.keys).union(before.keys).filter { files[$0] != before[$0] }
        return Commit(
            id: id, parents: commits.last.map { [$0.0.id] } ?? [], author: person,
            message: message, changedPaths: paths.sorted())
    }
}

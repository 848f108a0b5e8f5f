import Digests
import Engine
import GitRepository
import Model
import Synchronization

/// A Git repository of a simulation: a list of commits, each with all its files.
final class SimulatedSource: ManifestSource {
    private struct Contents {
        var commits: [(Commit, [String: String])] = []
        var isUnreachable = false
        var isUnreadable = false
        var fetches = 0
        var trees = 0
    }
    private let contents = Mutex(Contents())

    @discardableResult
    func commit(_ message: String, _ files: [String: String]) -> CommitID {
        contents.withLock { contents in
            let number = contents.commits.count + 1
            let digits = String(number)
            let text = String(repeating: "0", count: 40 - digits.count) + digits
            guard let id = CommitID(text) else { preconditionFailure("forty digits") }
            let person = Commit.Identity(
                name: "engineer-a", email: "a@example.com", time: Timestamp(seconds: 1_700_000_000))
            let commit = Commit(
                id: id, parents: contents.commits.last.map { [$0.0.id] } ?? [], author: person,
                message: message, changedPaths: files.keys.sorted())
            contents.commits.append((commit, files))
            return id
        }
    }

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
        let all = contents.withLock { $0.commits.map(\.0) }
        let start = from.flatMap { id in all.firstIndex { $0.id == id } }.map { $0 + 1 } ?? 0
        let end = (all.firstIndex { $0.id == to } ?? -1) + 1
        return Array(all[min(start, end)..<end].suffix(limit))
    }

    func isAncestor(_ ancestor: CommitID, of descendant: CommitID) async throws -> Bool {
        ancestor.description <= descendant.description
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
            entries: files(at: commit).filter { $0.key.hasPrefix(path + "/") }
                .mapValues { .file(Array($0.utf8)) })
    }

    func treeID(at commit: CommitID, path: String) async throws -> String? {
        let below = files(at: commit).filter { $0.key.hasPrefix(path + "/") }
        guard !below.isEmpty else { return nil }
        return Digest(
            of: below.sorted { $0.key < $1.key }.map { "\($0.key)\n\($0.value)" }
                .joined(separator: "\n")
        ).description
    }

    func makeRevert(of commits: [CommitID], onto branch: String, at time: Timestamp)
        async throws -> CommitID
    {
        let all = contents.withLock { $0.commits }
        guard let first = commits.last, let place = all.firstIndex(where: { $0.0.id == first }),
            place > 0
        else { throw GitError.unknownRevision("the commit before") }
        return commit("Revert", all[place - 1].1)
    }

    func push(_ commit: CommitID, to branch: String, expecting: CommitID?) async throws {}
}

import Foundation
import Model
import TestSupport
import Testing

@testable import GitRepository

@Suite("Reading a repository")
struct ReadingTests {
    @Test func randomHistoriesReadAsGitReadsThem() async throws {
        for seed in 0..<6 {
            let place = try Playground()
            try makeHistory(place.work, seed: seed)
            let repository = try await place.openWork()
            try await compareHistory(repository, place.work, "seed \(seed)")
            try await compareTrees(repository, place.work, "seed \(seed)")
        }
    }

    private func makeHistory(_ git: OracleGit, seed: Int) throws {
        var random = SeededGenerator(seed: seed)
        try git.commit(["a/0": "start\n"], "first")
        for step in 1...12 {
            switch Int.random(in: 0..<6, using: &random) {
            case 0: try git("checkout", "-q", "-B", "side\(step)", "HEAD~0")
            case 1:
                try git("checkout", "-q", "main")
                let sides = try git.lines("branch", "--format=%(refname:short)")
                if let side = sides.filter({ $0 != "main" }).randomElement(using: &random) {
                    try git("merge", "-q", "--no-ff", "-X", "ours", "-m", "merge \(side)", side)
                }
            case 2:
                try git.commit(["a/\(step)": "x\(step)\n"], "sübject \(step)\n\nbody\n\nA-b: c\n")
                try git("tag", "-a", "-m", "tag", "v\(step)")
            case 3 where FileManager.default.fileExists(atPath: git.folder.path + "/a/0"):
                try git("rm", "-q", "a/0")
                try git.commit([:], "removed")
            default:
                let folder = ["a", "a/b", "c d", "ü"].randomElement(using: &random) ?? "a"
                try git.commit(["\(folder)/\(step)": "\(step)\n"])
            }
        }
        try git("checkout", "-q", "main")
    }

    private func compareHistory(
        _ repository: GitRepository, _ git: OracleGit, _ seed: Comment
    ) async throws {
        var refs: [String: String] = [:]
        for line in try git.lines("for-each-ref", "--format=%(refname)") {
            refs[line] = try git.id(line)?.description
        }
        #expect(try await repository.refs().mapValues(\.description) == refs, seed)
        let head = try #require(try git.id("HEAD"))
        let all = try git.lines("rev-list", "--all")
        for name in refs.values {
            let other = try #require(CommitID(name))
            let range = try await repository.commits(from: other, to: head)
            let expected = try git.lines("rev-list", "\(other)..\(head)")
            #expect(range.commits.map(\.id.description).sorted() == expected.sorted(), seed)
            let ancestor = (try? git("merge-base", "--is-ancestor", name, "\(head)")) != nil
            #expect(range.forced == !ancestor, seed)
            let base = try await repository.mergeBase(other, head)
            #expect(base?.description == (try git("merge-base", name, "\(head)")), seed)
        }
        let whole = try await repository.commits(from: nil, to: head)
        var met: Set<CommitID> = []
        for commit in whole.commits {
            #expect(commit.parents.allSatisfy(met.contains), seed)
            met.insert(commit.id)
        }
        for id in all {
            let commit = try await repository.commit(try #require(CommitID(id)))
            let shown = try git("show", "-s", "--format=%T|%an|%ae|%at|%cn|%ct|%s", id)
            let mine =
                "\(commit.tree)|\(commit.authorName)|\(commit.authorEmail)|"
                + "\(commit.authoredAt.seconds)|\(commit.committerName)|"
                + "\(commit.committedAt.seconds)|\(commit.subject)"
            #expect(mine == shown, seed)
            let from = commit.parents.first?.description
            let paths = try git.run(
                ["-c", "core.quotePath=false", "diff-tree", "--root", "-r", "--name-only"]
                    + ["--no-renames", "--no-commit-id"] + [from, id].compactMap { $0 }
            ).split(separator: "\n").map(String.init)
            #expect(commit.changedPaths == paths, seed)
        }
    }

    private func compareTrees(
        _ repository: GitRepository, _ git: OracleGit, _ seed: Comment
    ) async throws {
        let head = try #require(try git.id("HEAD"))
        for folder in ["", "a"] {
            let tree = try await repository.tree(at: head, under: folder)
            let names = try git.run(
                ["ls-tree", "-r", "-z", "--name-only", "HEAD", folder.isEmpty ? "." : folder + "/"]
            ).split(separator: "\0").map(String.init)
            #expect(tree.sortedPaths == names, seed)
            for (path, entry) in tree.entries {
                #expect(entry == .file(Array((try git("show", "HEAD:" + path) + "\n").utf8)), seed)
            }
        }
        #expect(
            try await repository.treeID(at: head, path: "a") == (try git("rev-parse", "HEAD:a")))
        #expect(try await repository.treeID(at: head, path: "none") == nil)
    }

    @Test func linksBringInWhatTheyPointTo() async throws {
        let place = try Playground()
        try place.work.commit([
            "app/one.yaml": "1", "base/two.yaml": "2", "base/deep/x": "x", "other/no": "n",
        ])
        for (path, target) in [
            ("app/file", "../base/two.yaml"), ("app/folder", "../via"), ("via", "base/deep"),
            ("app/out", "../../etc/passwd"), ("app/absolute", "/etc/passwd"),
            ("app/loop", "loop"), ("app/nowhere", "none"), ("app/through", "../via/x"),
        ] {
            try FileManager.default.createSymbolicLink(
                atPath: place.work.folder.path + "/" + path, withDestinationPath: target)
        }
        try place.work.commit([:])
        let repository = try await place.openWork()
        let head = try await repository.resolve("")
        let tree = try await repository.tree(at: head, under: "app")
        let text = tree.sortedPaths.map { path in
            guard case .link(let target)? = tree.entries[path] else { return path }
            return "\(path) -> \(target)"
        }
        #expect(
            text == [
                "app/absolute -> /etc/passwd", "app/file -> ../base/two.yaml",
                "app/folder -> ../via", "app/loop -> loop", "app/nowhere -> none", "app/one.yaml",
                "app/out -> ../../etc/passwd", "app/through -> ../via/x", "base/deep/x",
                "base/two.yaml", "via -> base/deep",
            ])
        // What they lead to may change while the folder does not.
        let before = try await repository.treeID(at: head, path: "app")
        let elsewhere = try await repository.treeID(at: head, path: "other")
        try place.work.commit(["base/two.yaml": "3"])
        let after = try await repository.resolve("")
        #expect(try await repository.treeID(at: after, path: "app") != before)
        #expect(try await repository.treeID(at: after, path: "other") == elsewhere)
    }

    @Test func aLineIsBlamedOnTheCommitThatWroteIt() async throws {
        let place = try Playground()
        try place.work.commit(["a/values.yaml": "one\ntwo\nthree"])
        try place.work.commit(["a/values.yaml": "zero\none\ntwo\nthree"])
        try place.work.commit(["a/values.yaml": "zero\none\n2\nthree", "other": "x"])
        try place.work.commit(["other": "y"])
        let repository = try await place.openWork()
        let head = try await repository.resolve("")
        for line in 1...4 {
            let text = try place.work.run([
                "blame", "--porcelain", "-L", "\(line),\(line)", "HEAD", "--", "a/values.yaml",
            ])
            let found = try await repository.blame("a/values.yaml", line: line, at: head)
            #expect(text.hasPrefix(found.id.description), "line \(line)")
            let all = try await repository.blame("a/values.yaml", at: head)
            #expect(all.count == 4 && all[line - 1] == found.id, "line \(line)")
        }
        await #expect(throws: GitError.self) {
            try await repository.blame("a/values.yaml", line: 9, at: head)
        }
        await #expect(throws: GitError.self) {
            try await repository.blame("none", line: 1, at: head)
        }
    }

    @Test func theLastChangeOfAFileIsWhatGitLogSays() async throws {
        let place = try Playground()
        let git = place.work
        try git.commit(["a.tgz": "one", "b": "1"])
        try git.commit(["b": "2"])
        try git("checkout", "-q", "-b", "side")
        try git.commit(["a.tgz": "two"], "on the side")
        try git("checkout", "-q", "main")
        try git.commit(["b": "3"])
        try git("merge", "-q", "--no-ff", "-m", "merge", "side")
        try git.commit(["c": "4"])
        let repository = try await place.openWork()
        for path in ["a.tgz", "b", "c"] {
            for revision in ["HEAD", "HEAD~1", "HEAD~2", "side"] {
                let log = try git("log", "-1", "--format=%H", revision, "--", path)
                let commit = try #require(try git.id(revision))
                guard !log.isEmpty else {
                    await #expect(throws: GitError.missing("\(path) at \(commit.short)")) {
                        try await repository.lastChange(of: path, at: commit)
                    }
                    continue
                }
                let found = try await repository.lastChange(of: path, at: commit)
                #expect(found.id.description == log, "\(path) \(revision)")
            }
        }
    }

    @Test func revisionsMeanWhatArgoMeans() async throws {
        let place = try Playground()
        let git = place.work
        for (index, tag) in ["v1.0.0", "v1.2.0", "v1.2.7", "v2.0.0"].enumerated() {
            try git.commit(["f": "\(index)"])
            try git("tag", "-a", "-m", tag, tag)
        }
        try git("branch", "feature/x", "v1.0.0")
        try git("branch", "1.2.x", "v2.0.0")
        let repository = try await place.openWork()
        let short = String(try git("rev-parse", "v1.2.0^{commit}").prefix(7))
        for (revision, same) in [
            ("", "main"), ("HEAD", "main"), ("main", "main"), ("feature/x", "v1.0.0"),
            ("v1.2.0", "v1.2.0"), ("1.2.*", "v1.2.7"), ("^1", "v1.2.7"), (">=1 <2", "v1.2.7"),
            (short, "v1.2.0"), ("refs/tags/v1.0.0", "v1.0.0"), ("1.2.x", "v1.2.7"),
            (try git("rev-parse", "v1.0.0^{commit}"), "v1.0.0"),
        ] {
            let expected = try git.id(same)
            #expect(try await repository.resolve(revision) == expected, "\(revision)")
        }
        for unknown in [
            "none", "^7", short.prefix(5) + "", String(repeating: "0", count: 40), "a^",
        ] {
            await #expect(throws: GitError.unknownRevision(unknown)) {
                try await repository.resolve(unknown)
            }
        }
    }

    @Test func onlyBranchesAreFollowed() async throws {
        let place = try Playground()
        let git = place.work
        let empty = try await place.openWork()
        #expect(try await empty.followedRef(of: "") == "refs/heads/main")
        try git.commit(["f": "1"])
        for tag in ["v1.2.0", "both"] { try git("tag", tag) }
        for branch in ["both", "1.2.x", "7.x", "feature/x"] { try git("branch", branch) }
        let id = try git("rev-parse", "HEAD")
        let repository = try await place.openWork()
        for (revision, ref) in [
            ("", "refs/heads/main"), ("HEAD", "refs/heads/main"), ("main", "refs/heads/main"),
            ("feature/x", "refs/heads/feature/x"), ("refs/heads/main", "refs/heads/main"),
            ("both", "refs/heads/both"), ("v1.2.0", nil), ("refs/tags/v1.2.0", nil), (id, nil),
            (String(id.prefix(7)), nil), ("1.2.*", nil), ("^1", nil), (">=1 <2", nil),
            // A range that a tag answers comes before a branch of the same name.
            ("1.2.x", nil), ("7.x", "refs/heads/7.x"), ("9.x", nil), ("none", nil),
        ] as [(String, String?)] {
            #expect(try await repository.followedRef(of: revision) == ref, "\(revision)")
        }
    }

    @Test func limitsNameThePath() async throws {
        let place = try Playground()
        try place.work.commit(["a/1": "one", "a/2": "two", "a/3": "three"])
        let repository = try await place.openWork()
        let head = try await repository.resolve("main")
        await #expect(throws: GitError.treeTooLarge(path: "a", limit: "2 files, at a/3")) {
            try await repository.tree(
                at: head, under: "a", limits: TreeLimits(maxFiles: 2, maxBytes: 1000))
        }
        await #expect(throws: GitError.treeTooLarge(path: "a", limit: "5 bytes, at a/2")) {
            try await repository.tree(
                at: head, under: "a", limits: TreeLimits(maxFiles: 9, maxBytes: 5))
        }
        await #expect(throws: GitError.self) { try await repository.tree(at: head, under: "none") }
    }

    @Test func oddCommitsAreReadWithoutTraps() async throws {
        let place = try Playground()
        let git = place.work
        try git.commit(["f": "1\n"])
        let tree = try git("rev-parse", "HEAD^{tree}")
        let raw = """
            tree \(tree)
            author  <> 99999999999999999 +9999
            committer B <b> 12 +0000
            gpgsig -----BEGIN SSH SIGNATURE-----
             abc
             -----END SSH SIGNATURE-----

            signed\n\nSigned-off-by: B <b>\n
            """
        let id = try git("hash-object", "-t", "commit", "-w", "--stdin", "--literally", input: raw)
        let repository = try await place.openWork()
        let commit = try await repository.commit(try #require(CommitID(id)))
        #expect(commit.subject == "signed")
        #expect(commit.trailers == [.init(key: "Signed-off-by", value: "B <b>")])
        #expect(commit.signature?.text.contains("abc") == true)
        #expect(
            commit.signature.map {
                !String(decoding: $0.signedPayload, as: UTF8.self).contains("gpgsig")
            } == true)
        await #expect(throws: GitError.self) {
            try await repository.commit(try #require(CommitID(tree)))
        }
        try FileManager.default.removeItem(
            atPath: git.folder.path + "/.git/objects/\(tree.prefix(2))/\(tree.dropFirst(2))")
        let fresh = try await place.openWork()
        await #expect(throws: GitError.self) { try await fresh.tree(at: commit.id, under: "") }
    }

    @Test func blameNamesTheCommitOfALine() async throws {
        let place = try Playground()
        try place.work.commit(["f": "1\n2\n3\n"])
        try place.work.commit(["f": "1\nzwei\n3\n"])
        let repository = try await place.openWork()
        let head = try await repository.resolve("main")
        let parent = try #require(try place.work.id("HEAD~1"))
        #expect(try await repository.blame("f", line: 1, at: head).id == parent)
        #expect(try await repository.blame("f", line: 2, at: head).id == head)
        await #expect(throws: GitError.missing("line 9 of f at \(head.short)")) {
            try await repository.blame("f", line: 9, at: head)
        }
        #expect(try await repository.file(at: head, path: "f") == Array("1\nzwei\n3\n".utf8))
    }
}

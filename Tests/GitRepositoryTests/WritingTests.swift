import Foundation
import TestSupport
import Testing

@testable import GitRepository

@Suite("Writing commits")
struct WritingTests {
    @Test func commitsHoldExactlyTheChanges() async throws {
        let place = try Playground()
        let path = place.root.url.appendingPathComponent("new/bare.git").path
        let repository = try await GitRepository.open(path, defaultBranch: "trunk")
        let git = OracleGit(folder: URL(fileURLWithPath: path))
        let first = try await repository.commit(
            to: "trunk", changes: ["a/b/c": Array("1".utf8), "d": Array("2".utf8)], author: ada,
            message: "first\n")
        let second = try await repository.commit(
            to: "trunk", changes: ["a/b/c": nil, "e": []], author: ada, message: "second\n")
        #expect(try git.lines("ls-tree", "-r", "-t", "--name-only", "HEAD") == ["d", "e"])
        #expect(try git("rev-list", "HEAD") == "\(second)\n\(first)")
        #expect(
            try git("show", "-s", "--format=%an <%ae> %aI %s", "HEAD")
                == "Ada <ada@example.com> 2026-11-02T10:02:11+01:00 second")
        #expect(try git("fsck", "--strict") == "")
        await #expect(throws: GitError.nothingToCommit(branch: "trunk")) {
            try await repository.makeCommit(
                onto: "trunk", changes: ["d": Array("2".utf8)], author: ada, message: "same")
        }
        await #expect(throws: GitError.missing("gone")) {
            try await repository.makeCommit(
                onto: "trunk", changes: ["gone": nil], author: ada, message: "none")
        }
        for bad in ["/a", "a//b", "../x", ".git/config", ""] {
            await #expect(throws: GitError.self) {
                try await repository.makeCommit(
                    onto: "trunk", changes: [bad: []], author: ada, message: "bad")
            }
        }
        await #expect(throws: GitError.rejected(branch: "trunk", reason: "it has moved meanwhile"))
        {
            try await repository.move(branch: "trunk", to: first, expecting: first)
        }
    }

    @Test func revertsMakeTheTreeThatGitMakes() async throws {
        for seed in 0..<8 {
            let place = try Playground()
            var random = SeededGenerator(seed: seed)
            let git = place.work
            for step in 0..<8 {
                let file = "f\(Int.random(in: 0..<3, using: &random))"
                let lines = (0..<Int.random(in: 1..<6, using: &random)).map { "\(step) \($0)\n" }
                try git.commit([file: lines.joined(), "own\(step)": "\(step)"], "step \(step)")
            }
            let repository = try await place.openWork()
            for target in try git.lines("rev-list", "HEAD") {
                let id = try #require(CommitID(target))
                let mine = try? await repository.makeRevert(of: [id], onto: "main", author: ada)
                try git("checkout", "-q", "--detach", "main")
                let merged = (try? git("revert", "--no-edit", target)) != nil
                #expect((mine != nil) == merged, "seed \(seed) \(target)")
                if merged, let mine {
                    let trees = try git.lines("rev-parse", "HEAD^{tree}", "\(mine)^{tree}")
                    #expect(Set(trees).count == 1, "seed \(seed) \(target)")
                    let message = try git("show", "-s", "--format=%B", "HEAD")
                    #expect(try git("show", "-s", "--format=%B", "\(mine)") == message)
                } else {
                    try git("revert", "--abort")
                }
            }
        }
    }

    @Test func aConflictNamesItsPaths() async throws {
        let place = try Playground()
        try place.work.commit(["f": "1\n", "g": "1\n"])
        try place.work.commit(["f": "2\n", "g": "2\n"])
        let middle = try #require(try place.work.id("HEAD"))
        try place.work.commit(["f": "3\n"])
        let repository = try await place.openWork()
        await #expect(throws: GitError.conflict(commit: middle, paths: ["f"])) {
            try await repository.makeRevert(of: [middle], onto: "main", author: ada)
        }
        let last = try #require(try place.work.id("HEAD"))
        let both = try await repository.makeRevert(of: [last, middle], onto: "main", author: ada)
        #expect(
            try place.work("rev-parse", "\(both)^{tree}")
                == (try place.work("rev-parse", "HEAD~2^{tree}")))
    }
}

import Foundation
import TestSupport
import Testing

@testable import GitRepository

@Suite("Fetch and push")
struct TransferTests {
    @Test func everyMoveOfARefIsSeenOnce() async throws {
        let place = try Playground()
        let git = place.work
        try git.commit(["f": "1"])
        try git("branch", "old")
        let first = try #require(try git.id("HEAD"))
        let repository = try await place.open()
        #expect(
            text(try await fetch(repository)) == [
                "heads/main - \(first.short)", "heads/old - \(first.short)",
            ])
        #expect(try await fetch(repository).isEmpty)

        try git.commit(["f": "2"])
        let second = try #require(try git.id("HEAD"))
        try git("tag", "-a", "-m", "one", "v1")
        try git("branch", "-D", "-q", "old")
        try git("branch", "old/new")
        #expect(
            text(try await fetch(repository)) == [
                "heads/main \(first.short) \(second.short)", "heads/old \(first.short) -",
                "heads/old/new - \(second.short)", "tags/v1 - \(second.short)",
            ])
        try git("commit", "-q", "--amend", "-m", "other")
        let third = try #require(try git.id("HEAD"))
        try git("checkout", "-q", "-b", "trunk")
        #expect(
            text(try await fetch(repository)) == [
                "heads/main \(second.short) \(third.short) forced", "heads/trunk - \(third.short)",
            ])
        #expect(try await repository.defaultBranch() == "trunk")
        let range = try await repository.commits(from: second, to: third)
        #expect(range.forced && range.commits.map(\.id) == [third])
        #expect(try place.mirror("fsck", "--strict") == "")
    }

    @Test func pushesCompareAndSwap() async throws {
        let place = try Playground()
        try place.work.commit(["f": "1"])
        let origin = try place.makeOrigin()
        let repository = try await place.open(url: "file://" + origin.folder.path)
        _ = try await fetch(repository)
        let before = try await repository.resolve("main")
        let commit = try await repository.makeCommit(
            onto: "main", changes: ["f": Array("2".utf8)], author: ada, message: "two\n")
        await #expect(
            throws: GitError.rejected(branch: "main", reason: "it stands at \(before.short)")
        ) {
            try await repository.push(commit, to: "main", expecting: nil, deadline: .seconds(20))
        }
        try await repository.push(commit, to: "main", expecting: before, deadline: .seconds(20))
        #expect(try origin.id("main") == commit)
        // Again, as after a lost answer: it is already there.
        try await repository.push(commit, to: "main", expecting: before, deadline: .seconds(20))
        await #expect(throws: GitError.self) {
            try await repository.push(before, to: "main", expecting: commit, deadline: .seconds(20))
        }
        try await repository.push(commit, to: "fresh", expecting: nil, deadline: .seconds(20))
        #expect(try origin.id("fresh") == commit)
        #expect(text(try await fetch(repository)).count == 2)
    }

    @Test func aSilentServerEndsAtTheDeadlineAndLeavesNoProcess() async throws {
        let place = try Playground()
        let server = try SilentServer()
        let repository = try await place.open(url: "http://127.0.0.1:\(server.port)/x.git")
        let remote = "http://127.0.0.1:\(server.port)/x.git"
        await #expect(throws: GitError.deadline(remote: remote, after: .milliseconds(400))) {
            try await repository.fetch(deadline: .milliseconds(400))
        }
        #expect(workers(naming: place.mirrorFolder).isEmpty)
    }

    @Test func killedWorkersLeaveTheMirrorUsable() async throws {
        let place = try Playground()
        try place.work.commit(["f": "1"])
        let server = try SilentServer()
        let repository = try await place.open(url: "http://127.0.0.1:\(server.port)/x.git")
        async let killed = repository.fetch(deadline: .seconds(60))
        var found: [Int32] = []
        while found.isEmpty {
            found = workers(naming: place.mirrorFolder)
            await Task.yield()
        }
        for process in found { kill(process, SIGKILL) }
        do {
            let moves = try await killed
            Issue.record("fetched \(moves)")
        } catch {
            #expect("\(error)".hasPrefix("worker"), "\(error)")
        }
        // What a killed process leaves behind.
        let folder = place.mirrorFolder
        for path in ["refs/incoming/heads/main.lock", "refs/heads/main.lock", "HEAD.lock"] {
            let url = URL(fileURLWithPath: folder).appendingPathComponent(path)
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data().write(to: url)
        }
        let again = try await place.open()
        #expect(try await fetch(again).count == 1)
    }

    @Test func failuresSayWhatTheyAre() async throws {
        let place = try Playground()
        let gone = try await place.open(url: "file:///nowhere/at/all")
        await expectKind("unreachable", gone)
        let closed = try SilentServer().port
        await expectKind("unreachable", try await place.open(url: "http://127.0.0.1:\(closed)/x"))
        await expectKind(
            "worker",
            try await place.open(worker: GitWorkerCommand(executable: "/bin/false", arguments: [])))
        await expectKind(
            "worker",
            try await place.open(worker: GitWorkerCommand(executable: "/nowhere", arguments: [])))
        await expectKind(
            "credentials",
            try await place.open(
                url: "https://127.0.0.1:\(closed)/x",
                credentials: .token(.environment("TIDEMARK_TEST_UNSET"))))
        for (url, credentials) in [
            ("https://me:secret@example.com/x", GitCredentials.none), ("ftp://x", .none),
            ("git@example.com:x", .none), ("ssh://git:secret@example.com/x", .none),
            ("git:secret@example.com:x", .none), ("https://me:a/secret@example.com/x", .none),
            ("https://example.com/x?key=secret", .none),
            ("http://example.com/x", .token(.file("/x"))),
            ("file:///x", .sshKey(privateKeyPath: "/k", passphraseFrom: nil)),
        ] {
            let error = #expect(throws: GitError.self) {
                try GitRemote(url: url, credentials: credentials)
            }
            #expect(
                error.map { "\($0)".contains("secret@") || "\($0)".contains("=secret") } == false)
        }
    }

    @Test func rsaKeysAreRefusedWithAdvice() async throws {
        let place = try Playground()
        for kind in ["rsa", "ed25519"] {
            let path = place.root.url.appendingPathComponent(kind).path
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/ssh-keygen")
            process.arguments = ["-q", "-t", kind, "-N", "", "-f", path]
            try process.run()
            process.waitUntilExit()
            let key = try String(contentsOfFile: path, encoding: .utf8)
            #expect(isRSAKey(key) == (kind == "rsa"))
        }
        let key = place.root.url.appendingPathComponent("rsa").path
        let repository = try await place.open(
            url: "ssh://git@127.0.0.1:1/x",
            credentials: .sshKey(privateKeyPath: key, passphraseFrom: nil))
        let error = await #expect(throws: GitError.self) {
            try await repository.fetch(deadline: .seconds(20))
        }
        #expect(error?.hint == "make an Ed25519 key: ssh-keygen -t ed25519")
    }

    @Test func onlyTheTriedReleasesOfTheLibraryAreTaken() {
        #expect((4...10).filter { Library.isSupported(major: 1, minor: $0) } == [5, 6, 7, 8, 9])
    }

    private func expectKind(
        _ kind: String, _ repository: @autoclosure () async throws -> GitRepository
    ) async {
        let error = await #expect(throws: GitError.self) {
            try await repository().fetch(deadline: .seconds(20))
        }
        #expect(error.map { "\($0)".hasPrefix(kind) } == true, "\(String(describing: error))")
    }

    private func fetch(_ repository: GitRepository) async throws -> [RefMove] {
        try await repository.fetch(deadline: .seconds(20))
    }

    private func text(_ moves: [RefMove]) -> [String] {
        moves.map {
            "\($0.name.dropFirst(5)) \($0.from?.short ?? "-") \($0.to?.short ?? "-")"
                + ($0.forced ? " forced" : "")
        }
    }

    /// The processes that run the worker, told apart by their open mirror.
    private func workers(naming folder: String) -> [Int32] {
        let processes = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return processes.compactMap(Int32.init).filter { process in
            guard
                let command = try? String(
                    contentsOfFile: "/proc/\(process)/cmdline", encoding: .utf8),
                command.contains("git-worker")
            else { return false }
            let open = "/proc/\(process)/fd"
            let files = (try? FileManager.default.contentsOfDirectory(atPath: open)) ?? []
            return files.contains {
                let target = try? FileManager.default.destinationOfSymbolicLink(
                    atPath: "\(open)/\($0)")
                return target?.hasPrefix(folder + "/") == true
            }
        }
    }
}

/// Accepts connections into its backlog and never answers.
final class SilentServer: Sendable {
    let port: UInt16
    private let descriptor: Int32

    init() throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        port = withUnsafeMutableBytes(of: &address) { bytes -> UInt16 in
            guard let pointer = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self) else {
                return 0
            }
            _ = bind(descriptor, pointer, size)
            _ = getsockname(descriptor, pointer, &size)
            return bytes.load(fromByteOffset: 2, as: UInt16.self).bigEndian
        }
        _ = listen(descriptor, 16)
    }

    deinit { close(descriptor) }
}

import Foundation
import GitRepository
import Model
import TestSupport

/// Real `git` on a folder: the oracle, and the hand that makes repositories.
struct OracleGit {
    var folder: URL

    struct Failed: Error, CustomStringConvertible {
        var description: String
    }

    /// Standard output of `git` without its last line break.
    @discardableResult
    func callAsFunction(_ arguments: String..., input: String? = nil) throws -> String {
        try run(arguments, input: input)
    }

    func run(_ arguments: [String], input: String? = nil) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/git")
        process.arguments = ["-C", folder.path] + arguments
        process.environment = [
            "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null",
            "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.com",
            "GIT_COMMITTER_NAME": "Bob", "GIT_COMMITTER_EMAIL": "bob@example.com",
            "GIT_AUTHOR_DATE": "2026-11-02T10:02:11+01:00",
            "GIT_COMMITTER_DATE": "2026-11-02T10:02:12+01:00", "PATH": "/usr/bin:/bin",
        ]
        let output = Pipe()
        let source = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        process.standardInput = source
        try process.run()
        if let input { source.fileHandleForWriting.write(Data(input.utf8)) }
        try source.fileHandleForWriting.close()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failed(description: "git \(arguments) ended with \(process.terminationStatus)")
        }
        let text = String(decoding: data, as: UTF8.self)
        return text.hasSuffix("\n") ? String(text.dropLast()) : text
    }

    func lines(_ arguments: String...) throws -> [String] {
        try run(arguments).split(separator: "\n").map(String.init)
    }

    func id(_ revision: String) throws -> CommitID? {
        CommitID(try run(["rev-parse", "--verify", revision + "^{commit}"]))
    }

    func write(_ path: String, _ text: String) throws {
        let url = folder.appendingPathComponent(path)
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
    }

    /// Writes files and commits everything.
    func commit(_ files: [String: String], _ message: String = "change") throws {
        for (path, text) in files { try write(path, text) }
        _ = try run(["add", "-A"])
        _ = try run(["commit", "-q", "--allow-empty", "-m", message])
    }
}

/// A working copy with its origin, a mirror of the same, and real `git` on each.
final class Playground: Sendable {
    let root: TemporaryFolder
    let work: OracleGit

    init() throws {
        root = try TemporaryFolder()
        work = OracleGit(folder: root.url.appendingPathComponent("work"))
        try FileManager.default.createDirectory(
            at: work.folder, withIntermediateDirectories: true)
        try work("init", "-q", "-b", "main")
    }

    var workURL: String { "file://" + work.folder.path }
    var mirrorFolder: String { root.url.appendingPathComponent("mirror").path }
    var mirror: OracleGit { OracleGit(folder: URL(fileURLWithPath: mirrorFolder)) }

    /// A bare clone that can be pushed to.
    func makeOrigin() throws -> OracleGit {
        let origin = OracleGit(folder: root.url.appendingPathComponent("origin.git"))
        try work("clone", "-q", "--bare", work.folder.path, origin.folder.path)
        return origin
    }

    func open(
        url: String? = nil, credentials: GitCredentials = .none, worker: GitWorkerCommand? = nil
    ) async throws -> GitRepository {
        try await GitRepository.open(
            mirrorFolder, remote: try GitRemote(url: url ?? workURL, credentials: credentials),
            worker: worker ?? tidemarkWorker)
    }

    /// The working copy itself, read without any fetch.
    func openWork() async throws -> GitRepository {
        try await GitRepository.open(work.folder.appendingPathComponent(".git").path)
    }
}

/// The built `tidemark`, beside the program that runs the tests.
let tidemarkWorker = GitWorkerCommand(
    executable: URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent().appendingPathComponent("tidemark").path)

let ada = Commit.Identity(
    name: "Ada", email: "ada@example.com", time: .init(seconds: 1_793_610_131), offsetMinutes: 60)

import Foundation
import GitRepository
import Model
import TestSupport

extension OracleGit {
    func id(_ revision: String) throws -> CommitID? {
        CommitID(try run(["rev-parse", "--verify", revision + "^{commit}"]))
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

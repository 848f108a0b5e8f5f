import Foundation
import TestSupport
import Testing

@testable import GitRepository

private let sshd = ProcessInfo.processInfo.environment["TIDEMARK_SSHD"] ?? ""
private let hasServer = FileManager.default.isExecutableFile(atPath: sshd)

@Suite("Remotes over ssh")
struct SSHTests {
    @Test(
        .enabled(
            if: hasServer,
            "SKIPPED: ssh is not tried; set TIDEMARK_SSHD to the path of sshd and run this suite alone"
        )
    )
    func knownHostsAreAskedAndKeysLetIn() async throws {
        let place = try Playground()
        try place.work.commit(["f": "1"])
        let server = try SSHServer(place.root.url)
        let credentials = GitCredentials.sshKey(
            privateKeyPath: server.key("user"), passphraseFrom: nil)
        let url = "ssh://\(NSUserName())@127.0.0.1:\(server.port)\(place.work.folder.path)"

        // Nobody has said yet which key this host has.
        let home = place.root.url.appendingPathComponent("home")
        let worker = GitWorkerCommand(
            executable: "/usr/bin/env",
            arguments: ["HOME=\(home.path)", tidemarkWorker.executable] + tidemarkWorker.arguments)
        let repository = try await place.open(url: url, credentials: credentials, worker: worker)
        await expect("untrusted", repository)

        let folder = home.appendingPathComponent(".ssh")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let known = folder.appendingPathComponent("known_hosts")
        for (key, kind) in [("user", "untrusted"), ("host", nil)] {
            let text = try String(contentsOfFile: server.key(key) + ".pub", encoding: .utf8)
            try Data("[127.0.0.1]:\(server.port) \(text)".utf8).write(to: known)
            if let kind {
                await expect(kind, repository)
            } else {
                #expect(try await repository.fetch(deadline: .seconds(20)).count == 1)
            }
        }
        let stranger = try await place.open(
            url: url,
            credentials: .sshKey(privateKeyPath: server.key("host"), passphraseFrom: nil),
            worker: worker)
        await expect("authentication", stranger)
    }

    private func expect(_ kind: String, _ repository: GitRepository) async {
        let error = await #expect(throws: GitError.self) {
            try await repository.fetch(deadline: .seconds(20))
        }
        let text = error.map { "\($0)" } ?? ""
        #expect(text.contains(kind), "\(text)")
    }
}

/// The system's `sshd` on a port of its own, with one host key and one key that is let in.
private final class SSHServer {
    let port: UInt16
    private let folder: URL
    private let process = Process()

    init(_ folder: URL) throws {
        self.folder = folder
        // Free a moment ago: sshd cannot choose one itself.
        port = try SilentServer().port
        for name in ["host", "user"] {
            try run(
                "/usr/bin/ssh-keygen",
                ["-q", "-t", "ed25519", "-N", "", "-f", folder.appendingPathComponent(name).path])
        }
        let configuration = folder.appendingPathComponent("sshd_config")
        let text = """
            Port \(port)
            ListenAddress 127.0.0.1
            HostKey \(key("host"))
            AuthorizedKeysFile \(key("user")).pub
            PidFile none
            StrictModes no
            UsePAM no
            PasswordAuthentication no
            KbdInteractiveAuthentication no

            """
        try Data(text.utf8).write(to: configuration)
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: sshd)
        process.arguments = ["-D", "-e", "-f", configuration.path]
        process.standardError = output
        process.standardInput = FileHandle.nullDevice
        try process.run()
        var said = ""
        while !said.contains("Server listening") {
            let data = output.fileHandleForReading.availableData
            if data.isEmpty { throw OracleGit.Failed(description: "sshd ended: \(said)") }
            said += String(decoding: data, as: UTF8.self)
        }
    }

    func key(_ name: String) -> String { folder.appendingPathComponent(name).path }

    deinit {
        process.terminate()
        process.waitUntilExit()
    }
}

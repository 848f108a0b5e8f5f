import Foundation
import TestSupport
import Testing

@testable import GitRepository

/// Where Debian's openssh-server puts it, unless the environment names another.
private let sshd = ProcessInfo.processInfo.environment["TIDEMARK_SSHD"] ?? "/usr/sbin/sshd"
private let hasServer = FileManager.default.isExecutableFile(atPath: sshd)
private let needsServer: Comment =
    "SKIPPED: ssh remotes are not tried; install openssh-server, or name its sshd with TIDEMARK_SSHD"

@Suite("Remotes over ssh")
struct SSHTests {
    @Test(.enabled(if: hasServer, needsServer))
    func knownHostsAreAskedAndKeysLetIn() async throws {
        let place = try Playground()
        try place.work.commit(["f": "1"])
        let server = try await SSHServer.start(in: place.root.url)
        let credentials = GitCredentials.sshKey(
            privateKeyPath: server.key("user"), passphraseFrom: nil)
        let url = server.url(of: place.work.folder)

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

    @Test(.enabled(if: hasServer, needsServer))
    func aKeyWithAPassphraseIsOpened() async throws {
        let place = try Playground()
        try place.work.commit(["f": "1"])
        let server = try await SSHServer.start(in: place.root.url)
        let home = place.root.url.appendingPathComponent("home")
        let folder = home.appendingPathComponent(".ssh")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let host = try String(contentsOfFile: server.key("host") + ".pub", encoding: .utf8)
        try Data("[127.0.0.1]:\(server.port) \(host)".utf8)
            .write(to: folder.appendingPathComponent("known_hosts"))
        // The same key, behind a passphrase.
        try run(
            "/usr/bin/ssh-keygen",
            ["-q", "-p", "-P", "", "-N", "open sesame", "-f", server.key("user")])
        for (passphrase, kind) in [("open sesame", nil), ("wrong", "credentials")] {
            let worker = GitWorkerCommand(
                executable: "/usr/bin/env",
                arguments: [
                    "HOME=\(home.path)", "TIDEMARK_TEST_PASSPHRASE=\(passphrase)",
                    tidemarkWorker.executable,
                ] + tidemarkWorker.arguments)
            let repository = try await place.open(
                url: server.url(of: place.work.folder),
                credentials: .sshKey(
                    privateKeyPath: server.key("user"),
                    passphraseFrom: .environment("TIDEMARK_TEST_PASSPHRASE")),
                worker: worker)
            if let kind {
                await expect(kind, repository)
            } else {
                #expect(try await repository.fetch(deadline: .seconds(20)).count == 1)
            }
        }
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
    private let output = Pipe()

    /// sshd cannot choose a free port itself, and another suite may take the one that was free a moment ago.
    static func start(in folder: URL) async throws -> SSHServer {
        for name in ["host", "user"] {
            try run(
                "/usr/bin/ssh-keygen",
                ["-q", "-t", "ed25519", "-N", "", "-f", folder.appendingPathComponent(name).path])
        }
        // What the package's service makes before it starts, and only root needs.
        if geteuid() == 0 { mkdir("/run/sshd", 0o755) }
        for _ in 0..<10 {
            let server = SSHServer(folder, port: try SilentServer().port)
            if try await server.listens() { return server }
        }
        throw OracleGit.Failed(description: "no port was free for sshd")
    }

    private init(_ folder: URL, port: UInt16) {
        self.folder = folder
        self.port = port
    }

    /// Starts it, and waits until it listens; `false` when the port is taken.
    private func listens() async throws -> Bool {
        let configuration = folder.appendingPathComponent("sshd_config")
        let text = """
            Port \(port)
            ListenAddress 127.0.0.1
            HostKey \(key("host"))
            AuthorizedKeysFile \(key("user")).pub
            PidFile \(folder.path)/sshd.pid
            StrictModes no
            UsePAM no
            PasswordAuthentication no
            KbdInteractiveAuthentication no

            """
        try Data(text.utf8).write(to: configuration)
        let (lines, sink) = AsyncStream<String>.makeStream()
        process.terminationHandler = { _ in sink.finish() }
        // sshd closes every descriptor it inherits, also the one by which Foundation sees a child end: it would
        // wait for sshd then, and see no other child end until then. A shell in between keeps it.
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = [
            "-c", "\"$0\" -D -e -f \"$1\"; exit $?", sshd, configuration.path,
        ]
        process.standardError = output
        process.standardInput = FileHandle.nullDevice
        try process.run()
        output.fileHandleForReading.readTexts(into: sink)
        var said = ""
        for await line in lines {
            said += line
            if said.contains("Server listening") { return true }
        }
        guard said.contains("Address already in use") else {
            throw OracleGit.Failed(description: "sshd ended: \(said)")
        }
        return false
    }

    func key(_ name: String) -> String { folder.appendingPathComponent(name).path }

    func url(of folder: URL) -> String { "ssh://\(NSUserName())@127.0.0.1:\(port)\(folder.path)" }

    deinit {
        // sshd itself is asked to end; the shell then ends, too.
        let text = try? String(
            contentsOf: folder.appendingPathComponent("sshd.pid"), encoding: .utf8)
        guard process.isRunning, let pid = text.flatMap({ Int32($0.dropLast()) }) else { return }
        kill(pid, SIGTERM)
        process.waitUntilExit()
    }
}

import Foundation
import TestSupport
import Testing

@testable import GitRepository

private let hasHTTPServer =
    FileManager.default.isExecutableFile(atPath: python)
    && FileManager.default.isExecutableFile(atPath: "/usr/lib/git-core/git-http-backend")
private let hasOpenSSL = FileManager.default.isExecutableFile(atPath: openssl)
private let python = "/usr/bin/python3"
private let openssl = "/usr/bin/openssl"
private let password = "p%40ss/word+1"

@Suite("Remotes behind a password")
struct HTTPTests {
    @Test(.enabled(if: hasHTTPServer, "needs /usr/bin/python3 and git http-backend"))
    func basicCredentialsFetchAndPush() async throws {
        let place = try Playground()
        try place.work.commit(["f": "1"])
        let origin = try place.makeOrigin()
        let server = try GitServer(place)
        let url = "http://127.0.0.1:\(server.port)/origin.git"
        let repository = try await place.open(url: url, credentials: try basic(password, place))
        #expect(
            try await repository.fetch(deadline: .seconds(20)).map(\.name) == ["refs/heads/main"])
        let before = try await repository.resolve("")
        let commit = try await repository.makeCommit(
            onto: "main", changes: ["f": Array("2".utf8)], author: ada, message: "two\n")
        try await repository.push(commit, to: "main", expecting: before, deadline: .seconds(20))
        #expect(try origin.id("main") == commit)
        #expect(try place.mirror.lines("for-each-ref", "refs/outgoing").isEmpty)
        #expect(try await repository.fetch(deadline: .seconds(20)).map(\.to) == [commit])

        let worker = GitWorkerCommand(
            executable: "/usr/bin/env",
            arguments: ["TIDEMARK_TEST_PASSWORD=\(password)", tidemarkWorker.executable]
                + tidemarkWorker.arguments)
        let other = try await place.open(
            url: url,
            credentials: .basic(
                username: "ada", passwordFrom: .environment("TIDEMARK_TEST_PASSWORD")),
            worker: worker)
        #expect(try await other.fetch(deadline: .seconds(20)).isEmpty)
    }

    @Test(.enabled(if: hasHTTPServer, "needs /usr/bin/python3 and git http-backend"))
    func aTokenFetchesAndPushes() async throws {
        let place = try Playground()
        try place.work.commit(["f": "1"])
        let origin = try place.makeOrigin()
        // The name that forges take beside a token.
        let server = try GitServer(place, user: "x-access-token")
        let repository = try await place.open(
            url: "http://127.0.0.1:\(server.port)/origin.git",
            credentials: .token(.file(try secretFile(password, place))))
        #expect(try await repository.fetch(deadline: .seconds(20)).count == 1)
        let before = try await repository.resolve("")
        let commit = try await repository.makeCommit(
            onto: "main", changes: ["f": Array("2".utf8)], author: ada, message: "two\n")
        try await repository.push(commit, to: "main", expecting: before, deadline: .seconds(20))
        #expect(try origin.id("main") == commit)
    }

    @Test(.enabled(if: hasHTTPServer, "needs /usr/bin/python3 and git http-backend"))
    func refusalsTellNoSecret() async throws {
        let place = try Playground()
        try place.work.commit(["f": "1"])
        _ = try place.makeOrigin()
        let server = try GitServer(place)
        let base = "http://127.0.0.1:\(server.port)"
        for (path, credentials) in [
            ("/origin.git", GitCredentials.none), ("/origin.git", try basic("wrong/secret", place)),
            ("/origin.git", .token(.file(try secretFile("wrong/secret", place)))),
            // Another host than the one the credentials are for.
            ("/elsewhere/origin.git", try basic(password, place)),
        ] {
            let repository = try await place.open(url: base + path, credentials: credentials)
            let error = await #expect(throws: GitError.self) {
                try await repository.fetch(deadline: .seconds(20))
            }
            let text = "\(String(describing: error))"
            #expect(text.hasPrefix("Optional(GitRepository.GitError.authentication"), "\(text)")
            for secret in ["wrong/secret", password] {
                #expect(!text.contains(secret) && !text.contains(base64("ada:" + secret)))
            }
        }
        let missing = try await place.open(
            url: base + "/none.git", credentials: try basic(password, place))
        let error = await #expect(throws: GitError.self) {
            try await missing.fetch(deadline: .seconds(20))
        }
        #expect(
            error.map { "\($0)".contains("unreachable") } == true, "\(String(describing: error))")
    }

    @Test(.enabled(if: hasHTTPServer && hasOpenSSL, "needs python3, git http-backend and openssl"))
    func certificatesAreChecked() async throws {
        let place = try Playground()
        try place.work.commit(["f": "1"])
        _ = try place.makeOrigin()
        let certificate = place.root.url.appendingPathComponent("certificate.pem").path
        let key = place.root.url.appendingPathComponent("key.pem").path
        try run(
            openssl,
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
                "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost", "-keyout", key,
                "-out", certificate,
            ])
        let server = try GitServer(place, certificate: certificate, key: key)
        let url = "https://localhost:\(server.port)/origin.git"
        let credentials = try basic(password, place)
        let doubting = try await place.open(url: url, credentials: credentials)
        let error = await #expect(throws: GitError.self) {
            try await doubting.fetch(deadline: .seconds(20))
        }
        #expect(error.map { "\($0)".contains("untrusted") } == true, "\(String(describing: error))")
        let worker = GitWorkerCommand(
            executable: "/usr/bin/env",
            arguments: ["SSL_CERT_FILE=\(certificate)", tidemarkWorker.executable]
                + tidemarkWorker.arguments)
        let trusting = try await place.open(url: url, credentials: credentials, worker: worker)
        #expect(try await trusting.fetch(deadline: .seconds(20)).count == 1)
    }

    @Test func secretsAreTakenOutOfEveryText() async throws {
        let place = try Playground()
        let remote = try GitRemote(
            url: "https://example.com/x", credentials: try basic(password, place))
        let login = try Login(WorkerRequest(folder: "/f", remote: remote, push: nil))
        let header = base64("ada:\(password)")
        let failure = login.redacted(
            WorkerFailure("rejected", "no \(password), no \(header)", hint: "not \(password)"))
        #expect(failure.failure.message == "no (secret), no (secret)")
        #expect(failure.failure.hint == "not (secret)")
        let request = try WorkerRequest(folder: "/f", remote: remote, push: nil).encoded()
        #expect(!String(decoding: request, as: UTF8.self).contains("word+1"))
    }

    private func basic(_ password: String, _ place: Playground) throws -> GitCredentials {
        .basic(username: "ada", passwordFrom: .file(try secretFile(password, place)))
    }

    private func secretFile(_ text: String, _ place: Playground) throws -> String {
        let url = place.root.url.appendingPathComponent("secret-\(text.utf8.count)")
        try Data((text + "\n").utf8).write(to: url)
        return url.path
    }
}

func run(_ program: String, _ arguments: [String]) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    if process.terminationStatus != 0 {
        throw OracleGit.Failed(description: "\(program) ended with \(process.terminationStatus)")
    }
}

/// `git http-backend` behind a small server; ends with this value.
private final class GitServer {
    let port: Int
    private let process = Process()
    private let input = Pipe()

    init(
        _ place: Playground, user: String = "ada", certificate: String? = nil, key: String? = nil
    ) throws {
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: python)
        process.arguments =
            [
                fixtures().appendingPathComponent("git_http_server.py").path,
                place.root.url.path, user, password,
            ] + [certificate, key].compactMap { $0 }
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        var line: [UInt8] = []
        while let byte = try output.fileHandleForReading.read(upToCount: 1)?.first, byte != 10 {
            line.append(byte)
        }
        port = try #require(Int(String(decoding: line, as: UTF8.self)))
        try OracleGit(folder: place.root.url.appendingPathComponent("origin.git"))(
            "config", "http.receivepack", "true")
    }

    deinit {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }
}

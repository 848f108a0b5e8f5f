import Foundation
import Signatures
import TestSupport

/// A program that tests need and that may be missing.
struct Tool {
    var name: String

    static let sshKeygen = Tool(name: "ssh-keygen")
    static let gpg = Tool(name: "gpg")
    static let gpgv = Tool(name: "gpgv")

    var isThere: Bool {
        let folders = ProcessInfo.processInfo.environment["PATH"]?.split(separator: ":") ?? []
        return folders.contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(name)") }
    }
}

struct ToolFailure: Error { var message: String }

/// Keys of one test, and what is signed with them.
struct Keys {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func path(_ name: String) -> String { folder.url.appendingPathComponent(name).path }

    @discardableResult
    private func run(_ program: String, _ arguments: [String], input: [UInt8] = []) throws -> String
    {
        let process = Process()
        let (output, feed) = (Pipe(), Pipe())
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [program] + arguments
        process.environment = ProcessInfo.processInfo.environment
            .merging(["GNUPGHOME": path("gnupg")]) { $1 }
        process.standardInput = feed
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        feed.fileHandleForWriting.write(Data(input))
        try feed.fileHandleForWriting.close()
        let text = String(
            decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw ToolFailure(message: "\(program) \(arguments): \(process.terminationStatus)")
        }
        return text
    }

    // MARK: - SSH

    struct Key {
        var path: String
        /// Kind and key, without the comment.
        var publicKey: String
        var fingerprint: String
    }

    func make(_ name: String, kind: String = "ed25519") throws -> Key {
        let path = path(name)
        try run("ssh-keygen", ["-q", "-t", kind, "-N", "", "-C", name, "-f", path])
        let text = try String(contentsOfFile: path + ".pub", encoding: .utf8)
        let listed = try run("ssh-keygen", ["-l", "-f", path + ".pub"])
        return Key(
            path: path, publicKey: text.split(separator: " ").prefix(2).joined(separator: " "),
            fingerprint: String(listed.split(separator: " ")[1]))
    }

    func sign(_ data: [UInt8], _ key: Key, _ namespace: String) throws -> String {
        try run("ssh-keygen", ["-q", "-Y", "sign", "-n", namespace, "-f", key.path], input: data)
    }

    func trust(_ lines: String...) -> TrustFile {
        TrustFile(
            path: "allowed_signers", bytes: Array(lines.map { $0 + "\n" }.joined().utf8))
    }

    // MARK: - OpenPGP

    struct OpenPGPKey {
        var fingerprint: String
        var keyring: TrustFile
    }

    func makeOpenPGP(_ user: String) throws -> OpenPGPKey {
        try FileManager.default.createDirectory(
            atPath: path("gnupg"), withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        defer { _ = try? run("gpgconf", ["--kill", "all"]) }
        try run(
            "gpg",
            ["--batch", "--quiet", "--passphrase", "", "--quick-gen-key", user]
                + ["ed25519", "sign", "never"])
        let listed = try run("gpg", ["--batch", "--with-colons", "--list-keys", user])
        let line = listed.split(separator: "\n").first { $0.hasPrefix("fpr:") } ?? ""
        let file = path("\(UUID().uuidString).gpg")
        try run("gpg", ["--batch", "--output", file, "--export", user])
        return OpenPGPKey(
            fingerprint: String(line.split(separator: ":").last ?? ""),
            keyring: try TrustFile(path: file))
    }

    func signOpenPGP(_ data: [UInt8], _ key: OpenPGPKey) throws -> String {
        defer { _ = try? run("gpgconf", ["--kill", "all"]) }
        return try run(
            "gpg",
            ["--batch", "--quiet", "--armor", "--local-user", key.fingerprint, "--detach-sign"],
            input: data)
    }
}

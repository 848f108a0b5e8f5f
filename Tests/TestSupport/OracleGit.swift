public import Foundation

/// Real `git` on a folder: the oracle, and the hand that makes repositories.
public struct OracleGit: Sendable {
    public var folder: URL

    public init(folder: URL) { self.folder = folder }

    public struct Failed: Error, CustomStringConvertible {
        public var description: String

        public init(description: String) { self.description = description }
    }

    /// Standard output of `git` without its last line break.
    @discardableResult
    public func callAsFunction(_ arguments: String..., input: String? = nil) throws -> String {
        try run(arguments, input: input)
    }

    public func run(_ arguments: [String], input: String? = nil) throws -> String {
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

    public func lines(_ arguments: String...) throws -> [String] {
        try run(arguments).split(separator: "\n").map(String.init)
    }

    public func write(_ path: String, _ text: String) throws {
        let url = folder.appendingPathComponent(path)
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
    }

    /// Writes files and commits everything.
    public func commit(_ files: [String: String], _ message: String = "change") throws {
        for (path, text) in files { try write(path, text) }
        _ = try run(["add", "-A"])
        _ = try run(["commit", "-q", "--allow-empty", "-m", message])
    }
}

import Foundation
import TestSupport

/// Another process of a test: this program with one of its tests, or a command.
struct SecondRun {
    private let process = Process()
    private let folder: TemporaryFolder
    private let output: URL

    /// Starts a command; `environment` is added to that of this process.
    init(_ command: [String], _ environment: [String: String] = [:]) throws {
        folder = try TemporaryFolder()
        output = folder.url.appendingPathComponent("output")
        // A file and no pipe, which nobody would empty.
        try Data().write(to: output)
        let handle = try FileHandle(forWritingTo: output)
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = command
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardOutput = handle
        process.standardError = handle
        try process.run()
        try handle.close()
    }

    /// Starts this program once more with one of its tests.
    init(test: String, _ environment: [String: String] = [:]) throws {
        try self.init(Self.command(test: test), environment)
    }

    static func command(test: String) throws -> [String] {
        let program = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return [program, "--testing-library", "swift-testing", "--filter", test]
    }

    /// Waits for the end.
    ///
    /// - Returns: The status, 0 when it worked or the test passed, and what was printed.
    func end() throws -> (status: Int32, output: String) {
        process.waitUntilExit()
        let text = String(decoding: try Data(contentsOf: output), as: UTF8.self)
        return (process.terminationStatus, text)
    }
}

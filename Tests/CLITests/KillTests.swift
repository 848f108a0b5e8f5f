import Foundation
import TestSupport
import Testing

/// `tools/kill-test`: the built program, killed at random moments against a cluster that outlives it.
@Suite("Kills")
struct KillTests {
    private static let script = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("tools/kill-test").path

    private static let hasPython = ["/usr/bin", "/usr/local/bin"].contains {
        FileManager.default.isExecutableFile(atPath: $0 + "/python3")
    }

    @Test(
        .enabled(if: hasPython, "tools/kill-test needs python3, which is not installed"),
        .timeLimit(.minutes(5)))
    func ledgerClusterAndGitAgreeAfterKills() async throws {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", Self.script, Session.executable]
        process.standardOutput = output
        process.standardError = output
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let text = String(
            decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(text)")
    }
}

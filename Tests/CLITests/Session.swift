import CLI
import Foundation
import GitRepository
import Model
import SQLiteLedger
import Synchronization
import TestSupport

/// A folder in which commands are run in this process, and what they wrote.
final class Session: Sendable {
    let folder: TemporaryFolder
    private let output = Mutex("")
    private let errors = Mutex("")
    /// The clock of the commands; the real one when `nil`.
    private let fixedTime: Timestamp?

    init(at time: String? = nil) throws {
        folder = try TemporaryFolder()
        fixedTime = time.flatMap { Timestamp($0) }
    }

    var path: String { folder.url.path }

    struct Ended {
        var code: Int32
        var output: String
        var errors: String

        /// All of it, as a person sees it.
        var text: String {
            output + errors.split(separator: "\n").map { "! \($0)\n" }.joined()
                + "[exit \(code)]\n"
        }
    }

    func run(_ arguments: String...) async -> Ended { await run(arguments) }

    func run(_ arguments: [String]) async -> Ended {
        output.withLock { $0 = "" }
        errors.withLock { $0 = "" }
        let time = fixedTime
        let code = await Program.run(
            arguments,
            surroundings: Surroundings(
                writeOutput: { text in self.output.withLock { $0 += text } },
                writeError: { text in self.errors.withLock { $0 += text } },
                folder: path, now: { time ?? TimeSource.system.now() },
                executable: Self.executable))
        return Ended(
            code: code, output: tidy(output.withLock { $0 }), errors: tidy(errors.withLock { $0 }))
    }

    /// Without what is different on every machine.
    private func tidy(_ text: String) -> String { text.replacing(path, with: "FOLDER") }

    /// The program as it was built together with these tests.
    static var executable: String {
        let own = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        return own.deletingLastPathComponent().appendingPathComponent("tidemark").path
    }

    func write(_ name: String, _ text: String) throws {
        let url = folder.url.appendingPathComponent(name)
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try text.write(to: url, atomically: true, encoding: .utf8)
    }
}

/// Text in which digits of times, durations, ids and commits are stars, so that it can be compared.
func masked(_ text: String) -> String {
    text
        .replacing(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/, with: "TIME")
        .replacing(/\d\d:\d\d:\d\d/, with: "CLOCK")
        .replacing(/\d+\.\d s/, with: "N.N s")
        .replacing(/\d+ d \d+ h/, with: "N d N h")
        .replacing(/@\d+/, with: "@N")
        // Of a plan, which names the uids of its objects.
        .replacing(/sha256 [0-9a-f]+/, with: "sha256 DIGEST")
        .replacing(/\d+ events/, with: "N events")
        .replacing(/uid:\d+/, with: "uid:N")
        // The last look of a short-lived writer may come before or after the object is ready.
        .replacing(/health +(Healthy|Progressing)[^\n]*/, with: "health    HEALTH")
        .replacing(/\b[0-9a-f]{40}\b/, with: "COMMIT")
        .replacing(/\b[0-9a-f]{7}\b/, with: "ABCDEF1")
}

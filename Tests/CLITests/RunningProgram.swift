import Foundation
import TestSupport

/// The built program in a process of its own: what it says, and how it ends.
final class RunningProgram: Sendable {
    let pid: Int32
    /// Ends with the status of the process, once it is over.
    private let ending: AsyncStream<Int32>
    private let lines: AsyncStream<String>

    init(_ arguments: [String], in folder: String) throws {
        let process = Process()
        let errors = Pipe()
        let (ending, ended) = AsyncStream<Int32>.makeStream()
        let (lines, line) = AsyncStream<String>.makeStream()
        (self.ending, self.lines) = (ending, lines)
        process.executableURL = URL(fileURLWithPath: Session.executable)
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        process.standardOutput = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        process.standardError = errors
        process.terminationHandler = { process in
            line.finish()
            ended.yield(process.terminationStatus)
            ended.finish()
        }
        try process.run()
        errors.fileHandleForReading.readTexts(into: line)
        pid = process.processIdentifier
    }

    /// Returns once the program has said something on standard error; `false` when it ended without.
    func says(_ text: String) async -> Bool {
        var said = ""
        for await line in lines {
            said += line
            if said.contains(text) { return true }
        }
        return false
    }

    func send(_ signal: Int32) { kill(pid, signal) }

    /// The status, once it is over.
    func end() async -> Int32 {
        for await status in ending { return status }
        return -1
    }
}

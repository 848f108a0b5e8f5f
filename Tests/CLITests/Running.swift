import Foundation

/// The built program in a process of its own, with what it writes to standard error.
final class Running {
    let process = Process()
    private let errors = Pipe()

    init(_ arguments: [String], in folder: String) throws {
        process.executableURL = URL(fileURLWithPath: Session.executable)
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        process.standardOutput = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        process.standardError = errors
        try process.run()
    }

    /// Reads until a line matches, or the process ends.
    func line(containing text: String) throws -> String? {
        var bytes: [UInt8] = []
        while let next = try errors.fileHandleForReading.read(upToCount: 1)?.first {
            if next != 0x0A {
                bytes.append(next)
                continue
            }
            let line = String(decoding: bytes, as: UTF8.self)
            if line.contains(text) { return line }
            bytes = []
        }
        return nil
    }

    /// Everything until it ends.
    func rest() throws -> String {
        let data = try errors.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self)
    }

    func stop() {
        process.terminate()
        process.waitUntilExit()
    }
}

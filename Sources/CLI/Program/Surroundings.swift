internal import Glibc
public import Model
internal import SQLiteLedger

/// What a run of the program sees of the world: its streams, environment, folder and clock.
public struct Surroundings: Sendable {
    /// - Throws: `BrokenPipe` when nobody reads any more.
    public var writeOutput: @Sendable (String) throws -> Void
    public var writeError: @Sendable (String) -> Void
    /// One line of standard input without its end; `nil` at the end of it.
    public var readLine: @Sendable () -> String?
    public var isInputTerminal: Bool
    public var isOutputTerminal: Bool
    public var isErrorTerminal: Bool
    public var environment: @Sendable (String) -> String?
    /// What relative paths are relative to.
    public var folder: String
    public var now: @Sendable () -> Timestamp
    /// The path of this program, to start it again as a worker.
    public var executable: String

    public init(
        writeOutput: @escaping @Sendable (String) throws -> Void,
        writeError: @escaping @Sendable (String) -> Void,
        readLine: @escaping @Sendable () -> String? = { nil }, isInputTerminal: Bool = false,
        isOutputTerminal: Bool = false, isErrorTerminal: Bool = false,
        environment: @escaping @Sendable (String) -> String? = { _ in nil }, folder: String,
        now: @escaping @Sendable () -> Timestamp, executable: String
    ) {
        self.writeOutput = writeOutput
        self.writeError = writeError
        self.readLine = readLine
        self.isInputTerminal = isInputTerminal
        self.isOutputTerminal = isOutputTerminal
        self.isErrorTerminal = isErrorTerminal
        self.environment = environment
        self.folder = folder
        self.now = now
        self.executable = executable
    }

    @TaskLocal static var current = Surroundings.process

    /// Those of the process.
    public static var process: Surroundings {
        Surroundings(
            writeOutput: { try write($0, to: STDOUT_FILENO) },
            // Nobody is left to be told when standard error is gone.
            writeError: { try? write($0, to: STDERR_FILENO) },
            readLine: { Swift.readLine() }, isInputTerminal: isatty(STDIN_FILENO) == 1,
            isOutputTerminal: isatty(STDOUT_FILENO) == 1,
            isErrorTerminal: isatty(STDERR_FILENO) == 1,
            environment: { getenv($0).map { String(cString: $0) } }, folder: currentFolder(),
            now: TimeSource.system.now, executable: ownPath())
    }

    func path(_ text: String) -> String {
        if text.hasPrefix("/") { return text }
        if text == "~" || text.hasPrefix("~/"), let home = environment("HOME") {
            return home + text.dropFirst()
        }
        return folder == "/" ? "/" + text : folder + "/" + text
    }
}

/// The reader of the output is gone.
struct BrokenPipe: Error {}

private func write(_ text: String, to descriptor: Int32) throws {
    var text = text
    let code: Int32 = text.withUTF8 { bytes in
        var rest = UnsafeRawBufferPointer(bytes)
        while let start = rest.baseAddress, !rest.isEmpty {
            let count = Glibc.write(descriptor, start, rest.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return count < 0 ? errno : EIO }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
        return 0
    }
    guard code != 0 else { return }
    if code == EPIPE { throw BrokenPipe() }
    throw CommandError(
        "the output cannot be written", because: String(cString: strerror(code)),
        try: "make room, or write elsewhere")
}

private func currentFolder() -> String {
    guard let path = getcwd(nil, 0) else { return "/" }
    defer { free(path) }
    return String(cString: path)
}

private func ownPath() -> String {
    guard let path = realpath("/proc/self/exe", nil) else { return "tidemark" }
    defer { free(path) }
    return String(cString: path)
}

extension Surroundings {
    /// The same world with nobody to read what is said.
    var silent: Surroundings {
        var silent = self
        silent.writeOutput = { _ in }
        return silent
    }
}

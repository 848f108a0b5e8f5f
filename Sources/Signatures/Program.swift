internal import Deadline
internal import Glibc
internal import Subprocess
internal import SystemPackage

/// A program of the system, run to its end under a deadline.
struct Program: Sendable {
    /// On the PATH, or a path.
    var name: String
    var deadline: Duration

    struct Answer: Sendable {
        var isSuccess: Bool
        var output: String
        var errors: String

        /// The last thing it said.
        var complaint: String {
            let said = errors.split(separator: "\n").last ?? output.split(separator: "\n").last
            return said.map(String.init) ?? "it gave no reason"
        }
    }

    /// What a check may print, in bytes.
    private static let outputLimit = 1 << 20

    /// Runs it; past the deadline, or when the task is cancelled, it is killed before this returns.
    ///
    /// - Parameter input: The file on its standard input; none when `nil`.
    func run(_ arguments: [String], input: String? = nil) async throws(SignatureError) -> Answer {
        do {
            return try await withDeadline(deadline) {
                try await execute(arguments, input ?? "/dev/null")
            }
        } catch let passed as DeadlinePassed {
            throw .deadline(program: name, after: passed.after)
        } catch let error as SignatureError {
            throw error
        } catch let error as SubprocessError where error.code == .executableNotFound {
            throw .missingProgram(name)
        } catch {
            throw .failed(program: name, message: "\(error)")
        }
    }

    /// Where it is.
    func locate() async throws(SignatureError) -> String {
        do {
            return try await executable.resolveExecutablePath(in: .inherit).string
        } catch { throw .missingProgram(name) }
    }

    private var executable: Executable {
        name.contains("/") ? .path(FilePath(name)) : .name(name)
    }

    private func execute(_ arguments: [String], _ input: String) async throws -> Answer {
        let file = open(input, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            throw SignatureError.unreadable(path: input, reason: String(cString: strerror(errno)))
        }
        let result = try await Subprocess.run(
            executable, arguments: Arguments(arguments),
            // Times are given in UTC, and answers are read.
            environment: .inherit.updating(["LC_ALL": "C", "TZ": "UTC0"]),
            input: .fileDescriptor(
                FileDescriptor(rawValue: file), closeAfterSpawningProcess: true),
            output: .string(limit: Self.outputLimit), error: .string(limit: Self.outputLimit))
        try Task.checkCancellation()
        return Answer(
            isSuccess: result.terminationStatus.isSuccess, output: result.standardOutput,
            errors: result.standardError)
    }
}

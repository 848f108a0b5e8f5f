internal import ArgumentParser
internal import GitRepository
internal import Glibc
internal import Model

/// The program: everything between its arguments and its exit code.
public enum Program {
    public static let version = "0.1.0"

    /// Parses the arguments, runs the command, and tells what went wrong.
    ///
    /// - Parameter arguments: Without the name of the program.
    /// - Returns: The code to exit with; `Outcome` lists them.
    public static func run(
        _ arguments: [String], surroundings: Surroundings = .process
    ) async -> Int32 {
        signal(SIGPIPE, SIG_IGN)
        // Started anew for every fetch and push: nothing else is looked at first.
        if arguments.first == GitWorker.name { return gitWorkerMain() }
        return await Surroundings.$current.withValue(surroundings) {
            await outcome(of: arguments, surroundings).rawValue
        }
    }

    private static func outcome(of arguments: [String], _ surroundings: Surroundings) async
        -> Outcome
    {
        do {
            var command = try await Tidemark.asyncParseAsRoot(arguments)
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
            return .worked
        } catch let outcome as Outcome {
            return outcome
        } catch is BrokenPipe {
            // Whoever read the output has enough of it.
            return .worked
        } catch is CancellationError {
            surroundings.writeError("cancelled\n")
            return .interrupted
        } catch let error as any Diagnostic {
            surroundings.writeError(describe(error, as: "error"))
            return .failed
        } catch {
            return parserOutcome(error, surroundings)
        }
    }

    /// What ArgumentParser throws: wrong usage, and the texts that `--help` and `--version` ask for.
    private static func parserOutcome(_ error: any Error, _ surroundings: Surroundings) -> Outcome {
        let message = Tidemark.fullMessage(for: error)
        switch Tidemark.exitCode(for: error) {
        case .success:
            do { try surroundings.writeOutput(message + "\n") } catch { return .worked }
            return .worked
        case .validationFailure:
            surroundings.writeError(lowerCased(message) + "\n")
            return .usage
        default:
            surroundings.writeError("error: \(error)\n")
            return .failed
        }
    }

    /// ArgumentParser's `Error:` in the form of our own.
    private static func lowerCased(_ message: String) -> String {
        message.hasPrefix("Error: ") ? "error: " + message.dropFirst("Error: ".count) : message
    }
}

/// What the exit code tells, as diff(1) and `kubectl diff` do it.
enum Outcome: Int32, Error {
    /// It worked, or there is no difference.
    case worked = 0
    /// A difference or a violation was found.
    case differs = 1
    /// It could not be done.
    case failed = 2
    /// Wrong usage.
    ///
    /// Source: https://man.freebsd.org/cgi/man.cgi?query=sysexits (EX_USAGE)
    case usage = 64
    case interrupted = 130
}

/// An error as people see it: what, why, and what to try next.
func describe(_ error: any Error, as severity: String) -> String {
    guard let diagnostic = error as? any Diagnostic else { return "\(severity): \(error)\n" }
    if let problems = error as? Problems {
        return problems.all.map { describe($0, as: severity) }.joined()
    }
    var text = "\(severity): \(diagnostic.summary)\n"
    if let cause = diagnostic.cause { text += "  because \(cause)\n" }
    if let hint = diagnostic.hint { text += "  try: \(hint)\n" }
    return text
}

/// A diagnostic of the command line itself.
struct CommandError: Diagnostic, Equatable {
    var summary: String
    var cause: String?
    var hint: String?

    init(_ summary: String, because cause: String? = nil, try hint: String? = nil) {
        self.summary = summary
        self.cause = cause
        self.hint = hint
    }
}

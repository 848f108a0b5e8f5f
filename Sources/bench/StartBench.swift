internal import Glibc
internal import Model

/// How long `tidemark --version` takes from its start to its end.
func measureStart(of tidemark: String?) throws -> [Figure] {
    guard let tidemark else {
        print("tidemark --version                 skipped: no --tidemark PATH")
        return []
    }
    return [
        Figure(
            name: "tidemark --version", value: try bestMilliseconds(of: tidemark, ["--version"]),
            unit: "ms", target: .below(30))
    ]
}

/// The shortest time that a program takes from its start to its end.
func bestMilliseconds(
    of program: String, _ arguments: [String], runs: Int = 20
) throws -> Double {
    // Another process, so the clock on the wall it is.
    var seconds = Double.infinity
    for _ in 0..<runs {
        let time = try ContinuousClock().measure { try run(program, arguments) }
        seconds = min(seconds, Double(time.wholeNanoseconds) / 1e9)
    }
    return seconds * 1000
}

private func run(_ program: String, _ arguments: [String]) throws {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
    let words = ([program] + arguments).map { strdup($0) }
    defer { for word in words { free(word) } }
    let environment: [UnsafeMutablePointer<CChar>?] = [nil]
    var process: pid_t = 0
    let code = posix_spawn(&process, program, &actions, nil, words + [nil], environment)
    guard code == 0 else {
        throw BenchFailure("cannot start \(program): \(String(cString: strerror(code)))")
    }
    var status: Int32 = 0
    guard waitpid(process, &status, 0) == process, status == 0 else {
        let line = ([program] + arguments).joined(separator: " ")
        throw BenchFailure("\(line) ended with status \(status)")
    }
}

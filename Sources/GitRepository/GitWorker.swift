internal import CGit2
internal import Dispatch
internal import Glibc

/// The whole of the child process: one request in, one answer out.
///
/// Reads one line of JSON from standard input, fetches or pushes, writes one JSON object to standard
/// output. Ends at once when standard input closes, so it never outlives its parent.
///
/// - Returns: 0 when an answer was written, 64 when the request could not be read.
public func gitWorkerMain() -> Int32 {
    // A remote that hangs up must be an error of libgit2, not the end of the process.
    signal(SIGPIPE, SIG_IGN)
    guard let line = readLine(limit: 1 << 16), let request = try? WorkerRequest.decode(line) else {
        return 64
    }
    DispatchQueue.global().async {
        var byte: UInt8 = 0
        while true {
            let count = read(STDIN_FILENO, &byte, 1)
            if count == 0 || (count < 0 && errno != EINTR) { _exit(130) }
        }
    }
    var answer = WorkerAnswer()
    do {
        try Library.start()
        answer.defaultBranch = try Transfer(request).run()
    } catch let error as WorkerFailure {
        answer.failure = error.failure
    } catch let error as GitError {
        answer.failure = WorkerFailure(error).failure
    } catch {
        answer.failure = WorkerFailure("damaged", "\(error)").failure
    }
    return writeAll(answer.encoded()) ? 0 : 1
}

/// Why the child could not do it, as the parent reads it.
struct WorkerFailure: Error {
    var failure: WorkerAnswer.Failure

    init(_ kind: String, _ message: String, hint: String? = nil) {
        failure = WorkerAnswer.Failure(kind: kind, message: message, hint: hint)
    }

    init(_ error: GitError) {
        switch error {
        case .unsupportedLibrary(let version): self.init("unsupported", version)
        default: self.init("damaged", error.cause ?? error.summary)
        }
    }
}

private func readLine(limit: Int) -> [UInt8]? {
    var line: [UInt8] = []
    var byte: UInt8 = 0
    while line.count < limit {
        let count = read(STDIN_FILENO, &byte, 1)
        if count < 0, errno == EINTR { continue }
        if count <= 0 { return nil }
        if byte == 10 { return line }
        line.append(byte)
    }
    return nil
}

private func writeAll(_ bytes: [UInt8]) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
        let count = rest.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
        if count < 0, errno == EINTR { continue }
        if count <= 0 { return false }
        rest = rest.dropFirst(count)
    }
    return true
}

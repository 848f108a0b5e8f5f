internal import Subprocess
internal import SystemPackage

/// How to start the child process in which `gitWorkerMain` runs.
public struct GitWorkerCommand: Sendable {
    /// An absolute path.
    public var executable: String
    public var arguments: [String]

    public init(executable: String, arguments: [String] = ["git-worker"]) {
        self.executable = executable
        self.arguments = arguments
    }

    /// Runs one request to its end.
    ///
    /// Cancelling the task kills the child with SIGKILL and waits until it is gone. The request's
    /// pipe stays open all the while: the child ends by itself when it closes, which holds even when
    /// this process is killed. (PR_SET_PDEATHSIG would fire when the *thread* that forked ends.)
    func run(_ request: WorkerRequest) async throws -> WorkerAnswer {
        let line = try request.encoded()
        let result = try await Subprocess.run(
            .path(FilePath(executable)), arguments: Arguments(arguments),
            input: .inputWriter, output: .sequence, error: .discarded
        ) { execution in
            _ = try await execution.standardInputWriter.write(line)
            var bytes: [UInt8] = []
            for try await buffer in execution.standardOutput {
                buffer.withUnsafeBytes { bytes.append(contentsOf: $0) }
                if bytes.count > 1 << 20 { throw GitError.worker("its answer is too long") }
            }
            return bytes
        }
        try Task.checkCancellation()
        if let answer = WorkerAnswer.decode(result.closureResult) { return answer }
        throw GitError.worker("\(result.terminationStatus) without an answer")
    }
}

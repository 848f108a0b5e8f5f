internal import Deadline
internal import Glibc
internal import Subprocess
internal import SystemPackage

/// The `helm` program of this machine.
public struct HelmProgram: Sendable {
    /// On the PATH, or a path.
    private let name: String
    private let deadline: Duration

    /// - Parameter deadline: For one run. Argo CD gives it 90 s, too (`ARGOCD_EXEC_TIMEOUT`).
    public init(name: String = "helm", deadline: Duration = .seconds(90)) {
        self.name = name
        self.deadline = deadline
    }

    /// More than a cluster takes.
    private static let outputMax = 64 << 20

    /// Such as `v4.3.1`.
    public func version() async throws(HelmProgramError) -> String {
        let folder = try WorkFolder()
        let text = try await run(["version", "--template", "{{.Version}}"], in: folder)
        return String(decoding: text, as: UTF8.self).split { $0.isWhitespace }.joined(
            separator: " ")
    }

    /// Runs it in a folder with these files, by their paths in it.
    ///
    /// - Returns: What it printed.
    /// - Throws: `failed` when Helm refuses; any other error is about this machine.
    public func run(_ arguments: [String], files: [(path: String, bytes: [UInt8])])
        async throws(HelmProgramError) -> [UInt8]
    {
        let folder = try WorkFolder()
        for file in files { try folder.write(file.bytes, to: file.path) }
        return try await run(arguments, in: folder)
    }

    private func run(_ arguments: [String], in folder: WorkFolder) async throws(HelmProgramError)
        -> [UInt8]
    {
        let answer: Answer
        do {
            answer = try await withDeadline(deadline) {
                try await execute(arguments, folder.path)
            }
        } catch let passed as DeadlinePassed {
            throw .deadline(passed.after)
        } catch let error as SubprocessError where error.code == .executableNotFound {
            throw .missing(name)
        } catch {
            throw .broken("\(error)")
        }
        guard answer.isSuccess else {
            throw .failed(String(decoding: answer.errors, as: UTF8.self))
        }
        return answer.output
    }

    private struct Answer: Sendable {
        var isSuccess: Bool
        var output: [UInt8]
        var errors: [UInt8]
    }

    private func execute(_ arguments: [String], _ folder: String) async throws -> Answer {
        let home = folder + "/home"
        // Neither plugins and repositories of an account, nor a cluster.
        let environment: [Environment.Key: String] = [
            "HOME": home, "HELM_CACHE_HOME": home, "HELM_CONFIG_HOME": home, "HELM_DATA_HOME": home,
            "KUBECONFIG": "/dev/null", "LC_ALL": "C",
            "PATH": getenv("PATH").map { String(cString: $0) } ?? "",
            "TMPDIR": folder, "TZ": "UTC0",
        ]
        let result = try await Subprocess.run(
            name.contains("/") ? .path(FilePath(name)) : .name(name),
            arguments: Arguments(arguments), environment: .custom(environment),
            workingDirectory: FilePath(folder), input: .none,
            output: .bytes(limit: Self.outputMax), error: .bytes(limit: 1 << 20))
        try Task.checkCancellation()
        return Answer(
            isSuccess: result.terminationStatus.isSuccess, output: result.standardOutput,
            errors: result.standardError)
    }
}

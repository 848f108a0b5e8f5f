internal import ArgumentParser
internal import GitRepository

/// Runs one fetch or push for the process that started it; not for people.
struct GitWorker: ParsableCommand {
    static let name = "git-worker"

    static let configuration = CommandConfiguration(
        commandName: name,
        abstract: "Fetch or push for another tidemark process.",
        shouldDisplay: false
    )

    func run() throws { throw ExitCode(gitWorkerMain()) }
}

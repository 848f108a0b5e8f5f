internal import ArgumentParser
internal import FoundationEssentials
internal import GitRepository
internal import Model
internal import SQLiteLedger
internal import Server

struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Play the whole story on three embedded clusters.",
        discussion: """
            Makes a Git repository for Keymate, an identity platform, starts clusters for dev, staging \
            and production, and reconciles: first deployment, promotion, drift, a deleted object, a bad \
            release and its way back, an object that leaves Git. Every step is checked; exits with 0 only \
            if all of them held.

            Example: tidemark demo --directory ./tidemark-demo --keep-running.
            """)

    @Option(help: "Folder for the repository, the clusters and the ledger.")
    var directory = "./tidemark-demo"

    @Flag(help: "Empty the folder first, if a demo made it.")
    var reset = false

    @Flag(help: "Leave clusters and reconciler running at the end, until interrupted.")
    var keepRunning = false

    func run() async throws {
        let folder = Surroundings.current.path(directory)
        try prepare(folder)
        let started = ContinuousClock.now
        let keepRunning = keepRunning
        let directory = directory
        let result = try await untilInterrupted {
            try await DemoPlay.run(in: folder, shownAs: directory, started, keepRunning)
            return true
        }
        if result == nil, !keepRunning { throw Outcome.interrupted }
    }

    /// A folder that holds anything else than a demo is never touched.
    private func prepare(_ folder: String) throws {
        guard Files.exists(folder) else { return }
        let names =
            Files.isFolder(folder)
            ? try FileManager.default.contentsOfDirectory(atPath: folder) : ["?"]
        if names.isEmpty { return }
        guard reset, names.contains(DemoPlay.marker) else {
            throw CommandError(
                "\(directory) is not empty",
                because: names.contains(DemoPlay.marker)
                    ? "an earlier demo is in it" : "it holds something else than a demo",
                try: names.contains(DemoPlay.marker)
                    ? "tidemark demo --directory \(directory) --reset"
                    : "tidemark demo --directory another-folder")
        }
        try FileManager.default.removeItem(atPath: folder)
    }
}

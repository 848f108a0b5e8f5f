internal import ArgumentParser
internal import EventLog
internal import Model
internal import Projections
internal import Server

struct WaitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wait",
        abstract: "Wait until an application is synced and healthy.",
        discussion: """
            Without --sync and --health it waits for both, and for the end of a running sync. Exits \
            with 1 when the time is over first.

            Example: tidemark wait authz-engine-production --health --timeout 10m.
            """)

    @Argument(help: "Application to wait for.")
    var application: String

    @Flag(help: "Wait until it is as Git declares.")
    var sync = false

    @Flag(help: "Wait until it is healthy.")
    var health = false

    @Option(help: "How long to wait: 90s, 10m, 2h.")
    var timeout = "10m"

    @OptionGroup var config: ConfigOptions

    func run() async throws {
        let workspace = try config.workspace()
        let limit = try duration(timeout)
        let ledger = try await workspace.openForReading()
        let client = ControlClient(path: workspace.socketPath)
        let application = application
        let reached = try await untilInterrupted { () -> Bool in
            let end = ContinuousClock.now + limit
            let progress = Progress()
            defer { progress.finish() }
            let follower = HeadFollower(ledger: ledger, client: client)
            while true {
                let (position, row) = try await ledger.state {
                    ($0.position, $0.applications[application])
                }
                guard let row else {
                    throw CommandError(
                        "there is no application \(application)",
                        try: "tidemark status lists them all")
                }
                if isReached(row) { return true }
                progress.say(
                    "\(application): \(row.syncStatus.rawValue), \(row.health.rawValue)"
                        + (row.runningSync.map { ", \($0) runs" } ?? ""))
                let left = end - ContinuousClock.now
                if left <= .zero { return false }
                let isWritten = try await follower.wait(
                    beyond: position, within: min(left, .seconds(30)))
                if !isWritten {
                    throw CommandError(
                        "\(application) will not change",
                        because: "nothing reconciles", try: "tidemark run")
                }
            }
        }
        guard let reached else { throw Outcome.interrupted }
        let row =
            try await ledger.present(of: .application(application)).applications[application]
            ?? ApplicationRow()
        let text = "\(application): \(row.syncStatus.rawValue), \(row.health.rawValue)"
        guard reached else {
            try show("\(text), after \(limit.components.seconds) s")
            throw Outcome.differs
        }
        try show(text)
    }

    private func isReached(_ row: ApplicationRow) -> Bool {
        let waitsForBoth = sync == health
        let isSynced = row.syncStatus == .synced && row.runningSync == nil
        let isHealthy = row.health == .healthy
        return (isSynced || !(sync || waitsForBoth)) && (isHealthy || !(health || waitsForBoth))
    }
}

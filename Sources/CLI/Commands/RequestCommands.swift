internal import ArgumentParser
internal import EventLog
internal import Model
internal import Projections
internal import SQLiteLedger
internal import Server

struct TerminateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "terminate",
        abstract: "End the running sync of an application.",
        discussion: """
            What was applied stays applied; a call that is under way is finished first.

            Example: tidemark terminate authz-engine-production.
            """)

    @Argument(help: "Application whose sync is to end.")
    var application: String

    @OptionGroup var author: AuthorOptions
    @OptionGroup var config: ConfigOptions

    func run() async throws {
        let workspace = try config.workspace()
        let sync = try await Writing(workspace, by: author.by).perform(
            .terminate(application: application), about: application
        ) { answer, session in
            if let sync = answer.sync {
                _ = try await session.end(of: sync, timeout: .seconds(60)) { _, _ in }
            }
            return answer.sync
        }
        try show("\(sync ?? "the sync") of \(application) is terminated")
    }
}

struct RegenerateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "regenerate",
        abstract: "Renew the random values, keys and certificates of an application's charts.",
        discussion: """
            What charts draw at random, make as keys and certificates, and take as the time is otherwise \
            the same at each rendering. The next rendering makes all of it anew; a sync deploys it. \
            The old values are gone from then on, except in the cluster until that sync.

            Example: tidemark regenerate authz-engine-production --reason 'the key leaked'.
            """)

    @Argument(help: "Application whose values are to be renewed.")
    var application: String

    @Option(help: "Why, for the record.")
    var reason: String?

    @OptionGroup var author: AuthorOptions
    @OptionGroup var config: ConfigOptions

    func run() async throws {
        let workspace = try config.workspace()
        let application = application
        let row = try await Writing(workspace, by: author.by).perform(
            .regenerate(application: application, reason: reason), about: application
        ) { _, session in try await session.ledger.state { $0.applications[application] } }
        if let problem = row?.renderProblems.first {
            throw CommandError(
                "\(application) cannot be rendered", because: problem,
                try: "its values are renewed at the next rendering that works")
        }
        let status = row?.syncStatus.rawValue ?? "unknown"
        try show(
            "\(application) is rendered with new values: \(status); deploy them with: "
                + "tidemark sync \(application)")
    }
}

struct RefreshCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "refresh",
        abstract: "Fetch now, and compare again.",
        discussion: """
            Does not wait for the next poll; returns when that has been done.

            Example: tidemark refresh authz-engine-dev.
            """)

    @Argument(help: "Application to look at; all without it.")
    var application: String?

    @OptionGroup var author: AuthorOptions
    @OptionGroup var config: ConfigOptions

    func run() async throws {
        let workspace = try config.workspace()
        let application = application
        let (rows, repositories) = try await Writing(workspace, by: author.by).perform(
            .refresh(application: application), about: application
        ) { _, session in
            try await session.ledger.state { state in
                let rows = state.applications.all.filter {
                    !$0.value.isRemoved && (application == nil || $0.key == application)
                }
                return (rows, state.repositories.all)
            }
        }
        for (name, row) in rows.sorted(by: { $0.key < $1.key }) {
            try show(
                "\(name): \(row.syncStatus.rawValue), \(row.health.rawValue) at "
                    + short(row.renderedCommit))
        }
        let followed = Set(rows.values.map(\.repository))
        let silent = repositories.filter {
            $0.value.unreachableSince != nil && (application == nil || followed.contains($0.key))
        }
        guard let (name, row) = silent.min(by: { $0.key < $1.key }) else { return }
        throw CommandError(
            "repository \(name) could not be fetched", because: row.reason,
            try: "compared with the last known commits; tidemark status shows since when")
    }
}

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

struct RollbackCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback",
        abstract: "Go back to what a sync had applied, or revert the commit.",
        discussion: """
            --to applies the recorded bodies of that sync again, also when Git cannot be reached, and \
            holds the application's auto-sync until --release. --revert makes and pushes a commit that \
            takes back the newest commit, or with --to all commits since that sync.

            Example: tidemark rollback authz-engine-production --to sync-39 --yes.
            """)

    @Argument(help: "Application to roll back.")
    var application: String

    @Option(help: "The sync to go back to, such as sync-39.")
    var to: String?

    @Flag(help: "Make and push a commit that reverts, in place of applying recorded bodies.")
    var revert = false

    @Flag(help: "Let auto-sync of the application go on.")
    var release = false

    @Flag(
        inversion: .prefixedNo,
        help: "Delete objects that the sync did not have; as the policy says unless given.")
    var prune: Bool?

    @Flag(name: .shortAndLong, help: "Do not ask.")
    var yes = false

    @OptionGroup var waiting: WaitOptions
    @OptionGroup var author: AuthorOptions
    @OptionGroup var config: ConfigOptions
    @OptionGroup var format: FormatOptions

    func validate() throws {
        if release, revert || to != nil {
            throw ValidationError("--release goes alone.")
        }
        if !release, !revert, to == nil {
            throw ValidationError("Name what to do: --to sync-N, --revert or --release.")
        }
    }

    func run() async throws {
        let workspace = try config.workspace()
        let writing = Writing(workspace, by: author.by)
        let application = application
        if release {
            try await writing.perform(.release(application: application), about: application) {
                _, _ in
            }
            return try show("auto-sync of \(application) goes on")
        }
        try confirm(
            revert ? "Push a commit that reverts" : "Go back to \(to ?? "")", isConfirmed: yes,
            refusal: "a rollback changes the cluster")
        if revert {
            let commit = try await writing.perform(
                .revert(application: application, to: to), about: application
            ) { answer, _ in answer.commit }
            return try show("pushed \(commit ?? "the commit that reverts")")
        }
        try await follow(
            .rollback(application: application, to: to ?? "", isPruning: prune), writing,
            about: application, waits: !waiting.noWait, waiting.limit(), format)
    }
}

internal import ArgumentParser
internal import Engine
internal import Model
internal import Server

struct RollbackCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback",
        abstract: "Go back to what a sync had applied, or revert the commit.",
        discussion: """
            --to applies the recorded bodies of that sync again, also when Git cannot be reached, and \
            holds the application's auto-sync until --release. --revert makes and pushes a commit that \
            takes back the newest commit that concerns the application, or with --to all of them since \
            that sync. Git takes back whole commits, also what they changed outside of the \
            application's folder; that is said first, and stands in the new commit's message.

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
        if revert { return try await pushRevert(writing) }
        try confirm("Go back to \(to ?? "")")
        try await follow(
            .rollback(application: application, to: to ?? "", isPruning: prune), writing,
            about: application, waits: !waiting.noWait, waiting.limit(), format)
    }

    private func pushRevert(_ writing: Writing) async throws {
        let (application, sync) = (application, to)
        let shown = try await writing.perform(
            .revertPlan(application: application, to: sync), about: application
        ) { answer, _ in answer.revertPlan }
        guard let plan = shown else {
            throw CommandError("the writer gave no plan", try: "run the same release on both sides")
        }
        Surroundings.current.writeError(Self.text(of: plan))
        try confirm("Push a commit that reverts")
        let made = try await writing.perform(
            .revert(application: application, to: sync, expecting: plan.head), about: application
        ) { answer, _ in answer }
        try show("pushed \(made.commit ?? "the commit that reverts")")
        // What others are concerned was said with the plan.
        if let note = made.note, note != plan.warning { warn(note) }
    }

    private static func text(of plan: RevertPlan) -> String {
        var text = "takes back, on \(plan.branch) of \(plan.repository):\n"
        for reverted in plan.reverted {
            text += "  \(short(reverted.commit)) \(reverted.subject)\n"
        }
        return text + (plan.warning.map { "! \($0)\n" } ?? "")
    }

    private func confirm(_ what: String) throws {
        if yes { return }
        let surroundings = Surroundings.current
        guard surroundings.isInputTerminal, surroundings.isOutputTerminal else {
            throw CommandError(
                "a rollback changes \(revert ? "Git" : "the cluster") and nobody can be asked",
                because: "input and output are not both a terminal", try: "add --yes")
        }
        surroundings.writeError("\(what)? [y/N] ")
        let reply = surroundings.readLine()?.lowercased() ?? ""
        guard reply == "y" || reply == "yes" else {
            throw CommandError("nothing was changed", because: "the answer was not yes")
        }
    }
}

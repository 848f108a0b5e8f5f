internal import ArgumentParser

/// The root of all commands.
struct Tidemark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tidemark",
        abstract: "A GitOps engine that remembers.",
        discussion: """
            Brings clusters to what Git declares, and keeps every step in a ledger. Exits with 0 \
            when it worked, 1 when a difference or a violation was found, 2 when it could not be \
            done, 64 after wrong usage and 130 when interrupted.

            Example: tidemark init, then tidemark run, and in another terminal tidemark status.
            """,
        version: Program.version,
        subcommands: [GitWorker.self],
        groupedSubcommands: [
            CommandGroup(
                name: "Start",
                subcommands: [
                    DemoCommand.self, InitCommand.self, RunCommand.self, DoctorCommand.self,
                    SandboxCommand.self,
                ]),
            CommandGroup(
                name: "Deploy",
                subcommands: [
                    StatusCommand.self, PlanCommand.self, DiffCommand.self, SyncCommand.self,
                    WaitCommand.self, TerminateCommand.self, RefreshCommand.self,
                    RollbackCommand.self, RegenerateCommand.self, ApproveCommand.self,
                    RejectCommand.self,
                    AttestCommand.self,
                ]),
            CommandGroup(
                name: "Ask the history",
                subcommands: [
                    LogCommand.self, ShowCommand.self, ExplainCommand.self, WhyCommand.self,
                    ReplayCommand.self,
                    VerifyCommand.self, RebuildCommand.self,
                ]),
            CommandGroup(
                name: "Keep the ledger",
                subcommands: [BackupCommand.self, RedactCommand.self, ArchiveCommand.self]),
            CommandGroup(
                name: "Prove it",
                subcommands: [
                    CheckpointCommand.self, ProveCommand.self, WitnessCommand.self,
                    RecoverCommand.self,
                ]),
            CommandGroup(
                name: "Without a ledger",
                subcommands: [RenderCommand.self, HealthCommand.self, CompareCommand.self]),
        ])
}

internal import ArgumentParser
internal import EventLog
internal import SQLiteLedger

struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy the ledger as it is now, while it may be in use.",
        discussion: """
            The copy is one file, verified and durable before it appears under its name. To restore: \
            stop the writer, move tidemark.db, tidemark.db-wal and tidemark.db-shm away, copy the \
            backup to tidemark.db, and run tidemark verify. The keys and tidemark.yaml are not in it.

            Example: tidemark backup /backups/tidemark-2026-11-02.db.
            """)

    @Argument(help: "File to write.")
    var file: String

    @Flag(help: "Replace the file when there is one.")
    var force = false

    @OptionGroup var config: ConfigOptions

    func run() async throws {
        let ledger = try config.workspace().openFile()
        let path = Surroundings.current.path(file)
        do {
            let copy = try await ledger.backup(to: path, replacing: force)
            try show("backed up \(counted(Int(copy.events), "event")) to \(copy.path)")
        } catch LedgerError.exists(let path) {
            throw CommandError("\(path) exists already", try: "another name, or --force")
        }
    }
}

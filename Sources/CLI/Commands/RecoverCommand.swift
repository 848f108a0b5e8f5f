internal import ArgumentParser
internal import EventLog
internal import Model
internal import SQLiteLedger
internal import Server

struct RecoverCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recover",
        abstract: "Begin a new log when the ledger cannot go on from its last checkpoint.",
        discussion: """
            For a ledger that was lost, or brought back from a copy that is older than the last \
            published checkpoint. The new log has a name and a key of its own; its first event names \
            that checkpoint. The old ledger, key and checkpoint stay beside the new ones under other \
            names: nothing is deleted. Clusters and repositories are observed anew.

            Example: tidemark recover --new-origin example.com/audit/shop-2.
            """)

    @Option(help: "Name of the new log: a URL without schema that no log had before.")
    var newOrigin: String

    @Option(help: "Why the old log ends; recorded.")
    var reason = "the ledger could not go on from its last published checkpoint"

    @OptionGroup var config: ConfigOptions

    func run() async throws {
        let workspace = try config.workspace()
        guard let old = try workspace.readPublished() else {
            throw CommandError(
                "nothing is to be recovered",
                because: "no checkpoint was published: there is none at "
                    + workspace.publishedPath)
        }
        guard KeyName(newOrigin) != nil, newOrigin != old.checkpoint.origin else {
            throw CommandError(
                "\"\(newOrigin)\" cannot be the name of the new log",
                because: KeyName(newOrigin) == nil
                    ? "it is empty, or has spaces or plus signs in it" : "the old log has it",
                try: "a URL without schema, such as example.com/audit/shop-2")
        }
        try await Self.expectNoWriter(workspace)
        // Made first: only then is anything moved.
        let key = workspace.signingKeyPath
        let draft = key + ".new"
        if Files.exists(draft) { try Files.move(draft, to: Self.aside(draft, old)) }
        try workspace.makeSigningKey(origin: newOrigin, at: draft)
        var lines: [String] = []
        let ledger = workspace.ledgerPath
        let abandoned = Self.aside(ledger, old)
        for suffix in ["", "-wal", "-shm"] where Files.exists(ledger + suffix) {
            try Files.move(ledger + suffix, to: abandoned + suffix)
        }
        if Files.exists(abandoned) { lines.append("kept    \(abandoned)") }
        for path in [key, workspace.publishedPath] where Files.exists(path) {
            let aside = Self.aside(path, old)
            try Files.move(path, to: aside)
            lines.append("kept    \(aside)")
        }
        try Files.move(draft, to: key)
        try workspace.makeLedger(
            succeeding: LedgerOpened.Succession {
                $0.checkpoint = String(decoding: old.bytes, as: UTF8.self)
                $0.origin = old.checkpoint.origin
                $0.reason = reason
                $0.size = old.checkpoint.size
            })
        lines.append("made    \(key)")
        lines.append("made    \(ledger)")
        lines.append("next    tidemark run")
        try show(lines.joined(separator: "\n"))
    }

    /// A name beside `path` that is free: with the size of the old checkpoint, and a number if need be.
    private static func aside(_ path: String, _ old: SignedCheckpoint) -> String {
        let base = "\(path).until-\(old.checkpoint.size)"
        if !Files.exists(base) { return base }
        var number = 2
        while Files.exists("\(base)-\(number)") { number += 1 }
        return "\(base)-\(number)"
    }

    private static func expectNoWriter(_ workspace: Workspace) async throws {
        do {
            // Opened and let go again: what counts is that nobody else holds the lock.
            _ = try SQLiteLedger.openForWriting(path: workspace.ledgerPath)
        } catch LedgerError.locked(let path, let pid) {
            throw LedgerError.locked(path: path, pid: pid)
        } catch {}  // It is missing or broken: a reason to recover.
    }
}

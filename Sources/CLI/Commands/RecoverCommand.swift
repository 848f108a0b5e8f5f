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
            For a ledger that was lost, is damaged, or was brought back from a copy that is older than \
            the last published checkpoint. That is looked for beside the key, on the anchor's branch \
            and in the ledger, and witnesses are asked how much they have seen; what one of them, or \
            an auditor, has kept is given with --from-checkpoint. The new log has a name and a key of its own; its first event names the newest checkpoint. The old ledger, \
            key and checkpoint stay beside the new ones under other names: nothing is deleted. \
            Clusters and repositories are observed anew. When it is interrupted, repeat it.

            Example: tidemark recover --new-origin example.com/audit/shop-2.
            """)

    @Option(help: "Name of the new log: a URL without schema that no log had before.")
    var newOrigin: String

    @Option(help: "Why the old log ends; recorded.")
    var reason = "the ledger could not go on from its last published checkpoint"

    @Option(
        help: "A checkpoint of the old log that somebody kept; may be repeated.",
        completion: .file())
    var fromCheckpoint: [String] = []

    @Flag(help: "Do not ask.")
    var yes = false

    @OptionGroup var config: ConfigOptions

    func run() async throws {
        let workspace = try config.workspace()
        guard KeyName(newOrigin) != nil else {
            throw refusal("it is empty, or has spaces or plus signs in it")
        }
        let files = try await SQLiteLedger.holdingLock(of: workspace.ledgerPath) {
            switch try await begun(workspace) {
            case .exchange(let recovery):
                while try recovery.step() {}
                return recovery.files
            case .publish(let checkpoint):
                let kept = try workspace.setPublishedAside(checkpoint.checkpoint.size)
                try workspace.publish(checkpoint)
                return (kept: [kept], made: [workspace.publishedPath])
            }
        }
        var lines = files.kept.map { "kept    \($0)" }
        lines += files.made.map { "made    \($0)" }
        lines.append("next    tidemark run")
        try show(lines.joined(separator: "\n"))
    }

    private func refusal(_ cause: String) -> CommandError {
        CommandError(
            "\"\(newOrigin)\" cannot be the name of the new log", because: cause,
            try: "a URL without schema, such as example.com/audit/shop-2")
    }

    private enum Remedy {
        /// The log ends, and another one begins.
        case exchange(Recovery)
        /// The ledger goes on; only the file of the last published checkpoint is damaged.
        case publish(SignedCheckpoint)
    }

    /// The recovery that was interrupted, or what there is to do.
    private func begun(_ workspace: Workspace) async throws -> Remedy {
        if let begun = try Recovery.begun(workspace) {
            guard begun.origin == newOrigin else { throw begun.interruption }
            return .exchange(begun)
        }
        let last = try await LastCheckpoint(
            workspace, files: fromCheckpoint.map { Surroundings.current.path($0) })
        for remark in last.remarks { warn(remark) }
        guard let origin = last.origin, last.size > 0 else {
            throw CommandError(
                "nothing is to be recovered",
                because:
                    "no checkpoint was published: there is none at \(workspace.publishedPath), "
                    + "on the anchor's branch, or known to a witness")
        }
        guard newOrigin != origin else { throw refusal("the old log has it") }
        guard let need = try await last.need() else {
            if last.damaged != nil, let newest = last.newest?.checkpoint {
                return .publish(newest)
            }
            throw CommandError(
                "nothing is to be recovered",
                because:
                    "the ledger is intact, and goes on from the checkpoint of \(last.size) events",
                try: "tidemark run")
        }
        try confirm(
            "The log \(origin) cannot go on: \(need). Begin the log \(newOrigin) in its place",
            isConfirmed: yes, refusal: "recovering ends the log \(origin) (\(need))")
        return .exchange(
            try Recovery.begin(workspace, origin: newOrigin, succession(last, origin)))
    }

    private func succession(_ last: LastCheckpoint, _ origin: String) -> LedgerOpened.Succession {
        LedgerOpened.Succession {
            $0.checkpoint =
                last.newest.map { String(decoding: $0.checkpoint.bytes, as: UTF8.self) } ?? ""
            $0.origin = origin
            $0.reason = reason
            // A witness may have seen more than any checkpoint that is left.
            if let witnessed = last.witnessed,
                witnessed.size > last.newest?.checkpoint.checkpoint.size ?? 0
            {
                $0.reason += "; \(witnessed.source) has cosigned \(witnessed.size) events"
                warn(
                    """
                    the new log names no checkpoint of the \(witnessed.size) events that \(witnessed.source) has \
                    cosigned: it was not handed over with --from-checkpoint
                    """)
            }
            $0.size = last.newest?.checkpoint.checkpoint.size ?? last.size
        }
    }
}

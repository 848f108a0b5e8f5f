internal import ArgumentParser
internal import Digests
internal import EventLog
internal import Model
internal import SQLiteLedger
internal import Server

struct CheckpointCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "checkpoint",
        abstract: "Sign the ledger as it is now, and print the signed checkpoint.",
        discussion: """
            Three lines say which log, how many events and the root of the tree over them; the \
            signatures follow. Who keeps them finds out when anything recorded before was changed. \
            Witnesses and the anchor of tidemark.yaml get it too; whoever was not reached is named on \
            standard error.

            Example: tidemark checkpoint.
            """)

    @OptionGroup var author: AuthorOptions
    @OptionGroup var config: ConfigOptions
    @OptionGroup var format: FormatOptions

    func run() async throws {
        let workspace = try config.workspace()
        _ = try workspace.witnesses()
        let (note, remarks) = try await Writing(workspace, by: author.by).perform(
            .checkpoint, about: nil
        ) { answer, _ in (answer.checkpoint ?? "", answer.remarks) }
        for remark in remarks { warn(remark) }
        let checkpoint = try SignedCheckpoint(parsing: Array(note.utf8))
        switch format.output {
        case .table, .wide: try show(String(note.dropLast()))
        case .json, .yaml:
            let head = checkpoint.checkpoint
            let document = Mapping([
                ("origin", .string(head.origin)), ("size", .int(head.size)),
                ("root", .string(head.root.description)),
                (
                    "signatures",
                    .array(checkpoint.note.signatures.map { .string($0.name.text) })
                ),
                ("note", .string(note)), ("remarks", .array(remarks.map(Node.string))),
            ])
            try show(.object(document), isYAML: format.output == .yaml)
        }
    }
}

struct ProveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prove",
        abstract: "Make a file that proves an event to somebody without the ledger.",
        discussion: """
            The file holds the event's envelope, the way from it to the root of a checkpoint, and the \
            checkpoint with its signatures: https://c2sp.org/tlog-proof. Check it with \
            tools/verify.py, or any other program that knows the format. It is written to standard \
            output unless --out names a file.

            Example: tidemark prove @18204 --out 18204.tlog-proof.
            """)

    @Argument(help: "Position of the event: @18204.")
    var address: String

    @Option(name: .customLong("out"), help: "File to write to.", completion: .file())
    var output: String?

    @OptionGroup var config: ConfigOptions

    func run() async throws {
        let ledger = try config.workspace().openFile()
        guard address.hasPrefix("@"), let position = Int64(address.dropFirst()), position > 0 else {
            throw CommandError("\"\(address)\" is no position", try: "such as @18204")
        }
        let head = try await ledger.head()
        guard position <= head else {
            throw CommandError("there is no event \(address)", because: "the last one is @\(head)")
        }
        // The one that most have cosigned; of equals the newest, which comes first.
        let checkpoints = try await ledger.checkpoints(covering: position, limit: 1000)
        let best = checkpoints.max {
            $0.note.signatures.count < $1.note.signatures.count
        }
        guard let best, let proof = try await ledger.proof(of: position, in: best) else {
            throw CommandError(
                "no checkpoint covers event \(address) yet",
                try: "tidemark checkpoint signs one")
        }
        guard let output else {
            return try show(String(String(decoding: proof.bytes, as: UTF8.self).dropLast()))
        }
        let path = Surroundings.current.path(output)
        try Files.replace(path, proof.bytes, mode: 0o644)
        try show("wrote   \(path)")
    }
}

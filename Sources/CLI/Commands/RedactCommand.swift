internal import ArgumentParser
internal import Model
internal import Projections
internal import SQLiteLedger
internal import Server

struct RedactCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "redact",
        abstract: "Remove the payload of an event for good.",
        discussion: """
            Payload, salt and the recorded bodies that no other event names are deleted, every row is \
            folded without them, and the file is written anew, so that no byte is left in it. The \
            envelope stays, with the hash of what was there: who, when, what it was about; all proofs \
            stay valid. What other events say of the same thing stays too. Copies elsewhere are not \
            touched: backups, archives, snapshots of the disk.

            Example: tidemark redact @18204 --reason "personal data, ticket 811" --yes.
            """)

    @Argument(help: "The event, such as @18204.")
    var event: String

    @Option(help: "Why; recorded for ever, so it must not repeat what is removed.")
    var reason: String

    @Flag(help: "Do not ask.")
    var yes = false

    @OptionGroup var author: AuthorOptions
    @OptionGroup var config: ConfigOptions

    func run() async throws {
        guard event.hasPrefix("@"), let position = Int64(event.dropFirst()), position > 0 else {
            throw CommandError("\"\(event)\" is no position", try: "such as @18204")
        }
        guard !reason.isEmpty else { throw CommandError("the reason is empty") }
        let workspace = try config.workspace()
        let ledger = try workspace.openFile()
        guard let recorded = try await ledger.event(at: position) else {
            throw CommandError(
                "there is no event \(event)", try: "tidemark log shows what there is")
        }
        try confirm(
            "Remove \(event) (\(timelineText(of: recorded))) for good", isConfirmed: yes,
            refusal: "a redaction cannot be taken back")
        let answer = try await Writing(workspace, by: author.by).perform(
            .redact(position: position, reason: reason), about: nil
        ) { answer, _ in answer }
        let bodies = counted(Int(answer.blobs ?? 0), "body", "bodies")
        try show("redacted \(event) and \(bodies), recorded as @\(answer.position ?? 0)")
        warn("copies elsewhere are not touched: backups, archives, snapshots of the disk")
        guard answer.isErased != true else { return }
        throw CommandError(
            "bytes of it may still be in the free space of the file",
            because:
                "the file could not be written anew: the disk is full, or a reader was in the way",
            try: "the next start of a writer does it, such as tidemark rebuild")
    }
}

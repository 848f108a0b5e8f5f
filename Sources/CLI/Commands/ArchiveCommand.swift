internal import ArgumentParser
internal import Model
internal import Server

struct ArchiveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "archive",
        abstract: "Move old payloads and bodies into a file.",
        discussion: """
            The file is whole, verified and durable before anything is deleted. Envelopes stay, so \
            every hash and proof does; the present and everything later can be asked as before. \
            Commands that read the past take the file with --archive, or the folder in which all are \
            kept. It holds the entries of the log as tiles (c2sp.org/tlog-tiles), so it can be \
            verified by itself. Syncs that have not ended are not moved.

            Example: tidemark archive --before 365d --out /archives/2025.db --yes.
            """)

    @Option(help: "Everything recorded before this: a time, a date, or an age such as 365d.")
    var before: String

    @Option(help: "File to write; beside the ledger, named for the time, unless given.")
    var out: String?

    @Flag(help: "Do not ask.")
    var yes = false

    @OptionGroup var author: AuthorOptions
    @OptionGroup var config: ConfigOptions

    func run() async throws {
        let surroundings = Surroundings.current
        guard let time = Moment.time(before, now: surroundings.now()) else {
            throw CommandError(
                "\"\(before)\" is no time", try: "such as 2026-10-01, 2026-10-01T10:00Z or 365d")
        }
        let workspace = try config.workspace()
        let day = String(time.description.prefix(10))
        let file =
            out.map { surroundings.path($0) }
            ?? Files.folder(of: workspace.ledgerPath) + "/tidemark-before-\(day).db"
        try confirm(
            "Move what was recorded before \(time.secondsText) into \(file)", isConfirmed: yes,
            refusal: "archiving moves payloads out of the ledger")
        let answer = try await Writing(workspace, by: author.by).perform(
            .archive(before: time, file: file), about: nil
        ) { answer, _ in answer }
        let bodies = counted(Int(answer.blobs ?? 0), "body", "bodies")
        try show(
            "moved payloads up to @\(answer.through ?? 0) and \(bodies) into \(file), "
                + "recorded as @\(answer.position ?? 0)")
        warn("keep the file as long as the ledger: payloads are nowhere else")
    }
}

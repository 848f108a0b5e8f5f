internal import ArgumentParser
internal import EventLog
internal import Model
internal import Planning
internal import Projections
internal import Server

/// For commands that start a sync: whether and how long to wait for its end.
struct WaitOptions: ParsableArguments {
    @Flag(help: "Return when the sync has begun; not possible without a running tidemark run.")
    var noWait = false

    @Option(help: "How long to wait for the end: 90s, 10m; without limit unless given.")
    var timeout: String?

    func limit() throws -> Duration? {
        guard let timeout else { return nil }
        return try duration(timeout)
    }
}

struct SyncCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sync",
        abstract: "Bring an application to what Git declares, or run a saved plan.",
        discussion: """
            Shows the plan and asks first when it runs on a terminal; elsewhere --yes is needed. \
            Exits with 0 when the sync succeeded and 2 when it failed.

            Example: tidemark sync authz-engine-staging --prune --yes.
            """)

    @Argument(help: "Application, or the name of a saved plan such as plan-17.")
    var target: String

    @Flag(name: .shortAndLong, help: "Do not ask.")
    var yes = false

    @OptionGroup var resources: ResourceOptions
    @OptionGroup var waiting: WaitOptions
    @OptionGroup var author: AuthorOptions
    @OptionGroup var config: ConfigOptions
    @OptionGroup var format: FormatOptions

    func run() async throws {
        let workspace = try config.workspace()
        let limit = try waiting.limit()
        let isPlan = target.hasPrefix("plan-") && Int(target.dropFirst(5)) != nil
        let keys = isPlan ? [] : try await resources.keys(target, workspace)
        let writing = Writing(workspace, by: author.by)
        try await confirm(writing, isPlan, keys)
        let action: ControlRequest.Action =
            isPlan
            ? .syncPlan(target)
            : .sync(application: target, isPruning: resources.prune, objects: keys)
        try await follow(
            action, writing, about: target, waits: !waiting.noWait, limit, format)
    }

    private func confirm(_ writing: Writing, _ isPlan: Bool, _ keys: [ObjectKey]) async throws {
        if yes { return }
        let surroundings = Surroundings.current
        guard surroundings.isInputTerminal, surroundings.isOutputTerminal else {
            throw CommandError(
                "a sync changes the cluster and nobody can be asked",
                because: "input and output are not both a terminal", try: "add --yes")
        }
        if !isPlan {
            let answer = try await writing.perform(
                .plan(
                    application: target, isPruning: resources.prune, objects: keys,
                    isSaved: false), about: target
            ) { answer, _ in answer }
            try surroundings.writeOutput(PlanReport(answer).text(format.color.paint))
        }
        surroundings.writeError("Run this? [y/N] ")
        let reply = surroundings.readLine()?.lowercased() ?? ""
        guard reply == "y" || reply == "yes" else {
            throw CommandError("nothing was changed", because: "the answer was not yes")
        }
    }
}

/// Starts a sync, shows how it goes on, and tells how it ended.
func follow(
    _ action: ControlRequest.Action, _ writing: Writing, about application: String, waits: Bool,
    _ limit: Duration?, _ format: FormatOptions
) async throws {
    let end = try await writing.perform(action, about: application) {
        answer, session -> (String, SyncRow?) in
        guard let sync = answer.sync else { throw CommandError("no sync was started") }
        if !waits, session.client != nil { return (sync, nil) }
        let progress = Progress()
        defer { progress.finish() }
        let row = try await session.end(of: sync, timeout: limit) { row, steps in
            progress.say(progressText(sync, row, steps))
        }
        guard let row else {
            throw CommandError(
                "\(sync) has not ended within \(limit.map(text(of:)) ?? "the time")",
                try: "tidemark wait \(row?.application ?? application)")
        }
        return (sync, row)
    }
    try report(end.0, end.1, format)
}

private func progressText(_ sync: String, _ row: SyncRow, _ steps: [StepRow]) -> String {
    let done = steps.count { $0.outcome != .open }
    let waiting = steps.last { $0.outcome == .open }.map { ", \(address($0.object))" } ?? ""
    return "\(sync) \(row.phase.rawValue): \(counted(done, "step")) done\(waiting)"
}

private func report(_ sync: String, _ row: SyncRow?, _ format: FormatOptions) throws {
    switch format.output {
    case .table, .wide:
        guard let row else { return try show("\(sync) started") }
        let took = row.finishedAt.map { " in \(text(of: $0 - row.requestedAt))" } ?? ""
        let message = row.message.map { ": \($0)" } ?? ""
        try show("\(sync) \(row.phase.rawValue)\(took)\(message)")
    case .json, .yaml:
        var fields = Mapping([("sync", .string(sync))])
        fields.set("phase", row?.phase.rawValue)
        fields.set("message", row?.message)
        fields.set("application", row?.application)
        fields.set("commit", row?.commit)
        try show(.object(fields), isYAML: format.output == .yaml)
    }
    if let row, row.phase != .succeeded { throw Outcome.failed }
}

/// Reads `90s`, `10m`, `2h`.
func duration(_ text: String) throws -> Duration {
    let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600]
    guard let unit = text.last.flatMap({ units[$0] }), let count = Int64(text.dropLast()),
        (0...1_000_000).contains(count)
    else { throw CommandError("\"\(text)\" is no duration", try: "such as 90s, 10m or 2h") }
    return .seconds(count * unit)
}

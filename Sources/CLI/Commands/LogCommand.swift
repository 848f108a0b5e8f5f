internal import ArgumentParser
internal import EventLog
internal import Model
internal import Projections
internal import Server
internal import YAML

struct LogCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log",
        abstract: "Show what happened, newest first.",
        discussion: """
            Every filter that is given must hold. Times are RFC 3339, a date, or an age such as 2h; \
            they are shown in UTC.

            Example: tidemark log --env production --since 2h --type sync.succeeded.
            """)

    @Argument(help: "Application, sync-N or plan-N; everything without it.")
    var about: String?

    @Option(name: .customLong("env"), help: "Only this environment.")
    var environment: String?

    @Option(name: .customLong("app"), help: "Only this application.")
    var application: String?

    @Option(help: "Only this object: kind/name, or a kind alone.")
    var object: String?

    @Option(name: .shortAndLong, help: "Namespace of the object.")
    var namespace: String?

    @Option(help: "Only by this actor, such as uid:1000 or reconciler.")
    var actor: String?

    @Option(help: "Only this type of event, such as sync.started; may be repeated.")
    var type: [String] = []

    @Option(help: "Only from this moment on.")
    var since: String?

    @Option(help: "Only up to this moment.")
    var until: String?

    @Option(help: "Only what belongs to this sync or plan, such as sync-42.")
    var sync: String?

    @Option(help: "Up to this moment: a time, an age (2h), @position or sync-N.")
    var at: String?

    @Option(name: .customShort("N"), help: "How many events at most; 0 means all.")
    var limit = 50

    @Flag(help: "Oldest first.")
    var reverse = false

    @Flag(name: .shortAndLong, help: "Go on showing new events, oldest first, until interrupted.")
    var follow = false

    @OptionGroup var archive: ArchiveOptions
    @OptionGroup var config: ConfigOptions
    @OptionGroup var format: ListOptions

    func run() async throws {
        let workspace = try config.workspace()
        let ledger = try await archive.open(workspace)
        let filter = try await filter(ledger)
        let newest = try await newest(ledger, filter)
        let isForward = reverse || follow
        let events = isForward ? newest.reversed() : newest
        guard follow else {
            if events.isEmpty, format.output == .table || format.output == .wide {
                return try show("no events\n")
            }
            try show(listing(events).text(format.output, format.color.paint))
            return warnOfArchived(events)
        }
        let client = ControlClient(path: workspace.socketPath)
        _ = try await untilInterrupted {
            try await followOn(HeadFollower(ledger: ledger, client: client), filter, events)
        }
        throw Outcome.interrupted
    }

    private func newest(_ ledger: any LedgerReading, _ filter: EventFilter) async throws
        -> [RecordedEvent]
    {
        var found: [RecordedEvent] = []
        let wanted = limit == 0 ? Int.max : limit
        while found.count < wanted {
            let page = try await ledger.events(
                matching: filter, newestFirst: true, limit: min(1000, wanted - found.count),
                before: found.last?.position)
            found += page
            if page.count < min(1000, wanted - found.count + page.count) { break }
        }
        return found
    }

    private func followOn(
        _ follower: HeadFollower, _ filter: EventFilter, _ events: [RecordedEvent]
    ) async throws {
        let ledger = follower.ledger
        let paint = format.color.paint
        let output: ListFormat =
            switch format.output {
            case .json, .yaml, .jsonl: .jsonl
            case .csv: .csv
            case .table, .wide: format.output
            }
        var last = try await ledger.head()
        try show(lines(listing(events).text(output, paint), isFirst: true, output))
        while true {
            _ = try await follower.wait(beyond: last, within: .seconds(30))
            let news = try await ledger.events(
                matching: filter, newestFirst: false, limit: 1000, before: last)
            guard let newest = news.last?.position else {
                last = max(last, try await ledger.head())
                continue
            }
            last = newest
            try show(lines(listing(news).text(output, paint), isFirst: false, output))
        }
    }

    /// Without the heading that every listing begins with.
    private func lines(_ text: String, isFirst: Bool, _ output: ListFormat) -> String {
        if isFirst || output == .jsonl { return text }
        guard let end = text.firstIndex(where: \.isNewline) else { return text }
        return String(text[text.index(after: end)...])
    }

    private func filter(_ ledger: any LedgerReading) async throws -> EventFilter {
        var filter = EventFilter()
        try await checkEnvironment(ledger)
        filter.environment = environment
        filter.application = application
        filter.sync = sync
        if let about {
            let isNamed = about.hasPrefix("sync-") || about.hasPrefix("plan-")
            if isNamed { filter.sync = about } else { filter.application = about }
        }
        filter.actor = actor
        for name in type where !EventCodec.types.contains(name) {
            throw CommandError(
                "there is no event type \(name)",
                try: "one of: " + EventCodec.types.joined(separator: ", "))
        }
        filter.types = Set(type)
        if object != nil || namespace != nil {
            let parts = object.map { $0.split(separator: "/", maxSplits: 1).map(String.init) } ?? []
            filter.object = ObjectPattern(
                kind: parts.first, namespace: namespace, name: parts.dropFirst().first)
        }
        var range: (Int64, Int64) = (1, .max)
        if let since {
            switch try Moment(since) {
            case .time(let time): filter.since = time
            case let moment: range.0 = try await moment.position(ledger)
            }
        }
        if let end = at ?? until {
            switch try Moment(end) {
            case .time(let time): filter.until = time
            case let moment: range.1 = try await moment.position(ledger)
            }
        }
        if range != (1, .max) { filter.positions = range.0...max(range.0, range.1) }
        return filter
    }

    /// An environment of neither now nor the past is a slip of the pen.
    private func checkEnvironment(_ ledger: any LedgerReading) async throws {
        guard let environment else { return }
        let known: [String]
        do {
            known = try await ledger.present(of: .environments).environments.all.keys.sorted()
        } catch LedgerError.outdatedBase {
            // Events are found without the rows of this release, which an archive keeps from being folded.
            return
        }
        guard !known.contains(environment) else { return }
        throw CommandError(
            "there is no environment \(environment)",
            try: known.isEmpty ? "tidemark run" : "one of: " + known.joined(separator: ", "))
    }

    private func listing(_ events: [RecordedEvent]) -> Listing {
        let now = Surroundings.current.now()
        var listing = Listing(
            columns: [
                .init(title: "POSITION"), .init(title: "TIME"),
                .init(title: "ABOUT", isFlexible: true), .init(title: "WHAT", isFlexible: true),
                .init(title: "TYPE", isWide: true), .init(title: "ENVIRONMENT", isWide: true),
                .init(title: "ACTOR", isWide: true), .init(title: "ID", isWide: true),
            ])
        for recorded in events {
            let envelope = recorded.envelope
            let subjects = recorded.subjects
            let time =
                format.output == .csv
                ? envelope.recordedAt.description : clock(envelope.recordedAt, now: now)
            listing.rows.append(
                Listing.Row(
                    cells: [
                        "@\(recorded.position)", time,
                        subjects.application ?? subjects.environment ?? subjects.repository ?? "-",
                        timelineText(of: recorded), envelope.type, subjects.environment ?? "",
                        text(of: envelope.actor), envelope.id.text,
                    ], colors: tint(envelope.type), document: document(of: recorded)))
        }
        return listing
    }

    private func tint(_ type: String) -> [Int: Paint.Color] {
        let isBad =
            type.hasSuffix(".failed") || type.hasSuffix(".unreachable")
            || type.hasSuffix(".disconnected") || type.hasSuffix(".rejected")
        if isBad { return [3: .red] }
        if type == "sync.succeeded" { return [3: .green] }
        return type.hasPrefix("drift.") || type == "sync.refused" ? [3: .yellow] : [:]
    }
}

/// Says how to read payloads that are in an archive.
func warnOfArchived(_ events: [RecordedEvent]) {
    let count = events.count(where: \.isArchived)
    guard count > 0 else { return }
    warn(
        "\(counted(count, "payload")) \(count == 1 ? "is" : "are") in an archive: "
            + "--archive FILE, or the folder of archives, reads it as part of the ledger")
}

/// An event as a document: its envelope, and its payload or why that is not there.
func document(of recorded: RecordedEvent) -> Node {
    var fields =
        (try? parseJSON(RecordEncoder.encode(recorded.envelope)))?.objectValue ?? Mapping()
    fields["payload"] = recorded.event.flatMap { try? parseJSON(EventCodec.encode($0)) }
    if recorded.event == nil {
        fields["removed"] = .string(recorded.isArchived ? "archived" : "redacted")
    }
    return .object(fields)
}

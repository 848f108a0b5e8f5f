internal import ArgumentParser
internal import EventLog
internal import Model
internal import Projections
internal import Server

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show sync, health and revision of the applications.",
        discussion: """
            Also says what holds an application back: a rollback, a refusal, manifests that cannot be \
            rendered, a repository or a cluster that does not answer; and which certificates end within \
            30 days. Reads the ledger only.

            Example: tidemark status authz-engine-production --output wide.
            """)

    @Argument(help: "Application; all without it.")
    var application: String?

    @OptionGroup var moment: MomentOptions
    @OptionGroup var archive: ArchiveOptions
    @OptionGroup var config: ConfigOptions
    @OptionGroup var format: FormatOptions

    func run() async throws {
        let workspace = try config.workspace()
        let ledger = try await archive.open(workspace)
        let state =
            moment.at == nil
            ? try await ledger.declaredState(application) : try await moment.state(of: ledger)
        if let application, state.applications[application] == nil {
            throw CommandError(
                "there is no application \(application)", try: "tidemark status lists them all")
        }
        let now = Surroundings.current.now()
        let report = StatusReport(
            state, only: application, now: now,
            asOf: moment.at == nil ? now : state.recordedAt ?? now)
        switch format.output {
        case .table, .wide:
            try show(report.text(isWide: format.output == .wide, format.color.paint))
            if moment.at == nil, await ControlClient(path: workspace.socketPath).writer() == nil {
                warn("nothing reconciles now, so this may be old; start it with: tidemark run")
            }
        case .json: try show(report.document, isYAML: false)
        case .yaml: try show(report.document, isYAML: true)
        }
    }
}

extension LedgerReading {
    /// The present without syncs and steps: of commits those that applications are at, of objects those of
    /// one application.
    fileprivate func declaredState(_ application: String?) async throws -> LedgerState {
        let rows = try await present(of: .declared).applications.all.values
        let commits = rows.flatMap { [$0.lastSyncedCommit, $0.renderedCommit] }.compactMap { $0 }
        let objects = application.map { RowSelection.objects(of: $0) } ?? RowSelection([])
        return try await present(of: .declared + .commits(commits) + objects)
    }
}

/// The state of everything, for people and as a document.
struct StatusReport {
    private let state: LedgerState
    private let names: [String]
    private let isWhole: Bool
    private let now: Timestamp
    /// The moment that the report is about.
    private let asOf: Timestamp

    init(_ state: LedgerState, only application: String?, now: Timestamp, asOf: Timestamp) {
        self.state = state
        self.now = now
        self.asOf = asOf
        isWhole = application == nil
        let rows = state.applications.all
        names =
            application.map { [$0] }
            ?? rows.filter { !$0.value.isRemoved }.sorted {
                ($0.value.environment, $0.key) < ($1.value.environment, $1.key)
            }.map(\.key)
    }

    func text(isWide: Bool, _ paint: Paint) -> String {
        var text = applications.text(isWide ? .wide : .table, paint)
        let notes = notes
        if !notes.isEmpty { text += "\n" + notes.map { paint("! ", .yellow) + $0 + "\n" }.joined() }
        if !isWhole { text += details(paint) }
        return text
    }

    private var applications: Listing {
        var listing = Listing(
            columns: [
                .init(title: "APPLICATION", isFlexible: true), .init(title: "ENVIRONMENT"),
                .init(title: "SYNC"), .init(title: "HEALTH"), .init(title: "REVISION"),
                .init(title: "LAST SYNC"), .init(title: "SINCE", isWide: true),
                .init(title: "SUBJECT", isWide: true),
            ], emptyText: "no applications yet")
        for name in names {
            guard let row = state.applications[name] else { continue }
            let commit = row.lastSyncedCommit ?? row.renderedCommit
            listing.rows.append(
                Listing.Row(
                    cells: [
                        name, row.environment.isEmpty ? "-" : row.environment,
                        row.isRemoved ? "removed" : row.syncStatus.rawValue,
                        row.health.rawValue, short(commit),
                        row.runningSync.map { "\($0) runs" } ?? row.lastSync ?? "-",
                        row.syncStatusSince.map { clock($0, now: now) } ?? "-",
                        commit.flatMap { state.commits[$0]?.subject } ?? "",
                    ],
                    colors: [2: color(of: row.syncStatus), 3: color(of: row.health)]
                        .compactMapValues {
                            $0
                        }, document: document(name, row)))
        }
        return listing
    }

    /// What holds applications back, and what does not answer.
    private var notes: [String] {
        var notes: [String] = []
        for name in names {
            guard let row = state.applications[name] else { continue }
            if let reason = row.heldBecause { notes.append("\(name) is held: \(reason)") }
            if let refusal = row.refusal { notes.append("\(name): \(refusal.message)") }
            notes += row.renderProblems.map { "\(name) cannot be rendered: \($0)" }
            if row.syncStatus == .unknown, let reason = row.syncReason,
                row.renderProblems.isEmpty, row.refusal?.message != reason
            {
                notes.append("\(name): \(reason)")
            }
            if let message = row.healthMessage, row.health != .healthy {
                notes.append("\(name) is \(row.health.rawValue): \(message)")
            }
            if !row.isRemoved {
                notes += row.renderWarnings.map { "\(name): \($0)" }
                notes += (row.replacedArchives ?? []).map { "\(name): chart \($0.text)" }
            }
            notes += row.certificatesEnding(asOf).map { $0.note(of: name, asOf) }
        }
        guard isWhole else { return notes }
        for (name, row) in state.repositories.all.sorted(by: { $0.key < $1.key }) {
            guard let since = row.unreachableSince else { continue }
            notes.append(
                "repository \(name) is unreachable since \(clock(since, now: now)): "
                    + (row.reason ?? "no reason given"))
        }
        for (name, row) in state.repositories.all.sorted(by: { $0.key < $1.key }) {
            notes += row.rejected.map { "declarations of \(name) are rejected: \($0)" }
        }
        for (name, row) in state.environments.all.sorted(by: { $0.key < $1.key })
        where !row.isConnected {
            let since = row.since.map { " since \(clock($0, now: now))" } ?? ""
            notes.append(
                "cluster \(name) is not connected\(since): \(row.reason ?? "not yet tried")")
        }
        return notes
    }

    /// Of one application: every object.
    private func details(_ paint: Paint) -> String {
        guard let name = names.first else { return "" }
        let row = state.applications[name] ?? ApplicationRow()
        let verdicts = Dictionary(
            row.outOfSync.map { ($0.key, $0.verdict.rawValue) }, uniquingKeysWith: { a, _ in a })
        var listing = Listing(
            columns: [
                .init(title: "OBJECT", isFlexible: true), .init(title: "SYNC"),
                .init(title: "HEALTH"), .init(title: "MESSAGE", isFlexible: true),
            ], emptyText: "no objects")
        for object in objects(of: name) {
            guard let key = object.key else { continue }
            listing.rows.append(
                Listing.Row(
                    cells: [
                        address(key), verdicts[key] ?? "same", object.row.health?.rawValue ?? "-",
                        object.row.healthMessage ?? "",
                    ], colors: object.row.health.flatMap(color).map { [2: $0] } ?? [:],
                    document: .null))
        }
        let sources = row.renderedSources.map { sourceListing($0).text(.table, paint) + "\n" } ?? ""
        return "\n" + sources + listing.text(.table, paint)
    }

    private func objects(of name: String) -> [(key: ObjectKey?, row: ObjectRow)] {
        state.objectKeys(of: name).sorted().compactMap { text in
            guard let row = state.objects[text], !row.isGone else { return nil }
            return (ObjectPlace(text)?.key, row)
        }
    }

    var document: Node {
        var fields = Mapping()
        fields["position"] = .int(state.position)
        fields.set("recordedAt", state.recordedAt)
        fields["applications"] = .array(applications.rows.map(\.document))
        guard isWhole else { return .object(fields) }
        fields["repositories"] = .array(
            state.repositories.all.sorted { $0.key < $1.key }.map { name, row in
                var fields = Mapping([("name", .string(name)), ("url", .string(row.url))])
                fields.set("unreachableSince", row.unreachableSince)
                fields.set("reason", row.reason)
                if !row.rejected.isEmpty {
                    fields["rejected"] = .array(row.rejected.map(Node.string))
                }
                fields["refs"] = .object(
                    Mapping(row.refs.map { ($0.name, .string($0.commit)) }))
                return .object(fields)
            })
        fields["environments"] = .array(
            state.environments.all.sorted { $0.key < $1.key }.map { name, row in
                var fields = Mapping([
                    ("name", .string(name)), ("mode", .string(row.mode.rawValue)),
                    ("connected", .bool(row.isConnected)), ("server", .string(row.server)),
                ])
                fields.set("since", row.since)
                fields.set("reason", row.reason)
                return .object(fields)
            })
        return .object(fields)
    }

    private func document(_ name: String, _ row: ApplicationRow) -> Node {
        var fields = Mapping([
            ("name", .string(name)), ("environment", .string(row.environment)),
            ("sync", .string(row.syncStatus.rawValue)), ("health", .string(row.health.rawValue)),
        ])
        fields.set("healthMessage", row.healthMessage)
        fields.set("targetRevision", row.declaration.targetRevision)
        fields.set("renderedCommit", row.renderedCommit)
        if let sources = row.renderedSources {
            fields["renderedSources"] = .array(sources.map(\.document))
        }
        if let replaced = row.replacedArchives {
            fields["replacedArchives"] = .array(replaced.map(\.document))
        }
        fields.set("syncedCommit", row.lastSyncedCommit)
        fields.set("lastSync", row.lastSync)
        fields.set("runningSync", row.runningSync)
        fields.set("heldBecause", row.heldBecause)
        fields.set("refusal", row.refusal?.message)
        fields.set("syncReason", row.syncReason)
        let ending = row.certificatesEnding(asOf)
        if !ending.isEmpty { fields["certificatesEnding"] = .array(ending.map(\.document)) }
        if row.isRemoved { fields["removed"] = .bool(true) }
        if !row.renderWarnings.isEmpty {
            fields["renderWarnings"] = .array(row.renderWarnings.map(Node.string))
        }
        if !row.renderProblems.isEmpty {
            fields["renderProblems"] = .array(row.renderProblems.map(Node.string))
        }
        fields["outOfSync"] = .array(
            row.outOfSync.map {
                .object(
                    Mapping([
                        ("key", .string($0.key.description)),
                        ("verdict", .string($0.verdict.rawValue)),
                    ]))
            })
        return .object(fields)
    }
}

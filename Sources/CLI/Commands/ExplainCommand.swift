internal import ArgumentParser
internal import Digests
internal import EventLog
internal import Model
internal import Planning
internal import Projections
internal import Server

struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Explain a sync, or the state of an application.",
        discussion: """
            Why it happened, what it changed, how it ended, and how to undo it.

            Example: tidemark explain sync-42.
            """)

    @Argument(help: "sync-N, or an application.")
    var target: String

    @OptionGroup var moment: MomentOptions
    @OptionGroup var archive: ArchiveOptions
    @OptionGroup var config: ConfigOptions
    @OptionGroup var format: FormatOptions

    func run() async throws {
        let workspace = try config.workspace()
        let ledger = try await archive.open(workspace)
        let state = try await state(ledger)
        let explanation: Explanation
        if let row = state.syncs[target] {
            let bytes = try await planBody(row, ledger)
            let plan = try bytes.map { try RecordDecoder.decode(SyncPlan.self, from: $0) }
            let approvals = Approvals(
                workspace.settings, application: row.application, environment: row.environment,
                state, now: Surroundings.current.now())
            explanation = Explanation(
                sync: target, row, plan, state, approvals,
                proof: try await proof(ledger, EventFilter { $0.sync = target }))
        } else if let row = state.applications[target] {
            explanation = Explanation(
                application: target, row, state,
                proof: try await proof(ledger, EventFilter { $0.application = target }))
        } else {
            throw CommandError(
                "there is no sync and no application \(target)",
                try: "tidemark status lists the applications, tidemark log the syncs")
        }
        switch format.output {
        case .table, .wide: try show(explanation.text(isWide: format.output == .wide))
        case .json, .yaml: try show(explanation.document, isYAML: format.output == .yaml)
        }
    }

    /// The body of a sync's plan, which may have been moved away.
    private func planBody(_ row: SyncRow, _ ledger: any LedgerReading) async throws -> [UInt8]? {
        guard let digest = row.plan?.plan else { return nil }
        do {
            return try await ledger.blob(digest)
        } catch LedgerError.archived {
            warn("the plan of \(target) is in an archive: --archive FILE shows it too")
            return nil
        }
    }

    /// Of the newest event that is explained.
    private func proof(_ ledger: any LedgerReading, _ filter: EventFilter) async throws -> String {
        let last = try await ledger.events(matching: filter, newestFirst: true, limit: 1).first
        return try await proofLine(of: last?.position ?? 0, in: ledger)
    }

    /// The rows that an explanation is made of.
    ///
    /// The past of an application is what all its events gave, and is folded. The past of a sync is its
    /// own events, but its health and what it followed are of others: folded as well.
    private func state(_ ledger: any LedgerReading) async throws -> LedgerState {
        guard moment.at == nil else { return try await moment.state(of: ledger) }
        let named = try await ledger.present(of: .sync(target) + .application(target))
        if let sync = named.syncs[target] { return try await state(of: sync, ledger) }
        guard let application = named.applications[target] else { return named }
        let last = application.lastSync.map { RowSelection.sync($0) } ?? RowSelection([])
        let commits = try await ledger.present(of: last).syncs.all.values.compactMap(\.commit)
        return try await ledger.present(
            of: .application(target) + .objects(of: target) + last + .commits(commits))
    }

    private func state(of sync: SyncRow, _ ledger: any LedgerReading) async throws -> LedgerState {
        let application = sync.application
        var selection: RowSelection =
            .sync(target) + .steps(of: target) + .application(application) + .declared
        var commits = [sync.commit]
        if let before = try await ledger.syncBefore(sync) {
            selection = selection + .sync(before.name)
            commits.append(before.row.commit)
        }
        let row = try await ledger.present(of: .application(application))
            .applications[application]
        if let last = row?.lastSync { selection = selection + .sync(last) }
        return try await ledger.present(of: selection + .commits(commits.compactMap { $0 }))
    }
}

extension LedgerReading {
    /// The last sync of the same application that succeeded, of those requested before this one.
    fileprivate func syncBefore(_ sync: SyncRow) async throws -> (name: String, row: SyncRow)? {
        var end = sync.requestedPosition
        while true {
            let requests = try await events(
                matching: EventFilter {
                    $0.application = sync.application
                    $0.types = ["sync.requested"]
                }, newestFirst: true, limit: 20, before: end)
            let names = requests.map(\.envelope.stream)
            let state = try await present(
                of: names.reduce(RowSelection([])) { $0 + .sync($1) })
            for name in names {
                if let row = state.syncs[name], row.phase == .succeeded { return (name, row) }
            }
            guard let last = requests.last?.position else { return nil }
            end = last
        }
    }
}

internal import ArgumentParser
internal import Digests
internal import EventLog
internal import Model
internal import Planning
internal import Projections
internal import SQLiteLedger

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
    @OptionGroup var config: ConfigOptions
    @OptionGroup var format: FormatOptions

    func run() async throws {
        let ledger = try config.workspace().openForReading()
        let state = try await moment.state(of: ledger)
        let explanation: Explanation
        if let row = state.syncs[target] {
            let bytes =
                row.plan == nil ? nil : try await ledger.blob(row.plan?.plan ?? .init(of: ""))
            let plan = try bytes.map { try RecordDecoder.decode(SyncPlan.self, from: $0) }
            explanation = Explanation(
                sync: target, row, plan, state,
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

    /// Of the newest event that is explained.
    private func proof(_ ledger: SQLiteLedger, _ filter: EventFilter) async throws -> String {
        let last = try await ledger.events(matching: filter, newestFirst: true, limit: 1).first
        return try await proofLine(of: last?.position ?? 0, in: ledger)
    }
}

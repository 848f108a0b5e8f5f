internal import ArgumentParser
internal import Declarations
internal import Digests
internal import EventLog
internal import Model
internal import Planning
internal import Projections
internal import Server
internal import YAML

struct ShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show an event, a sync, a plan or an object as it was recorded.",
        discussion: """
            An address is @position, sync-N, plan-N or kind/name. Values of secrets are shown as \
            tokens.

            Example: tidemark show deployment/web --namespace shop --env production --at sync-39.
            """)

    @Argument(help: "Address: @18204, sync-42, plan-17 or deployment/web.")
    var address: String

    @Option(name: .shortAndLong, help: "Namespace of the object.")
    var namespace: String?

    @Option(name: .customLong("env"), help: "Environment of the object.")
    var environment: String?

    @Flag(help: "Of an object: what Git wants, in place of what is in the cluster.")
    var desired = false

    @OptionGroup var moment: MomentOptions
    @OptionGroup var archive: ArchiveOptions
    @OptionGroup var config: ConfigOptions
    @OptionGroup var format: FormatOptions

    func run() async throws {
        let workspace = try config.workspace()
        let ledger = try await archive.open(workspace)
        let isJSON = format.output == .json
        if address.hasPrefix("@") {
            return try show(try await event(ledger), isYAML: !isJSON)
        }
        if address.hasPrefix("sync-") || address.hasPrefix("plan-") {
            return try await showNamed(ledger, workspace.settings)
        }
        try show(try await object(ledger), isYAML: !isJSON)
    }

    private func showNamed(_ ledger: any LedgerReading, _ settings: Settings) async throws {
        let state: LedgerState
        if moment.effective {
            state = try await moment.state(of: ledger)
        } else if let at = moment.at {
            let position = try await Moment(at).position(ledger)
            state = try await ledger.named(address, at: position)
        } else {
            state = try await ledger.present(
                of: .sync(address) + .steps(of: address) + .plan(address))
        }
        if let row = state.syncs[address] {
            let last = try await ledger.events(
                matching: EventFilter { $0.sync = address }, newestFirst: true, limit: 1)
            let proof = try await proofLine(of: last.first?.position ?? 0, in: ledger)
            return try show(document(row, state, proof), isYAML: format.output != .json)
        }
        if let row = state.plans[address] {
            let around = try await ledger.present(
                of: .declared + .commits([row.commit].compactMap { $0 }))
            let approvals = Approvals(
                settings, application: row.application, environment: row.environment,
                around, now: Surroundings.current.now())
            return try await showPlan(row, approvals.judgements(row), ledger)
        }
        throw CommandError("there is no \(address)", try: "tidemark log lists what there is")
    }

    private func event(_ ledger: any LedgerReading) async throws -> Node {
        guard let position = Int64(address.dropFirst()), position > 0 else {
            throw CommandError("\"\(address)\" is no position", try: "such as @18204")
        }
        guard let recorded = try await ledger.event(at: position) else {
            throw CommandError(
                "there is no event \(address)",
                because: "the last one is @\(try await ledger.head())")
        }
        var fields = CLI.document(of: recorded).objectValue ?? Mapping()
        fields["proof"] = .string(try await proofLine(of: position, in: ledger))
        warnOfArchived([recorded])
        return .object(fields)
    }

    private func showPlan(
        _ row: PlanRow, _ judgements: [String], _ ledger: any LedgerReading
    ) async throws {
        guard let bytes = try await ledger.blob(row.saved.plan) else {
            throw CommandError(
                "the body of \(address) is missing from the ledger", try: "tidemark verify")
        }
        let report = try PlanReport(
            RecordDecoder.decode(SyncPlan.self, from: bytes),
            origin: try await ledger.origin(of: row))
        switch format.output {
        case .table, .wide:
            try show(report.text(format.color.paint, showsAll: format.output == .wide))
            for judgement in judgements { try show(judgement) }
        case .json, .yaml:
            var document = report.document.objectValue ?? Mapping()
            report.origin.add(to: &document)
            try show(.object(document), isYAML: format.output == .yaml)
        }
    }

    private func document(_ row: SyncRow, _ state: LedgerState, _ proof: String) throws -> Node {
        var fields = try parseJSON(RecordEncoder.encode(row)).objectValue ?? Mapping()
        fields["steps"] = .array(
            try state.steps(of: address).map { try parseJSON(RecordEncoder.encode($0)) })
        fields["proof"] = .string(proof)
        return .object(fields)
    }

    private func object(_ ledger: any LedgerReading) async throws -> Node {
        let state = moment.effective ? try await moment.state(of: ledger) : nil
        var position: Int64?
        if !moment.effective, let at = moment.at {
            position = try await Moment(at).position(ledger)
        }
        let search = ObjectSearch(
            ledger: ledger, address: try ObjectAddress(address, namespace: namespace),
            environment: environment, position: position, state: state)
        let found = try await search.only()
        guard desired else { return try await body(found.row.live, ledger) }
        let application = found.row.application
        let objects: [ManifestsRendered.Object] =
            if let position {
                try await ledger.desired(application, at: position)
            } else if let state {
                state.applications[application]?.desired ?? []
            } else {
                try await ledger.present(of: .application(application))
                    .applications[application]?.desired ?? []
            }
        return try await body(objects.first { $0.key == found.place.key }?.digest, ledger)
    }

    private func body(_ digest: Digest?, _ ledger: any LedgerReading) async throws -> Node {
        guard let digest else {
            throw CommandError(
                desired ? "Git does not want \(address)" : "\(address) is not in the cluster",
                try: desired ? nil : "an earlier moment: --at, or what Git wants: --desired")
        }
        guard let bytes = try await ledger.blob(digest) else {
            throw CommandError(
                "the body of \(address) is missing from the ledger", try: "tidemark verify")
        }
        return try parseJSON(bytes)
    }
}

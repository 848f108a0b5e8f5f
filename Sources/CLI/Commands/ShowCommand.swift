internal import ArgumentParser
internal import Digests
internal import EventLog
internal import Model
internal import Planning
internal import Projections
internal import SQLiteLedger
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
    @OptionGroup var config: ConfigOptions
    @OptionGroup var format: FormatOptions

    func run() async throws {
        let ledger = try config.workspace().openForReading()
        let isJSON = format.output == .json
        if address.hasPrefix("@") {
            return try show(try await event(ledger), isYAML: !isJSON)
        }
        let state = try await moment.state(of: ledger)
        if let row = state.syncs[address] {
            let last = try await ledger.events(
                matching: EventFilter { $0.sync = address }, newestFirst: true, limit: 1)
            let proof = try await proofLine(of: last.first?.position ?? 0, in: ledger)
            return try show(document(row, state, proof), isYAML: !isJSON)
        }
        if let row = state.plans[address] {
            return try await showPlan(row.saved.plan, ledger)
        }
        if address.hasPrefix("sync-") || address.hasPrefix("plan-") {
            throw CommandError("there is no \(address)", try: "tidemark log lists what there is")
        }
        try show(try await object(ledger, state), isYAML: !isJSON)
    }

    private func event(_ ledger: SQLiteLedger) async throws -> Node {
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
        return .object(fields)
    }

    private func showPlan(_ digest: Digest, _ ledger: SQLiteLedger) async throws {
        guard let bytes = try await ledger.blob(digest) else {
            throw CommandError(
                "the body of \(address) is missing from the ledger", try: "tidemark verify")
        }
        let report = try PlanReport(RecordDecoder.decode(SyncPlan.self, from: bytes))
        switch format.output {
        case .table, .wide:
            try show(report.text(format.color.paint, showsAll: format.output == .wide))
        case .json, .yaml: try show(report.document, isYAML: format.output == .yaml)
        }
    }

    private func document(_ row: SyncRow, _ state: LedgerState, _ proof: String) throws -> Node {
        var fields = try parseJSON(RecordEncoder.encode(row)).objectValue ?? Mapping()
        fields["steps"] = .array(
            try state.steps(of: address).map { try parseJSON(RecordEncoder.encode($0)) })
        fields["proof"] = .string(proof)
        return .object(fields)
    }

    private func object(_ ledger: SQLiteLedger, _ state: LedgerState) async throws -> Node {
        let wanted = try ObjectAddress(address, namespace: namespace)
        var found: [(environment: String, key: ObjectKey, row: ObjectRow)] = []
        for (text, row) in state.objects.all {
            guard let place = ObjectPlace(text), wanted.matches(place.key),
                environment == nil || environment == place.environment
            else { continue }
            found.append((place.environment, place.key, row))
        }
        guard let object = found.first else {
            throw CommandError(
                "\(address) was never seen", try: "tidemark status APP lists the objects")
        }
        guard found.count == 1 else {
            let places = found.map { "\($0.environment): \(CLI.address($0.key))" }.sorted()
            throw CommandError(
                "\(address) means \(found.count) objects",
                because: places.joined(separator: "; "), try: "name --env and --namespace")
        }
        return try await body(of: object.key, object.row, ledger, state)
    }

    private func body(
        of key: ObjectKey, _ row: ObjectRow, _ ledger: SQLiteLedger, _ state: LedgerState
    ) async throws -> Node {
        let wanted = state.applications[row.application]?.desired.first { $0.key == key }?.digest
        guard let digest = desired ? wanted : row.live else {
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

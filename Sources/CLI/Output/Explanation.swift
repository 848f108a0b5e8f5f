internal import EventLog
internal import Model
internal import Planning
internal import Projections

/// An answer in lines, each under a word: why, plan, applied, health, before, undo, proof.
struct Explanation {
    private var headline: String
    private var lines: [(label: String, text: String)] = []

    /// The text of a line begins in this column.
    private static let indent = 10

    private mutating func add(_ label: String, _ text: String?) {
        if let text { lines.append((label, text)) }
    }

    func text(isWide: Bool) -> String {
        var text = headline + "\n"
        for (label, line) in lines {
            let label = label + String(repeating: " ", count: Self.indent - label.count)
            let width = isWide ? Int.max : Listing.width - Self.indent
            for (number, part) in wrapped(line, width).enumerated() {
                text += number == 0 ? label : String(repeating: " ", count: Self.indent)
                text += part + "\n"
            }
        }
        return text
    }

    var document: Node {
        var fields = Mapping([("headline", .string(headline))])
        for (label, line) in lines { fields[label] = .string(line) }
        return .object(fields)
    }
}

/// Breaks a line between words.
func wrapped(_ line: String, _ width: Int) -> [String] {
    var parts: [String] = []
    var part = ""
    for word in line.split(separator: " ", omittingEmptySubsequences: false) {
        if !part.isEmpty, part.count + 1 + word.count > width {
            parts.append(part)
            part = String(word)
        } else {
            part += (part.isEmpty ? "" : " ") + word
        }
    }
    return parts + [part]
}

extension Explanation {
    init(
        sync: String, _ row: SyncRow, _ plan: SyncPlan?, _ state: LedgerState,
        _ approvals: Approvals, proof: String
    ) {
        let took = row.finishedAt.map { " in \(CLI.text(of: $0 - row.requestedAt))" } ?? ""
        let undone = row.rolledBackBy.map { " (rolled back by \($0))" } ?? ""
        headline =
            "\(sync)  \(row.application) → \(row.environment)    "
            + "\(row.phase.rawValue.uppercased())\(took)\(undone)"
        add("why", Self.why(row, state))
        add("signed", approvals.signature(row))
        for line in approvals.approved(sync, row) { add("approved", line) }
        add("failure", row.phase == .succeeded ? nil : row.message)
        add("plan", Self.planned(row, plan))
        for line in Self.waves(state.steps(of: sync)) { add("applied", line) }
        add("health", Self.health(row, state))
        for line in approvals.evidence(row) { add("evidence", line) }
        let before = Self.previous(sync, row, state)
        add(
            "before",
            before.map { Self.describe($0.name, $0.row, state) } ?? "nothing: the first sync")
        add("lead", Self.leadTime(row, state))
        add("undo", before.map { "tidemark rollback \(row.application) --to \($0.name)" })
        add("proof", proof)
    }

    private static func why(_ row: SyncRow, _ state: LedgerState) -> String {
        let commit = row.commit.map { id in
            let known = state.commits[id]
            let subject = known.map { " \"\($0.subject)\" by \($0.authorName)" } ?? ""
            let commit = "commit \(short(id))\(subject)"
            guard let sources = row.plan?.sources else { return commit }
            let isOfGit = sources.contains { $0.commit != nil }
            return isOfGit ? "at \(sources.text)" : "\(sources.text), declared by \(commit)"
        }
        let how =
            switch row.trigger {
            case .automated: "auto-sync"
            case .manual: "asked for by \(CLI.text(of: row.actor))"
            case .selfHeal: "self-heal: the cluster had drifted"
            case .rollback:
                "rollback to \(row.rollbackTo ?? "?"), asked for by \(CLI.text(of: row.actor))"
            case .removal: "the application left the declarations, and its finalizer prunes"
            }
        let attempt = row.attempt > 0 ? "attempt \(row.attempt + 1)" : nil
        return [commit, how, attempt].compactMap { $0 }.joined(separator: "; ")
    }

    private static func planned(_ row: SyncRow, _ plan: SyncPlan?) -> String? {
        guard let planned = row.plan else { return nil }
        var text =
            "decided at @\(planned.decidedAt):  ~\(planned.updates) +\(planned.creates) "
            + "-\(planned.prunes)"
        let changes = plan?.steps.filter { !$0.fields.isEmpty } ?? []
        let words = changes.prefix(6).map { step in
            let fields = step.fields.prefix(3).map { PlanReport.line($0) }
            return "\(step.key.shortText) \(fields.joined(separator: ", "))"
        }
        if !words.isEmpty { text += "   " + words.joined(separator: "; ") }
        if changes.count > 6 { text += "; and \(changes.count - 6) more" }
        return text
    }

    /// What was done, by phase and wave, in order.
    private static func waves(_ steps: [StepRow]) -> [String] {
        var groups: [(place: String, words: [String])] = []
        for step in steps {
            let place = "\(step.intent.phase) wave \(step.intent.wave)"
            let mark =
                switch step.outcome {
                case .applied, .pruned: step.hookOutcome == .failed ? "✗" : "✓"
                case .failed: "✗ \(step.message ?? "")"
                case .open: "…"
                case .notApplied: "– not applied"
                case .unknown: "?"
                }
            let verb =
                switch step.intent.action {
                case .prune: "delete "
                case .deleteHook: "remove "
                case .moveOwnership: "take over "
                default: ""
                }
            let word = "\(verb)\(step.object.shortText) \(mark)"
            if groups.last?.place == place {
                groups[groups.count - 1].words.append(word)
            } else {
                groups.append((place, [word]))
            }
        }
        return groups.map { "\($0.place): \($0.words.joined(separator: "  "))" }
    }

    private static func health(_ row: SyncRow, _ state: LedgerState) -> String? {
        guard let application = state.applications[row.application],
            application.lastSync.flatMap({ state.syncs[$0]?.requestedPosition })
                == row.requestedPosition
        else { return nil }
        let since = application.healthSince.map { " since \($0.secondsText)" } ?? ""
        return "\(application.health.rawValue)\(since)"
            + (application.healthMessage.map { ": \($0)" } ?? "")
    }

    /// The last sync of the same application that succeeded before this one.
    private static func previous(_ sync: String, _ row: SyncRow, _ state: LedgerState)
        -> (name: String, row: SyncRow)?
    {
        state.syncs.all.filter {
            $0.value.application == row.application && $0.value.phase == .succeeded
                && $0.value.requestedPosition < row.requestedPosition
        }.max { $0.value.requestedPosition < $1.value.requestedPosition }
            .map { ($0.key, $0.value) }
    }

    private static func describe(_ name: String, _ row: SyncRow, _ state: LedgerState) -> String {
        let subject = row.commit.flatMap { state.commits[$0] }.map { " \"\($0.subject)\"" } ?? ""
        let since = row.finishedAt.map { " since \($0.secondsText)" } ?? ""
        let place = row.plan?.sources?.text ?? "\(short(row.commit))\(subject)"
        return "\(place)\(since) (\(name))"
    }

    /// From the commit to the end of the sync that brought it here first.
    private static func leadTime(_ row: SyncRow, _ state: LedgerState) -> String? {
        guard row.phase == .succeeded, row.trigger == .automated || row.trigger == .manual,
            let commit = row.commit.flatMap({ state.commits[$0] }), let end = row.finishedAt,
            commit.committedAt < end
        else { return nil }
        return "\(CLI.text(of: end - commit.committedAt)) from commit to synced"
    }
}

extension Explanation {
    init(
        application name: String, _ row: ApplicationRow, _ state: LedgerState, proof: String
    ) {
        headline =
            "\(name)  in \(row.environment)    \(row.syncStatus.rawValue), \(row.health.rawValue)"
        let since = row.syncStatusSince.map { " since \($0.secondsText)" } ?? ""
        add("sync", row.syncStatus.rawValue + since + (row.syncReason.map { ": \($0)" } ?? ""))
        for object in row.outOfSync.prefix(8) {
            add("", "\(address(object.key)) is \(object.verdict.rawValue)")
        }
        for line in Self.drifts(name, state) { add("drift", line) }
        let healthSince = row.healthSince.map { " since \($0.secondsText)" } ?? ""
        add(
            "health",
            row.health.rawValue + healthSince + (row.healthMessage.map { ": \($0)" } ?? ""))
        if let sync = row.lastSync.flatMap({ name in state.syncs[name].map { (name, $0) } }) {
            add("last", "\(sync.0) \(sync.1.phase.rawValue); \(Self.why(sync.1, state))")
        }
        let running = row.runningSync.map { "\($0) runs" }
        add("now", running)
        for line in Self.wants(row) { add("wants", line) }
        add("held", row.heldBecause)
        add("refused", row.refusal?.message)
        for problem in row.renderProblems { add("problem", problem) }
        add("proof", proof)
    }

    /// What it follows; of several sources also where each is.
    private static func wants(_ row: ApplicationRow) -> [String] {
        guard let sources = row.renderedSources else {
            return [
                "\(row.declaration.targetRevision) of \(row.repository), \(row.declaration.path)"
            ]
        }
        return sources.map { source in
            let ref = source.ref.map { " as $\($0)" } ?? ""
            let place = source.place ?? "?"
            return "\(source.targetRevision) of \(source.repository), "
                + "\(source.chart ?? source.path)\(ref): \(place)"
        }
    }

    private static func drifts(_ name: String, _ state: LedgerState) -> [String] {
        state.objectKeys(of: name).sorted().flatMap { key -> [String] in
            guard let drift = state.objects[key]?.drift,
                let object = ObjectPlace(key)?.key
            else { return [] }
            if drift.detected.fields.isEmpty {
                return ["\(address(object)) is \(drift.detected.verdict.rawValue)"]
            }
            return drift.detected.fields.map { field in
                let by = field.manager.map { " by \($0)" } ?? ""
                return "\(address(object)) \(field.path) \(field.desired ?? "(absent)") → "
                    + "\(field.live ?? "(absent)")\(by) (@\(drift.position))"
            }
        }
    }
}

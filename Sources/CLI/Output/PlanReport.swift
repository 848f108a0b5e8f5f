internal import Declarations
internal import EventLog
internal import Model
internal import Planning
internal import Server
internal import YAML

/// A plan for people: what each step would do, in its order.
struct PlanReport {
    let plan: SyncPlan
    let document: Node
    var savedName: String?
    var failures: Mapping
    let origin: PlanOrigin

    init(_ answer: ControlAnswer) throws {
        guard let document = answer.plan else {
            throw CommandError("the writer gave no plan", try: "run the same release on both sides")
        }
        plan = try RecordDecoder.decode(SyncPlan.self, from: canonicalJSON(document))
        self.document = document
        savedName = answer.savedPlan
        failures = answer.failures
        origin = PlanOrigin(
            sources: answer.sources, replaced: answer.replaced, authors: answer.authors)
    }

    init(_ plan: SyncPlan, origin: PlanOrigin) throws {
        self.origin = origin
        self.plan = plan
        document = try parseJSON(plan.bytes)
        failures = Mapping()
    }

    /// Whether anything is there to be done.
    var differs: Bool { plan.changesAnything || !failures.isEmpty }

    /// `~2 +1 -0`.
    var counts: String {
        "~\(plan.count(.update)) +\(plan.count(.create)) -\(plan.count(.prune))"
    }

    /// - Parameter showsAll: Also steps that change nothing.
    func text(_ paint: Paint, showsAll: Bool = false) -> String {
        var text =
            "\(plan.application) → \(plan.environment)  commit \(short(plan.commit))  \(counts)\n"
        for line in origin.lines(paint) { text += "  \(line)\n" }
        var place = ""
        for step in plan.steps where showsAll || step.needsCall {
            let here = "\(step.phase.rawValue) wave \(step.wave)"
            if here != place { text += "  \(here)\n" }
            place = here
            text += "    \(line(step, paint))\n"
            for field in step.fields {
                text += "        \(Self.line(field))\n"
            }
        }
        for skipped in plan.pruneSkipped {
            text += "  keeps \(address(skipped.key)): \(skipped.reason)\n"
        }
        for (key, message) in failures {
            let name = ObjectKey(key).map(address) ?? key
            text += paint("  refused \(name): \(message.stringValue ?? "")\n", .red)
        }
        if !differs { text += "  nothing to change\n" }
        if let savedName { text += "saved as \(savedName)\n" }
        return text
    }

    private func line(_ step: PlanStep, _ paint: Paint) -> String {
        let name = address(step.key)
        return switch step.change {
        case .create: paint("+ create \(name)", .green)
        case .update:
            step.action == .moveOwnership
                ? paint("~ take over \(name)", .yellow) : paint("~ update \(name)", .yellow)
        case .prune: paint("- delete \(name)", .red)
        case .hook: paint("> run    \(name)", .blue)
        case .cleanup: "x remove \(name) \(step.condition.map(Self.words) ?? "before the hook")"
        case .none: "= same   \(name)"
        }
    }

    private static func words(_ condition: PlanStep.Condition) -> String {
        switch condition {
        case .hookSucceeded: "if the hook succeeds"
        case .hookFailed: "if the hook fails"
        }
    }

    /// `spec.replicas  5 → 3`, from live to desired.
    static func line(_ field: PlannedField) -> String {
        let live = field.live.map { shortened($0, to: 60) } ?? "(absent)"
        let desired = field.desired.map { shortened($0, to: 60) } ?? "(absent)"
        return "\(field.path)  \(live) → \(desired)"
    }
}

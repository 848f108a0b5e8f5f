internal import EventLog
internal import Model

// Objects and syncs.
extension TimelineLine {
    func text(_ payload: ManifestsRendered) -> String {
        let warnings =
            payload.warnings.isEmpty ? "" : ", \(count(payload.warnings.count, "warning"))"
        let commit = payload.sources.map(\.text) ?? commit
        let replaced = (payload.replaced ?? []).map { "; \($0.text)" }.joined()
        return "\(application) at \(commit), \(count(payload.objects.count, "object"))\(warnings)"
            + replaced
    }

    func text(_ payload: ComparisonChanged) -> String {
        let shown = payload.objects.prefix(3).map { "\($0.key.shortText) \($0.verdict.rawValue)" }
        let more = payload.objects.count > 3 ? ["\(payload.objects.count - 3) more"] : []
        let objects = shown + more
        let list = objects.isEmpty ? "" : " (\(objects.joined(separator: ", ")))"
        return "\(application) \(payload.status.rawValue)\(list)\(because(payload.reason))"
    }

    func text(_ payload: DriftDetected) -> String {
        guard let first = payload.fields.first else {
            return "\(object) is \(payload.verdict.rawValue)"
        }
        let more = payload.fields.count - 1
        let others = more > 0 ? " and \(count(more, "more field"))" : ""
        // Several writers at once are rare; then the first field's is named, which stands beside it.
        let writer = first.manager.map { " by \($0)" } ?? ""
        return "\(object) \(first.path) \(value(first.desired)) → \(value(first.live))"
            + "\(writer)\(others)"
    }

    private func value(_ json: String?) -> String {
        json.map { oneLine($0, atMost: 48) } ?? "(none)"
    }

    func text(_ payload: DriftResolved) -> String {
        let how =
            switch payload.how {
            case .healed: "healed"
            case .inGit: "taken over in Git"
            case .byHand: "undone by hand"
            }
        return "\(object) \(how), detected @\(payload.detectedAt)"
    }

    func text(_ payload: ObjectObserved) -> String {
        let writer = payload.manager.map { " by \($0)" } ?? ""
        return "\(object) \(payload.change.rawValue)\(writer)"
    }

    func text(_ payload: OwnershipMoved) -> String {
        let parts = payload.from.map { "\(count($0.paths.count, "field")) of \($0.manager)" }
        return "\(object) takes over \(parts.joined(separator: ", "))"
    }

    func text(_ payload: HealthChanged) -> String {
        let from = payload.from.map { "\($0.rawValue) → " } ?? ""
        return "\(object) \(from)\(payload.to.rawValue)\(because(payload.message))"
    }

    func text(_ payload: SyncRequested) -> String {
        var details = [payload.trigger.rawValue]
        if payload.attempt > 0 { details.append("attempt \(payload.attempt + 1)") }
        if payload.isPruning { details.append("prune") }
        if !payload.onlyObjects.isEmpty {
            details.append("only \(payload.onlyObjects.map(\.shortText).joined(separator: " "))")
        }
        if let plan = payload.plan { details.append(plan) }
        let target =
            payload.rollbackTo.map { "back to \($0)" } ?? "to \(payload.sources?.text ?? commit)"
        return "\(name) of \(application) \(target) (\(details.joined(separator: ", ")))"
    }

    func text(_ payload: SyncPlanned) -> String {
        let parts = [
            (payload.creates, "to create"), (payload.updates, "to update"),
            (payload.prunes, "to prune"),
        ]
        var shown = parts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
        if payload.hooks > 0 { shown.append(count(payload.hooks, "hook")) }
        let list = shown.isEmpty ? "nothing to do" : shown.joined(separator: ", ")
        return "\(name) of \(application): \(list)"
    }

    func text(_ payload: PlanSaved) -> String {
        "\(name) of \(application) at \(commit), decided @\(payload.decidedAt)"
    }

    func text(_ payload: ApplyIntended) -> String {
        let action =
            switch payload.action {
            case .createNamespace: "create namespace"
            case .apply: "apply"
            case .createHook: "create hook"
            case .deleteHook: "delete hook"
            case .prune: "prune"
            case .moveOwnership: "take over fields"
            }
        return "\(object) \(action), step \(payload.step) (\(payload.phase), wave \(payload.wave))"
    }

    func text(_ payload: ObjectApplied) -> String {
        let warnings = payload.warnings.isEmpty ? nil : payload.warnings.joined(separator: "; ")
        return "\(object) \(payload.wasChanged ? "changed" : "unchanged")"
            + (warnings.map { ", warning: \($0)" } ?? "")
    }

    func text(_ payload: ObjectFailed) -> String {
        "\(object)\(payload.step == nil ? " in the dry run" : "")\(because(payload.message))"
    }

    func text(_ payload: ApplyRecovered) -> String {
        let outcome =
            switch payload.outcome {
            case .applied: "was carried out"
            case .notApplied: "was not carried out"
            case .unknown: "outcome unknown"
            }
        return "\(object) step \(payload.step) \(outcome)"
    }

    func text(_ payload: HookFinished) -> String {
        "\(object) \(payload.outcome.rawValue) in \(payload.phase)\(because(payload.message))"
    }

    func text(_ payload: SyncSucceeded) -> String {
        var parts = ["\(payload.applied) applied", "\(payload.unchanged) unchanged"]
        if payload.pruned > 0 { parts.append("\(payload.pruned) pruned") }
        if !payload.pruneSkipped.isEmpty {
            parts.append("\(payload.pruneSkipped.count) not pruned")
        }
        return "\(name) of \(application): \(parts.joined(separator: ", "))"
    }

    func text(_ payload: SyncFailed) -> String {
        "\(name) of \(application)\(because(payload.message)) "
            + "(\(payload.applied) applied, \(payload.pruned) pruned)"
    }

    func text(_ payload: RollbackRequested) -> String {
        let method = payload.method == .recordedBodies ? "recorded bodies" : "a revert commit"
        return "\(application)\(payload.to.map { " to \($0)" } ?? "") by \(method)"
    }

    func text(_ payload: RollbackCommitted) -> String {
        "\(application) \(short(payload.commit)) reverts "
            + payload.reverted.map(short).joined(separator: " ")
    }
}

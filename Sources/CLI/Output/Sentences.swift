internal import EventLog
internal import Model

/// What happened, as one line for people.
func sentence(_ recorded: RecordedEvent) -> String {
    guard let event = recorded.event else { return "\(recorded.envelope.type) (payload removed)" }
    let subjects = recorded.subjects
    let stream = recorded.envelope.stream
    return switch event {
    case .ledgerOpened(let e): "ledger opened by tidemark \(e.programVersion)"
    case .clockJumped(let e): "clock jumped from \(e.from.secondsText) to \(e.to.secondsText)"
    case .projectionRebuilt(let e): "rows folded anew from \(counted(Int(e.events), "event"))"
    case .verificationRun(let e):
        e.isIntact
            ? "verified \(counted(Int(e.events), "event")): intact"
            : "verified: \(e.finding ?? "not intact")"
    case .redactionKeyChanged(let e): "token key changed to \(e.to)"
    case .configurationChanged: "tidemark.yaml changed"
    case .repositoryRegistered(let e): "repository \(name(subjects)) is \(e.url)"
    case .repositoryUnreachable(let e): "repository \(name(subjects)) unreachable: \(e.reason)"
    case .repositoryReachable(let e):
        "repository \(name(subjects)) reachable again after \(counted(e.attempts, "attempt"))"
    case .refMoved(let e): moved(e)
    case .commitObserved(let e):
        "commit \(short(subjects.commit)) \"\(e.subject)\" by \(e.author.name)"
    case .pushIntended(let e): "pushing \(short(e.commit)) to \(e.branch)"
    case .pushFinished(let e): "push of \(short(e.commit)): \(e.outcome.rawValue)\(tail(e.message))"
    case .environmentDeclared(let e): "environment declared, mode \(e.mode.rawValue)"
    case .clusterConnected(let e): "cluster connected, Kubernetes \(e.serverVersion)"
    case .clusterDisconnected(let e): "cluster disconnected: \(e.reason)"
    case .applicationDeclared(let e): "application declared in \(e.file):\(e.line)"
    case .applicationChanged(let e): "application changed in \(e.file):\(e.line)"
    case .applicationRemoved: "application removed from the declarations"
    case .declarationsRejected(let e): "declarations rejected: \(e.problems.first ?? "")"
    case .manifestsRendered(let e):
        "rendered \(counted(e.objects.count, "object")) at \(short(subjects.commit))"
    case .renderFailed(let e): "cannot render: \(e.problems.first ?? "")"
    case .comparisonChanged(let e): compared(e)
    case .driftDetected(let e): "drift of \(object(subjects)): \(drift(e))"
    case .driftResolved(let e): "drift of \(object(subjects)) \(resolved(e.how)) (@\(e.detectedAt))"
    case .objectObserved(let e):
        "\(object(subjects)) \(e.change.rawValue)\(e.manager.map { " by \($0)" } ?? "")"
    case .observationsSuppressed(let e): "\(object(subjects)) changed \(e.count) more times"
    case .ownershipMoved(let e):
        "\(object(subjects)) taken over from \(e.from.map(\.manager).joined(separator: ", "))"
    case .healthChanged(let e):
        "\(subjects.object.map(address) ?? "application") is \(e.to.rawValue)\(tail(e.message))"
    case .syncRequested(let e): requested(stream, e)
    case .syncRefused(let e): "no sync: \(e.message)"
    case .syncPlanned(let e): "\(stream) planned: ~\(e.updates) +\(e.creates) -\(e.prunes)"
    case .planSaved: "\(stream) saved"
    case .syncStarted: "\(stream) started"
    case .applyIntended(let e): "\(verb(e.action)) \(object(subjects))"
    case .objectApplied(let e): "applied \(object(subjects))\(e.wasChanged ? "" : ", unchanged")"
    case .objectPruned: "deleted \(object(subjects))"
    case .objectFailed(let e): "failed \(object(subjects)): \(e.message)"
    case .applyRecovered(let e): "recovered \(object(subjects)): \(e.outcome.rawValue)"
    case .hookStarted(let e): "\(e.phase) hook \(object(subjects)) started"
    case .hookFinished(let e):
        "\(e.phase) hook \(object(subjects)) \(e.outcome.rawValue)\(tail(e.message))"
    case .syncSucceeded(let e): "\(stream) succeeded: \(e.applied) applied, \(e.pruned) deleted"
    case .syncFailed(let e): "\(stream) failed: \(e.message)"
    case .syncTerminated(let e): "\(stream) terminated: \(e.reason)"
    case .rollbackRequested(let e):
        e.method == .recordedBodies
            ? "rollback to \(e.to ?? "?") requested" : "revert requested"
    case .rollbackCommitted(let e): "made commit \(short(e.commit)) that reverts"
    case .autoSyncHeld(let e): "auto-sync held: \(e.reason)"
    case .autoSyncReleased(let e): "auto-sync released: \(e.reason)"
    }
}

private func name(_ subjects: Subjects) -> String { subjects.repository ?? "?" }

private func object(_ subjects: Subjects) -> String { subjects.object.map(address) ?? "?" }

private func tail(_ message: String?) -> String {
    message.map { $0.isEmpty ? "" : ": \($0)" } ?? ""
}

private func moved(_ e: RefMoved) -> String {
    let from = e.from.map { "from \(short($0)) " } ?? ""
    let branch = e.ref.hasPrefix("refs/heads/") ? String(e.ref.dropFirst(11)) : e.ref
    let how = e.isForced ? " by force" : ""
    return "\(branch) moved \(from)to \(short(e.to))\(how)"
}

private func compared(_ e: ComparisonChanged) -> String {
    guard !e.objects.isEmpty else { return e.status.rawValue + tail(e.reason) }
    let names = e.objects.prefix(3).map { "\($0.key.shortText) \($0.verdict.rawValue)" }
    let more = e.objects.count > 3 ? " and \(e.objects.count - 3) more" : ""
    return "\(e.status.rawValue): \(names.joined(separator: ", "))\(more)"
}

private func drift(_ e: DriftDetected) -> String {
    guard let field = e.fields.first else { return e.verdict.rawValue }
    let by = field.manager.map { " by \($0)" } ?? ""
    let more = e.fields.count > 1 ? " and \(e.fields.count - 1) more" : ""
    return "\(field.path) \(field.desired ?? "(absent)") → \(field.live ?? "(absent)")\(by)\(more)"
}

private func resolved(_ how: DriftResolved.How) -> String {
    switch how {
    case .healed: "healed"
    case .inGit: "resolved in Git"
    case .byHand: "resolved by hand"
    }
}

private func requested(_ sync: String, _ e: SyncRequested) -> String {
    let why =
        switch e.trigger {
        case .automated: "auto-sync"
        case .manual: "asked for"
        case .selfHeal: "self-heal"
        case .rollback: "rollback to \(e.rollbackTo ?? "?")"
        }
    return "\(sync) requested: \(why)" + (e.plan.map { ", \($0)" } ?? "")
}

private func verb(_ action: StepAction) -> String {
    switch action {
    case .createNamespace: "creating"
    case .apply: "applying"
    case .createHook: "creating hook"
    case .deleteHook: "deleting hook"
    case .prune: "deleting"
    case .moveOwnership: "taking over"
    }
}

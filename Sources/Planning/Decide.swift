internal import Declarations
internal import EventLog
internal import Health
public import Model
public import Projections

/// Says what to record and to do about one application, from what is on record and what is seen.
///
/// Pure: the same state and observation give the same decisions, in an order in which they can be
/// recorded. An observation like the last one leads to no decision at all.
///
/// - Parameters:
///   - application: The application as the ledger has it.
///   - objects: Its objects as the ledger has them, by key.
///   - running: The sync in progress, if there is one.
///   - plans: Its saved plans by name, where people must agree to a sync.
public func decide(
    _ application: ApplicationRow, objects: [ObjectKey: ObjectRow], running: SyncRow?,
    plans: [String: PlanRow] = [:], _ observation: Observation
) -> [Decision] {
    if let obstacle = observation.obstacle {
        return decide(application, obstacle, observation)
    }
    var decisions = objectDecisions(application, objects, running, observation)
    let comparison = comparison(of: observation)
    if application.isChanged(by: comparison) { decisions.append(.recordComparison(comparison)) }
    if let health = healthChange(application, observation) {
        decisions.append(.recordHealth(health))
    }
    if let running {
        if let supersession = supersession(running, observation) { decisions.append(supersession) }
    } else {
        decisions += syncDecisions(application, plans, observation)
    }
    return decisions
}

/// Nothing can be compared: the status is unknown, and a sync that would be due is refused.
private func decide(
    _ application: ApplicationRow, _ obstacle: Observation.Obstacle, _ observation: Observation
) -> [Decision] {
    var decisions: [Decision] = []
    let comparison = ComparisonChanged {
        $0.status = .unknown
        $0.reason = obstacle.message
    }
    if application.isChanged(by: comparison) { decisions.append(.recordComparison(comparison)) }
    if observation.rules.policy.automated != nil, observation.commit != application.lastSyncedCommit
    {
        decisions += refusal(application, observation.commit, obstacle.reason, obstacle.message)
    }
    return decisions
}

// MARK: - Comparison and health

private func comparison(of observation: Observation) -> ComparisonChanged {
    let objects = observation.objects.filter { $0.value.verdict != .same && !$0.value.isIgnored }
    let isUnknown = objects.contains { $0.value.verdict == .unknown }
    let isDifferent = objects.contains { $0.value.verdict != .unknown }
    return ComparisonChanged {
        $0.status = isDifferent ? .outOfSync : isUnknown ? .unknown : .synced
        $0.reason = !isDifferent && isUnknown ? "secret values cannot be compared" : nil
        $0.objects = objects.sorted { $0.key < $1.key }.map { key, object in
            ComparisonChanged.Object {
                $0.key = key
                $0.verdict = object.verdict
            }
        }
    }
}

extension ApplicationRow {
    fileprivate func isChanged(by comparison: ComparisonChanged) -> Bool {
        syncStatus != comparison.status || outOfSync != comparison.objects
            || syncReason != comparison.reason || syncStatusSince == nil
    }
}

private func healthChange(_ application: ApplicationRow, _ observation: Observation)
    -> HealthChanged?
{
    let parts = observation.objects.filter { !$0.value.isIgnored }.map { key, object in
        ApplicationPart(key: key, isLive: object.verdict != .missing, health: object.health)
    }
    let health = applicationHealth(of: parts)
    let status = StoredHealth(rawValue: health.status.rawValue) ?? .unknown
    guard application.health != status || application.healthSince == nil else { return nil }
    return HealthChanged {
        $0.from = application.healthSince == nil ? nil : application.health
        $0.to = status
        $0.message = health.message.isEmpty ? nil : health.message
    }
}

// MARK: - Drift

private func objectDecisions(
    _ application: ApplicationRow, _ rows: [ObjectKey: ObjectRow], _ running: SyncRow?,
    _ observation: Observation
) -> [Decision] {
    var decisions: [Decision] = []
    for (key, object) in observation.objects.sorted(by: { $0.key < $1.key }) {
        let row = rows[key]
        if let decision = healthDecision(key, object, row) { decisions.append(decision) }
        // While a sync changes the objects a difference is work in progress, not drift.
        guard running == nil else { continue }
        decisions += driftDecisions(key, object, row)
    }
    for (key, row) in rows.sorted(by: { $0.key < $1.key })
    where observation.objects[key] == nil && row.drift != nil && running == nil {
        decisions.append(.resolveDrift(key, resolution(of: row, .inGit)))
    }
    return decisions
}

private func healthDecision(_ key: ObjectKey, _ object: Observation.Object, _ row: ObjectRow?)
    -> Decision?
{
    guard let health = object.health, let status = StoredHealth(rawValue: health.status.rawValue),
        row?.health != status
    else { return nil }
    let change = HealthChanged {
        $0.from = row?.health
        $0.to = status
        $0.message = health.message.isEmpty ? nil : health.message
    }
    return .recordObjectHealth(key, change)
}

private func driftDecisions(_ key: ObjectKey, _ object: Observation.Object, _ row: ObjectRow?)
    -> [Decision]
{
    let isDrifted =
        object.isAsLastApplied && (object.verdict == .modified || object.verdict == .missing)
    guard let row, let drift = row.drift else {
        guard isDrifted else { return [] }
        return [.recordDrift(key, detected(object))]
    }
    if isDrifted {
        let now = detected(object)
        guard
            now.fields.map(\.place) != drift.detected.fields.map(\.place)
                || now.verdict != drift.detected.verdict
        else { return [] }
        return [.recordDrift(key, now)]
    }
    // Git wants something else now, or somebody put the object right.
    let how: DriftResolved.How = object.isAsLastApplied ? row.waysBack(since: drift) : .inGit
    return [.resolveDrift(key, resolution(of: row, how))]
}

private func detected(_ object: Observation.Object) -> DriftDetected {
    DriftDetected {
        $0.fields = object.fields
        $0.verdict = object.verdict
    }
}

private func resolution(of row: ObjectRow, _ how: DriftResolved.How) -> DriftResolved {
    DriftResolved {
        $0.detectedAt = row.drift?.position ?? 0
        $0.how = how
    }
}

extension ObjectRow {
    /// Whether Tidemark applied the object since it drifted.
    fileprivate func waysBack(since drift: Drift) -> DriftResolved.How {
        (lastAppliedAt ?? 0) > drift.position ? .healed : .byHand
    }
}

extension DriftDetected.Field {
    /// What the drift is, without who did it.
    fileprivate var place: String { "\(path)\n\(desired ?? "")\n\(live ?? "")" }
}

// MARK: - Syncing

private func syncDecisions(
    _ application: ApplicationRow, _ plans: [String: PlanRow], _ observation: Observation
) -> [Decision] {
    let rules = observation.rules
    let due = observation.objects.filter { $0.value.isDue(rules) }
    guard rules.policy.automated != nil, !due.isEmpty || isHookDue(application, observation)
    else { return [] }
    if rules.mode == .observe {
        return refusal(
            application, observation.commit, .observeOnly, "observe mode: nothing is applied")
    }
    if let held = application.heldBecause {
        return refusal(application, observation.commit, .held, held)
    }

    let attempts = application.attempts
    if wouldPruneEverything(observation) {
        return refusal(
            application, observation.commit, .wouldPruneEverything,
            "the sync would remove every object; allowEmpty permits that")
    }
    if let unsigned = signatureDecisions(application, observation) { return unsigned }
    if rules.approval.isNeeded,
        let decisions = approvalDecisions(application, due, plans, observation)
    {
        return decisions
    }
    let isNew =
        attempts.commit != observation.commit || attempts.sources != observation.sources
        || attempts.declaration != application.declaration.digest
        || attempts.generation != application.regenerations.last ?? 0
    if isNew { return [.sync(request(.automated, observation, attempt: 0))] }
    if attempts.lastFailed { return retry(application, due, observation) }
    return heal(application, due, observation)
}

private func retry(
    _ application: ApplicationRow, _ due: [ObjectKey: Observation.Object],
    _ observation: Observation
) -> [Decision] {
    let attempts = application.attempts
    if let delay = observation.rules.policy.retry.pause(beforeAttempt: max(attempts.failures, 1)) {
        let time = attempts.lastAt + delay
        guard observation.now >= time else {
            return refusal(
                application, observation.commit, .backoff,
                "the last attempt failed; the next is due \(delay) after it")
                + [.wait(until: time)]
        }
        return [.sync(request(.automated, observation, attempt: attempts.failures))]
    }
    // Argo CD gives up here for ever; with self-heal Tidemark goes on, slowly, about objects that differ.
    guard observation.rules.isSelfHealing, !due.isEmpty else {
        return refusal(
            application, observation.commit, .alreadyAttempted,
            "\(attempts.failures) attempts at this commit failed; sync by hand or commit a fix")
    }
    return heal(application, due, observation, failures: attempts.failures)
}

func heal(
    _ application: ApplicationRow, _ due: [ObjectKey: Observation.Object],
    _ observation: Observation,
    failures: Int = 0
) -> [Decision] {
    guard observation.rules.isSelfHealing else {
        return refusal(
            application, observation.commit, .alreadyAttempted,
            "this commit was synced already, and selfHeal is off: drift stays")
    }
    let attempts = application.attempts
    let backoff = observation.rules.heal
    let isCooledDown = observation.now - attempts.lastAt > backoff.cooldown
    let count = max(isCooledDown ? 0 : attempts.heals, failures)
    let time = attempts.lastAt + backoff.delay(afterHeals: count)
    guard observation.now >= time else { return [.wait(until: time)] }
    var request = request(.selfHeal, observation, attempt: attempts.failures)
    request.onlyObjects = due.keys.sorted()
    return [.sync(request)]
}

/// Whether a hook of this commit failed: its sync is tried again, also when every object is as desired.
private func isHookDue(_ application: ApplicationRow, _ observation: Observation) -> Bool {
    let attempts = application.attempts
    return attempts.lastFailed && attempts.hookFailed && attempts.commit == observation.commit
        && attempts.declaration == application.declaration.digest
}

extension Observation.Object {
    /// Whether a sync would do something about it.
    fileprivate func isDue(_ rules: SyncRules) -> Bool {
        switch verdict {
        case .same, .unknown: false
        case .modified, .missing: true
        case .extra: rules.isPruning && isPrunable
        }
    }
}

private func wouldPruneEverything(_ observation: Observation) -> Bool {
    observation.rules.policy.automated?.allowEmpty != true && observation.rules.isPruning
        && !observation.objects.isEmpty
        && observation.objects.allSatisfy { $0.value.verdict == .extra }
}

func request(_ trigger: SyncTrigger, _ observation: Observation, attempt: Int)
    -> SyncRequested
{
    SyncRequested {
        $0.attempt = attempt
        $0.isPruning = observation.rules.isPruning
        $0.sources = observation.sources
        $0.trigger = trigger
    }
}

/// A refusal is recorded once for each (commit, reason); one that waits for a plan, once for each plan.
func refusal(
    _ application: ApplicationRow, _ commit: String?, _ reason: SyncRefused.Reason,
    _ message: String
) -> [Decision] {
    if let known = application.refusal, known.reason == reason, known.commit == commit,
        reason != .waitingForApproval || known.message == message
    {
        return []
    }
    let refused = SyncRefused {
        $0.reason = reason
        $0.message = message
    }
    return [.refuse(refused)]
}

private func supersession(_ running: SyncRow, _ observation: Observation) -> Decision? {
    guard observation.rules.policy.automated != nil, observation.rules.mode == .apply,
        let commit = observation.commit, running.rollbackTo == nil,
        running.trigger != .manual, let old = running.commit, old != commit
    else { return nil }
    return .supersede(because: "commit \(commit.prefix(7)) is newer")
}

import Digests
import EventLog
import Model
import Projections

/// A ledger told in a few words a line, folded.
///
/// A line is `TYPE SUBJECT [STREAM]`; the subject is an application, or `application/object`. Payloads are
/// the filled instances of `schema/vectors`, changed where a script says so.
struct Script {
    private(set) var events: [RecordedEvent] = []
    private var versions: [String: Int64] = [:]

    mutating func add(
        _ type: String, _ subject: String = "web", in stream: String? = nil, commit: String = "c1",
        _ change: (inout RecordedEvent) -> Void = { _ in }
    ) throws {
        var event = try vector(type)
        let parts = subject.split(separator: "/")
        let stream = stream ?? "application/\(parts[0])"
        versions[stream, default: 0] += 1
        event.envelope.position = Int64(events.count + 1)
        event.envelope.stream = stream
        event.envelope.streamVersion = versions[stream, default: 0]
        let time = Timestamp(seconds: 1_793_613_600 + Int64(events.count) * 60)
        event.envelope.occurredAt = time
        event.envelope.recordedAt = time
        event.envelope.subjects = Subjects(
            application: String(parts[0]), commit: commit, environment: "prod",
            object: parts.count > 1
                ? ObjectKey(
                    group: "apps", kind: "Deployment", namespace: "shop", name: "\(parts[1])")
                : nil,
            repository: "manifests")
        change(&event)
        events.append(event)
    }

    /// A sync of one object with an outcome of its step, up to its end.
    mutating func addSync(
        _ name: String, of application: String = "web", commit: String = "c1",
        outcome: String = "object.applied", end: String = "sync.succeeded",
        action: StepAction = .apply
    ) throws {
        try add("sync.requested", application, in: name, commit: commit) {
            $0.event = .syncRequested(SyncRequested { $0.trigger = .automated })
        }
        try add("sync.planned", application, in: name, commit: commit)
        try add("sync.started", application, in: name, commit: commit)
        let object = "\(application)/\(application)"
        try add("apply.intended", object, in: name, commit: commit) {
            $0.event = .applyIntended(
                ApplyIntended {
                    $0.action = action
                    $0.body = Digest(of: commit)
                    $0.step = 7
                })
        }
        try add(outcome, object, in: name, commit: commit) { event in
            switch event.event {
            case .objectFailed(var payload):
                payload.step = 7
                event.event = .objectFailed(payload)
            case .objectPruned(var payload):
                payload.step = 7
                event.event = .objectPruned(payload)
            default: break
            }
        }
        try add(end, application, in: name, commit: commit)
    }

    var state: LedgerState {
        var state = LedgerState()
        for event in events { state.apply(event) }
        return state
    }
}

extension LedgerState {
    /// What the state says, a line for each row: enough to see a fold go wrong.
    var table: String {
        var lines: [String] = []
        for name in applications.keys {
            guard let row = applications[name] else { continue }
            lines.append(
                "\(name): \(row.syncStatus.rawValue) \(row.health.rawValue)"
                    + part("running", row.runningSync) + part("last", row.lastSync)
                    + part("synced", row.lastSynced) + part("commit", row.lastSyncedCommit)
                    + part("held", row.heldBecause) + part("refused", row.refusal?.reason.rawValue)
                    + part("failures", row.attempts.failures) + (row.isRemoved ? " removed" : ""))
        }
        for key in objects.keys {
            guard let row = objects[key] else { continue }
            lines.append(
                "  \(key.split(separator: "/").last ?? "") of \(row.application)"
                    + (row.isGone ? " gone" : "") + part("drift", row.drift?.position)
                    + part("health", row.health?.rawValue) + part("by", row.lastAppliedBy))
        }
        for name in syncs.keys {
            guard let row = syncs[name] else { continue }
            let steps = steps(of: name).map { "\($0.intent.step)=\($0.outcome.rawValue)" }
            lines.append(
                "\(name) \(row.phase.rawValue) of \(row.application)"
                    + part("steps", steps.isEmpty ? nil : steps.joined(separator: ","))
                    + part("undone by", row.rolledBackBy))
        }
        for name in plans.keys { lines.append("\(name)" + part("used by", plans[name]?.usedBy)) }
        for name in pushes.keys { lines.append("push \(name.prefix(16)) open") }
        return lines.joined(separator: "\n")
    }

    private func part(_ name: String, _ value: Any?) -> String {
        switch value {
        case let number as Int where number == 0: ""
        case let value?: " \(name) \(value)"
        case nil: ""
        }
    }
}

internal import Digests
public import EventLog
internal import Model

/// One line of text for an event, as the timeline shows it.
///
/// The words of its type, two spaces, then what it is about and what became of it:
/// `drift detected  Deployment/api-gateway spec.replicas 3 → 1 by kubectl-edit`. Position, time and
/// environment are columns of their own and not part of it. Control characters, which a commit or a
/// cluster may send, are shown as spaces, and long values are cut.
public func timelineText(of event: RecordedEvent) -> String {
    let line = TimelineLine(envelope: event.envelope)
    let words = event.envelope.type.split(separator: ".").joined(separator: " ")
    let text = event.event.map { line.text($0) } ?? (event.isArchived ? "(archived)" : "(redacted)")
    return oneLine("\(words)  \(text)\(line.requester)", atMost: 400)
}

/// `text` without line breaks and other control characters, cut at a number of characters.
func oneLine(_ text: String, atMost limit: Int) -> String {
    var scalars = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
        // C1 controls and line separators move the cursor of a terminal as C0 does; the bidirectional
        // controls reorder what is read.
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0x2028...0x202E, 0x2066...0x2069: scalars.append(" ")
        default: scalars.append(scalar)
        }
    }
    let line = String(scalars)
    return line.count > limit ? line.prefix(limit - 1) + "…" : line
}

/// What the lines of one event have in common.
struct TimelineLine {
    let envelope: Envelope

    var subjects: Subjects { envelope.subjects }
    var repository: String { subjects.repository ?? "?" }
    var environment: String { subjects.environment ?? "?" }
    var application: String { subjects.application ?? "?" }
    var object: String { subjects.object?.shortText ?? application }
    /// Of a sync, its plan, its steps: the stream has the name.
    var name: String { envelope.stream }
    var commit: String { subjects.commit.map(short) ?? "an unknown commit" }

    /// ` by uid:1000`, when a person asked for it.
    var requester: String {
        guard envelope.actor.kind == .user else { return "" }
        let isClaim = envelope.actor.authentication == .asserted
        return " by \(envelope.actor.id)\(isClaim ? " (asserted)" : "")"
    }

    /// The first seven digits of a commit.
    func short(_ commit: String) -> String { String(commit.prefix(7)) }

    func branch(_ ref: String) -> String {
        for prefix in ["refs/heads/", "refs/tags/"] where ref.hasPrefix(prefix) {
            return String(ref.dropFirst(prefix.count))
        }
        return ref
    }

    func because(_ message: String?) -> String {
        message.map { $0.isEmpty ? "" : ": \($0)" } ?? ""
    }

    func count(_ number: Int, _ noun: String) -> String {
        number == 1 ? "1 \(noun)" : "\(number) \(noun)s"
    }

    /// `3m 20s`: the two largest units that are not zero.
    func span(_ duration: Duration) -> String {
        let seconds = duration.wholeNanoseconds.magnitude / 1_000_000_000
        let units = [
            (seconds / 86_400, "d"), (seconds / 3600 % 24, "h"), (seconds / 60 % 60, "m"),
            (seconds % 60, "s"),
        ]
        let shown = units.drop { $0.0 == 0 }.prefix(2).filter { $0.0 > 0 }
        return shown.isEmpty ? "0s" : shown.map { "\($0.0)\($0.1)" }.joined(separator: " ")
    }
}

extension TimelineLine {
    func text(_ event: Event) -> String {
        switch event {
        case .ledgerOpened(let payload): text(payload)
        case .clockJumped(let payload): text(payload)
        case .projectionRebuilt(let payload): text(payload)
        case .verificationRun(let payload): text(payload)
        case .redactionKeyChanged(let payload): text(payload)
        case .configurationChanged(let payload): text(payload)
        case .checkpointSigned(let payload):
            "\(count(Int(payload.size), "event")), root \(payload.root.shortText)"
        case .checkpointWitnessed(let payload): "\(payload.size) by \(payload.witness)"
        case .signingKeyChanged(let payload): "\(payload.from) → \(payload.to)"
        case .payloadRedacted(let payload): "@\(payload.position)\(because(payload.reason))"
        case .ledgerArchived(let payload):
            "up to @\(payload.through), archive \(payload.archive.shortText)"
        case .repositoryRegistered(let payload): "\(repository) \(payload.url)"
        case .repositoryUnreachable(let payload): "\(repository)\(because(payload.reason))"
        case .repositoryReachable(let payload): text(payload)
        case .repositoryDropped(let payload): "\(repository)\(because(payload.reason))"
        case .refMoved(let payload): text(payload)
        case .commitObserved(let payload): text(payload)
        case .pushIntended(let payload): text(payload)
        case .pushFinished(let payload): text(payload)
        case .environmentDeclared(let payload): text(payload)
        case .clusterConnected(let payload): "\(environment) \(payload.serverVersion)"
        case .clusterDisconnected(let payload): "\(environment)\(because(payload.reason))"
        case .applicationDeclared(let payload), .applicationChanged(let payload): text(payload)
        case .applicationRemoved(let payload):
            "\(application); its objects \(payload.isCascaded ? "were pruned" : "stay as they are")"
        case .declarationsRejected(let payload): text(payload)
        case .manifestsRendered(let payload): text(payload)
        case .renderFailed(let payload): text(payload)
        case .comparisonChanged(let payload): text(payload)
        case .driftDetected(let payload): text(payload)
        case .driftResolved(let payload): text(payload)
        case .objectObserved(let payload): text(payload)
        case .observationsSuppressed(let payload): "\(object) \(count(payload.count, "change"))"
        case .ownershipMoved(let payload): text(payload)
        case .healthChanged(let payload): text(payload)
        case .syncRequested(let payload): text(payload)
        case .syncRefused(let payload):
            "\(application) \(payload.reason.rawValue)\(because(payload.message))"
        case .syncPlanned(let payload): text(payload)
        case .planSaved(let payload): text(payload)
        case .planApproved(let payload): "\(name) of \(application)\(because(payload.comment))"
        case .planRejected(let payload): "\(name) of \(application)\(because(payload.reason))"
        case .syncStarted: "\(name) of \(application)"
        case .applyIntended(let payload): text(payload)
        case .objectApplied(let payload): text(payload)
        case .objectPruned: object
        case .objectFailed(let payload): text(payload)
        case .applyRecovered(let payload): text(payload)
        case .hookStarted(let payload): "\(object) in \(payload.phase)"
        case .hookFinished(let payload): text(payload)
        case .syncSucceeded(let payload): text(payload)
        case .syncFailed(let payload): text(payload)
        case .syncTerminated(let payload): "\(name) of \(application)\(because(payload.reason))"
        case .rollbackRequested(let payload): text(payload)
        case .rollbackCommitted(let payload): text(payload)
        case .autoSyncHeld(let payload): "\(application)\(because(payload.reason))"
        case .autoSyncReleased(let payload): "\(application)\(because(payload.reason))"
        case .regenerationRequested(let payload):
            "random values and keys of \(application)\(because(payload.reason))"
        case .evidenceAttested(let payload):
            "\(payload.kind.rawValue) \(payload.name) for \(payload.subject)"
        }
    }
}

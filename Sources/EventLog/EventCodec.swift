/// The stored names of events, and the way between payloads and bytes.
///
/// Names are literals here and nowhere else. A name or version that was ever released is never reused;
/// a payload of an older version gets a private struct and a conversion in `decode`.
public enum EventCodec {
    /// The type and version under which `event` is stored today.
    public static func name(of event: Event) -> (type: String, version: Int) {
        switch event {
        case .ledgerOpened: ("ledger.opened", 1)
        case .clockJumped: ("clock.jumped", 1)
        case .projectionRebuilt: ("projection.rebuilt", 1)
        case .verificationRun: ("verification.run", 1)
        case .redactionKeyChanged: ("redaction.key.changed", 1)
        case .configurationChanged: ("configuration.changed", 1)
        case .checkpointSigned: ("checkpoint.signed", 1)
        case .checkpointWitnessed: ("checkpoint.witnessed", 1)
        case .signingKeyChanged: ("signing.key.changed", 1)
        case .payloadRedacted: ("payload.redacted", 1)
        case .ledgerArchived: ("ledger.archived", 1)
        case .repositoryRegistered: ("repository.registered", 1)
        case .repositoryUnreachable: ("repository.unreachable", 1)
        case .repositoryReachable: ("repository.reachable", 1)
        case .repositoryDropped: ("repository.dropped", 1)
        case .refMoved: ("ref.moved", 1)
        case .commitObserved: ("commit.observed", 1)
        case .pushIntended: ("push.intended", 1)
        case .pushFinished: ("push.finished", 1)
        case .environmentDeclared: ("environment.declared", 1)
        case .clusterConnected: ("cluster.connected", 1)
        case .clusterDisconnected: ("cluster.disconnected", 1)
        case .applicationDeclared: ("application.declared", 1)
        case .applicationChanged: ("application.changed", 1)
        case .applicationRemoved: ("application.removed", 1)
        case .declarationsRejected: ("declarations.rejected", 1)
        case .manifestsRendered: ("manifests.rendered", 1)
        case .renderFailed: ("render.failed", 1)
        case .comparisonChanged: ("comparison.changed", 1)
        case .driftDetected: ("drift.detected", 1)
        case .driftResolved: ("drift.resolved", 1)
        case .objectObserved: ("object.observed", 1)
        case .observationsSuppressed: ("observations.suppressed", 1)
        case .ownershipMoved: ("ownership.moved", 1)
        case .healthChanged: ("health.changed", 1)
        case .syncRequested: ("sync.requested", 1)
        case .syncRefused: ("sync.refused", 1)
        case .syncPlanned: ("sync.planned", 1)
        case .planSaved: ("plan.saved", 1)
        case .planApproved: ("plan.approved", 1)
        case .planRejected: ("plan.rejected", 1)
        case .syncStarted: ("sync.started", 1)
        case .applyIntended: ("apply.intended", 1)
        case .objectApplied: ("object.applied", 1)
        case .objectPruned: ("object.pruned", 1)
        case .objectFailed: ("object.failed", 1)
        case .applyRecovered: ("apply.recovered", 1)
        case .hookStarted: ("hook.started", 1)
        case .hookFinished: ("hook.finished", 1)
        case .syncSucceeded: ("sync.succeeded", 1)
        case .syncFailed: ("sync.failed", 1)
        case .syncTerminated: ("sync.terminated", 1)
        case .rollbackRequested: ("rollback.requested", 1)
        case .rollbackCommitted: ("rollback.committed", 1)
        case .autoSyncHeld: ("autosync.held", 1)
        case .autoSyncReleased: ("autosync.released", 1)
        case .regenerationRequested: ("regeneration.requested", 1)
        case .evidenceAttested: ("evidence.attested", 1)
        }
    }

    /// The canonical bytes of the payload.
    public static func encode(_ event: Event) -> [UInt8] {
        switch event {
        case .ledgerOpened(let payload): RecordEncoder.encode(payload)
        case .clockJumped(let payload): RecordEncoder.encode(payload)
        case .projectionRebuilt(let payload): RecordEncoder.encode(payload)
        case .verificationRun(let payload): RecordEncoder.encode(payload)
        case .redactionKeyChanged(let payload): RecordEncoder.encode(payload)
        case .configurationChanged(let payload): RecordEncoder.encode(payload)
        case .checkpointSigned(let payload): RecordEncoder.encode(payload)
        case .checkpointWitnessed(let payload): RecordEncoder.encode(payload)
        case .signingKeyChanged(let payload): RecordEncoder.encode(payload)
        case .payloadRedacted(let payload): RecordEncoder.encode(payload)
        case .ledgerArchived(let payload): RecordEncoder.encode(payload)
        case .repositoryRegistered(let payload): RecordEncoder.encode(payload)
        case .repositoryUnreachable(let payload): RecordEncoder.encode(payload)
        case .repositoryReachable(let payload): RecordEncoder.encode(payload)
        case .repositoryDropped(let payload): RecordEncoder.encode(payload)
        case .refMoved(let payload): RecordEncoder.encode(payload)
        case .commitObserved(let payload): RecordEncoder.encode(payload)
        case .pushIntended(let payload): RecordEncoder.encode(payload)
        case .pushFinished(let payload): RecordEncoder.encode(payload)
        case .environmentDeclared(let payload): RecordEncoder.encode(payload)
        case .clusterConnected(let payload): RecordEncoder.encode(payload)
        case .clusterDisconnected(let payload): RecordEncoder.encode(payload)
        case .applicationDeclared(let payload): RecordEncoder.encode(payload)
        case .applicationChanged(let payload): RecordEncoder.encode(payload)
        case .applicationRemoved(let payload): RecordEncoder.encode(payload)
        case .declarationsRejected(let payload): RecordEncoder.encode(payload)
        case .manifestsRendered(let payload): RecordEncoder.encode(payload)
        case .renderFailed(let payload): RecordEncoder.encode(payload)
        case .comparisonChanged(let payload): RecordEncoder.encode(payload)
        case .driftDetected(let payload): RecordEncoder.encode(payload)
        case .driftResolved(let payload): RecordEncoder.encode(payload)
        case .objectObserved(let payload): RecordEncoder.encode(payload)
        case .observationsSuppressed(let payload): RecordEncoder.encode(payload)
        case .ownershipMoved(let payload): RecordEncoder.encode(payload)
        case .healthChanged(let payload): RecordEncoder.encode(payload)
        case .syncRequested(let payload): RecordEncoder.encode(payload)
        case .syncRefused(let payload): RecordEncoder.encode(payload)
        case .syncPlanned(let payload): RecordEncoder.encode(payload)
        case .planSaved(let payload): RecordEncoder.encode(payload)
        case .planApproved(let payload): RecordEncoder.encode(payload)
        case .planRejected(let payload): RecordEncoder.encode(payload)
        case .syncStarted(let payload): RecordEncoder.encode(payload)
        case .applyIntended(let payload): RecordEncoder.encode(payload)
        case .objectApplied(let payload): RecordEncoder.encode(payload)
        case .objectPruned(let payload): RecordEncoder.encode(payload)
        case .objectFailed(let payload): RecordEncoder.encode(payload)
        case .applyRecovered(let payload): RecordEncoder.encode(payload)
        case .hookStarted(let payload): RecordEncoder.encode(payload)
        case .hookFinished(let payload): RecordEncoder.encode(payload)
        case .syncSucceeded(let payload): RecordEncoder.encode(payload)
        case .syncFailed(let payload): RecordEncoder.encode(payload)
        case .syncTerminated(let payload): RecordEncoder.encode(payload)
        case .rollbackRequested(let payload): RecordEncoder.encode(payload)
        case .rollbackCommitted(let payload): RecordEncoder.encode(payload)
        case .autoSyncHeld(let payload): RecordEncoder.encode(payload)
        case .autoSyncReleased(let payload): RecordEncoder.encode(payload)
        case .regenerationRequested(let payload): RecordEncoder.encode(payload)
        case .evidenceAttested(let payload): RecordEncoder.encode(payload)
        }
    }

    /// Reads a payload of any type and version ever released.
    ///
    /// - Throws: `CodecError.unknownEvent` when a newer release wrote it. The caller stops and says so: a
    ///   projection that skips what it does not understand reports a state that never was.
    public static func decode(type: String, version: Int, payload: [UInt8]) throws(CodecError)
        -> Event
    {
        var decoder = RecordDecoder(payload)
        return try decode(type, version, &decoder)
    }

    static func decode(_ type: String, _ version: Int, _ decoder: inout RecordDecoder)
        throws(CodecError) -> Event
    {
        func read<Payload: Coded>() throws(CodecError) -> Payload { try decoder.readAll() }
        switch (type, version) {
        case ("ledger.opened", 1): return .ledgerOpened(try read())
        case ("clock.jumped", 1): return .clockJumped(try read())
        case ("projection.rebuilt", 1): return .projectionRebuilt(try read())
        case ("verification.run", 1): return .verificationRun(try read())
        case ("redaction.key.changed", 1): return .redactionKeyChanged(try read())
        case ("configuration.changed", 1): return .configurationChanged(try read())
        case ("checkpoint.signed", 1): return .checkpointSigned(try read())
        case ("checkpoint.witnessed", 1): return .checkpointWitnessed(try read())
        case ("signing.key.changed", 1): return .signingKeyChanged(try read())
        case ("payload.redacted", 1): return .payloadRedacted(try read())
        case ("ledger.archived", 1): return .ledgerArchived(try read())
        case ("repository.registered", 1): return .repositoryRegistered(try read())
        case ("repository.unreachable", 1): return .repositoryUnreachable(try read())
        case ("repository.reachable", 1): return .repositoryReachable(try read())
        case ("repository.dropped", 1): return .repositoryDropped(try read())
        case ("ref.moved", 1): return .refMoved(try read())
        case ("commit.observed", 1): return .commitObserved(try read())
        case ("push.intended", 1): return .pushIntended(try read())
        case ("push.finished", 1): return .pushFinished(try read())
        case ("environment.declared", 1): return .environmentDeclared(try read())
        case ("cluster.connected", 1): return .clusterConnected(try read())
        case ("cluster.disconnected", 1): return .clusterDisconnected(try read())
        case ("application.declared", 1): return .applicationDeclared(try read())
        case ("application.changed", 1): return .applicationChanged(try read())
        case ("application.removed", 1): return .applicationRemoved(try read())
        case ("declarations.rejected", 1): return .declarationsRejected(try read())
        case ("manifests.rendered", 1): return .manifestsRendered(try read())
        case ("render.failed", 1): return .renderFailed(try read())
        case ("comparison.changed", 1): return .comparisonChanged(try read())
        case ("drift.detected", 1): return .driftDetected(try read())
        case ("drift.resolved", 1): return .driftResolved(try read())
        case ("object.observed", 1): return .objectObserved(try read())
        case ("observations.suppressed", 1): return .observationsSuppressed(try read())
        case ("ownership.moved", 1): return .ownershipMoved(try read())
        case ("health.changed", 1): return .healthChanged(try read())
        case ("sync.requested", 1): return .syncRequested(try read())
        case ("sync.refused", 1): return .syncRefused(try read())
        case ("sync.planned", 1): return .syncPlanned(try read())
        case ("plan.saved", 1): return .planSaved(try read())
        case ("plan.approved", 1): return .planApproved(try read())
        case ("plan.rejected", 1): return .planRejected(try read())
        case ("sync.started", 1): return .syncStarted(try read())
        case ("apply.intended", 1): return .applyIntended(try read())
        case ("object.applied", 1): return .objectApplied(try read())
        case ("object.pruned", 1): return .objectPruned(try read())
        case ("object.failed", 1): return .objectFailed(try read())
        case ("apply.recovered", 1): return .applyRecovered(try read())
        case ("hook.started", 1): return .hookStarted(try read())
        case ("hook.finished", 1): return .hookFinished(try read())
        case ("sync.succeeded", 1): return .syncSucceeded(try read())
        case ("sync.failed", 1): return .syncFailed(try read())
        case ("sync.terminated", 1): return .syncTerminated(try read())
        case ("rollback.requested", 1): return .rollbackRequested(try read())
        case ("rollback.committed", 1): return .rollbackCommitted(try read())
        case ("autosync.held", 1): return .autoSyncHeld(try read())
        case ("autosync.released", 1): return .autoSyncReleased(try read())
        case ("regeneration.requested", 1): return .regenerationRequested(try read())
        case ("evidence.attested", 1): return .evidenceAttested(try read())
        default: throw CodecError.unknownEvent(type: type, version: version)
        }
    }

    /// Every type that this release writes, in the order of the catalogue.
    public static let types: [String] = [
        "ledger.opened",
        "clock.jumped",
        "projection.rebuilt",
        "verification.run",
        "redaction.key.changed",
        "configuration.changed",
        "checkpoint.signed",
        "checkpoint.witnessed",
        "signing.key.changed",
        "payload.redacted",
        "ledger.archived",
        "repository.registered",
        "repository.unreachable",
        "repository.reachable",
        "repository.dropped",
        "ref.moved",
        "commit.observed",
        "push.intended",
        "push.finished",
        "environment.declared",
        "cluster.connected",
        "cluster.disconnected",
        "application.declared",
        "application.changed",
        "application.removed",
        "declarations.rejected",
        "manifests.rendered",
        "render.failed",
        "comparison.changed",
        "drift.detected",
        "drift.resolved",
        "object.observed",
        "observations.suppressed",
        "ownership.moved",
        "health.changed",
        "sync.requested",
        "sync.refused",
        "sync.planned",
        "plan.saved",
        "plan.approved",
        "plan.rejected",
        "sync.started",
        "apply.intended",
        "object.applied",
        "object.pruned",
        "object.failed",
        "apply.recovered",
        "hook.started",
        "hook.finished",
        "sync.succeeded",
        "sync.failed",
        "sync.terminated",
        "rollback.requested",
        "rollback.committed",
        "autosync.held",
        "autosync.released",
        "regeneration.requested",
        "evidence.attested",
    ]
}

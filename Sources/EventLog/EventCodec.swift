/// The stored names of events, and the way between payloads and bytes.
///
/// Names are literals here and nowhere else. A name or version that was ever released is never reused;
/// a payload of an older version gets a private struct and a conversion in `catalogue`.
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

    /// The canonical bytes of the payload of an event that was recorded.
    public static func encode(_ event: Event) -> [UInt8] {
        var encoder = RecordEncoder()
        write(event, to: &encoder)
        return encoder.bytes
    }

    /// The canonical bytes of the payload of an event that is to be recorded.
    ///
    /// - Throws: `CodecError.unknownValue` when a value of it has no stored form.
    public static func encodeChecked(_ event: Event) throws(CodecError) -> [UInt8] {
        var encoder = RecordEncoder()
        write(event, to: &encoder)
        return try encoder.finish()
    }

    private static func write(_ event: Event, to encoder: inout RecordEncoder) {
        switch event {
        case .ledgerOpened(let payload): encoder.append(object: payload)
        case .clockJumped(let payload): encoder.append(object: payload)
        case .projectionRebuilt(let payload): encoder.append(object: payload)
        case .verificationRun(let payload): encoder.append(object: payload)
        case .redactionKeyChanged(let payload): encoder.append(object: payload)
        case .configurationChanged(let payload): encoder.append(object: payload)
        case .checkpointSigned(let payload): encoder.append(object: payload)
        case .checkpointWitnessed(let payload): encoder.append(object: payload)
        case .signingKeyChanged(let payload): encoder.append(object: payload)
        case .payloadRedacted(let payload): encoder.append(object: payload)
        case .ledgerArchived(let payload): encoder.append(object: payload)
        case .repositoryRegistered(let payload): encoder.append(object: payload)
        case .repositoryUnreachable(let payload): encoder.append(object: payload)
        case .repositoryReachable(let payload): encoder.append(object: payload)
        case .repositoryDropped(let payload): encoder.append(object: payload)
        case .refMoved(let payload): encoder.append(object: payload)
        case .commitObserved(let payload): encoder.append(object: payload)
        case .pushIntended(let payload): encoder.append(object: payload)
        case .pushFinished(let payload): encoder.append(object: payload)
        case .environmentDeclared(let payload): encoder.append(object: payload)
        case .clusterConnected(let payload): encoder.append(object: payload)
        case .clusterDisconnected(let payload): encoder.append(object: payload)
        case .applicationDeclared(let payload): encoder.append(object: payload)
        case .applicationChanged(let payload): encoder.append(object: payload)
        case .applicationRemoved(let payload): encoder.append(object: payload)
        case .declarationsRejected(let payload): encoder.append(object: payload)
        case .manifestsRendered(let payload): encoder.append(object: payload)
        case .renderFailed(let payload): encoder.append(object: payload)
        case .comparisonChanged(let payload): encoder.append(object: payload)
        case .driftDetected(let payload): encoder.append(object: payload)
        case .driftResolved(let payload): encoder.append(object: payload)
        case .objectObserved(let payload): encoder.append(object: payload)
        case .observationsSuppressed(let payload): encoder.append(object: payload)
        case .ownershipMoved(let payload): encoder.append(object: payload)
        case .healthChanged(let payload): encoder.append(object: payload)
        case .syncRequested(let payload): encoder.append(object: payload)
        case .syncRefused(let payload): encoder.append(object: payload)
        case .syncPlanned(let payload): encoder.append(object: payload)
        case .planSaved(let payload): encoder.append(object: payload)
        case .planApproved(let payload): encoder.append(object: payload)
        case .planRejected(let payload): encoder.append(object: payload)
        case .syncStarted(let payload): encoder.append(object: payload)
        case .applyIntended(let payload): encoder.append(object: payload)
        case .objectApplied(let payload): encoder.append(object: payload)
        case .objectPruned(let payload): encoder.append(object: payload)
        case .objectFailed(let payload): encoder.append(object: payload)
        case .applyRecovered(let payload): encoder.append(object: payload)
        case .hookStarted(let payload): encoder.append(object: payload)
        case .hookFinished(let payload): encoder.append(object: payload)
        case .syncSucceeded(let payload): encoder.append(object: payload)
        case .syncFailed(let payload): encoder.append(object: payload)
        case .syncTerminated(let payload): encoder.append(object: payload)
        case .rollbackRequested(let payload): encoder.append(object: payload)
        case .rollbackCommitted(let payload): encoder.append(object: payload)
        case .autoSyncHeld(let payload): encoder.append(object: payload)
        case .autoSyncReleased(let payload): encoder.append(object: payload)
        case .regenerationRequested(let payload): encoder.append(object: payload)
        case .evidenceAttested(let payload): encoder.append(object: payload)
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
        guard let shape = shapes[type]?.first(where: { $0.version == version }) else {
            throw CodecError.unknownEvent(type: type, version: version)
        }
        return try shape.read(&decoder)
    }

    /// Every type that this release writes, in the order of the catalogue.
    public static let types: [String] = catalogue.map(\.type)
}

extension EventCodec {
    /// How the payload of one type is read in one version.
    private struct Shape: Sendable {
        let type: String
        let version: Int
        let read: @Sendable (inout RecordDecoder) throws(CodecError) -> Event

        init<Payload: Coded>(
            _ type: String, _ version: Int, _ event: @escaping @Sendable (Payload) -> Event
        ) {
            self.type = type
            self.version = version
            read = { decoder throws(CodecError) in event(try decoder.readAll()) }
        }
    }

    /// Every shape ever released, by type: of a long fold each event is looked up here.
    private static let shapes = Dictionary(grouping: catalogue, by: \.type)

    private static let catalogue: [Shape] = [
        Shape("ledger.opened", 1, Event.ledgerOpened),
        Shape("clock.jumped", 1, Event.clockJumped),
        Shape("projection.rebuilt", 1, Event.projectionRebuilt),
        Shape("verification.run", 1, Event.verificationRun),
        Shape("redaction.key.changed", 1, Event.redactionKeyChanged),
        Shape("configuration.changed", 1, Event.configurationChanged),
        Shape("checkpoint.signed", 1, Event.checkpointSigned),
        Shape("checkpoint.witnessed", 1, Event.checkpointWitnessed),
        Shape("signing.key.changed", 1, Event.signingKeyChanged),
        Shape("payload.redacted", 1, Event.payloadRedacted),
        Shape("ledger.archived", 1, Event.ledgerArchived),
        Shape("repository.registered", 1, Event.repositoryRegistered),
        Shape("repository.unreachable", 1, Event.repositoryUnreachable),
        Shape("repository.reachable", 1, Event.repositoryReachable),
        Shape("repository.dropped", 1, Event.repositoryDropped),
        Shape("ref.moved", 1, Event.refMoved),
        Shape("commit.observed", 1, Event.commitObserved),
        Shape("push.intended", 1, Event.pushIntended),
        Shape("push.finished", 1, Event.pushFinished),
        Shape("environment.declared", 1, Event.environmentDeclared),
        Shape("cluster.connected", 1, Event.clusterConnected),
        Shape("cluster.disconnected", 1, Event.clusterDisconnected),
        Shape("application.declared", 1, Event.applicationDeclared),
        Shape("application.changed", 1, Event.applicationChanged),
        Shape("application.removed", 1, Event.applicationRemoved),
        Shape("declarations.rejected", 1, Event.declarationsRejected),
        Shape("manifests.rendered", 1, Event.manifestsRendered),
        Shape("render.failed", 1, Event.renderFailed),
        Shape("comparison.changed", 1, Event.comparisonChanged),
        Shape("drift.detected", 1, Event.driftDetected),
        Shape("drift.resolved", 1, Event.driftResolved),
        Shape("object.observed", 1, Event.objectObserved),
        Shape("observations.suppressed", 1, Event.observationsSuppressed),
        Shape("ownership.moved", 1, Event.ownershipMoved),
        Shape("health.changed", 1, Event.healthChanged),
        Shape("sync.requested", 1, Event.syncRequested),
        Shape("sync.refused", 1, Event.syncRefused),
        Shape("sync.planned", 1, Event.syncPlanned),
        Shape("plan.saved", 1, Event.planSaved),
        Shape("plan.approved", 1, Event.planApproved),
        Shape("plan.rejected", 1, Event.planRejected),
        Shape("sync.started", 1, Event.syncStarted),
        Shape("apply.intended", 1, Event.applyIntended),
        Shape("object.applied", 1, Event.objectApplied),
        Shape("object.pruned", 1, Event.objectPruned),
        Shape("object.failed", 1, Event.objectFailed),
        Shape("apply.recovered", 1, Event.applyRecovered),
        Shape("hook.started", 1, Event.hookStarted),
        Shape("hook.finished", 1, Event.hookFinished),
        Shape("sync.succeeded", 1, Event.syncSucceeded),
        Shape("sync.failed", 1, Event.syncFailed),
        Shape("sync.terminated", 1, Event.syncTerminated),
        Shape("rollback.requested", 1, Event.rollbackRequested),
        Shape("rollback.committed", 1, Event.rollbackCommitted),
        Shape("autosync.held", 1, Event.autoSyncHeld),
        Shape("autosync.released", 1, Event.autoSyncReleased),
        Shape("regeneration.requested", 1, Event.regenerationRequested),
        Shape("evidence.attested", 1, Event.evidenceAttested),
    ]
}

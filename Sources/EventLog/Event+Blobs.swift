public import Digests

extension Event {
    /// The digests of the bodies that were recorded with this event or before it.
    ///
    /// Digests that only name something (inputs, suppressed observations) are not among them.
    public var blobs: [Digest] {
        switch self {
        case .manifestsRendered(let payload):
            (payload.objects + (payload.deletionHooks ?? [])).map(\.digest)
                + (payload.asked ?? []).compactMap(\.body)
        case .objectObserved(let payload): list(payload.digest)
        case .syncPlanned(let payload): [payload.plan] + list(payload.planningInput)
        case .planSaved(let payload): [payload.plan] + list(payload.planningInput)
        case .evidenceAttested(let payload): [payload.document]
        case .ledgerArchived(let payload): payload.states.map(\.digest)
        case .applyIntended(let payload): list(payload.body)
        case .objectApplied(let payload): list(payload.live)
        case .projectionRebuilt(let payload): payload.base?.states.map(\.digest) ?? []
        case .ledgerOpened, .clockJumped, .verificationRun,
            .redactionKeyChanged, .configurationChanged, .repositoryRegistered,
            .repositoryUnreachable, .repositoryReachable, .repositoryDropped, .refMoved,
            .commitObserved,
            .pushIntended, .pushFinished, .environmentDeclared, .clusterConnected,
            .clusterDisconnected, .applicationDeclared, .applicationChanged, .applicationRemoved,
            .declarationsRejected, .renderFailed, .comparisonChanged, .driftDetected,
            .driftResolved, .observationsSuppressed, .ownershipMoved, .healthChanged,
            .syncRequested, .syncRefused, .syncStarted, .objectPruned, .objectFailed,
            .applyRecovered, .hookStarted, .hookFinished, .syncSucceeded, .syncFailed,
            .syncTerminated, .rollbackRequested, .rollbackCommitted, .autoSyncHeld,
            .autoSyncReleased, .regenerationRequested, .checkpointSigned, .checkpointWitnessed,
            .signingKeyChanged,
            .payloadRedacted, .planApproved, .planRejected:
            []
        }
    }

    private func list(_ digest: Digest?) -> [Digest] { digest.map { [$0] } ?? [] }
}

/// Something that happened, in the past tense.
///
/// The set is closed: projections switch over it without `default`, so that a new event is a compile
/// error at every place that has to decide what it means. A case that was ever released is never
/// removed and never changes its meaning; see `EventCodec` for how an old payload is read.
public enum Event: Equatable, Sendable {
    case ledgerOpened(LedgerOpened)
    case clockJumped(ClockJumped)
    case projectionRebuilt(ProjectionRebuilt)
    case verificationRun(VerificationRun)
    case redactionKeyChanged(RedactionKeyChanged)
    case configurationChanged(ConfigurationChanged)
    case checkpointSigned(CheckpointSigned)
    case checkpointWitnessed(CheckpointWitnessed)
    case signingKeyChanged(SigningKeyChanged)
    case payloadRedacted(PayloadRedacted)
    case ledgerArchived(LedgerArchived)

    case repositoryRegistered(RepositoryRegistered)
    case repositoryUnreachable(RepositoryUnreachable)
    case repositoryReachable(RepositoryReachable)
    case refMoved(RefMoved)
    case commitObserved(CommitObserved)
    case pushIntended(PushIntended)
    case pushFinished(PushFinished)

    case environmentDeclared(EnvironmentDeclared)
    case clusterConnected(ClusterConnected)
    case clusterDisconnected(ClusterDisconnected)
    case applicationDeclared(ApplicationDeclaration)
    case applicationChanged(ApplicationDeclaration)
    case applicationRemoved(ApplicationRemoved)
    case declarationsRejected(DeclarationsRejected)

    case manifestsRendered(ManifestsRendered)
    case renderFailed(RenderFailed)
    case comparisonChanged(ComparisonChanged)
    case driftDetected(DriftDetected)
    case driftResolved(DriftResolved)
    case objectObserved(ObjectObserved)
    case observationsSuppressed(ObservationsSuppressed)
    case ownershipMoved(OwnershipMoved)
    case healthChanged(HealthChanged)

    case syncRequested(SyncRequested)
    case syncRefused(SyncRefused)
    case syncPlanned(SyncPlanned)
    case planSaved(PlanSaved)
    case planApproved(PlanApproved)
    case planRejected(PlanRejected)
    case syncStarted(SyncStarted)
    case applyIntended(ApplyIntended)
    case objectApplied(ObjectApplied)
    case objectPruned(ObjectPruned)
    case objectFailed(ObjectFailed)
    case applyRecovered(ApplyRecovered)
    case hookStarted(HookStarted)
    case hookFinished(HookFinished)
    case syncSucceeded(SyncSucceeded)
    case syncFailed(SyncFailed)
    case syncTerminated(SyncTerminated)

    case rollbackRequested(RollbackRequested)
    case rollbackCommitted(RollbackCommitted)
    case autoSyncHeld(AutoSyncHeld)
    case autoSyncReleased(AutoSyncReleased)

    case evidenceAttested(EvidenceAttested)
}

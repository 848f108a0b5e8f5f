import EventLog
import Model

private let inputs = PlanInputs {
    $0.application = digest[0]
    $0.desired = digest[1]
    $0.differences = digest[7]
    $0.discovery = digest[2]
    $0.dryRun = digest[3]
    $0.live = digest[4]
    $0.plannerVersion = 1
    $0.project = digest[5]
    $0.time = time
    $0.windows = digest[6]
}

let filledSyncs: [Event] = [
    .syncRequested(
        SyncRequested {
            $0.attempt = 1
            $0.isPruning = true
            $0.onlyObjects = [deployment, service]
            $0.plan = "plan-17"
            $0.rollbackTo = "sync-39"
            $0.sources = [sourceRevision]
            $0.trigger = .rollback
        }),
    .syncRefused(
        SyncRefused {
            $0.message = "3 of 3 objects would be pruned"
            $0.reason = .wouldPruneEverything
        }),
    .syncPlanned(
        SyncPlanned {
            $0.creates = 1
            $0.decidedAt = 118
            $0.hooks = 1
            $0.inputs = inputs
            $0.plan = digest[7]
            $0.planningInput = digest[8]
            $0.prunes = 2
            $0.sources = [sourceRevision]
            $0.updates = 3
        }),
    .planSaved(
        PlanSaved {
            $0.authors = ["Engineer A", "a@example.com"]
            $0.decidedAt = 118
            $0.inputs = inputs
            $0.plan = digest[7]
            $0.planningInput = digest[8]
        }),
    .planApproved(
        PlanApproved {
            $0.comment = "change 4711"
            $0.plan = digest[7]
            $0.signature = signature
        }),
    .planRejected(
        PlanRejected {
            $0.plan = digest[7]
            $0.reason = "not before the weekend"
            $0.signature = signature
        }),
    .syncStarted(SyncStarted()),
    .applyIntended(
        ApplyIntended {
            $0.action = .apply
            $0.body = digest[3]
            $0.phase = "Sync"
            $0.step = 7
            $0.uid = "6b1d2f0e-0000-4000-8000-000000000001"
            $0.wave = -1
        }),
    .objectApplied(
        ObjectApplied {
            $0.live = digest[4]
            $0.resourceVersion = "4712"
            $0.step = 7
            $0.uid = "6b1d2f0e-0000-4000-8000-000000000001"
            $0.warnings = ["spec.template: deprecated"]
            $0.wasChanged = true
        }),
    .objectPruned(
        ObjectPruned {
            $0.step = 8
            $0.uid = "6b1d2f0e-0000-4000-8000-000000000002"
        }),
    .objectFailed(
        ObjectFailed {
            $0.message = "admission webhook denied it"
            $0.step = 9
        }),
    .applyRecovered(
        ApplyRecovered {
            $0.outcome = .notApplied
            $0.resourceVersion = "4713"
            $0.step = 7
            $0.uid = "6b1d2f0e-0000-4000-8000-000000000001"
        }),
    .hookStarted(
        HookStarted {
            $0.phase = "PreSync"
            $0.step = 1
            $0.uid = "6b1d2f0e-0000-4000-8000-000000000003"
        }),
    .hookFinished(
        HookFinished {
            $0.message = "exit status 1"
            $0.outcome = .failed
            $0.phase = "PreSync"
            $0.step = 1
        }),
    .syncSucceeded(
        SyncSucceeded {
            $0.applied = 4
            $0.pruned = 2
            $0.pruneSkipped = [service]
            $0.unchanged = 5
        }),
    .syncFailed(
        SyncFailed {
            $0.applied = 1
            $0.message = "one or more objects failed to apply"
            $0.pruned = 1
        }),
    .syncTerminated(SyncTerminated { $0.reason = "terminated by uid:1000" }),
    .rollbackRequested(
        RollbackRequested {
            $0.method = .revertCommit
            $0.to = "sync-39"
        }),
    .rollbackCommitted(
        RollbackCommitted {
            $0.commit = commits[0]
            $0.reverted = [commits[1]]
        }),
    .autoSyncHeld(AutoSyncHeld { $0.reason = "rolled back to sync-39" }),
    .autoSyncReleased(AutoSyncReleased { $0.reason = "fixed in 1b2c3d4" }),
    .regenerationRequested(RegenerationRequested { $0.reason = "the key was seen in a log" }),
    .evidenceAttested(
        EvidenceAttested {
            $0.document = digest[6]
            $0.kind = .review
            $0.name = "review.txt"
            $0.signature = signature
            $0.size = 1200
            $0.subject = "sync-42"
        }),
]

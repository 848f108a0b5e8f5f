internal import Declarations
internal import Diffing
internal import Digests
internal import EventLog
internal import GitRepository
internal import Model
internal import Planning
internal import Projections
internal import YAML

extension EnvironmentReconciler {
    /// What a sync had applied, from the ledger's bodies.
    ///
    /// A body with tokens is never applied: a Secret whose tokens equal the live ones is left alone, any
    /// other is rendered again from what the sync had: declaration, commits, archives, and what was drawn.
    ///
    /// - Throws: `SyncError.cannotRollBack`, naming what is missing.
    func recordedSet(of sync: String, _ application: String) async throws -> DesiredSet {
        let row = try await recorder.store.state { $0.syncs[sync] }
        guard let row, row.application == application, let planned = row.plan else {
            throw SyncError.cannotRollBack(
                to: sync, reason: "\(application) has no sync of that name with a plan")
        }
        guard row.phase == .succeeded else {
            throw SyncError.cannotRollBack(
                to: sync, reason: "it did not succeed, so nobody knows what to bring back")
        }
        guard let bytes = try await recorder.store.blob(planned.plan) else {
            throw SyncError.cannotRollBack(to: sync, reason: "its plan is no longer stored")
        }
        let plan = try RecordDecoder.decode(SyncPlan.self, from: bytes)
        // Whether values are live, and what charts are rendered for, only the cluster says.
        let secrets = plan.objects.map(\.key).filter(isSensitive)
        if !secrets.isEmpty {
            try await awaitSight(of: application)
            guard isConnected != false else {
                throw SyncError.cannotCompare(
                    application: application, reason: disconnection ?? "the cluster is gone")
            }
            try await awaitListing(of: Set(secrets.map(\.groupKind)), application)
        }
        var objects: [DesiredSet.Object] = []
        var rendered: DesiredSet?
        for planned in plan.objects {
            var object = try await recordedObject(planned, sync)
            if isSensitive(object.planning.key) {
                if isLive(object) {
                    object.isLeftAlone = true
                } else {
                    if rendered == nil {
                        rendered = try await renderAgain(row, sync, application, planned)
                    }
                    guard let again = rendered?.object(planned.key) else {
                        throw secretUnavailable(sync, planned, "it is not rendered any more")
                    }
                    guard again.planning.body == planned.body else {
                        throw secretChanged(sync, planned, object, again)
                    }
                    object = again
                }
            }
            objects.append(object)
        }
        return DesiredSet(
            commit: row.commit ?? "", sources: planned.sources, inputs: planned.plan,
            objects: objects,
            byKey: Dictionary(
                objects.enumerated().map { ($0.element.planning.key, $0.offset) },
                uniquingKeysWith: { _, last in last }),
            warnings: [])
    }

    private func recordedObject(_ planned: PlannedObject, _ sync: String) async throws
        -> DesiredSet.Object
    {
        guard let bytes = try await recorder.store.blob(planned.body) else {
            throw SyncError.cannotRollBack(
                to: sync, reason: "the body of \(planned.key.shortText) is no longer stored")
        }
        let node = try parseJSON(bytes)
        let directives = readDirectives(node, origin: SourceLocation(file: sync)).0
        return DesiredSet.Object(
            planning: DesiredObject(
                key: planned.key, apiVersion: node["apiVersion"]?.stringValue ?? "",
                body: planned.body, directives: directives),
            node: node, tokenised: node, bytes: bytes, origin: SourceLocation(file: sync))
    }

    /// Whether the live object has the very values that the tokens stand for.
    private func isLive(_ object: DesiredSet.Object) -> Bool {
        guard let live = cache.objects[object.planning.key] else { return false }
        return compare(desired: object.tokenised, live: live.node).isEmpty
    }
}

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
    /// other is rendered again from the commit that the sync ran at.
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
                    guard let again = rendered?.object(planned.key),
                        again.planning.body == planned.body
                    else { throw secretUnavailable(sync, planned, "its values have changed since") }
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

    private func renderAgain(
        _ row: SyncRow, _ sync: String, _ application: String, _ planned: PlannedObject
    ) async throws -> DesiredSet {
        guard let target = entries[application]?.target,
            let commit = row.commit.flatMap({ CommitID($0) })
        else { throw secretUnavailable(sync, planned, "the commit of \(sync) is not on record") }
        do {
            let past = try await withFolders(target.asOf(commit, row.plan?.sources))
            var known = try await recorder.store.state { $0.applications[application] }
            // With what was drawn at that time.
            known?.regenerations.removeAll { $0 > row.plan?.decidedAt ?? row.requestedPosition }
            known?.renderedInputs = nil
            return try await render(past, Digest(of: ""), known: known)
        } catch {
            throw secretUnavailable(sync, planned, describe(error))
        }
    }

    private func secretUnavailable(_ sync: String, _ planned: PlannedObject, _ reason: String)
        -> SyncError
    {
        .cannotRollBack(
            to: sync,
            reason: "the values of Secret \(planned.key.namespace)/\(planned.key.name) "
                + "cannot be read from its commit: \(reason)")
    }
}

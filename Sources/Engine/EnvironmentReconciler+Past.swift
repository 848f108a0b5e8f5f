internal import Declarations
internal import Diffing
internal import Digests
internal import EventLog
internal import GitRepository
internal import Model
internal import Planning
internal import Projections

/// What a sync had brought, rendered once more for the values of its Secrets, which nothing on record has.
extension EnvironmentReconciler {
    /// Renders what a sync had applied, as the application was declared then.
    ///
    /// Argo CD's history has the sources with their parameters, and its rollback renders these.
    ///
    /// Source: https://argo-cd.readthedocs.io/en/stable/user-guide/commands/argocd_app_rollback/
    func renderAgain(
        _ row: SyncRow, _ sync: String, _ application: String, _ planned: PlannedObject
    ) async throws -> DesiredSet {
        guard entries[application]?.target != nil, let row = try await origin(of: row),
            let commit = row.commit.flatMap({ CommitID($0) })
        else { throw secretUnavailable(sync, planned, "the commit of \(sync) is not on record") }
        let position = row.plan?.decidedAt ?? row.requestedPosition
        do {
            let past = try await withFolders(target(of: application, at: position, commit, row))
            var known = try await recorder.store.state { $0.applications[application] }
            // With what was drawn at that time, and the time that templates were told.
            known?.regenerations.removeAll { $0 > position }
            let rendering = try await recorder.store.newest(
                ["manifests.rendered"], of: application, upTo: position)
            known?.renderedInputs = nil
            if case .manifestsRendered(let rendered)? = rendering?.event {
                known?.renderedInputs = rendered.inputs
                known?.renderedNow = rendered.now
            }
            return try await render(past, Digest(of: ""), known: known)
        } catch {
            throw secretUnavailable(sync, planned, describe(error))
        }
    }

    /// The sync that first brought what another one brought back.
    private func origin(of row: SyncRow) async throws -> SyncRow? {
        try await recorder.store.state { state in
            var row = row
            // A sync goes back to an earlier one only.
            while let sync = row.rollbackTo, let earlier = state.syncs[sync],
                earlier.requestedPosition < row.requestedPosition
            {
                row = earlier
            }
            return row
        }
    }

    /// What the application was to be brought to, by its declaration of that time; by the present one where an archive
    /// that is not at hand has the other.
    private func target(
        of application: String, at position: Int64, _ commit: CommitID, _ row: SyncRow
    ) async throws -> Target {
        guard let present = entries[application]?.target else {
            throw SyncError.unknownApplication(application)
        }
        let event = try await recorder.store.newest(
            ["application.declared", "application.changed"], of: application, upTo: position)
        let declaration: ApplicationDeclaration
        switch event?.event {
        case .applicationDeclared(let payload), .applicationChanged(let payload):
            declaration = payload
        default: return present.asOf(commit, row.plan?.sources)
        }
        var past = present
        past.application = try declaration.application
        past.commit = commit
        past.sources = past.application.located(
            row.plan?.sources, in: event?.subjects.repository ?? present.repository, at: commit)
        return past
    }
}

extension EnvironmentReconciler {
    func secretUnavailable(_ sync: String, _ planned: PlannedObject, _ reason: String) -> SyncError
    {
        .cannotRollBack(
            to: sync,
            reason: "the values of Secret \(planned.key.namespace)/\(planned.key.name) "
                + "cannot be read from its commit: \(reason)")
    }

    /// A Secret that is rendered to other values than those that were applied.
    ///
    /// - Parameter recorded: With tokens.
    func secretChanged(
        _ sync: String, _ planned: PlannedObject, _ recorded: DesiredSet.Object,
        _ again: DesiredSet.Object
    ) -> SyncError {
        let changes = compare(desired: recorded.tokenised, live: again.tokenised)
        let fields = changes.map(\.path.description).joined(separator: ", ")
        return .cannotRollBack(
            to: sync,
            reason:
                "Secret \(planned.key.namespace)/\(planned.key.name) is rendered to other values now "
                + "than \(sync) applied\(fields.isEmpty ? "" : ": \(fields)"); what it was rendered from "
                + "besides commits and declaration (rules of tidemark.yaml, the cluster's version, the token "
                + "key) may be another",
            hint: "take the commits back instead: tidemark rollback APP --revert --to \(sync)")
    }
}

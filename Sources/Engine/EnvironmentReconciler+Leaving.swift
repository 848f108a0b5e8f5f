internal import Declarations
internal import Digests
internal import EventLog
internal import GitRepository
internal import Model
internal import Planning
internal import Projections

/// Hooks that run when an application is deleted together with its objects.
///
/// Source: https://argo-cd.readthedocs.io/en/stable/user-guide/sync-waves/ (PreDelete, PostDelete)
extension EnvironmentReconciler {
    /// The hooks of an application that left Git, from the commit that was rendered last; nothing else.
    ///
    /// - Throws: `Problems` when they cannot be rendered any more: the application then waits.
    func desiredWhileLeaving(_ application: String, _ target: Target, _ inputs: Digest)
        async throws -> DesiredSet
    {
        let row = try await recorder.store.state { $0.applications[application] }
        guard let row, !row.deletionHooks.isEmpty, target.rules.mode == .apply,
            target.sources.allSatisfy({
                sources[$0.repository] != nil || charts[$0.repository] != nil
            })
        else {
            return DesiredSet(
                commit: target.commit.description, inputs: inputs, objects: [], byKey: [:],
                warnings: [])
        }
        let rendered = try await render(try await withFolders(target), inputs, known: row)
        // Their bodies are on record, unless something that they were rendered from has changed since.
        let event = rendered.event
        if event.deletionHooks != row.deletionHooks {
            try await recorder.record(
                [self.event(.manifestsRendered(event), application)], blobs: rendered.blobs)
        }
        return rendered.whileLeaving
    }

    /// Whether hooks of its deletion are left to run: the last sync that succeeded had none.
    func hasHooksToRun(_ row: ApplicationRow, _ application: String) async throws -> Bool {
        guard entries[application]?.desired?.objects.isEmpty == false else { return false }
        guard let sync = row.lastSynced else { return true }
        let phases = try await recorder.store.state { state in
            state.steps(of: sync).map(\.intent.phase)
        }
        return !phases.contains { ResourceDirectives.Phase(rawValue: $0)?.isOfDeletion == true }
    }
}

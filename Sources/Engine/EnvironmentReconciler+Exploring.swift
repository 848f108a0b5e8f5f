internal import Logging
internal import Model
internal import Rendering

/// Finds objects that are tracked as an application's and whose kind nobody desires and Tidemark never deployed:
/// what an older tool had applied and Git has dropped since.
///
/// A server cannot select by annotation, and to watch every kind of a cluster would cost what the cluster
/// holds. So the metadata alone of the other kinds is listed: at first contact, when the cluster serves new
/// kinds, and each hour. A kind in which something is found is followed from then on.
extension EnvironmentReconciler {
    private static let explorationInterval = Duration.seconds(3600)

    /// Kinds that controllers write by the thousand and no application deploys.
    ///
    /// Source: https://argo-cd.readthedocs.io/en/stable/operator-manual/declarative-setup/#default-exclusions
    private static let unexplored: Set<GroupKind> = [
        GroupKind(group: "", kind: "Event"), GroupKind(group: "events.k8s.io", kind: "Event"),
        GroupKind(group: "", kind: "Endpoints"),
        GroupKind(group: "discovery.k8s.io", kind: "EndpointSlice"),
        GroupKind(group: "coordination.k8s.io", kind: "Lease"),
    ]

    func exploreIfDue() {
        guard discovery != nil, hasTargets, !isExploring,
            exploreAt.map({ $0 <= recorder.clock.now() }) ?? true
        else { return }
        isExploring = true
        jobs.yield { [weak self] in await self?.explore() }
    }

    private func explore() async {
        var kinds: Set<GroupKind> = []
        for resource in discovery?.resources ?? [] {
            let kind = resource.groupKind
            guard kinds.insert(kind).inserted, !followed.contains(kind),
                !Self.unexplored.contains(kind),
                ["list", "watch", "delete"].allSatisfy(resource.verbs.contains)
            else { continue }
            await explore(resource)
            if Task.isCancelled { return }
        }
        isExploring = false
        exploreAt = recorder.clock.now() + Self.explorationInterval
        followDesiredKinds()
        wake()
    }

    private func explore(_ resource: APIResource) async {
        do {
            for object in try await client.listMetadata(resource) {
                guard let application = trackingApplication(of: object),
                    entries[application] != nil
                else { continue }
                deployedKinds[application, default: []].insert(resource.groupKind)
            }
        } catch {
            // An account that may not see a kind cannot have deployed it either.
            log.debug("cannot list \(resource.plural) of \(name): \(error.summary)")
        }
    }
}

internal import Declarations
internal import Diffing
internal import Digests
internal import EventLog
internal import GitRepository
internal import Health
internal import Model
internal import Planning
internal import Projections
internal import YAML

/// Comparisons of objects whose two sides have not changed since: the reason why a look at an environment in
/// which nothing happened costs next to nothing.
struct ComparisonMemo: Sendable {
    private struct Known: Sendable {
        var desired: Digest
        var uid: String
        var resourceVersion: String
        var comparison: Compared
    }

    struct Compared: Sendable {
        var verdict: ObjectVerdict
        var changes: [FieldChange]
        var needsOwnershipMove: Bool
    }

    private var known: [ObjectKey: Known] = [:]

    mutating func compare(_ desired: DesiredSet.Object, _ live: LiveObject) -> Compared {
        let key = desired.planning.key
        if let known = known[key], known.desired == desired.planning.body, known.uid == live.uid,
            known.resourceVersion == live.resourceVersion
        {
            return known.comparison
        }
        let changes = Diffing.compare(desired: desired.tokenised, live: live.node)
        let isUnknown = !changes.isEmpty && changes.allSatisfy(\.isUnknown)
        let comparison = Compared(
            verdict: changes.isEmpty ? .same : isUnknown ? .unknown : .modified, changes: changes,
            needsOwnershipMove: ownershipMove(live: live.node, to: fieldManager) != nil)
        known[key] = Known(
            desired: desired.planning.body, uid: live.uid, resourceVersion: live.resourceVersion,
            comparison: comparison)
        return comparison
    }
}

/// The name under which Tidemark applies.
let fieldManager = "tidemark"

extension EnvironmentReconciler {
    /// What is seen of an application now; `nil` while the look is not complete yet.
    func observe(
        _ application: String, _ target: Target, _ row: ApplicationRow,
        _ rows: [ObjectKey: ObjectRow]
    ) -> Observation? {
        var observation = Observation(
            now: recorder.clock.now(), rules: target.rules, commit: target.commit.description,
            objects: [:])
        observation.sources = target.recordedSources
        switch sight(of: application) {
        case .incomplete: return nil
        case .blocked(let obstacle):
            observation.obstacle = obstacle
            return observation
        case .complete: break
        }
        guard let desired = entries[application]?.desired else { return nil }
        for object in desired.resources {
            observation.objects[object.planning.key] = observed(object, rows[object.planning.key])
        }
        for extra in extras(of: application, desired) {
            observation.objects[extra.key] = observed(extra)
        }
        return observation
    }

    /// A live object that is tracked as the application's and that it does not desire.
    struct Extra {
        var key: ObjectKey
        var live: LiveObject
        var directives: ResourceDirectives
        /// Whether its annotations let it be deleted.
        var isRemovable: Bool
    }

    /// Without the hooks, which stay until they run again; unless the application itself leaves.
    func extras(of application: String, _ desired: DesiredSet) -> [Extra] {
        let isLeaving = entries[application]?.target.removal != nil
        return cache.objects(of: application).compactMap { key in
            guard desired.byKey[key] == nil, let live = cache.objects[key],
                !isWantedElsewhere(key, than: application)
            else { return nil }
            let directives = readDirectives(live.node, origin: SourceLocation(file: "")).0
            guard isLeaving || !directives.isHook else { return nil }
            return Extra(
                key: key, live: live, directives: directives,
                isRemovable: directives.prunes && (!isLeaving || directives.deletesWithApplication))
        }
    }

    /// How much can be said of an application's objects.
    enum Sight: Sendable, Equatable {
        /// The cluster has not answered yet, its objects are being listed, or nothing is rendered yet: what
        /// comes of it will be known soon, so nothing is decided and nothing recorded.
        case incomplete(String)
        /// The cluster does not answer, or the manifests cannot be rendered.
        case blocked(Observation.Obstacle)
        case complete
    }

    func sight(of application: String) -> Sight {
        if isConnected == false {
            return .blocked(
                Observation.Obstacle(.clusterUnreachable, disconnection ?? "it does not answer"))
        }
        guard isConnected == true, let discovery else {
            return .incomplete("the cluster has not answered yet")
        }
        if let target = entries[application]?.target,
            entries[application]?.renderedInputs != inputs(of: target)
        {
            return .incomplete("the manifests of the newest commit have not been rendered yet")
        }
        if let problems = entries[application]?.renderProblems {
            return .blocked(
                Observation.Obstacle(.renderFailed, problems.joined(separator: "\n")))
        }
        guard entries[application]?.desired != nil else {
            return .incomplete("the manifests have not been rendered yet")
        }
        if let kind = unlistedKind(of: application, discovery) {
            return .incomplete("the \(kind.kind) objects have not been listed yet")
        }
        if let key = unseenKeys.first(where: { entries[application]?.desired?.byKey[$0] != nil }) {
            return .incomplete("\(key.shortText) has not been read yet")
        }
        return .complete
    }

    /// Whether another application has taken an object over: it is then not this one's to prune.
    func isWantedElsewhere(_ key: ObjectKey, than application: String) -> Bool {
        entries.contains { $0.key != application && $0.value.desired?.byKey[key] != nil }
    }

    /// A kind that the application has or wants objects of and whose objects are not known yet.
    private func unlistedKind(of application: String, _ discovery: Discovery) -> GroupKind? {
        var kinds = deployedKinds[application] ?? []
        kinds.formUnion(entries[application]?.desired?.objects.map(\.planning.key.groupKind) ?? [])
        return kinds.subtracting(cache.known).first { kind in
            discovery.resource(kind)?.verbs.contains("watch") ?? false
        }
    }

    private func observed(_ object: DesiredSet.Object, _ row: ObjectRow?) -> Observation.Object {
        let isAsLastApplied = row?.lastApplied == object.planning.body
        guard let live = cache.objects[object.planning.key] else {
            return Observation.Object(verdict: .missing, isAsLastApplied: isAsLastApplied)
        }
        let compared = comparisons.compare(object, live)
        return Observation.Object(
            verdict: compared.verdict,
            fields: compared.changes.map { driftField($0, live.node) },
            health: object.planning.directives.ignoresHealth ? nil : live.health,
            isAsLastApplied: isAsLastApplied)
    }

    private func observed(_ extra: Extra) -> Observation.Object {
        let isBeingDeleted = extra.live.node["metadata"]?["deletionTimestamp"] != nil
        return Observation.Object(
            verdict: .extra, health: extra.directives.ignoresHealth ? nil : extra.live.health,
            isPrunable: extra.isRemovable && !isBeingDeleted,
            isIgnored: extra.directives.ignoresExtraneous, isBeingDeleted: isBeingDeleted)
    }

    private func driftField(_ change: FieldChange, _ live: Node) -> DriftDetected.Field {
        let writer = lastWriter(of: change.path, in: live)
        return DriftDetected.Field {
            $0.path = change.path.description
            $0.desired = change.desired.map(jsonText)
            $0.live = change.live.map(jsonText)
            $0.manager = writer?.manager
            $0.managerTime = writer?.time
        }
    }

    func isHook(_ node: Node) -> Bool {
        readDirectives(node, origin: SourceLocation(file: "")).0.isHook
    }

    /// Records what became of the managed objects in the cluster: appeared, changed, gone.
    func recordObservations(_ application: String, _ rows: [ObjectKey: ObjectRow]) async throws {
        guard isConnected == true, let entry = entries[application] else { return }
        var events: [NewEvent] = []
        var blobs: [Blob] = []
        let managed = Set(rows.keys).union(entry.desired?.resources.map(\.planning.key) ?? [])
            .union(cache.objects(of: application))
        for key in managed.sorted() {
            guard cache.known.contains(key.groupKind) else { continue }
            let live = cache.objects[key]
            if let live, isHook(live.node) { continue }
            guard let observed = observation(of: live, rows[key]) else { continue }
            if let live, isTooFrequent(key, rows[key], live.recordedBody.digest) { continue }
            if let suppressed = suppressions.removeValue(forKey: key) {
                events.append(event(.observationsSuppressed(suppressed), application, key))
            }
            events.append(event(.objectObserved(observed), application, key))
            if let live { blobs.append(live.recordedBody) }
        }
        try await recorder.record(events, blobs: blobs)
    }

    private func observation(of live: LiveObject?, _ row: ObjectRow?) -> ObjectObserved? {
        guard let live else {
            guard let row, !row.isGone, row.live != nil else { return nil }
            return ObjectObserved {
                $0.change = .disappeared
                $0.resourceVersion = row.resourceVersion
                $0.uid = row.uid
            }
        }
        guard row?.live != live.recordedBody.digest || row?.isGone == true else { return nil }
        return ObjectObserved {
            $0.change = row?.live == nil ? .appeared : .changed
            $0.digest = live.recordedBody.digest
            $0.manager = lastManager(of: live.node)
            $0.resourceVersion = live.resourceVersion
            $0.uid = live.uid
        }
    }

    /// More than six recorded changes in an hour are counted instead.
    private func isTooFrequent(_ key: ObjectKey, _ row: ObjectRow?, _ digest: Digest) -> Bool {
        let now = recorder.clock.now()
        let recent = row?.observedAt.filter { now - $0 < .seconds(3600) } ?? []
        guard recent.count >= 6 else { return false }
        var counted = suppressions[key] ?? ObservationsSuppressed { $0.first = digest }
        if counted.count == 0 || counted.last != digest { counted.count += 1 }
        counted.last = digest
        suppressions[key] = counted
        return true
    }

    /// The manager of the newest entry of `managedFields`.
    private func lastManager(of node: Node) -> String? {
        let entries = node["metadata"]?["managedFields"]?.arrayValue ?? []
        return entries.max { ($0["time"]?.stringValue ?? "") < ($1["time"]?.stringValue ?? "") }?[
            "manager"]?.stringValue
    }
}

/// A value as canonical JSON text.
func jsonText(_ node: Node) -> String { String(decoding: canonicalJSON(node), as: UTF8.self) }

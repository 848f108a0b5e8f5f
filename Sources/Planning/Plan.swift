internal import Declarations
internal import EventLog
internal import Model

/// Orders everything one sync has to do.
///
/// Phases and waves ascend; within a wave ownership moves come first, then prunes, then hooks that are
/// deleted to be made anew, then creations and updates by kind and name. Prunes run in the reverse order of
/// the waves the objects were created in, or after everything with `PruneLast`.
///
/// Equal inputs give equal plans, whatever the order of `desired`.
///
/// - Returns: A plan whose steps are numbered from 1; without steps that call the cluster when everything
///   is in sync and there are no hooks.
///
/// Source: https://argo-cd.readthedocs.io/en/stable/user-guide/sync-waves/
public func plan(_ input: PlanningInput) -> SyncPlan {
    var tasks: [Task] = input.desired.flatMap { objectTasks($0, input) }
    let (prunes, skipped) = pruneTasks(input, lastWave: lastSyncWave(of: tasks))
    if let namespace = input.namespaceToCreate {
        tasks.append(.creating(namespace: namespace, tasks))
    }
    tasks = inStageOrder(sortedTasks(tasks + prunes))

    return SyncPlan {
        $0.application = input.application
        $0.commit = input.commit
        $0.environment = input.environment
        $0.objects = plannedObjects(input, tasks)
        $0.pruneSkipped = skipped
        $0.steps = numbered(tasks, input)
    }
}

/// A step that has no number yet.
private struct Task: Orderable {
    var order: TaskOrder
    var key: ObjectKey
    var definedKind: GroupKind?
    var step: PlanStep
    var hook: DesiredObject?

    init(_ key: ObjectKey, _ phase: Phase, wave: Int, _ fill: (inout PlanStep) -> Void) {
        self.key = key
        order = TaskOrder(phase: phase, wave: wave, kind: key.kind, name: key.name)
        step = PlanStep(fill)
        step.key = key
    }

    /// Which tasks of one wave run before which.
    var stage: Int {
        switch step.action {
        case .moveOwnership: 0
        case .prune: 1
        case .deleteHook: step.condition == nil ? 2 : 4
        case .createNamespace, .apply, .createHook: 3
        }
    }

    /// The application's own namespace, before everything else.
    static func creating(namespace: String, _ tasks: [Task]) -> Task {
        let first = tasks.map(\.order).min()
        let key = ObjectKey(group: "", kind: "Namespace", namespace: "", name: namespace)
        return Task(key, first?.phase ?? .sync, wave: first?.wave ?? 0) {
            $0.action = .createNamespace
            $0.apiVersion = "v1"
            $0.change = .create
        }
    }
}

private func objectTasks(_ object: DesiredObject, _ input: PlanningInput) -> [Task] {
    guard object.directives.isHook else {
        guard object.directives.role != .skipped else { return [] }
        return [applyTask(object, input)].compactMap { $0 } + moves(object, input)
    }
    guard input.onlyObjects.isEmpty else { return [] }
    return object.directives.phases.map { phase in
        var key = object.key
        if let prefix = object.generateName {
            let revision = String((input.commit ?? "").prefix(7))
            key.name = "\(prefix)\(revision)-\(phase.rawValue.lowercased())-\(input.time.seconds)"
        }
        var task = Task(key, phase, wave: object.directives.wave) {
            $0.action = .createHook
            $0.apiVersion = object.apiVersion
            $0.body = object.body
            $0.change = .hook
        }
        task.hook = object
        return task
    }
}

private func applyTask(_ object: DesiredObject, _ input: PlanningInput) -> Task? {
    let compared = input.compared[object.key]
    if !input.onlyObjects.isEmpty, !input.onlyObjects.contains(object.key) { return nil }
    let change: PlanStep.Change =
        switch compared?.verdict {
        case .missing, nil: .create
        case .modified, .unknown, .extra: .update
        case .same: compared?.needsOwnershipMove == true ? .update : .none
        }
    if change == .none, input.onlyOutOfSync { return nil }
    var task = Task(object.key, .sync, wave: object.directives.wave) {
        $0.action = .apply
        $0.apiVersion = object.apiVersion
        $0.body = object.body
        $0.change = change
        $0.fields = compared?.fields ?? []
        $0.isHealthIgnored = object.directives.ignoresHealth
        $0.uid = compared?.uid
    }
    task.definedKind = object.definedKind
    return task
}

private func moves(_ object: DesiredObject, _ input: PlanningInput) -> [Task] {
    guard let compared = input.compared[object.key], compared.needsOwnershipMove,
        input.onlyObjects.isEmpty || input.onlyObjects.contains(object.key)
    else { return [] }
    return [
        Task(object.key, .sync, wave: object.directives.wave) {
            $0.action = .moveOwnership
            $0.apiVersion = object.apiVersion
            $0.change = .update
            $0.uid = compared.uid
        }
    ]
}

/// The prunes, in the reverse order of their waves: a swap over the distinct waves of what is pruned.
///
/// Source: https://github.com/argoproj/gitops-engine/blob/master/pkg/sync/sync_context.go
private func pruneTasks(_ input: PlanningInput, lastWave: Int) -> ([Task], [SkippedPrune]) {
    var skipped: [SkippedPrune] = []
    var candidates: [(ObjectKey, ComparedObject)] = []
    for (key, compared) in input.compared where compared.verdict == .extra {
        if !input.onlyObjects.isEmpty, !input.onlyObjects.contains(key) { continue }
        if compared.isPruneForbidden {
            skipped.append(.of(key, "ignored (no prune)"))
        } else if !input.isPruning {
            skipped.append(.of(key, "ignored (requires pruning)"))
        } else {
            candidates.append((key, compared))
        }
    }
    let ordered = candidates.filter { !$0.1.isPrunedLast && !input.isPrunedLast }
    let waves = Set(ordered.map(\.1.liveWave)).sorted()
    let mirrored = Dictionary(uniqueKeysWithValues: zip(waves, waves.reversed()))
    let lastPruned = max(lastWave, waves.last ?? lastWave) + 1
    let tasks = candidates.map { key, compared in
        let isLast = compared.isPrunedLast || input.isPrunedLast
        let wave = isLast ? lastPruned : mirrored[compared.liveWave] ?? compared.liveWave
        return Task(key, .sync, wave: wave) {
            $0.action = .prune
            $0.apiVersion = compared.liveAPIVersion
            $0.change = .prune
            $0.uid = compared.uid
        }
    }
    return (tasks, skipped.sorted { $0.key < $1.key })
}

private func lastSyncWave(of tasks: [Task]) -> Int {
    tasks.filter { $0.order.phase == .sync }.map(\.order.wave).max() ?? 0
}

/// Within each wave by stage, prunes in the reverse of the order of creation.
private func inStageOrder(_ tasks: [Task]) -> [Task] {
    tasks.enumerated().sorted { a, b in
        let (first, second) = (a.element, b.element)
        if first.order.phase != second.order.phase { return first.order.phase < second.order.phase }
        if first.order.wave != second.order.wave { return first.order.wave < second.order.wave }
        if first.stage != second.stage { return first.stage < second.stage }
        return first.step.action == .prune ? b.offset < a.offset : a.offset < b.offset
    }.map(\.element)
}

private func plannedObjects(_ input: PlanningInput, _ tasks: [Task]) -> [PlannedObject] {
    let places = Dictionary(
        tasks.filter { $0.step.action == .apply }.map { ($0.key, $0.order) },
        uniquingKeysWith: { first, _ in first })
    return input.desired.filter { $0.directives.role == .resource }.map { object in
        PlannedObject {
            $0.body = object.body
            $0.isHealthIgnored = object.directives.ignoresHealth
            $0.key = object.key
            $0.phase = places[object.key]?.phase ?? .sync
            $0.wave = places[object.key]?.wave ?? object.directives.wave
        }
    }.sorted { $0.key < $1.key }
}

/// Gives the steps their numbers, with the deletions of hooks around the steps that make them.
private func numbered(_ tasks: [Task], _ input: PlanningInput) -> [PlanStep] {
    var steps: [PlanStep] = []
    for task in withHookDeletions(tasks, input) {
        var step = task.step
        step.number = steps.count + 1
        step.phase = task.order.phase
        step.wave = task.order.wave
        steps.append(step)
    }
    for index in steps.indices where steps[index].action == .deleteHook {
        steps[index].hookStep =
            steps.first {
                $0.isHook && $0.key == steps[index].key && $0.phase == steps[index].phase
            }?.number
    }
    return steps
}

private func withHookDeletions(_ tasks: [Task], _ input: PlanningInput) -> [Task] {
    var deletions: [Task] = []
    for task in tasks {
        guard let hook = task.hook else { continue }
        let policies = hook.directives.deletePolicies.sorted { $0.rawValue < $1.rawValue }
        for policy in policies {
            switch policy {
            case .beforeHookCreation:
                if let uid = input.liveHooks[task.key] {
                    deletions.append(deletion(of: task, nil, uid: uid))
                }
            case .hookSucceeded: deletions.append(deletion(of: task, .hookSucceeded))
            case .hookFailed: deletions.append(deletion(of: task, .hookFailed))
            }
        }
    }
    return deletions.isEmpty ? tasks : inStageOrder(tasks + deletions)
}

private func deletion(of hook: Task, _ condition: PlanStep.Condition?, uid: String? = nil) -> Task {
    Task(hook.key, hook.order.phase, wave: hook.order.wave) {
        $0.action = .deleteHook
        $0.apiVersion = hook.step.apiVersion
        $0.change = .cleanup
        $0.condition = condition
        $0.uid = uid
    }
}

extension SkippedPrune {
    fileprivate static func of(_ key: ObjectKey, _ reason: String) -> SkippedPrune {
        SkippedPrune {
            $0.key = key
            $0.reason = reason
        }
    }
}

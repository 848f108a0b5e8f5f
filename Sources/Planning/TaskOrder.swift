public import Model

/// Where an object stands in the order of a sync: phase, wave, kind, name.
public struct TaskOrder: Hashable, Sendable, Comparable {
    public var phase: Phase
    public var wave: Int
    public var kind: String
    public var name: String

    public init(phase: Phase, wave: Int, kind: String, name: String) {
        self.phase = phase
        self.wave = wave
        self.kind = kind
        self.name = name
    }

    public static func < (a: TaskOrder, b: TaskOrder) -> Bool {
        (a.phase, a.wave, kindIndex(a.kind), a.name) < (b.phase, b.wave, kindIndex(b.kind), b.name)
    }

    /// The place of a kind among the known ones, negative; 0 for unknown kinds, which come last.
    ///
    /// The group does not count, as in Argo CD.
    /// Source: https://github.com/argoproj/gitops-engine/blob/master/pkg/sync/sync_tasks.go
    public static func kindIndex(_ kind: String) -> Int { kindIndices[kind] ?? 0 }

    static let kindOrder = [
        "Namespace", "NetworkPolicy", "ResourceQuota", "LimitRange", "PodSecurityPolicy",
        "PodDisruptionBudget", "ServiceAccount", "Secret", "SecretList", "ConfigMap",
        "StorageClass",
        "PersistentVolume", "PersistentVolumeClaim", "CustomResourceDefinition", "ClusterRole",
        "ClusterRoleList", "ClusterRoleBinding", "ClusterRoleBindingList", "Role", "RoleList",
        "RoleBinding", "RoleBindingList", "Service", "DaemonSet", "Pod", "ReplicationController",
        "ReplicaSet", "Deployment", "HorizontalPodAutoscaler", "StatefulSet", "Job", "CronJob",
        "IngressClass", "Ingress", "APIService",
    ]

    private static let kindIndices = Dictionary(
        uniqueKeysWithValues: kindOrder.enumerated().map {
            ($0.element, $0.offset - kindOrder.count)
        })
}

/// Something that has a place in the order and that others may have to wait for.
protocol Orderable {
    var order: TaskOrder { get set }
    var key: ObjectKey { get }
    /// The group and kind that this defines, when it is a CustomResourceDefinition.
    var definedKind: GroupKind? { get }
}

/// Sorts tasks, and moves a Namespace and a CustomResourceDefinition before their first user.
///
/// What is moved takes over the phase and wave of the task it is moved before.
/// Source: https://github.com/argoproj/gitops-engine/blob/master/pkg/sync/sync_tasks.go
func sortedTasks<Task: Orderable>(_ tasks: [Task]) -> [Task] {
    var sorted = tasks.enumerated().sorted {
        $0.element.order == $1.element.order
            ? ($0.element.key, $0.offset) < ($1.element.key, $1.offset)
            : $0.element.order < $1.element.order
    }.map(\.element)
    for provider in sorted where provider.key.isNamespace || provider.definedKind != nil {
        guard
            let from = sorted.firstIndex(where: {
                $0.key == provider.key && $0.order == provider.order
            }),
            let to = sorted.firstIndex(where: { isUser($0, of: provider) }), to < from
        else { continue }
        var moved = sorted.remove(at: from)
        moved.order.phase = sorted[to].order.phase
        moved.order.wave = sorted[to].order.wave
        sorted.insert(moved, at: to)
    }
    return sorted
}

private func isUser(_ task: some Orderable, of provider: some Orderable) -> Bool {
    if provider.key.isNamespace {
        return task.key.namespace == provider.key.name && !task.key.isNamespace
    }
    return provider.definedKind == task.key.groupKind
}

extension ObjectKey {
    /// Whether this is a Namespace of the core group.
    public var isNamespace: Bool { group.isEmpty && kind == "Namespace" }
    public var isCustomResourceDefinition: Bool {
        group == "apiextensions.k8s.io" && kind == "CustomResourceDefinition"
    }
}

public import Model

/// How well a live object is.
///
/// An object that is being deleted is Progressing, unless it waits for the end of the sync whose hook it
/// is. A field that is not of the type its kind says, and a version that the rules do not know, give Unknown.
///
/// - Returns: `nil` for a kind that has no health.
///
/// Source: https://github.com/argoproj/argo-cd/blob/master/gitops-engine/pkg/health/health.go
public func assessHealth(_ live: Node) -> HealthAssessment? {
    if isBeingDeleted(live), !hasHookFinalizer(live) { return .progressing("Pending deletion") }
    guard let kind = live["kind"]?.stringValue, let apiVersion = live["apiVersion"]?.stringValue,
        let rule = HealthRule(of: kind, in: GroupVersion(apiVersion).group)
    else { return nil }
    if let version = rule.version, version != apiVersion {
        return .unknown("unsupported \(kind) GVK: \(apiVersion), Kind=\(kind)")
    }
    do throws(MisshapenField) {
        return try rule.assess(live)
    } catch {
        return .unknown("failed to convert unstructured \(kind) to typed: \(error.text)")
    }
}

/// The rule of one kind.
private struct HealthRule {
    /// The only `apiVersion` it reads; `nil` when the fields it reads are the same in all.
    var version: String?
    var assess: (Node) throws(MisshapenField) -> HealthAssessment

    init?(of kind: String, in group: String) {
        switch (group, kind) {
        case ("apps", "Deployment"): self.init("apps/v1", deploymentHealth)
        case ("apps", "StatefulSet"): self.init("apps/v1", statefulSetHealth)
        case ("apps", "DaemonSet"): self.init("apps/v1", daemonSetHealth)
        case ("apps", "ReplicaSet"): self.init("apps/v1", replicaSetHealth)
        case ("batch", "Job"): self.init("batch/v1", jobHealth)
        case ("", "Pod"): self.init("v1", podHealth)
        case ("", "Service"): self.init("v1", serviceHealth)
        case ("", "PersistentVolumeClaim"): self.init("v1", persistentVolumeClaimHealth)
        case ("networking.k8s.io", "Ingress"), ("extensions", "Ingress"):
            self.init(nil, ingressHealth)
        case ("apiextensions.k8s.io", "CustomResourceDefinition"):
            self.init(nil, customResourceDefinitionHealth)
        default: return nil
        }
    }

    private init(
        _ version: String?, _ assess: @escaping (Node) throws(MisshapenField) -> HealthAssessment
    ) {
        self.version = version
        self.assess = assess
    }
}

func isBeingDeleted(_ live: Node) -> Bool {
    live["metadata"]?["deletionTimestamp"].map { !$0.isNull } ?? false
}

/// Whether the object stays until the sync that it is a hook of has ended.
///
/// Source: https://github.com/argoproj/argo-cd/blob/master/gitops-engine/pkg/sync/hook/hook.go
private func hasHookFinalizer(_ live: Node) -> Bool {
    live["metadata"]?["finalizers"]?.arrayValue?
        .contains("argocd.argoproj.io/hook-finalizer") ?? false
}

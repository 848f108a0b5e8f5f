/// Whether objects of the kind count their generations.
///
/// Custom resources do. Source: recorded answers, facts/defaults.json and transcript 20.
public func hasGeneration(group: String, kind: String) -> Bool {
    guard isBuiltIn(group: group, kind: kind) else { return true }
    return countedKinds.contains(group.isEmpty ? kind : "\(group)/\(kind)")
}

private let countedKinds: Set<String> = [
    "Pod", "ReplicationController", "apps/Deployment", "apps/StatefulSet", "apps/DaemonSet",
    "apps/ReplicaSet", "batch/Job", "batch/CronJob", "networking.k8s.io/Ingress",
    "networking.k8s.io/IngressClass", "networking.k8s.io/NetworkPolicy",
    "policy/PodDisruptionBudget", "discovery.k8s.io/EndpointSlice",
    "scheduling.k8s.io/PriorityClass",
    "admissionregistration.k8s.io/ValidatingWebhookConfiguration",
    "admissionregistration.k8s.io/MutatingWebhookConfiguration",
    "admissionregistration.k8s.io/ValidatingAdmissionPolicy",
    "admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding",
    "admissionregistration.k8s.io/MutatingAdmissionPolicy",
    "admissionregistration.k8s.io/MutatingAdmissionPolicyBinding",
    "apiextensions.k8s.io/CustomResourceDefinition", "storage.k8s.io/VolumeAttributesClass",
    "flowcontrol.apiserver.k8s.io/FlowSchema",
    "flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration",
]

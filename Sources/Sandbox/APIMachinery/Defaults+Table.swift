import Model
import YAML

/// The defaults that depend on nothing but the absence of a field.
///
/// A section `Kind` or `group/Kind` holds lines `path value`; `[]` stands for every element, a path is
/// followed only where its parent exists, `+` before it creates missing parents. `@pod P` includes
/// the section `pod` at `P`.
/// Source: the zz_generated.defaults.go and defaults.go files of https://github.com/kubernetes/kubernetes
enum DefaultTable {
    struct Rule: Sendable {
        var path: [Substring]
        var value: Node
        var createsParents: Bool
    }

    static let rules: [String: [Rule]] = read()

    private static func read() -> [String: [Rule]] {
        var sections: [String: [Rule]] = [:]
        var current = ""
        for line in "\(text)".split(separator: "\n") {
            if line.hasPrefix("#") {
                current = String(line.dropFirst(2))
                sections[current] = []
                continue
            }
            if line.hasPrefix("@") {
                let parts = line.dropFirst().split(separator: " ")
                guard parts.count == 2 else { continue }
                let prefix = parts[1].split(separator: ".")
                let included = sections[String(parts[0])] ?? []
                sections[current, default: []] += included.map { rule in
                    Rule(
                        path: prefix + rule.path, value: rule.value,
                        createsParents: rule.createsParents)
                }
                continue
            }
            guard let space = line.firstIndex(of: " "),
                let value = try? parseJSON(Array(line[line.index(after: space)...].utf8))
            else { continue }
            let creates = line.hasPrefix("+")
            sections[current, default: []].append(
                Rule(
                    path: line[..<space].dropFirst(creates ? 1 : 0).split(separator: "."),
                    value: value, createsParents: creates))
        }
        return sections
    }

    private static let text: StaticString = """
        # probe
        timeoutSeconds 1
        periodSeconds 10
        successThreshold 1
        failureThreshold 3
        httpGet.path "/"
        httpGet.scheme "HTTP"
        grpc.service ""
        # container
        terminationMessagePath "/dev/termination-log"
        terminationMessagePolicy "File"
        ports.[].protocol "TCP"
        env.[].valueFrom.fieldRef.apiVersion "v1"
        @probe livenessProbe
        @probe readinessProbe
        @probe startupProbe
        lifecycle.postStart.httpGet.path "/"
        lifecycle.postStart.httpGet.scheme "HTTP"
        lifecycle.preStop.httpGet.path "/"
        lifecycle.preStop.httpGet.scheme "HTTP"
        # volume
        configMap.defaultMode 420
        secret.defaultMode 420
        downwardAPI.defaultMode 420
        downwardAPI.items.[].fieldRef.apiVersion "v1"
        projected.defaultMode 420
        projected.sources.[].serviceAccountToken.expirationSeconds 3600
        projected.sources.[].downwardAPI.items.[].fieldRef.apiVersion "v1"
        hostPath.type ""
        iscsi.iscsiInterface "default"
        rbd.pool "rbd"
        rbd.user "admin"
        rbd.keyring "/etc/ceph/keyring"
        azureDisk.cachingMode "ReadWrite"
        azureDisk.kind "Shared"
        azureDisk.fsType "ext4"
        azureDisk.readOnly false
        scaleIO.storageMode "ThinProvisioned"
        scaleIO.fsType "xfs"
        ephemeral.volumeClaimTemplate.spec.volumeMode "Filesystem"
        # pod
        restartPolicy "Always"
        terminationGracePeriodSeconds 30
        dnsPolicy "ClusterFirst"
        securityContext {}
        schedulerName "default-scheduler"
        @container containers.[]
        @container initContainers.[]
        @container ephemeralContainers.[]
        @volume volumes.[]
        # Pod
        @pod spec
        spec.enableServiceLinks true
        spec.preemptionPolicy "PreemptLowerPriority"
        spec.priority 0
        # PodTemplate
        @pod template.spec
        # ReplicationController
        +spec.replicas 1
        @pod spec.template.spec
        # apps/Deployment
        +spec.replicas 1
        +spec.strategy.type "RollingUpdate"
        +spec.revisionHistoryLimit 10
        +spec.progressDeadlineSeconds 600
        @pod spec.template.spec
        # apps/StatefulSet
        +spec.replicas 1
        +spec.podManagementPolicy "OrderedReady"
        +spec.updateStrategy.type "RollingUpdate"
        +spec.revisionHistoryLimit 10
        +spec.persistentVolumeClaimRetentionPolicy.whenDeleted "Retain"
        +spec.persistentVolumeClaimRetentionPolicy.whenScaled "Retain"
        spec.volumeClaimTemplates.[].kind "PersistentVolumeClaim"
        spec.volumeClaimTemplates.[].apiVersion "v1"
        spec.volumeClaimTemplates.[].spec.volumeMode "Filesystem"
        spec.volumeClaimTemplates.[].status.phase "Pending"
        @pod spec.template.spec
        # apps/DaemonSet
        +spec.updateStrategy.type "RollingUpdate"
        +spec.revisionHistoryLimit 10
        @pod spec.template.spec
        # apps/ReplicaSet
        +spec.replicas 1
        @pod spec.template.spec
        # batch/Job
        +spec.backoffLimit 6
        +spec.completionMode "NonIndexed"
        +spec.suspend false
        +spec.manualSelector false
        @pod spec.template.spec
        # batch/CronJob
        +spec.concurrencyPolicy "Allow"
        +spec.suspend false
        +spec.successfulJobsHistoryLimit 3
        +spec.failedJobsHistoryLimit 1
        @pod spec.jobTemplate.spec.template.spec
        # Service
        +spec.sessionAffinity "None"
        +spec.type "ClusterIP"
        spec.ports.[].protocol "TCP"
        # PersistentVolumeClaim
        +spec.volumeMode "Filesystem"
        +status.phase "Pending"
        # PersistentVolume
        spec.hostPath.type ""
        +spec.persistentVolumeReclaimPolicy "Retain"
        +spec.volumeMode "Filesystem"
        +status.phase "Pending"
        # Endpoints
        subsets.[].ports.[].protocol "TCP"
        # discovery.k8s.io/EndpointSlice
        ports.[].name ""
        ports.[].protocol "TCP"
        # Secret
        type "Opaque"
        # Namespace
        +status.phase "Active"
        # networking.k8s.io/IngressClass
        spec.parameters.scope "Cluster"
        # networking.k8s.io/NetworkPolicy
        spec.ingress.[].ports.[].protocol "TCP"
        spec.egress.[].ports.[].protocol "TCP"
        # storage.k8s.io/StorageClass
        reclaimPolicy "Delete"
        volumeBindingMode "Immediate"
        # storage.k8s.io/CSIDriver
        +spec.attachRequired true
        +spec.podInfoOnMount false
        +spec.volumeLifecycleModes ["Persistent"]
        +spec.storageCapacity false
        +spec.fsGroupPolicy "ReadWriteOnceWithFSType"
        +spec.requiresRepublish false
        +spec.seLinuxMount false
        # autoscaling/HorizontalPodAutoscaler
        +spec.minReplicas 1
        # scheduling.k8s.io/PriorityClass
        preemptionPolicy "PreemptLowerPriority"
        # admissionregistration.k8s.io/ValidatingWebhookConfiguration
        webhooks.[].clientConfig.service.port 443
        webhooks.[].rules.[].scope "*"
        webhooks.[].failurePolicy "Fail"
        webhooks.[].matchPolicy "Equivalent"
        webhooks.[].namespaceSelector {}
        webhooks.[].objectSelector {}
        webhooks.[].timeoutSeconds 10
        # admissionregistration.k8s.io/MutatingWebhookConfiguration
        webhooks.[].clientConfig.service.port 443
        webhooks.[].rules.[].scope "*"
        webhooks.[].failurePolicy "Fail"
        webhooks.[].matchPolicy "Equivalent"
        webhooks.[].namespaceSelector {}
        webhooks.[].objectSelector {}
        webhooks.[].timeoutSeconds 10
        webhooks.[].reinvocationPolicy "Never"
        # admissionregistration.k8s.io/ValidatingAdmissionPolicy
        +spec.failurePolicy "Fail"
        spec.matchConstraints.namespaceSelector {}
        spec.matchConstraints.objectSelector {}
        spec.matchConstraints.matchPolicy "Equivalent"
        spec.matchConstraints.resourceRules.[].scope "*"
        spec.matchConstraints.excludeResourceRules.[].scope "*"
        # apiregistration.k8s.io/APIService
        spec.service.port 443
        # apiextensions.k8s.io/CustomResourceDefinition
        +spec.conversion.strategy "None"
        """
}

extension DefaultTable.Rule {
    func apply(to node: inout Node, at index: Int = 0) {
        guard index < path.count else { return }
        let step = path[index]
        if step == "[]" {
            guard case .array(var items) = node else { return }
            node = .null
            for position in items.indices { apply(to: &items[position], at: index + 1) }
            node = .array(items)
            return
        }
        guard case .object(var mapping) = node else { return }
        node = .null
        mapping.update(String(step)) { child in
            if index == path.count - 1 {
                if child == nil || child == .null { child = value }
                return
            }
            var inner = child ?? .null
            if inner.isNull {
                guard createsParents else { return }
                inner = [:]
            }
            child = .null
            apply(to: &inner, at: index + 1)
            child = inner
        }
        node = .object(mapping)
    }
}

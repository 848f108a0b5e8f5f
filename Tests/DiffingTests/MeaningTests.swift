import Diffing
import Model
import Testing

/// Differences in writing that mean the same, and those that look alike and do not.
@Suite struct MeaningTests {
    struct Pair: Sendable, CustomTestStringConvertible {
        var name: String
        var desired: String
        var live: String
        var changes: [String] = []
        var testDescription: String { name }
    }

    @Test(arguments: pairs) func meansWhatTheTableSays(_ pair: Pair) throws {
        try check(pair.desired, pair.live, pair.changes)
    }

    static func deployment(_ spec: String, _ more: String = "") -> String {
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop\(more)}\n"
            + "spec: \(spec)\n"
    }

    static func pod(_ container: String) -> String {
        deployment("{template: {spec: {containers: [{name: web, \(container)}]}}}")
    }

    static let container = "spec.template.spec.containers[name=web]"

    static let pairs: [Pair] = [
        Pair(
            name: "a changed scalar", desired: deployment("{replicas: 5}"),
            live: deployment("{replicas: 3}"), changes: ["~ spec.replicas  3 → 5"]),
        Pair(
            name: "what only the cluster has", desired: deployment("{replicas: 5}"),
            live: deployment(
                "{replicas: 5, progressDeadlineSeconds: 600}", ", uid: a, generation: 7")
        ),
        Pair(
            name: "status and creation",
            desired: deployment("{}", ", creationTimestamp: null")
                + "status: {replicas: 1}",
            live: deployment("{}", ", creationTimestamp: '2026-11-02T10:00:00Z'")
                + "status: {replicas: 2}"),
        Pair(
            name: "another version of the same kind",
            desired: "apiVersion: autoscaling/v1\nkind: HorizontalPodAutoscaler\n"
                + "metadata: {name: a}\nspec: {maxReplicas: 3}",
            live: "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\n"
                + "metadata: {name: a}\nspec: {maxReplicas: 3}"),
        Pair(
            name: "quantities by value",
            desired: pod("resources: {limits: {cpu: 1000m, memory: 1024Mi}}"),
            live: pod("resources: {limits: {cpu: '1', memory: 1Gi}}")),
        Pair(
            name: "a number for a quantity", desired: pod("resources: {limits: {cpu: 2}}"),
            live: pod("resources: {limits: {cpu: '2'}}")),
        Pair(
            name: "another quantity", desired: pod("resources: {limits: {cpu: 1500m}}"),
            live: pod("resources: {limits: {cpu: '1'}}"),
            changes: ["~ \(container).resources.limits.cpu  \"1\" → \"1500m\""]),
        Pair(
            name: "containers by name",
            desired:
                deployment(
                    "{template: {spec: {containers: [{name: a, image: x}, {name: b, image: y}]}}}"),
            live: deployment(
                "{template: {spec: {containers: [{name: b, image: y}, {name: a, image: z}]}}}"),
            changes: ["~ spec.template.spec.containers[name=a].image  z → x"]),
        Pair(
            name: "a missing container",
            desired:
                deployment("{template: {spec: {containers: [{name: a}, {name: b}]}}}"),
            live: deployment("{template: {spec: {containers: [{name: a}]}}}"),
            changes: ["+ spec.template.spec.containers[name=b]  {\"name\":\"b\"}"]),
        Pair(
            name: "the default protocol in a key", desired: pod("ports: [{containerPort: 80}]"),
            live: pod("ports: [{containerPort: 80, protocol: TCP}]")),
        Pair(
            name: "a port of another protocol",
            desired: pod("ports: [{containerPort: 80, protocol: UDP}]"),
            live: pod("ports: [{containerPort: 80, protocol: TCP}]"),
            changes: [
                "+ \(container).ports[containerPort=80,protocol=UDP]  "
                    + "{\"containerPort\":80,\"protocol\":\"UDP\"}"
            ]),
        Pair(
            name: "finalizers as a set", desired: deployment("{}", ", finalizers: [a, b]"),
            live: deployment("{}", ", finalizers: [b, c, a]")),
        Pair(
            name: "a missing finalizer", desired: deployment("{}", ", finalizers: [a, b]"),
            live: deployment("{}", ", finalizers: [b]"),
            changes: ["+ metadata.finalizers[=a]  a"]),
        Pair(
            name: "arguments in order", desired: pod("args: [a, b]"), live: pod("args: [b, a]"),
            changes: ["~ \(container).args[0]  b → a", "~ \(container).args[1]  a → b"]),
        Pair(
            name: "more arguments", desired: pod("args: [a]"), live: pod("args: [a, b]"),
            changes: ["~ \(container).args  [\"a\",\"b\"] → [\"a\"]"]),
        Pair(
            name: "empty and absent",
            desired: deployment("{strategy: {}, paused: false}", ", labels: {}, annotations: null"),
            live: deployment("{}")),
        Pair(
            name: "an empty struct that means something", desired: pod("securityContext: {}"),
            live: pod("image: x"), changes: ["+ \(container).securityContext  {}"]),
        Pair(
            name: "an empty label", desired: deployment("{}", ", labels: {a: ''}"),
            live: deployment("{}", ", labels: {b: ''}"), changes: ["+ metadata.labels.a  \"\""]),
        Pair(
            name: "an extra key in a selector",
            desired: deployment("{selector: {matchLabels: {app: web}}}"),
            live: deployment("{selector: {matchLabels: {app: web, tier: a}}}"),
            changes: ["- spec.selector.matchLabels.tier  a"]),
    ]
}

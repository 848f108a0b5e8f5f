import Diffing
import Model
import Testing

/// What is particular to some kinds.
@Suite struct KindMeaningTests {
    @Test func anAggregatedRolesRulesAreAControllers() throws {
        let role =
            "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: a}\n"
        let aggregation = "aggregationRule: {clusterRoleSelectors: [{matchLabels: {a: b}}]}\n"
        try check(
            role + aggregation + "rules: []",
            role + aggregation + "rules: [{verbs: [get], resources: [pods], apiGroups: ['']}]", [])
        try check(role + "rules: null", role + "rules: []", [])
        try check(
            role + "rules: []", role + "rules: [{verbs: [get]}]",
            ["~ rules  [{\"verbs\":[\"get\"]}] → []"])
    }

    @Test func defaultsInsideOfAtomicListsDoNotCount() throws {
        let head = "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: a}\n"
        try check(
            head + "spec: {volumeClaimTemplates: [{metadata: {name: d}, spec: {}}]}",
            head + """
                spec:
                  volumeClaimTemplates:
                  - apiVersion: v1
                    kind: PersistentVolumeClaim
                    metadata: {name: d, creationTimestamp: null}
                    spec: {volumeMode: Filesystem}
                    status: {phase: Pending}
                """, [])
    }

    @Test func portsAreNumbersOrNames() throws {
        let head = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\n"
        try check(
            head + "spec: {ports: [{port: 80, targetPort: '8080'}]}",
            head
                + "spec: {ports: [{port: 80, targetPort: 8080, protocol: TCP}], clusterIP: 10.0.0.1}",
            [])
        try check(
            head + "spec: {ports: [{port: 80, targetPort: http}]}",
            head + "spec: {ports: [{port: 80, targetPort: web, protocol: TCP}]}",
            ["~ spec.ports[port=80,protocol=TCP].targetPort  web → http"])
    }

    @Test func aCustomResourcesListsAreSingleValuesAndItsEmptiesMeanSomething() throws {
        let head = "apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: a}\n"
        try check(
            head + "spec: {selfSigned: {}, idle: false, parts: [{name: a, size: 1}, {name: b}]}",
            head + "spec: {parts: [{name: b}, {name: a, size: 1.0}]}",
            [
                "+ spec.idle  false", "~ spec.parts[0].name  b → a", "+ spec.parts[0].size  1",
                "~ spec.parts[1].name  a → b", "+ spec.selfSigned  {}",
            ])
    }

    @Test func aCustomResourcesListMapsAreKnownFromTheirOwners() throws {
        let head = "apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: a}\n"
        let live = try owned(
            head + "spec: {parts: [{name: b, size: 2}, {name: a, size: 1}]}",
            (
                "tidemark", "Apply",
                #"{"f:spec":{"f:parts":{"k:{\"name\":\"a\"}":{".":{},"f:name":{},"f:size":{}}}}}"#
            ))
        let desired = try yaml(head + "spec: {parts: [{name: a, size: 3}]}")
        #expect(
            compare(desired: desired, live: live).map(\.text) == [
                "~ spec.parts[name=a].size  1 → 3"
            ])
    }

    @Test func binaryDataMayBeWrapped() throws {
        let head = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
        try check(
            head + "binaryData: {a: \"aGFs\\nbG8=\\n\"}", head + "binaryData: {a: aGFsbG8=}", [])
    }

    @Test func timesMayBeOfAnotherZone() throws {
        let head = "apiVersion: cert.example/v1\nkind: Thing\nmetadata: {name: a}\n"
        try check(
            head + "spec: {at: '2026-11-02T10:00:00+01:00'}",
            head + "spec: {at: '2026-11-02T09:00:00Z'}",
            ["~ spec.at  \"2026-11-02T09:00:00Z\" → \"2026-11-02T10:00:00+01:00\""])
        let lease = "apiVersion: coordination.k8s.io/v1\nkind: Lease\nmetadata: {name: a}\n"
        try check(
            lease + "spec: {renewTime: '2026-11-02T10:00:00.000000+01:00'}",
            lease + "spec: {renewTime: '2026-11-02T09:00:00.000000Z'}", [])
    }

    @Test func manifestsThatAreNoObjectsDoNotTrap() {
        #expect(compare(desired: "a", live: "a").isEmpty)
        #expect(compare(desired: ["a": 1], live: []).map(\.path) == [.root])
    }
}

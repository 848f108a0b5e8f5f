import Diffing
import Model
import Testing

/// Within values that are applied as one, ownership does not tell what has left Git.
@Suite struct AtomicValueTests {
    @Test func aFieldThatLeftGitIsFoundInsideOfAnAtomicList() throws {
        let live = try owned(
            """
            apiVersion: rbac.authorization.k8s.io/v1
            kind: Role
            metadata: {name: a}
            rules: [{apiGroups: [''], resources: [secrets], verbs: [get], resourceNames: [b]}]
            """, ("tidemark", "Apply", #"{"f:rules":{}}"#))
        let desired = try yaml(
            """
            apiVersion: rbac.authorization.k8s.io/v1
            kind: Role
            metadata: {name: a}
            rules: [{apiGroups: [''], resources: [secrets], verbs: [get]}]
            """)
        #expect(
            compare(desired: desired, live: live).map(\.text) == [
                #"- rules[0].resourceNames  ["b"]"#
            ])
    }

    @Test func soItIsInAnIngress() throws {
        func ingress(_ rule: String) -> String {
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: a}\n"
                + "spec: {rules: [{\(rule)}]}"
        }
        let live = try owned(
            ingress("host: a.example, http: {paths: []}"),
            ("tidemark", "Apply", #"{"f:spec":{"f:rules":{}}}"#))
        #expect(
            compare(desired: try yaml(ingress("http: {paths: []}")), live: live).map(\.text) == [
                "- spec.rules[0].host  a.example"
            ])
    }

    @Test func soItIsBetweenTwoFiles() throws {
        func policy(_ port: String) -> String {
            "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: a}\n"
                + "spec: {ingress: [{ports: [{\(port)}]}]}"
        }
        try check(
            policy("port: 80"), policy("port: 80, protocol: TCP, endPort: 90"),
            ["- spec.ingress[0].ports[0].endPort  90"])
    }

    @Test func customKindsWithoutASchemaMayHaveDefaultsThere() throws {
        func tenant(_ item: String) -> String {
            "apiVersion: keymate.example/v1\nkind: Tenant\nmetadata: {name: a}\n"
                + "spec: {items: [{\(item)}]}"
        }
        let live = try owned(
            tenant("name: b, size: 3"), ("tidemark", "Apply", #"{"f:spec":{"f:items":{}}}"#))
        #expect(compare(desired: try yaml(tenant("name: b")), live: live) == [])
    }
}

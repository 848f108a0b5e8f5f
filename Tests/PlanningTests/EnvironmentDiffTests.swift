import Diffing
import Model
import Planning
import Testing
import YAML

@Suite("Environments compared")
struct EnvironmentDiffTests {
    /// Objects as YAML; what is in the namespace `NAME-own` is in its application's own.
    private func view(_ name: String, _ text: String) throws -> EnvironmentView {
        let objects = try parseYAML(Array(text.utf8), file: "test.yaml").map(\.root)
        return EnvironmentView(
            name: name,
            objects: objects.compactMap { node in
                ObjectKey(manifest: node).map {
                    EnvironmentView.Object(
                        key: $0, body: node, isInOwnNamespace: $0.namespace == "\(name)-own")
                }
            })
    }

    private func check(
        _ old: (String, String), _ new: (String, String), gives expected: String
    ) throws {
        let changes = compare(from: try view(old.0, old.1), to: try view(new.0, new.1))
        let lines = changes.map { change in
            (["\(change.verdict.rawValue) \(change.key)"] + change.fields.map { "  \($0.text)" })
                .joined(separator: "\n")
        }
        #expect(lines.joined(separator: "\n") == expected)
    }

    private let service = """
        apiVersion: v1
        kind: Service
        metadata: {name: web, namespace: staging-own, uid: a}
        spec:
          clusterIP: 10.0.0.1
          ports: [{name: http, port: 80, nodePort: 30001}]
        """

    @Test func betweenEnvironmentsWhatTheirClustersAssignedDoesNotCount() throws {
        let other = service.replacing("staging-own", with: "production-own")
            .replacing("10.0.0.1", with: "10.0.0.2").replacing("30001", with: "30002")
        try check(("staging", service), ("production", other), gives: "")
        let headless = other.replacing("10.0.0.2", with: "None")
        try check(
            ("staging", service), ("production", headless),
            gives: """
                modified /Service/production-own/web
                  + spec.clusterIP  None
                """)
    }

    @Test func betweenMomentsOfOneEnvironmentEverythingCounts() throws {
        try check(
            ("staging", service), ("staging", service.replacing("10.0.0.1", with: "10.0.0.2")),
            gives: """
                modified /Service/staging-own/web
                  ~ spec.clusterIP  "10.0.0.1" → "10.0.0.2"
                """)
    }

    @Test func whatOnlyOneSideHasIsTold() throws {
        let map = """
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: app, namespace: shop, labels: {a: "1"}}
            data: {kept: same, changed: "1", gone: x}
            """
        let later = """
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: app, namespace: shop}
            data: {kept: same, changed: "2", fresh: new}
            """
        try check(
            ("dev", map), ("dev", later),
            gives: """
                modified /ConfigMap/shop/app
                  ~ data.changed  "1" → "2"
                  + data.fresh  new
                  - data.gone  x
                  - metadata.labels  {"a":"1"}
                """)
        try check(("dev", map), ("dev", ""), gives: "removed /ConfigMap/shop/app")
        try check(("dev", ""), ("dev", map), gives: "added /ConfigMap/shop/app")
    }

    @Test func aNamesakeInAnotherNamespaceIsNoCounterpartUnlessBothAreAtHome() throws {
        let other = service.replacing("staging-own", with: "elsewhere")
        try check(
            ("staging", service), ("production", other),
            gives: """
                added /Service/elsewhere/web
                removed /Service/staging-own/web
                """)
    }
}

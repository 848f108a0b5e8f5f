import Foundation
import TestSupport
import Testing

@Suite("Commands without a ledger")
struct OfflineTests {
    private let desired = """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web, namespace: shop}
        spec: {replicas: 5}
        ---
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: web, namespace: shop}
        data: {LOG: info}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: web, namespace: shop}
        spec: {ports: [{port: 80}]}

        """

    private let live = """
        apiVersion: v1
        kind: List
        items:
        - apiVersion: apps/v1
          kind: Deployment
          metadata: {name: web, namespace: shop, generation: 1}
          spec: {replicas: 3}
          status: {observedGeneration: 1, replicas: 3, updatedReplicas: 3, availableReplicas: 2}
        - apiVersion: v1
          kind: ConfigMap
          metadata: {name: web, namespace: shop, uid: "1"}
          data: {LOG: info}
        - apiVersion: v1
          kind: Secret
          metadata: {name: left, namespace: shop}

        """

    private func session() throws -> Session {
        let session = try Session()
        try session.write("desired/all.yaml", desired)
        try session.write("live.yaml", live)
        return session
    }

    @Test func compareTellsEveryVerdictOnALine() async throws {
        let ended = try await session().run("compare", "desired", "live.yaml", "-o", "json")
        #expect(
            ended.text == """
                {"key":"/ConfigMap/shop/web","verdict":"same","changes":[]}
                {"key":"/Secret/shop/left","verdict":"extra","changes":[]}
                {"key":"/Service/shop/web","verdict":"missing","changes":[]}
                {"key":"apps/Deployment/shop/web","verdict":"modified","changes":[{"path":"spec.replicas","desired":5,"live":3}]}
                [exit 1]

                """)
    }

    @Test func compareOfTheSameIsNoDifference() async throws {
        let ended = try await session().run("compare", "desired", "desired")
        #expect(ended.text == "3 of 3 objects the same\n[exit 0]\n")
    }

    @Test func healthTellsOneObjectOnALine() async throws {
        let ended = try await session().run("health", "-f", "live.yaml", "-o", "json")
        let lines = ended.output.split(separator: "\n")
        #expect(lines.count == 3 && ended.code == 0)
        #expect(
            lines[0].hasPrefix(
                #"{"key":"apps/Deployment/shop/web","status":"Progressing","message":"Waiting"#))
        #expect(lines[1] == #"{"key":"/ConfigMap/shop/web","status":null,"message":""}"#)
    }

    @Test func lookupFindsWhatIsGivenAndNothingElse() async throws {
        let session = try session()
        try session.write("chart/Chart.yaml", "apiVersion: v2\nname: c\nversion: 1.0.0\n")
        try session.write(
            "chart/templates/a.yaml",
            """
            a: {{ (lookup "v1" "ConfigMap" "shop" "web").data | default "none" | toJson }}
            b: {{ len ((lookup "v1" "ConfigMap" "" "").items | default list) }}
            c: {{ len (lookup "v1" "ConfigMap" "other" "web") }}

            """)
        func check(_ options: [String], gives expected: String) async {
            let ended = await session.run(["render", "chart"] + options)
            #expect(
                ended.output == "---\n# Source: c/templates/a.yaml\n\(expected)\n",
                "\(ended.text)")
        }
        await check([], gives: "a: \"none\"\nb: 0\nc: 0")
        try session.write("objects.yaml", desired)
        await check(["--lookup", "objects.yaml"], gives: "a: {\"LOG\":\"info\"}\nb: 1\nc: 0")
    }

    @Test func renderPrintsTheManifestsOfAFolder() async throws {
        let ended = try await session().run("render", "desired", "-o", "json")
        #expect(ended.code == 0)
        #expect(ended.output.contains("\"kind\": \"Service\""))
        let missing = try await session().run("render", "elsewhere")
        #expect(missing.code == 2)
    }
}

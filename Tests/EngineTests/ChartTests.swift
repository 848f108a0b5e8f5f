import Declarations
import Engine
import EventLog
import Foundation
import Model
import Planning
import Projections
import Synchronization
import TestSupport
import Testing

/// Charts as applications: what they are rendered anew for, and what stays as it was.
@Suite("Charts of applications", .timeLimit(.minutes(1)))
struct ChartTests {
    let world = World()
    private let folder: TemporaryFolder
    private let person = Actor(kind: .user, id: "engineer-a", authentication: .unixPeer)

    init() throws {
        folder = try TemporaryFolder()
        let path = folder.url.path
        world.vault.withLock { $0 = path + "/charts" }
    }

    func deploy(
        _ files: [String: String], valueFiles: [String] = [], automated: Bool = true
    ) {
        let list = valueFiles.map { "\"\($0)\"" }.joined(separator: ", ")
        var all = [
            "applications/shop.yaml": World.application(automated: automated).replacingOccurrences(
                of: "path: apps/shop}", with: "path: apps/shop, helm: {valueFiles: [\(list)]}}"),
            "apps/shop/Chart.yaml": "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
        ]
        for (name, text) in files { all[name] = text }
        world.source.commit("change", all)
    }

    func configMap(_ value: String) -> String {
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\ndata: {a: {{ \(value) | quote }}}\n"
    }

    private func secret(_ value: String) -> String {
        """
        apiVersion: v1
        kind: Secret
        metadata: {name: s}
        data: {a: {{ \(value) | b64enc | quote }}}

        """
    }

    func live(_ kind: String, _ name: String) -> String? {
        world.cluster.objects[World.key(kind, name)]?["data"]?["a"]?.stringValue
    }

    private func id() -> EventID {
        EventID(at: world.clock.now(), random: world.clock.randomBytes(10))
    }

    func renderings() -> [ManifestsRendered] {
        world.store.events.compactMap {
            if case .manifestsRendered(let payload)? = $0.event { payload } else { nil }
        }
    }

    /// Runs an engine until it has looked at everything, and carried out what comes of it.
    func settle() async throws {
        let hasLooked = Box<Bool>()
        #expect(
            try await world.run {
                hasLooked.value == true && $0.isSynced
            } _: { engine in
                try await engine.refresh()
                hasLooked.value = true
            })
    }

    @Test func whatAChartDoesNotReadLeavesItsTimeAsItWas() async throws {
        let template = configMap(
            #"printf "%s %s %t" .Values.a (now | date "05.000000000") "#
                + #"(.Capabilities.APIVersions.Has "monitoring.coreos.com/v1")"#)
        func files(_ value: String, _ other: String) -> [String: String] {
            [
                "apps/shop/templates/m.yaml": template, "values/shop.yaml": "a: \(value)",
                "docs/other.md": other,
            ]
        }
        deploy(files("one", "-"), valueFiles: ["/values/shop.yaml"])
        try await settle()
        let first = live("ConfigMap", "m")
        #expect(first?.hasPrefix("one ") == true && first?.hasSuffix(" false") == true)
        #expect(
            renderings().map(\.asked) == [
                [
                    ManifestsRendered.Answer {
                        $0.answer = "false"
                        $0.question = "apiVersions has monitoring.coreos.com/v1"
                    }
                ]
            ])

        let position = world.store.events.count
        deploy(files("one", "changed"), valueFiles: ["/values/shop.yaml"])
        try await settle()
        world.cluster.serve("Unrelated", in: "example.com")
        try await settle()
        #expect(world.timeline(after: position) == [])
        #expect(live("ConfigMap", "m") == first)

        world.cluster.serve("Rule", in: "monitoring.coreos.com")
        try await settle()
        let second = live("ConfigMap", "m")
        #expect(second?.hasPrefix("one ") == true && second?.hasSuffix(" true") == true)
        #expect(second?.dropLast(6) != first?.dropLast(6))

        deploy(files("two", "changed"), valueFiles: ["/values/shop.yaml"])
        try await settle()
        #expect(live("ConfigMap", "m")?.hasPrefix("two ") == true)
        #expect(Set(renderings().map(\.now)).count == 3)
        #expect(renderings().count == 3)
    }

    @Test func aVariableThatAParameterTakesIsAnInput() async throws {
        let template = configMap(#"printf "%s" .Values.a"#)
        let files = [
            "apps/shop/templates/m.yaml": template, "apps/shop/v-v1.36.2.yaml": "a: old",
            "apps/shop/v-v1.37.0.yaml": "a: new",
        ]
        deploy(files, valueFiles: ["v-$KUBE_VERSION.yaml"])
        try await settle()
        #expect(live("ConfigMap", "m") == "old")
        world.cluster.contents.withLock { $0.serverVersion = "v1.37.0" }
        try await settle()
        #expect(live("ConfigMap", "m") == "new")
    }

    @Test func aVaultThatFailsForAWhileIsTriedAgain() async throws {
        let place = folder.url.appendingPathComponent("charts")
        // A file in place of the folder: nothing can be kept in it.
        try Data().write(to: place)
        deploy(["apps/shop/templates/s.yaml": secret(#"genPrivateKey "ed25519""#)])
        let isSynced = try await world.run {
            $0.isSynced
        } _: { [world] _ in
            try await world.until {
                $0.store.state.applications["shop"]?.renderProblems.isEmpty == false
            }
            try FileManager.default.removeItem(at: place)
        }
        #expect(isSynced)
        let problems = world.store.events.compactMap {
            if case .renderFailed(let payload)? = $0.event { payload.problems } else { nil }
        }
        #expect(problems.count == 1 && problems.first?.count == 1)
        #expect(problems.first?.first?.hasSuffix("that is tried again") == true)
        #expect(renderings().count == 1)
        #expect(live("Secret", "s") != nil)
    }

    @Test func regeneratingRenewsWhatWasDrawnAndOnlyTokensAreOnRecord() async throws {
        deploy([
            "apps/shop/templates/s.yaml": secret("randAlphaNum 24"),
            "apps/shop/templates/m.yaml": configMap(#"now | date "05.000000000""#),
        ])
        try await settle()
        try await settle()
        let (first, time) = (live("Secret", "s"), live("ConfigMap", "m"))
        let person = person
        let id = id()
        let isDeployed = try await world.run {
            $0.isSynced && $0.store.state.syncs["sync-2"]?.phase == .succeeded
        } _: { engine in
            for _ in 0..<2 {
                try await engine.regenerate("shop", reason: "it leaked", actor: person, id: id)
            }
        }
        #expect(isDeployed)
        #expect(world.store.state.syncs["sync-2"]?.trigger == .automated)
        let second = live("Secret", "s")
        #expect(second != first && live("ConfigMap", "m") != time)
        #expect(world.timeline().filter { $0 == "regeneration.requested" }.count == 1)
        try await settle()
        #expect(live("Secret", "s") == second)
        #expect(world.store.state.syncs["sync-3"] == nil)
        for value in [first, second] {
            let text = try #require(value.flatMap { Data(base64Encoded: $0) })
            #expect(world.store.holds(Array(text)) == false)
            #expect(world.store.holds(Array((value ?? "-").utf8)) == false)
        }
        // What an earlier sync had applied is drawn again as it was then.
        let isBack = try await world.run {
            $0.store.state.syncs["sync-3"]?.phase == .succeeded
        } _: { [id = self.id()] engine in
            _ = try await engine.rollback(
                "shop", to: "sync-1", isPruning: nil, actor: person, id: id)
        }
        #expect(isBack && live("Secret", "s") == first)
    }

    @Test func whatHasNoChartIsNotRegenerated() async throws {
        world.source.commit(
            "deploy",
            [
                "applications/shop.yaml": World.application(),
                "apps/shop/m.yaml": World.configMap("m", "one"),
            ])
        try await settle()
        let (id, person) = (id(), person)
        let refusal = Box<SyncError>()
        try await world.run { _ in
            refusal.value != nil
        } _: { engine in
            do {
                try await engine.regenerate("shop", reason: nil, actor: person, id: id)
            } catch { refusal.value = error as? SyncError }
        }
        #expect(refusal.value == .noChart(application: "shop"))
        #expect(!world.timeline().contains("regeneration.requested"))
    }

    @Test func aKindThatConcernsNobodyCausesNoRendering() async throws {
        world.cluster.serve("CustomResourceDefinition", in: "apiextensions.k8s.io")
        let definition = """
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata: {name: others.example.com}
            spec: {group: example.com, names: {kind: Other}}
            """
        deploy([
            "apps/shop/templates/m.yaml": configMap(".Capabilities.KubeVersion.Minor"),
            "applications/stock.yaml": World.application("stock"),
            "apps/stock/other.yaml": definition,
        ])
        let isOver = try await world.run { world in
            world.store.state.applications.all.count == 2
                && world.store.state.applications.all.values.allSatisfy {
                    $0.syncStatus == .synced && $0.runningSync == nil
                }
        } _: { [world] engine in
            try await world.until {
                $0.cluster.calls.contains { $0.contains("others.example.com") }
            }
            world.cluster.serve("Other", in: "example.com")
            let key = ObjectKey(
                group: "apiextensions.k8s.io", kind: "CustomResourceDefinition", namespace: "",
                name: "others.example.com")
            world.cluster.edit(key) {
                $0["status"] = ["conditions": [["type": "Established", "status": "True"]]]
            }
            try await engine.refresh()
            try await engine.refresh()
        }
        #expect(isOver)
        // The declarations, and each of the two applications once.
        #expect(world.source.trees == 3)
    }

    @Test func certificatesAreOnRecordWithTheirEnd() async throws {
        let template = """
            {{- $c := genSelfSignedCert "web" nil (list "web.shop") 20 }}
            apiVersion: v1
            kind: Secret
            metadata: {name: s}
            type: kubernetes.io/tls
            data: {tls.crt: {{ $c.Cert | b64enc }}, tls.key: {{ $c.Key | b64enc }}}
            ---
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: m}
            data:
              ca.pem: {{ print "# beside\\n" (.Files.Get "ca.pem") | quote }}

            """
        let authority = try String(
            contentsOf: fixtures().appendingPathComponent("authority.pem"), encoding: .utf8)
        deploy(["apps/shop/templates/s.yaml": template, "apps/shop/ca.pem": authority])
        let before = world.clock.now()
        try await settle()
        let found = world.store.state.applications["shop"]?.certificates ?? []
        #expect(found.map(\.key.shortText) == ["ConfigMap/m", "Secret/s"])
        #expect(found.map(\.field) == [#"data["ca.pem"]"#, #"data["tls.crt"]"#])
        #expect(found.map(\.isGenerated) == [false, true])
        #expect(found.first?.endsAt.description.hasPrefix("2036-") == true)
        let days = found.last.map { ($0.endsAt - before) / Duration.seconds(86_400) } ?? 0
        #expect(days > 19.9 && days < 20.1)
    }
}

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

/// What templates look up in the cluster.
extension ChartTests {
    private func put(_ namespace: String, password: String) {
        let key = ObjectKey(group: "", kind: "Secret", namespace: namespace, name: "db")
        world.cluster.put(
            [
                "apiVersion": "v1", "kind": "Secret",
                "metadata": ["name": "db", "namespace": .string(namespace), "uid": "u"],
                "data": ["password": .string(Data(password.utf8).base64EncodedString())],
            ], key)
    }

    private var lookups: [String] {
        (renderings().last?.asked ?? []).map { "\($0.question): \($0.answer)" }
    }

    @Test func whatIsLookedUpIsNothingUnlessAskedForAndThenAnInput() async throws {
        let password = "correct-horse-battery"
        put("shop", password: password)
        put("other", password: "another-password")
        deploy([
            "apps/shop/templates/s.yaml": """
            {{- $db := lookup "v1" "Secret" .Release.Namespace "db" }}
            {{- $all := lookup "v1" "Secret" "other" "" }}
            apiVersion: v1
            kind: Secret
            metadata: {name: s}
            data: {a: {{ dig "data" "password" "bm9uZQ==" $db }}}
            ---
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: m}
            data: {a: "{{ len ($all.items | default list) }} {{ now | date "05.000000000" }}"}

            """
        ])
        try await settle()
        #expect(live("Secret", "s") == "bm9uZQ==")
        #expect(
            lookups == [
                "lookup v1 Secret other/: not asked", "lookup v1 Secret shop/db: not asked",
            ])

        world.charts.withLock { $0["shop"] = Settings.ChartRules(looksUp: true) }
        try await settle()
        let text = Data(password.utf8).base64EncodedString()
        #expect(live("Secret", "s") == text)
        #expect(live("ConfigMap", "m")?.hasPrefix("1 ") == true)
        #expect(lookups == ["lookup v1 Secret other/: found", "lookup v1 Secret shop/db: found"])
        #expect(!world.store.holds(Array(password.utf8)) && !world.store.holds(Array(text.utf8)))

        // The very answers: another process renders the very bytes.
        let (time, position) = (live("ConfigMap", "m"), world.store.events.count)
        try await settle()
        #expect(live("ConfigMap", "m") == time && world.timeline(after: position) == [])

        // Another answer comes to light by itself.
        let isRenewed = try await world.run {
            $0.isSynced && $0.store.state.syncs["sync-3"]?.phase == .succeeded
        } _: { _ in
            put("shop", password: "new-password")
        }
        #expect(isRenewed && live("ConfigMap", "m") != time)
        #expect(live("Secret", "s") == "bmV3LXBhc3N3b3Jk")
        #expect(!world.store.holds(Array("new-password".utf8)))
    }

    @Test func nothingIsRenderedWhileTheClusterTellsTheSame() async throws {
        put("shop", password: "correct-horse-battery")
        world.charts.withLock { $0["shop"] = Settings.ChartRules(looksUp: true) }
        deploy([
            "apps/shop/templates/m.yaml": configMap(
                #"len (lookup "v1" "Secret" "shop" "db").data"#)
        ])
        try await settle()
        let (trees, position) = (world.source.trees, world.store.events.count)
        let end = world.clock.now() + .seconds(400)
        // Asked six times; as the process is new, declarations and chart are read once.
        #expect(try await world.run { $0.clock.now() > end })
        #expect(world.source.trees - trees == 2)
        #expect(world.timeline(after: position) == [])
    }

    @Test func aClusterThatDoesNotAnswerALookupIsAskedAgain() async throws {
        put("shop", password: "correct-horse-battery")
        world.charts.withLock { $0["shop"] = Settings.ChartRules(looksUp: true) }
        world.cluster.loseAnswer("get Secret/db", isCarriedOut: false, times: 2)
        deploy([
            "apps/shop/templates/m.yaml": configMap(
                #"len (lookup "v1" "Secret" "shop" "db").data"#)
        ])
        try await settle()
        #expect(live("ConfigMap", "m") == "1")
        let problems = world.store.events.compactMap {
            if case .renderFailed(let payload)? = $0.event { payload.problems } else { nil }
        }
        #expect(problems.count == 1)
        #expect(problems.first?.first?.hasPrefix("lookup: ") == true)
    }

    @Test func anObjectThatAppearsLaterIsFound() async throws {
        world.charts.withLock { $0["shop"] = Settings.ChartRules(looksUp: true) }
        let template = #"required "no db yet" (lookup "v1" "Secret" "shop" "db").data | len"#
        deploy(["apps/shop/templates/m.yaml": configMap(template)])
        let isSynced = try await world.run {
            $0.isSynced
        } _: { [world] _ in
            try await world.until {
                $0.store.state.applications["shop"]?.renderProblems.isEmpty == false
            }
            put("shop", password: "correct-horse-battery")
        }
        #expect(isSynced && live("ConfigMap", "m") == "1")
    }

    @Test func aValueOfASecretGoesIntoNothingElse() async throws {
        put("shop", password: "correct-horse-battery")
        world.charts.withLock { $0["shop"] = Settings.ChartRules(looksUp: true) }
        let value = #"(lookup "v1" "Secret" "shop" "db").data.password"#
        for (template, problem) in [
            (
                configMap("printf \"it is %s\" (\(value) | b64dec)"),
                "apps/shop/templates/m.yaml:1: ConfigMap/m holds a value of a Secret that lookup found"
            ),
            (
                configMap("fail (\(value) | b64dec)"),
                "apps/shop: helm: execution error at (shop/templates/m.yaml:4:13): (secret)"
            ),
        ] {
            deploy(["apps/shop/templates/m.yaml": template])
            try await world.run {
                $0.store.state.applications["shop"]?.renderProblems == [problem]
            }
            #expect(world.store.state.applications["shop"]?.renderProblems == [problem])
            #expect(!world.store.holds(Array("correct-horse".utf8)))
        }
    }
}

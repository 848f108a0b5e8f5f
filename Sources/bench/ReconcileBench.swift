internal import ChartCrypto
internal import Declarations
internal import Digests
internal import Engine
internal import EventLog
internal import Glibc
internal import Logging
internal import Model
internal import Projections
internal import YAML

/// A pass over 200 applications of 20 objects in which nothing changed: fetched, looked at, compared.
///
/// The engine is the real one over ports in memory. The first look is not measured: it renders and lists.
func measureReconcile() async throws -> [Figure] {
    let seconds = try await bestPass(over: Fleet(applications: 200, objects: 20))
    return [
        Figure(
            name: "pass over 200 × 20 objects", value: seconds * 1000, unit: "ms",
            target: .below(100))
    ]
}

/// What one chart adds to such a pass, when nothing that it was rendered from has changed.
func measureUnchangedCharts() async throws -> [Figure] {
    let charts = 200
    let seconds = try await bestPass(
        over: Fleet(applications: charts, objects: 20, areCharts: true))
    return [
        Figure(
            name: "second rendering, nothing changed", value: seconds * 1000 / Double(charts),
            unit: "ms", target: .below(1))
    ]
}

private func bestPass(over fleet: Fleet) async throws -> Double {
    let engine = Engine(fleet.parts)
    return try await withThrowingTaskGroup(of: Double?.self) { group in
        group.addTask {
            try await engine.run()
            return nil
        }
        group.addTask {
            await engine.ready()
            try await engine.refresh()
            try await fleet.checkSynced()
            let before = fleet.effects
            var best = Double.infinity
            for _ in 0..<10 {
                let start = processSeconds()
                try await engine.refresh()
                best = min(best, processSeconds() - start)
            }
            let effects = fleet.effects - before
            guard effects == 0 else {
                throw BenchFailure("looking at an unchanged fleet had \(effects) effects")
            }
            return best
        }
        defer { group.cancelAll() }
        while let result = try await group.next() {
            if let result { return result }
        }
        throw BenchFailure("the engine ended by itself")
    }
}

/// Of all threads: the engine's work is on more than one.
private func processSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

/// Applications of ConfigMaps that are in the cluster as Git wants them.
private struct Fleet: Sendable {
    let applications: Int
    let store = MemoryStore()
    let cluster: FullCluster
    let parts: Engine.Parts

    init(applications: Int, objects: Int, areCharts: Bool = false) {
        self.applications = applications
        var files: [String: [UInt8]] = [:]
        var live: [Node] = []
        for number in 1...applications {
            let name = "app-\(number)"
            files["applications/\(name).yaml"] = Array(Self.application(name).utf8)
            if areCharts {
                files.merge(Self.chart(name, objects, base: live.count)) { $1 }
            }
            for object in 1...objects {
                let (text, node) = Self.configMap("settings-\(object)", name, version: live.count)
                if !areCharts { files["apps/\(name)/\(object).yaml"] = Array(text.utf8) }
                live.append(node)
            }
        }
        cluster = FullCluster(objects: live)
        let settings = Settings(
            repositories: [Settings.Repository(name: "platform", url: "file:///platform")],
            applications: [
                Settings.ApplicationFolder(repository: "platform", path: "applications")
            ],
            environments: [
                Settings.Environment(name: "dev", cluster: .sandbox(data: nil, port: nil))
            ],
            digest: Digest(of: ""))
        let clock = EngineClock(
            now: { Timestamp(seconds: Int64(time(nil))) },
            sleep: { try await Task.sleep(for: $0) },
            randomBytes: { count in (0..<count).map { _ in UInt8.random(in: 0...255) } })
        parts = Engine.Parts(
            settings: settings, store: store, clusters: ["dev": cluster],
            sources: ["platform": FixedSource(files: files)],
            tokenKey: TokenKey(bytes: Array(repeating: 7, count: 32)),
            chartVault: ChartVault(folder: "/nonexistent", key: []), clock: clock,
            log: Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() })
    }

    /// Calls of the cluster and events of the ledger so far.
    var effects: Int { cluster.calls + store.count }

    func checkSynced() async throws {
        let rows = try await store.state { $0.applications.all }
        let synced = rows.values.count { $0.syncStatus == .synced && $0.runningSync == nil }
        guard synced == applications else {
            throw BenchFailure("\(synced) of \(applications) applications are synced")
        }
    }

    private static func application(_ name: String) -> String {
        """
        apiVersion: argoproj.io/v1alpha1
        kind: Application
        metadata: {name: \(name)}
        spec:
          source: {repoURL: "file:///platform", path: apps/\(name)}
          destination: {name: dev, namespace: \(name)}
          syncPolicy: {automated: {prune: true, selfHeal: true}}
        """
    }

    /// A chart that gives the same ConfigMaps.
    private static func chart(_ name: String, _ objects: Int, base: Int) -> [String: [UInt8]] {
        let template = """
            {{- range $number := until \(objects) }}
            ---
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: settings-{{ add1 $number }}}
            data: {LOG_LEVEL: info, mode: {{ add $.Values.base $number | quote }}}
            {{- end }}
            """
        return [
            "apps/\(name)/Chart.yaml": Array(
                "apiVersion: v2\nname: \(name)\nversion: 1.0.0\n".utf8),
            "apps/\(name)/values.yaml": Array("base: \(base)\n".utf8),
            "apps/\(name)/templates/settings.yaml": Array(template.utf8),
        ]
    }

    private static func configMap(_ name: String, _ namespace: String, version: Int) -> (
        String, Node
    ) {
        let text = """
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: \(name)}
            data: {LOG_LEVEL: info, mode: "\(version)"}
            """
        let tracking = "\(namespace):/ConfigMap:\(namespace)/\(name)"
        return (
            text,
            [
                "apiVersion": "v1", "kind": "ConfigMap",
                "metadata": [
                    "name": .string(name), "namespace": .string(namespace),
                    "uid": .string("uid-\(version)"), "resourceVersion": .string("\(version + 1)"),
                    "annotations": ["argocd.argoproj.io/tracking-id": .string(tracking)],
                ], "data": ["LOG_LEVEL": "info", "mode": .string("\(version)")],
            ]
        )
    }
}

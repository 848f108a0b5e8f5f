import ChartCrypto
import Declarations
import Digests
import Engine
import EventLog
import Foundation
import HelmTool
import Logging
import Model
import Planning
import Projections
import Synchronization
import TestSupport

/// A whole world in memory: a repository, a cluster, a ledger, and engines that live and die.
///
/// Time runs a thousand times faster: a second of the engine is a millisecond of the test.
final class World: Sendable {
    let store = SimulatedStore()
    let cluster = SimulatedCluster()
    /// Of the second environment, in worlds that have one.
    let staging = SimulatedCluster()
    let source = SimulatedSource()
    /// A second repository, in worlds that have one.
    let values = SimulatedSource(digit: "1")
    let hasValues = Mutex(false)
    /// A repository of charts, in worlds that have one.
    let chartSource = SimulatedCharts()
    let hasCharts = Mutex(false)
    /// Beyond what a busy machine takes for an answer, unless a test waits for it.
    let chartDeadline = Mutex(Duration.seconds(5000))
    /// Where charts keep their keys.
    let vault = Mutex("/nonexistent")
    let helm = Mutex(HelmProgram(name: "/nonexistent/helm"))
    let charts = Mutex<[String: Settings.ChartRules]>([:])
    private let environments: [String]
    let tokenKey = TokenKey(bytes: Array(repeating: 7, count: 32))
    private let started = ContinuousClock.now
    private let generator = Mutex(SeededGenerator(seed: 42))

    init(environments: [String] = ["dev"]) {
        self.environments = environments
        cluster.observePositions { [store] in store.events.count }
        cluster.setClock { [started] in
            Timestamp(seconds: 1_800_000_000) + (ContinuousClock.now - started) * 1000
        }
    }

    /// Runs an engine until `condition` holds of the ledger, or for at most `seconds` of the test.
    ///
    /// - Returns: Whether the condition came to hold.
    @discardableResult
    func run(
        _ fate: Fate = Fate(), mode: Settings.Mode = .apply, seconds: Double = 10,
        requireApproval: Settings.ApprovalRule? = nil,
        signatures: any SignatureChecking = NoTrustedKeys(), requireSignature: Bool = false,
        servingOneCommandAbout application: String? = nil,
        until condition: @escaping @Sendable (World) -> Bool,
        _ during: @escaping @Sendable (Engine) async throws -> Void = { _ in }
    ) async throws -> Bool {
        var parts = try parts(fate, mode)
        parts.signatures = signatures
        parts.application = application
        parts.startsSyncs = application == nil
        parts.settings.environments[0].requireApproval = requireApproval
        let last = parts.settings.repositories.count - 1
        if requireSignature { parts.settings.repositories[last].signatures.require = .everywhere }
        let engine = Engine(parts)
        return try await withThrowingTaskGroup(of: Bool?.self) { group in
            group.addTask {
                try? await engine.run()  // Ends by cancellation, or because the fate killed it.
                return nil
            }
            group.addTask {
                await engine.ready()
                try await during(engine)
                return nil
            }
            group.addTask {
                let deadline = ContinuousClock.now + .seconds(seconds)
                while ContinuousClock.now < deadline {
                    if condition(self) { return true }
                    if fate.isDead {
                        // What was under way when the process died comes to nothing.
                        try await Task.sleep(for: .milliseconds(5))
                        return false
                    }
                    try await Task.sleep(for: .milliseconds(1))
                }
                return false
            }
            for try await result in group {
                guard let result else { continue }
                group.cancelAll()
                return result
            }
            return false
        }
    }

    private func parts(_ fate: Fate, _ mode: Settings.Mode) throws -> Engine.Parts {
        var settings = Settings(
            repositories: [
                Settings.Repository(name: "platform", url: "file:///platform", poll: .seconds(20))
            ],
            applications: [
                Settings.ApplicationFolder(
                    repository: "platform", revision: "main", path: "applications")
            ],
            environments: environments.map {
                Settings.Environment(name: $0, cluster: .sandbox(data: nil, port: nil), mode: mode)
            },
            digest: Digest(of: ""))
        settings.charts = charts.withLock { $0 }
        var sources = ["platform": source]
        if hasValues.withLock({ $0 }) {
            sources["values"] = values
            settings.repositories.append(
                Settings.Repository(name: "values", url: "file:///values", poll: .seconds(20)))
        }
        if hasCharts.withLock({ $0 }) {
            var charts = Settings.Repository(
                name: "charts", url: "https://charts.example.com", poll: .seconds(20))
            charts.kind = .helm
            charts.deadline = chartDeadline.withLock { $0 }
            settings.repositories.append(charts)
        }
        var parts = Engine.Parts(
            settings: settings, store: store.port(fate, clock),
            clusters: ["dev": cluster.port(fate), "staging": staging.port(fate)],
            sources: sources, tokenKey: tokenKey,
            chartVault: ChartVault(
                folder: vault.withLock { $0 }, key: Array(repeating: 9, count: 32)),
            clock: clock,
            log: Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() })
        parts.helm = helm.withLock { $0 }
        if hasCharts.withLock({ $0 }) { parts.charts = ["charts": chartSource] }
        return parts
    }

    var clock: EngineClock {
        EngineClock(
            now: {
                let elapsed = ContinuousClock.now - self.started
                return Timestamp(seconds: 1_800_000_000) + elapsed * 1000
            },
            sleep: { try await Task.sleep(for: $0 / 1000) },
            randomBytes: { count in
                self.generator.withLock { generator in
                    (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
                }
            })
    }
}

// MARK: - What the tests put into it

extension World {
    static func application(
        _ name: String = "shop", automated: Bool = true, selfHeal: Bool = true, prune: Bool = true,
        limit: Int = 2, environment: String = "dev"
    ) -> String {
        let policy =
            automated ? "automated: {prune: \(prune), selfHeal: \(selfHeal)}" : "syncOptions: []"
        return """
            apiVersion: argoproj.io/v1alpha1
            kind: Application
            metadata: {name: \(name)}
            spec:
              project: default
              source: {repoURL: "file:///platform", targetRevision: main, path: apps/\(name)}
              destination: {name: \(environment), namespace: \(name)}
              syncPolicy:
                \(policy)
                retry: {limit: \(limit), backoff: {duration: 1s, factor: 2, maxDuration: 4s}}
            """
    }

    static func configMap(_ name: String, _ value: String, wave: Int = 0) -> String {
        """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: \(name), annotations: {argocd.argoproj.io/sync-wave: "\(wave)"}}
        data: {key: "\(value)"}
        """
    }

    static func deployment(_ name: String, image: String, replicas: Int = 1, wave: Int = 1)
        -> String
    {
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: \(name), annotations: {argocd.argoproj.io/sync-wave: "\(wave)"}}
        spec:
          replicas: \(replicas)
          selector: {matchLabels: {app: \(name)}}
          template:
            metadata: {labels: {app: \(name)}}
            spec: {containers: [{name: main, image: "\(image)"}]}
        """
    }

    static func hook(
        _ name: String, _ phase: String, image: String = "job:1",
        policy: String = "BeforeHookCreation"
    ) -> String {
        """
        apiVersion: batch/v1
        kind: Job
        metadata: {name: \(name), annotations: {argocd.argoproj.io/hook: \(phase), argocd.argoproj.io/hook-delete-policy: \(policy)}}
        spec: {template: {spec: {restartPolicy: Never, containers: [{name: main, image: "\(image)"}]}}}
        """
    }

    static func secret(_ name: String, _ password: String) -> String {
        """
        apiVersion: v1
        kind: Secret
        metadata: {name: \(name)}
        stringData: {password: "\(password)"}
        """
    }

    static func key(_ kind: String, _ name: String, group: String = "") -> ObjectKey {
        ObjectKey(group: group, kind: kind, namespace: "shop", name: name)
    }

    /// Waits until the condition holds.
    func until(_ condition: @Sendable (World) -> Bool) async throws {
        while !condition(self) { try await Task.sleep(for: .milliseconds(1)) }
    }

    /// The types of the recorded events from a position on, without those of Git and declarations.
    func timeline(after position: Int = 0, of application: String = "shop") -> [String] {
        store.events.dropFirst(position).filter { $0.subjects.application == application }
            .map(\.envelope.type)
    }

    var isSynced: Bool {
        let row = store.state.applications["shop"]
        return row?.syncStatus == .synced && row?.health == .healthy && row?.runningSync == nil
    }
}

/// A value that a task leaves for the test.
final class Box<Value: Sendable>: Sendable {
    private let content = Mutex<Value?>(nil)
    var value: Value? {
        get { content.withLock { $0 } }
        set { content.withLock { $0 = newValue } }
    }
}

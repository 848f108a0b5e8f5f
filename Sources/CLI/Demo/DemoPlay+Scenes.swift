internal import Diffing
internal import Digests
internal import Engine
internal import EventLog
internal import GitRepository
internal import KubernetesClient
internal import Model
internal import Projections
internal import SQLiteLedger

/// The scenes, each with a line of explanation and what it checks.
extension DemoPlay {
    func firstDeployment() async throws {
        try scene(1, "First deployment: Git is deployed into three empty clusters, wave by wave.")
        for environment in Keymate.environments {
            let name = Keymate.application(environment)
            try await wait("\(name) is synced and healthy") { $0.isSettled(name) }
            guard let sync = try await application(name)?.lastSynced else {
                throw DemoFailure(summary: "\(name) has no successful sync")
            }
            try await checkOrder(of: sync)
            let steps = try await ledger.state { $0.steps(of: sync).count }
            try held("\(environment): \(steps) calls in order, everything healthy (\(sync))")
        }
    }

    /// The migration came first, then databases, engine and gateway, and the smoke test last.
    private func checkOrder(of sync: String) async throws {
        let steps = try await ledger.state { $0.steps(of: sync) }
        let order = [
            "migrate-schema", "postgres", "authz-engine", "api-gateway", "main", "smoke-test",
        ]
        let positions = order.map { name in
            steps.first { $0.object.name == name && $0.object.kind != "Service" }?.intentPosition
                ?? 0
        }
        guard positions == positions.sorted(), !positions.contains(0) else {
            throw DemoFailure(summary: "\(sync) did not keep the order", cause: "\(positions)")
        }
        guard steps.allSatisfy({ $0.outcome == .applied || $0.outcome == .pruned }) else {
            throw DemoFailure(summary: "\(sync) has steps without a good outcome")
        }
    }

    /// - Returns: The sync that upgraded production.
    func promotion(_ keymate: inout Keymate) async throws -> String {
        try scene(2, "authz-engine 1.8.2: a commit for dev, then promoted, each step a commit.")
        var last = ""
        for environment in Keymate.environments {
            keymate.values[environment]?.engineVersion = "1.8.2"
            let verb = environment == "dev" ? "upgrade" : "promote"
            let commit = try await commit(
                keymate, environment, by: environment == "dev" ? "engineer-a" : "engineer-b",
                "\(verb) authz-engine 1.8.2 to \(environment)")
            let name = Keymate.application(environment)
            try await wait("\(name) runs the new version") {
                $0.isSettled(name) && $0.applications[name]?.lastSyncedCommit == commit.description
            }
            let image = try await hand(environment).image(of: "authz-engine")
            guard image == "keymate/authz-engine:1.8.2" else {
                throw DemoFailure(summary: "\(environment) runs \(image)")
            }
            last = try await application(name)?.lastSynced ?? ""
            try held(
                "\(environment): authz-engine 1.8.1 → 1.8.2 by commit \(commit.short) (\(last))")
        }
        return last
    }

    func handMadeChange() async throws {
        try scene(3, "Somebody edits replicas in production by hand: detected, and healed.")
        let start = try await ledger.head()
        try await hand("production").setReplicas(of: "api-gateway", to: 1)
        let (position, drift) = try await drift(of: "api-gateway", "Deployment", after: start)
        guard let field = drift.fields.first(where: { $0.path == "spec.replicas" }),
            field.desired == "3", field.live == "1", field.manager == "kubectl-edit"
        else {
            throw DemoFailure(summary: "the drift names other fields", cause: "\(drift.fields)")
        }
        try held(
            "@\(position): \(field.path) \(field.desired ?? "") → \(field.live ?? "") by kubectl-edit"
        )
        try await healed("api-gateway", "Deployment", after: start)
        let replicas = try await hand("production").replicas(of: "api-gateway")
        guard replicas == 3 else {
            throw DemoFailure(summary: "api-gateway has \(replicas) replicas")
        }
        try held("healed: 3 replicas again")
    }

    func deletedService() async throws {
        try scene(4, "Somebody deletes a Service in production: restored.")
        let start = try await ledger.head()
        let hand = try hand("production")
        let before = try await hand.uid(of: "web-console")
        try await hand.deleteService("web-console")
        let (position, drift) = try await drift(of: "web-console", "Service", after: start)
        guard drift.verdict == .missing else {
            throw DemoFailure(summary: "the deleted Service is \(drift.verdict.rawValue)")
        }
        try held("@\(position): Service/web-console is missing")
        try await healed("web-console", "Service", after: start)
        let after = try await hand.uid(of: "web-console")
        guard let before, let after, before != after else {
            throw DemoFailure(summary: "Service web-console was not made anew")
        }
        try held("restored, as a new object")
    }

    func badRelease(_ keymate: inout Keymate) async throws {
        try scene(5, "A bad release never gets ready: Degraded. Its commit is reverted.")
        let name = Keymate.application("production")
        keymate.values["production"]?.engineVersion = "1.9.0-broken"
        let bad = try await commit(
            keymate, "production", by: "engineer-a", "upgrade authz-engine 1.9.0 to production")
        try await wait("\(name) is Degraded") { state in
            let row = state.applications[name]
            return row?.health == .degraded
                && row?.lastSync.flatMap { state.syncs[$0] }?.phase == .failed
        }
        let row = try await application(name)
        try held("\(row?.lastSync ?? "") failed: \(row?.healthMessage ?? "")")
        let actor = Actor(kind: .user, id: "demo", authentication: .system)
        let revert = try await engine.revert(
            name, to: nil, actor: actor, id: Recorder(store: ledger, clock: Assembly.clock).newID())
        keymate.values["production"]?.engineVersion = "1.8.2"
        try await wait("\(name) is healthy again") {
            $0.isSettled(name)
                && $0.applications[name]?.lastSyncedCommit == revert.commit.description
        }
        let image = try await hand("production").image(of: "authz-engine")
        guard image == "keymate/authz-engine:1.8.2" else {
            throw DemoFailure(summary: "production runs \(image) after the revert")
        }
        try held(
            "commit \(revert.commit.short) reverts \(bad.short): authz-engine 1.8.2 is back, Healthy"
        )
    }

    func objectLeavesGit(_ keymate: inout Keymate) async throws {
        try scene(6, "legacy-proxy leaves Git: pruned.")
        let name = Keymate.application("production")
        keymate.values["production"]?.hasLegacyProxy = false
        let commit = try await commit(
            keymate, "production", by: "engineer-b", "remove legacy-proxy from production")
        try await wait("legacy-proxy is pruned") {
            $0.isSettled(name) && $0.applications[name]?.lastSyncedCommit == commit.description
        }
        let hand = try hand("production")
        guard try await !hand.exists("apps/v1", "deployments", "legacy-proxy"),
            try await !hand.exists("v1", "services", "legacy-proxy")
        else { throw DemoFailure(summary: "legacy-proxy is still there") }
        try held("Deployment and Service are gone")
    }

    /// The values of the Secret are in the clusters and nowhere else.
    func noSecretLeaked() async throws {
        try scene(
            7,
            "The values of Secrets are in no record: the ledger and its WAL are searched for them.")
        var bytes: [UInt8] = []
        for suffix in ["", "-wal"] where Files.exists(workspace.ledgerPath + suffix) {
            bytes += try Files.read(workspace.ledgerPath + suffix)
        }
        for secret in Keymate.secrets {
            for form in [secret, Base64.encode(secret.utf8)]
            where bytes.firstRange(of: Array(form.utf8)) != nil {
                throw DemoFailure(summary: "a secret value is in the ledger")
            }
        }
        guard bytes.firstRange(of: Array("hmac:".utf8)) != nil || !bytes.isEmpty else {
            throw DemoFailure(summary: "the ledger could not be searched")
        }
        try held("\(bytes.count / 1024) KiB searched, plain and base64: nothing")
    }
}

extension LedgerState {
    /// Synced, healthy, and no sync under way.
    fileprivate func isSettled(_ application: String) -> Bool {
        guard let row = applications[application] else { return false }
        return row.syncStatus == .synced && row.health == .healthy && row.runningSync == nil
    }
}

// MARK: - Watching and telling

extension DemoPlay {
    private func scene(_ number: Int, _ text: String) throws { try show("\n\(number). \(text)") }
    private func held(_ text: String) throws { try show("   ✓ \(text)") }

    private func application(_ name: String) async throws -> ApplicationRow? {
        try await ledger.state { $0.applications[name] }
    }

    /// Waits until the ledger says so; a minute is far beyond what any step takes.
    private func wait(_ what: String, _ condition: @escaping @Sendable (LedgerState) -> Bool)
        async throws
    {
        let end = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < end {
            if try await ledger.state(condition) { return }
            try await Task.sleep(for: .milliseconds(20))
        }
        let rows = try await ledger.state { $0.applications.all }
        let states = rows.sorted { $0.key < $1.key }.map {
            "\($0.key): \($0.value.syncStatus.rawValue), \($0.value.health.rawValue)"
                + " \($0.value.syncReason ?? "") \($0.value.healthMessage ?? "")"
                + " \($0.value.refusal?.message ?? "")"
        }
        throw DemoFailure(
            summary: "waited a minute until \(what)", cause: states.joined(separator: "; "))
    }

    private func drift(of name: String, _ kind: String, after start: Int64) async throws
        -> (Int64, DriftDetected)
    {
        let events = try await event("drift.detected", name, kind, after: start)
        guard case .driftDetected(let drift)? = events.event else {
            throw DemoFailure(summary: "the drift of \(name) cannot be read")
        }
        return (events.position, drift)
    }

    private func healed(_ name: String, _ kind: String, after start: Int64) async throws {
        let event = try await event("drift.resolved", name, kind, after: start)
        guard case .driftResolved(let resolved)? = event.event, resolved.how == .healed else {
            throw DemoFailure(summary: "the drift of \(name) was not healed by Tidemark")
        }
    }

    private func event(_ type: String, _ name: String, _ kind: String, after start: Int64)
        async throws -> RecordedEvent
    {
        let filter = EventFilter {
            $0.object = ObjectPattern(kind: kind, name: name)
            $0.types = [type]
        }
        let end = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < end {
            let found = try await ledger.events(
                matching: filter, newestFirst: true, limit: 1, before: nil)
            if let event = found.first, event.position > start { return event }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw DemoFailure(summary: "waited a minute for \(type) of \(kind)/\(name)")
    }

    private func hand(_ environment: String) throws -> DemoHand {
        let path = workspace.kubeconfigPath(environment, "clusters/\(environment).db")
        return DemoHand(server: try workspace.connection(path, nil).server)
    }
}

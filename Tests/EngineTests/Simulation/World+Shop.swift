import Engine
import EventLog
import Foundation
import Model
import Projections
import Synchronization
import TestSupport
import Testing

/// What suites about the sources of the application `shop` share.
extension World {
    static let person = Actor(kind: .user, id: "engineer-a", authentication: .unixPeer)

    /// Gives charts a folder for their keys, which is there for as long as it is held.
    func keepKeys() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        let path = folder.url.path
        vault.withLock { $0 = path + "/charts" }
        return folder
    }

    /// The manifest of `shop` with other sources: `source: {…}` or `sources:` with a line for each.
    static func shop(_ sources: String, selfHeal: Bool = false) -> String {
        application(selfHeal: selfHeal).replacingOccurrences(
            of: #"source: {repoURL: "file:///platform", targetRevision: main, path: apps/shop}"#,
            with: sources)
    }

    var shop: ApplicationRow? { store.state.applications["shop"] }

    func live(_ name: String, _ field: String, kind: String = "ConfigMap") -> String? {
        cluster.objects[World.key(kind, name)]?["data"]?[field]?.stringValue
    }

    /// Whether a live object says this, and all is in sync.
    static func isThere(_ name: String, _ field: String, _ value: String)
        -> @Sendable (World) -> Bool
    {
        { $0.isSynced && $0.live(name, field) == value }
    }

    /// Runs an engine until a live object says this, and all is in sync.
    func reach(_ name: String, _ field: String, _ value: String) async throws {
        let isThere = Self.isThere(name, field, value)
        #expect(try await run(until: isThere) { try await $0.refresh() })
    }

    /// What each source was at when a sync was planned.
    func sources(of sync: String?) -> [SourceRevision]? {
        sync.flatMap { store.state.syncs[$0]?.plan?.sources }
    }

    /// Rolls back, and waits for the end.
    ///
    /// - Returns: The sync that did it, when it succeeded.
    func rollback(to sync: String) async throws -> String? {
        let done = Box<String>()
        let id = EventID(at: clock.now(), random: clock.randomBytes(10))
        let isDone: @Sendable (World) -> Bool = { world in
            guard let name = done.value else { return false }
            return world.store.state.syncs[name]?.phase == .succeeded
        }
        let isRolledBack = try await run(until: isDone) { engine in
            done.value = try await engine.rollback(
                "shop", to: sync, isPruning: nil, actor: Self.person, id: id)
        }
        return isRolledBack ? done.value : nil
    }
}

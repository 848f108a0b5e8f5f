/// What one manifest's annotations say about its own sync.
///
/// Read by `readDirectives`. Argo CD's annotations win over those of Helm.
public struct ResourceDirectives: Hashable, Sendable {
    public var role: Role
    /// Smaller waves come first; 0 unless the manifest says otherwise.
    public var wave: Int
    /// When a hook's object is deleted; empty for anything but a hook.
    public var deletePolicies: Set<DeletePolicy>
    /// `Prune=false` sets it to false: the object stays when it leaves Git.
    public var prunes: Bool
    /// `PruneLast=true`: it is pruned after the last wave.
    public var prunesLast: Bool
    /// `Delete=false` and Helm's `resource-policy: keep` set it to false: it stays when its application is deleted.
    public var deletesWithApplication: Bool
    /// `IgnoreExtraneous`: when it is no longer in Git, the application is in sync all the same.
    public var ignoresExtraneous: Bool
    /// `ignore-healthcheck: "true"`: its health does not count for the application's.
    public var ignoresHealth: Bool

    public init(
        role: Role = .resource, wave: Int = 0, deletePolicies: Set<DeletePolicy> = [],
        prunes: Bool = true, prunesLast: Bool = false, deletesWithApplication: Bool = true,
        ignoresExtraneous: Bool = false, ignoresHealth: Bool = false
    ) {
        self.role = role
        self.wave = wave
        self.deletePolicies = deletePolicies
        self.prunes = prunes
        self.prunesLast = prunesLast
        self.deletesWithApplication = deletesWithApplication
        self.ignoresExtraneous = ignoresExtraneous
        self.ignoresHealth = ignoresHealth
    }

    public enum Role: Hashable, Sendable {
        /// Applied in the sync phase, compared, and part of the application's status.
        case resource
        /// Runs in each of these phases, in their order, never empty; it has no sync status.
        case hook([Phase])
        /// Never applied and without status: `Skip` alone, or a Helm hook that only tests and roll-backs run.
        case skipped
    }

    /// A phase of a sync, in the order in which they run.
    ///
    /// Source: https://argo-cd.readthedocs.io/en/stable/user-guide/sync-waves/
    public enum Phase: String, Hashable, Sendable, CaseIterable, Comparable {
        case preSync = "PreSync"
        case sync = "Sync"
        case postSync = "PostSync"
        case syncFail = "SyncFail"
        /// Before and after the objects of an application that is deleted together with them.
        case preDelete = "PreDelete"
        case postDelete = "PostDelete"

        public static func < (a: Phase, b: Phase) -> Bool { a.order < b.order }

        /// Whether it is a phase of an application's deletion, and of no other sync.
        public var isOfDeletion: Bool { self == .preDelete || self == .postDelete }

        private var order: Int {
            switch self {
            case .preDelete: -2
            case .preSync: -1
            case .sync: 0
            case .postSync: 1
            case .syncFail: 2
            case .postDelete: 3
            }
        }
    }

    /// When the object that a hook made is deleted.
    public enum DeletePolicy: String, Hashable, Sendable, CaseIterable {
        case hookSucceeded = "HookSucceeded"
        case hookFailed = "HookFailed"
        /// What a hook without a policy has.
        case beforeHookCreation = "BeforeHookCreation"
    }

    /// The phases in which the manifest is applied: `[.sync]` of an ordinary object, none of a skipped one.
    public var phases: [Phase] {
        switch role {
        case .resource: [.sync]
        case .hook(let phases): phases
        case .skipped: []
        }
    }

    /// The same, as a hook of fewer phases; `nil` when none of its phases is wanted.
    public func hook(where isWanted: (Phase) -> Bool) -> ResourceDirectives? {
        guard case .hook(let phases) = role else { return nil }
        let wanted = phases.filter(isWanted)
        guard !wanted.isEmpty else { return nil }
        var directives = self
        directives.role = .hook(wanted)
        return directives
    }

    public var isHook: Bool { if case .hook = role { true } else { false } }
}

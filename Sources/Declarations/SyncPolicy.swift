/// When an application is synced, how a failed sync is tried again, and the options of every sync.
///
/// Source: https://argo-cd.readthedocs.io/en/stable/user-guide/auto_sync/
public struct SyncPolicy: Hashable, Sendable {
    /// `nil` when only people start syncs: no `automated`, or one with `enabled: false`.
    public var automated: Automated?
    public var retry: RetryPolicy
    public var options: SyncOptions

    public init(automated: Automated?, retry: RetryPolicy, options: SyncOptions) {
        self.automated = automated
        self.retry = retry
        self.options = options
    }

    /// What an application without `syncPolicy` means.
    public static let manual = SyncPolicy(automated: nil, retry: .never, options: .standard)

    public struct Automated: Hashable, Sendable {
        /// Objects that left Git are deleted.
        public var prune: Bool
        /// What somebody changed in the cluster is changed back.
        public var selfHeal: Bool
        /// A sync may prune every object there is.
        public var allowEmpty: Bool

        public init(prune: Bool, selfHeal: Bool, allowEmpty: Bool) {
            self.prune = prune
            self.selfHeal = selfHeal
            self.allowEmpty = allowEmpty
        }
    }
}

/// How often and after which pauses a failed sync is tried again.
public struct RetryPolicy: Hashable, Sendable {
    /// Attempts after the first one; `nil` when there is no end (`limit: -1`).
    public var limit: Int?
    /// The first pause.
    public var duration: Duration
    /// What each pause is longer than the one before.
    public var factor: Int
    public var maxDuration: Duration
    /// A further attempt takes the newest commit instead of the one that failed.
    public var refresh: Bool

    public init(
        limit: Int?, duration: Duration, factor: Int, maxDuration: Duration, refresh: Bool
    ) {
        self.limit = limit
        self.duration = duration
        self.factor = factor
        self.maxDuration = maxDuration
        self.refresh = refresh
    }

    /// A manual sync without `retry`.
    public static let never = RetryPolicy(limit: 0)
    /// An automated sync without `retry`: five times, after 5, 10, 20, 40 and 80 seconds.
    public static let automatic = RetryPolicy(limit: 5)

    /// With Argo CD's pauses: 5 s, doubled each time, 3 min at most.
    ///
    /// Source: https://github.com/argoproj/argo-cd/blob/master/common/common.go (DefaultSyncRetry…)
    public init(limit: Int?) {
        self.init(
            limit: limit, duration: .seconds(5), factor: 2, maxDuration: .seconds(180),
            refresh: false)
    }

    /// The pause before attempt `number`, the first one after the failed sync being 1; `nil` when there is none.
    public func pause(beforeAttempt number: Int) -> Duration? {
        if let limit, number > limit { return nil }
        guard number >= 1 else { return nil }
        var pause = duration
        guard factor > 1 else { return min(pause, maxDuration) }
        var remaining = number - 1
        // Stops where the pause stops growing: without a limit, the number may be of any size.
        while remaining > 0, pause > .zero, pause < maxDuration {
            pause *= factor
            remaining -= 1
        }
        return min(pause, maxDuration)
    }
}

/// The sync options of an application that this release knows.
///
/// Source: https://argo-cd.readthedocs.io/en/stable/user-guide/sync-options/
public struct SyncOptions: Hashable, Sendable {
    /// `Prune=false` sets it to false: nothing is ever deleted, a prune is reported as skipped.
    public var prunes: Bool
    /// `CreateNamespace=true`: the destination's namespace is made when it is missing.
    public var createsNamespace: Bool
    /// `PruneLast=true`: prunes come after the last wave.
    public var prunesLast: Bool
    /// `ApplyOutOfSyncOnly=true`: objects in sync are left alone.
    public var appliesOutOfSyncOnly: Bool

    public init(
        prunes: Bool, createsNamespace: Bool, prunesLast: Bool, appliesOutOfSyncOnly: Bool
    ) {
        self.prunes = prunes
        self.createsNamespace = createsNamespace
        self.prunesLast = prunesLast
        self.appliesOutOfSyncOnly = appliesOutOfSyncOnly
    }

    /// What a manifest without `syncOptions` means.
    public static let standard = SyncOptions(
        prunes: true, createsNamespace: false, prunesLast: false, appliesOutOfSyncOnly: false)
}

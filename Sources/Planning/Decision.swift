public import Declarations
public import Digests
public import EventLog
public import Health
public import Model

/// What an observation of an application leads to; each is recorded before it is acted on.
public enum Decision: Equatable, Sendable {
    case recordComparison(ComparisonChanged)
    case recordHealth(HealthChanged)
    case recordObjectHealth(ObjectKey, HealthChanged)
    case recordDrift(ObjectKey, DriftDetected)
    case resolveDrift(ObjectKey, DriftResolved)
    case refuse(SyncRefused)
    case sync(SyncRequested)
    /// Keep the plan of a sync that people must agree to first.
    case savePlan(SyncRequested)
    /// Run a saved plan that enough people have agreed to, if it is not stale.
    case runPlan(String)
    /// Nothing more is to be done about an application that left Git: its objects are gone, or they stay.
    case remove(isCascaded: Bool)
    /// End a running sync that only waits for health: a newer commit is there.
    case supersede(because: String)
    /// Nothing to do now; look again then, even if nothing changes.
    case wait(until: Timestamp)
}

/// What is seen of one application at one moment.
public struct Observation: Sendable {
    public struct Object: Sendable {
        public var verdict: ObjectVerdict
        public var fields: [DriftDetected.Field]
        public var health: HealthAssessment?
        /// Whether Git wants this very body since the last apply, so that a difference is drift.
        public var isAsLastApplied: Bool
        /// Of an extra object: whether a sync would remove it.
        public var isPrunable: Bool
        /// Whether annotations keep it out of the application's status.
        public var isIgnored: Bool
        /// Whether its deletion was asked for and is not over.
        public var isBeingDeleted: Bool

        public init(
            verdict: ObjectVerdict, fields: [DriftDetected.Field] = [],
            health: HealthAssessment? = nil, isAsLastApplied: Bool = false,
            isPrunable: Bool = false,
            isIgnored: Bool = false, isBeingDeleted: Bool = false
        ) {
            self.verdict = verdict
            self.fields = fields
            self.health = health
            self.isAsLastApplied = isAsLastApplied
            self.isPrunable = isPrunable
            self.isIgnored = isIgnored
            self.isBeingDeleted = isBeingDeleted
        }
    }

    public var now: Timestamp
    public var rules: SyncRules
    /// The newest commit of the application's target revision.
    public var commit: String?
    /// Of an application with several sources what each is at.
    public var sources: [SourceRevision]?
    /// Why nothing can be said about the objects: unreachable cluster, manifests that cannot be rendered.
    public var obstacle: Obstacle?
    /// Every desired and every tracked object that takes part in the status; hooks do not.
    public var objects: [ObjectKey: Object]
    /// Of the desired set; what a plan is offered for.
    public var desired: Digest?
    /// The accounts of those who wrote what the commit brings.
    public var authors: Set<String> = []
    /// What is known of the signature of the commit; of several sources of the weakest one.
    public var signature: CommitObserved.Signature?
    /// Whose signature that is, when it is not that of `commit`.
    public var signedCommit: String?

    public struct Obstacle: Equatable, Sendable {
        public var reason: SyncRefused.Reason
        public var message: String
        public init(_ reason: SyncRefused.Reason, _ message: String) {
            self.reason = reason
            self.message = message
        }
    }

    public init(
        now: Timestamp, rules: SyncRules, commit: String?, obstacle: Obstacle? = nil,
        objects: [ObjectKey: Object]
    ) {
        self.now = now
        self.rules = rules
        self.commit = commit
        self.obstacle = obstacle
        self.objects = objects
    }
}

/// What the declaration of an application and of its environment allow.
public struct SyncRules: Equatable, Sendable {
    public var mode: EnvironmentDeclared.Mode
    public var policy: SyncPolicy
    public var heal: HealBackoff
    public var approval: ApprovalRules
    /// Whether only commits are synced whose signature is verified.
    public var requiresSignature: Bool

    public init(
        mode: EnvironmentDeclared.Mode = .apply, policy: SyncPolicy,
        heal: HealBackoff = HealBackoff(), approval: ApprovalRules = .none,
        requiresSignature: Bool = false
    ) {
        self.mode = mode
        self.policy = policy
        self.heal = heal
        self.approval = approval
        self.requiresSignature = requiresSignature
    }

    public var isPruning: Bool { policy.automated?.prune == true && policy.options.prunes }
    public var isSelfHealing: Bool { policy.automated?.selfHeal == true }
}

/// How long drift waits to be healed when it was healed before.
///
/// Source: https://argo-cd.readthedocs.io/en/stable/operator-manual/argocd-cmd-params-cm-yaml/
/// (controller.self.heal.backoff: 2 s × 3, at most 300 s)
public struct HealBackoff: Equatable, Sendable {
    public var base: Duration
    public var factor: Int
    public var cap: Duration
    /// After this long without a healing the count starts anew.
    public var cooldown: Duration

    public init(
        base: Duration = .seconds(2), factor: Int = 3, cap: Duration = .seconds(300),
        cooldown: Duration = .seconds(330)
    ) {
        self.base = base
        self.factor = factor
        self.cap = cap
        self.cooldown = cooldown
    }

    /// The first healing is immediate.
    public func delay(afterHeals heals: Int) -> Duration {
        heals <= 0 ? .zero : exponential(base, factor, exponent: heals - 1, cap: cap)
    }
}

private func exponential(_ base: Duration, _ factor: Int, exponent: Int, cap: Duration) -> Duration
{
    var delay = base
    for _ in 0..<max(0, min(exponent, 64)) where delay < cap { delay = delay * factor }
    return min(delay, cap)
}

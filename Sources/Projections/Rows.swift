public import Digests
public import EventLog
public import Model

/// Facts about the ledger itself; the only row of its table.
public struct LedgerRow: Row {
    /// The tree size of the last signed checkpoint, and when it was signed.
    public var checkpointSize: Int64 = 0
    public var checkpointedAt: Timestamp?
    public var format = 1
    public var origin = ""
    public var plans: Int64 = 0
    /// The verifier key of checkpoints that are signed now.
    public var signingKey = ""
    public var syncs: Int64 = 0
    public var tokenKeyID = ""
    public init() {}

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("checkpointSize", &checkpointSize)
        try coder.field("checkpointedAt", &checkpointedAt)
        try coder.field("format", &format)
        try coder.field("origin", &origin)
        try coder.field("plans", &plans)
        try coder.field("signingKey", &signingKey)
        try coder.field("syncs", &syncs)
        try coder.field("tokenKeyID", &tokenKeyID)
    }
}

/// A Git repository, by its name in `tidemark.yaml`.
public struct RepositoryRow: Row {
    public struct Ref: Coded, StoredValue, Hashable {
        public var commit = ""
        public var name = ""
        public init() {}

        public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
            try coder.field("commit", &commit)
            try coder.field("name", &name)
        }
    }

    public var reason: String?
    /// In ascending order of names.
    public var refs: [Ref] = []
    /// Problems of declarations that cannot be read: those before stay in force.
    public var rejected: [String] = []
    public var unreachableSince: Timestamp?
    public var url = ""
    public init() {}

    public func commit(of ref: String) -> String? { refs.first { $0.name == ref }?.commit }

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("reason", &reason)
        try coder.field("refs", &refs)
        try coder.field("rejected", &rejected)
        try coder.field("unreachableSince", &unreachableSince)
        try coder.field("url", &url)
    }
}

/// A commit that was observed, by its id.
public struct CommitRow: Row {
    public var authorEmail = ""
    public var authorName = ""
    public var authoredAt = Timestamp(nanoseconds: 0)
    public var committedAt = Timestamp(nanoseconds: 0)
    public var committerEmail = ""
    public var evidence: [Evidence] = []
    /// Where it was observed first.
    public var position: Int64 = 0
    public var repository = ""
    /// What is known of its signature since it was last looked at.
    public var signature = CommitObserved.Signature.none
    public var signedBy: SignatureEvidence?
    public var subject = ""
    public init() {}

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("authorEmail", &authorEmail)
        try coder.field("authorName", &authorName)
        try coder.field("authoredAt", &authoredAt)
        try coder.field("committedAt", &committedAt)
        try coder.field("committerEmail", &committerEmail)
        try coder.field("evidence", &evidence)
        try coder.field("position", &position)
        try coder.field("repository", &repository)
        try coder.field("signature", &signature)
        try coder.field("signedBy", &signedBy)
        try coder.field("subject", &subject)
    }
}

/// An environment, by its name.
public struct EnvironmentRow: Row {
    public var isConnected = false
    public var mode = EnvironmentDeclared.Mode.apply
    public var promotionOrder: Int?
    /// Why it is not connected.
    public var reason: String?
    public var server = ""
    public var serverVersion = ""
    /// Since when it is connected or not.
    public var since: Timestamp?
    public init() {}

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("isConnected", &isConnected)
        try coder.field("mode", &mode)
        try coder.field("promotionOrder", &promotionOrder)
        try coder.field("reason", &reason)
        try coder.field("server", &server)
        try coder.field("serverVersion", &serverVersion)
        try coder.field("since", &since)
    }
}

/// An application, by its name.
public struct ApplicationRow: Row {
    /// The refusal on record, so that it is recorded once for each (commit, reason).
    public struct Refusal: Coded, StoredValue, Hashable {
        public var commit: String?
        public var message = ""
        public var reason = SyncRefused.Reason.alreadyAttempted
        public init() {}

        public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
            try coder.field("commit", &commit)
            try coder.field("message", &message)
            try coder.field("reason", &reason)
        }
    }

    /// Syncs that were tried at the newest commit, and those that healed drift since.
    public struct Attempts: Coded, StoredValue, Hashable {
        public var commit = ""
        /// Of the declaration that was in force: another one is worth a new attempt.
        public var declaration = Digest(of: "")
        public var failures = 0
        /// The regeneration that was in force.
        public var generation: Int64 = 0
        public var heals = 0
        /// Whether the last sync failed by a hook: it is due again though every object may be in sync.
        public var hookFailed = false
        public var lastAt = Timestamp(nanoseconds: 0)
        public var lastFailed = false
        /// Of an application with several sources what each was at.
        public var sources: [SourceRevision]?
        public init() {}

        public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
            try coder.field("commit", &commit)
            try coder.field("declaration", &declaration)
            try coder.field("failures", &failures)
            try coder.field("generation", &generation)
            try coder.field("heals", &heals)
            try coder.field("hookFailed", &hookFailed)
            try coder.field("lastAt", &lastAt)
            try coder.field("lastFailed", &lastFailed)
            try coder.field("sources", &sources)
        }
    }

    public var attempts = Attempts()
    /// Those in the desired set.
    public var certificates: [ManifestsRendered.Certificate] = []
    public var declaration = ApplicationDeclaration()
    /// Hooks that run when the application is deleted together with its objects.
    public var deletionHooks: [ManifestsRendered.Object] = []
    public var desired: [ManifestsRendered.Object] = []
    public var environment = ""
    public var health = StoredHealth.unknown
    public var healthMessage: String?
    public var healthSince: Timestamp?
    /// Why auto-sync and self-heal are held; `nil` when they are not.
    public var heldBecause: String?
    public var isRemoved = false
    public var lastSync: String?
    /// The last sync that succeeded, and its commit.
    public var lastSynced: String?
    public var lastSyncedCommit: String?
    public var outOfSync: [ComparisonChanged.Object] = []
    public var refusal: Refusal?
    /// The positions of the events that asked for new random values and keys.
    public var regenerations: [Int64] = []
    /// Problems of the newest commit that could not be rendered.
    public var renderProblems: [String] = []
    /// What was left out of the newest rendering, or otherwise deserves a look.
    public var renderWarnings: [String] = []
    public var renderedCommit: String?
    public var renderedInputs: Digest?
    /// What the time was for the templates of a chart.
    public var renderedNow: Timestamp?
    /// Of an application with several sources what each was at.
    public var renderedSources: [SourceRevision]?
    /// Archives of its charts that were replaced under their versions.
    public var replacedArchives: [ReplacedArchive]?
    public var repository = ""
    public var runningSync: String?
    public var syncReason: String?
    public var syncStatus = SyncStatus.unknown
    public var syncStatusSince: Timestamp?
    public init() {}

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("attempts", &attempts)
        try coder.field("certificates", &certificates)
        try coder.field("declaration", &declaration)
        try coder.field("deletionHooks", &deletionHooks)
        try coder.field("desired", &desired)
        try coder.field("environment", &environment)
        try coder.field("health", &health)
        try coder.field("healthMessage", &healthMessage)
        try coder.field("healthSince", &healthSince)
        try coder.field("heldBecause", &heldBecause)
        try coder.field("isRemoved", &isRemoved)
        try coder.field("lastSync", &lastSync)
        try coder.field("lastSynced", &lastSynced)
        try coder.field("lastSyncedCommit", &lastSyncedCommit)
        try coder.field("outOfSync", &outOfSync)
        try coder.field("refusal", &refusal)
        try coder.field("regenerations", &regenerations)
        try coder.field("renderProblems", &renderProblems)
        try coder.field("renderWarnings", &renderWarnings)
        try coder.field("renderedCommit", &renderedCommit)
        try coder.field("renderedInputs", &renderedInputs)
        try coder.field("renderedNow", &renderedNow)
        try coder.field("renderedSources", &renderedSources)
        try coder.field("replacedArchives", &replacedArchives)
        try coder.field("repository", &repository)
        try coder.field("runningSync", &runningSync)
        try coder.field("syncReason", &syncReason)
        try coder.field("syncStatus", &syncStatus)
        try coder.field("syncStatusSince", &syncStatusSince)
    }
}

/// A managed object, by `ENVIRONMENT|OBJECT KEY`.
public struct ObjectRow: Row {
    public struct Drift: Coded, StoredValue {
        public var detected = DriftDetected()
        public var position: Int64 = 0
        public var since = Timestamp(nanoseconds: 0)
        public init() {}

        public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
            try coder.field("detected", &detected)
            try coder.field("position", &position)
            try coder.field("since", &since)
        }
    }

    public var application = ""
    public var drift: Drift?
    public var firstSeen: Int64 = 0
    public var health: StoredHealth?
    public var healthMessage: String?
    public var isGone = false
    /// What Tidemark applied last, and the sync that did.
    public var lastApplied: Digest?
    /// The position of that outcome.
    public var lastAppliedAt: Int64?
    public var lastAppliedBy: String?
    /// The body seen last; `nil` when it was never seen or is gone.
    public var live: Digest?
    /// Times of the recorded observations of the last hour, at most six.
    public var observedAt: [Timestamp] = []
    public var resourceVersion = ""
    public var uid = ""
    public init() {}

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("application", &application)
        try coder.field("drift", &drift)
        try coder.field("firstSeen", &firstSeen)
        try coder.field("health", &health)
        try coder.field("healthMessage", &healthMessage)
        try coder.field("isGone", &isGone)
        try coder.field("lastApplied", &lastApplied)
        try coder.field("lastAppliedAt", &lastAppliedAt)
        try coder.field("lastAppliedBy", &lastAppliedBy)
        try coder.field("live", &live)
        try coder.field("observedAt", &observedAt)
        try coder.field("resourceVersion", &resourceVersion)
        try coder.field("uid", &uid)
    }
}

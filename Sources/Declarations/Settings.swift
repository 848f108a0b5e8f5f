public import Digests

/// What `tidemark.yaml` says: the clusters, the repositories, and where the applications are declared.
///
/// Paths are kept as they are written; they are relative to the folder of the file. No value of a
/// secret is part of it: secrets are named by file or environment variable.
/// The same shape is described for editors in `schema/tidemark.schema.json`.
public struct Settings: Hashable, Sendable {
    /// Path of the ledger file; `tidemark.db` unless set.
    public var ledger: String
    /// Folder of the keys (of secrets' tokens, of checkpoints), which is kept apart from the ledger;
    /// `tidemark-keys` unless set.
    public var keys: String
    /// Where the control socket is, and who may read through it.
    public var socket: Socket
    public var repositories: [Repository]
    /// The folders that hold Argo CD's manifests.
    public var applications: [ApplicationFolder]
    public var environments: [Environment]
    /// Names of environments, in the order in which a change passes through them.
    public var promotion: [String]
    public var identities: [Identity]
    /// Modes of single applications, by name.
    public var modes: [String: Mode]
    /// Whose agreement the syncs of single applications need, by name.
    public var approvals: [String: ApprovalRule]
    /// How the charts of single applications are rendered, by name.
    public var charts: [String: ChartRules] = [:]
    /// File of the SSH keys that approvals and evidence may be signed with, as `ssh-keygen` reads it.
    public var allowedSigners: String?
    public var selfHeal: SelfHealBackoff
    public var checkpoints = Checkpoints.standard
    public var witnesses: [Witness] = []
    /// Where checkpoints are copied to; `nil` for nowhere.
    public var anchor: Anchor?
    /// Of the file's canonical JSON.
    public var digest: Digest

    public init(
        ledger: String = "tidemark.db", keys: String = "tidemark-keys", repositories: [Repository],
        applications: [ApplicationFolder], environments: [Environment], promotion: [String] = [],
        identities: [Identity] = [], modes: [String: Mode] = [:],
        approvals: [String: ApprovalRule] = [:], allowedSigners: String? = nil,
        selfHeal: SelfHealBackoff = .standard, socket: Socket = Socket(), digest: Digest
    ) {
        self.ledger = ledger
        self.keys = keys
        self.repositories = repositories
        self.applications = applications
        self.environments = environments
        self.promotion = promotion
        self.identities = identities
        self.modes = modes
        self.approvals = approvals
        self.allowedSigners = allowedSigners
        self.selfHeal = selfHeal
        self.socket = socket
        self.digest = digest
    }

    /// Whether Tidemark writes, or only watches, compares and records.
    public enum Mode: String, Hashable, Sendable, CaseIterable {
        case apply
        case observe
    }

    /// The socket of the process that writes.
    public struct Socket: Hashable, Sendable {
        /// Beside the ledger unless set.
        public var path: String?
        /// The group whose members may read through it; `nil` when only the writer's own account may connect.
        public var group: String?

        public init(path: String? = nil, group: String? = nil) {
            self.path = path
            self.group = group
        }
    }

    /// One person, and the accounts under which that person appears.
    public struct Identity: Hashable, Sendable {
        public var name: String
        public var accounts: [String]

        public init(name: String, accounts: [String]) {
            self.name = name
            self.accounts = accounts
        }
    }

    /// A folder of a repository with Application manifests.
    public struct ApplicationFolder: Hashable, Sendable {
        /// Name or URL of one of `repositories`.
        public var repository: String
        public var revision: String
        /// Without `/` at either end; empty for the repository's root.
        public var path: String
        public var recurse: Bool

        public init(
            repository: String, revision: String = "HEAD", path: String, recurse: Bool = false
        ) {
            self.repository = repository
            self.revision = revision
            self.path = path
            self.recurse = recurse
        }
    }

    /// Pauses between two attempts to heal the same drift.
    ///
    /// Source: https://argo-cd.readthedocs.io/en/stable/operator-manual/server-commands/argocd-application-controller/
    public struct SelfHealBackoff: Hashable, Sendable {
        public var duration: Duration
        public var factor: Int
        public var maxDuration: Duration

        public init(duration: Duration, factor: Int, maxDuration: Duration) {
            self.duration = duration
            self.factor = factor
            self.maxDuration = maxDuration
        }

        /// 2 s, tripled each time, 300 s at most.
        public static let standard = SelfHealBackoff(
            duration: .seconds(2), factor: 3, maxDuration: .seconds(300))
    }
}

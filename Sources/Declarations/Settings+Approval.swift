extension Settings {
    /// Whose agreement a plan needs before it may run.
    public struct ApprovalRule: Hashable, Sendable {
        /// How an approver may be known; a name that somebody merely gives is none of them.
        public enum Authentication: String, Hashable, Sendable, CaseIterable {
            case sshSignature, unixPeer
        }

        /// How many people must agree.
        public var count: Int
        public var authentication: Set<Authentication>
        /// Whether those who wrote or asked for the change do not count.
        public var isNotAuthor: Bool

        public init(
            count: Int = 1, authentication: Set<Authentication> = Set(Authentication.allCases),
            isNotAuthor: Bool = true
        ) {
            self.count = count
            self.authentication = authentication
            self.isNotAuthor = isNotAuthor
        }

        /// What `requireApproval: true` means.
        public static let standard = ApprovalRule()
    }

    /// The rules that an application's syncs are under: its environment's and its own, each to be met by itself.
    public func approvalRules(of application: String, in environment: Environment)
        -> [ApprovalRule]
    {
        [environment.requireApproval, approvals[application]].compactMap { $0 }
    }

    /// Whether a sync of an application needs a commit whose signature was verified.
    public func requiresSignature(of application: Application, in environment: Environment)
        -> Bool
    {
        application.sources.contains { requiresSignature(of: $0, in: environment) }
    }

    public func requiresSignature(of source: Application.Source, in environment: Environment)
        -> Bool
    {
        repository(of: source)?.requiresSignature(in: environment) ?? false
    }
}

extension Settings.Repository {
    /// Whether a commit of it must be signed to be synced there.
    public func requiresSignature(in environment: Settings.Environment) -> Bool {
        switch signatures.require {
        case .none: false
        case .everywhere: true
        case .environments(let names): names.contains(environment.name)
        }
    }
}

extension Settings.Repository {
    /// Whose signatures on commits are trusted, and where they are demanded.
    public struct Signatures: Hashable, Sendable {
        /// File of SSH keys, as `ssh-keygen` reads it.
        public var allowedSigners: String?
        /// File of OpenPGP keys, as `gpgv` reads it.
        public var keyring: String?
        public var require: Requirement

        public enum Requirement: Hashable, Sendable {
            case none
            case everywhere
            case environments([String])
        }

        public init(
            allowedSigners: String? = nil, keyring: String? = nil, require: Requirement = .none
        ) {
            self.allowedSigners = allowedSigners
            self.keyring = keyring
            self.require = require
        }

        public static let none = Signatures()
    }
}

public import Digests
public import EventLog
public import GitRepository
internal import Model

/// The trusted keys of an installation, and what they say of signatures.
public protocol SignatureChecking: Sendable {
    /// What is known of a commit's signature. A check that cannot be made is `unverified`, with a warning.
    func check(_ commit: Commit, of repository: String) async -> CheckedSignature
    /// Of the trust files of a repository, so that a change of them is noticed; `nil` where there are none.
    func trust(of repository: String) async -> Digest?
    /// Checks an SSH signature of a person.
    ///
    /// - Throws: When no trust file is configured, when it does not vouch for the key, when the signature is
    ///   of other bytes, or when it cannot be checked.
    func check(_ signature: String, of data: [UInt8], namespace: String) async throws
        -> SignatureEvidence
}

/// What is known of the signature of a commit.
public struct CheckedSignature: Equatable, Sendable {
    public var signature: CommitObserved.Signature
    /// Set when it is `verified`.
    public var evidence: SignatureEvidence?
    /// Why it could not be checked, although keys are configured.
    public var warning: String?

    public init(
        _ signature: CommitObserved.Signature, evidence: SignatureEvidence? = nil,
        warning: String? = nil
    ) {
        self.signature = signature
        self.evidence = evidence
        self.warning = warning
    }
}

/// No trusted keys at all.
public struct NoTrustedKeys: SignatureChecking {
    public init() {}

    public func check(_ commit: Commit, of repository: String) async -> CheckedSignature {
        CheckedSignature(commit.signature == nil ? .none : .unverified)
    }

    public func trust(of repository: String) async -> Digest? { nil }

    public func check(_ signature: String, of data: [UInt8], namespace: String) async throws
        -> SignatureEvidence
    { throw ApprovalError.noAllowedSigners }
}

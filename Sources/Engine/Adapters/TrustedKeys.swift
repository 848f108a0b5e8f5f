public import Digests
public import EventLog
public import GitRepository
internal import Model
internal import Planning
public import Signatures

/// The trust files of `tidemark.yaml`, and the programs that check signatures against them.
public struct TrustedKeys: SignatureChecking {
    /// The trust files of one repository's commits.
    public struct OfCommits: Sendable {
        public var allowedSigners: String?
        public var keyring: String?

        public init(allowedSigners: String? = nil, keyring: String? = nil) {
            self.allowedSigners = allowedSigners
            self.keyring = keyring
        }
    }

    private let people: String?
    private let repositories: [String: OfCommits]
    private let checker: SignatureChecker

    /// - Parameters:
    ///   - people: The path of the SSH keys that approvals and evidence may be signed with.
    ///   - repositories: By name.
    public init(
        people: String?, repositories: [String: OfCommits],
        checker: SignatureChecker = SignatureChecker()
    ) {
        self.people = people
        self.repositories = repositories
        self.checker = checker
    }

    public func trust(of repository: String) async -> Digest? {
        guard let files = repositories[repository],
            files.allowedSigners != nil || files.keyring != nil
        else { return nil }
        var builder = DigestBuilder()
        for path in [files.allowedSigners, files.keyring] {
            // An unreadable file is a trust of its own: its coming back is noticed.
            let digest = path.flatMap { try? TrustFile(path: $0) }?.digest
            builder.update(field: digest?.description ?? "")
        }
        return builder.finish()
    }

    public func check(_ commit: Commit, of repository: String) async -> CheckedSignature {
        guard let signature = commit.signature else { return CheckedSignature(.none) }
        let files = repositories[repository]
        let isSSH = isSSHSignature(signature.text)
        guard let path = isSSH ? files?.allowedSigners : files?.keyring else {
            return CheckedSignature(.unverified)
        }
        do {
            let trust = try TrustFile(path: path)
            let verdict =
                isSSH
                // As Git does: by the keys that were valid when the commit says it was made.
                ? try await checker.checkSSH(
                    signature.text, of: signature.signedPayload, namespace: "git", trust: trust,
                    at: commit.committedAt)
                : try await checker.checkOpenPGP(
                    signature.text, of: signature.signedPayload, trust: trust)
            switch verdict {
            case .verified(let signer, let key):
                let evidence = SignatureEvidence {
                    $0.format = isSSH ? .ssh : .openpgp
                    $0.key = key
                    $0.signer = signer
                    $0.trust = trust.digest
                }
                return CheckedSignature(.verified, evidence: evidence)
            case .untrusted: return CheckedSignature(.untrusted)
            case .invalid: return CheckedSignature(.invalid)
            }
        } catch {
            return CheckedSignature(
                .unverified,
                warning: "the signature of commit \(commit.id.short) is not verified: "
                    + describe(error))
        }
    }

    public func check(_ signature: String, of data: [UInt8], namespace: String) async throws
        -> SignatureEvidence
    {
        guard let people else { throw ApprovalError.noAllowedSigners }
        let trust = try TrustFile(path: people)
        switch try await checker.checkSSH(signature, of: data, namespace: namespace, trust: trust) {
        case .verified(let signer, let key):
            return SignatureEvidence {
                $0.format = .ssh
                $0.key = key
                $0.signature = signature
                $0.signer = signer
                $0.trust = trust.digest
            }
        case .untrusted: throw ApprovalError.untrustedSignature(file: people)
        case .invalid: throw ApprovalError.invalidSignature(namespace: namespace)
        }
    }
}
